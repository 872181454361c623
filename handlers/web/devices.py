"""Requests that the device of a kiosk has signed (docs/devices.md)."""

from functools import wraps

from handlers.web.base import BaseHandler
from handlers.web.protection import Cookie, cookie_name
from handlers.web.visitor import Auth, Method, declared
from models.events import Cause
from models.kiosks import SESSION_LIFETIME, Kiosk, Signed


class FromDevice(BaseHandler):
    """`signed` and `kiosk` are set for a method that is for a device."""

    signed: Signed
    kiosk: Kiosk

    def by_device(self) -> Cause:
        return self.cause(f"kiosk:{self.kiosk['_id']}")

    async def open_session(self) -> None:
        """From now on the browser shows the pages of the kiosk."""
        token = await self.services.kiosk_sessions.open(self.kiosk, self.signed, self.by_device())
        self._keep_session(token)

    async def renew_session(self) -> None:
        """A browser that shows them goes on."""
        token = self.get_cookie(cookie_name(self.services.site, Cookie.DEVICE_SESSION))
        if token and await self.services.kiosk_sessions.renew(token, self.kiosk, self.by_device()):
            self._keep_session(token)

    def _keep_session(self, token: str) -> None:
        self.set_cookie(
            cookie_name(self.services.site, Cookie.DEVICE_SESSION),
            token,
            max_age=round(SESSION_LIFETIME.total_seconds()),
            httponly=True,
            secure=self.services.site.secure,
            samesite="Lax",
            path="/",
        )


def of_device(method: Method) -> Method:
    """Only for a request that the key of a kiosk has signed."""

    @declared(Auth.DEVICE)
    @wraps(method)
    async def guarded(self: FromDevice, *args: str) -> None:
        header, request = self.request.headers.get, self.request
        self.signed = Signed(
            kiosk=header("X-Kiosk", ""),
            timestamp=header("X-Timestamp", ""),
            nonce=header("X-Nonce", ""),
            signature=header("X-Signature", ""),
            method=request.method or "",
            path=request.uri or "",
            body=request.body,
        )
        self.kiosk = await self.services.devices.known(self.signed, self.cause(f"kiosk:{self.signed.kiosk}"))
        return await method(self, *args)

    return guarded
