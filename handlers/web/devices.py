"""Requests that the device of a kiosk has signed (docs/devices.md)."""

from functools import wraps

from handlers.web.base import BaseHandler
from handlers.web.visitor import Auth, Method, declared
from models.events import Cause
from models.kiosks import Kiosk, Signed


class FromDevice(BaseHandler):
    """`signed` and `kiosk` are set for a method that is for a device."""

    signed: Signed
    kiosk: Kiosk

    def by_device(self) -> Cause:
        return self.cause(f"kiosk:{self.kiosk['_id']}")


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
