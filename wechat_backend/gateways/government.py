"""The government's systems: acceptance, reviews (好差评), disclosure, social credit and the data sharing
platform.

docs/architecture.md, "Government systems", gives paths, bodies and the signature.
"""

import hmac
from collections.abc import Mapping
from hashlib import sha256
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from wechat_backend.gateways.base import Clock, GatewayError, JsonGateway, Remedy, as_json
from wechat_backend.settings import Settings

PATHS = {
    "acceptance": "/acceptance/applications",
    "reviews": "/reviews",
    "disclosure": "/disclosure/decisions",
    "credit": "/credit/decisions",
}
"""The systems that are told of things, and where."""
STATUSES: Mapping[int, Remedy] = {401: Remedy.WAIT, 403: Remedy.WAIT, 429: Remedy.RETRY}
"""HTTP status of a refusal → what can be done: our key or clock is wrong, we are too fast; else nothing."""

MALFORMED = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY})


def signature(secret: str, timestamp: str, path: str, body: bytes) -> str:
    content = f"{timestamp}\n{path}\n".encode() + body
    return hmac.new(secret.encode(), content, sha256).hexdigest()


class Government(JsonGateway):
    provider = "government"

    def __init__(self, url: str, app_id: str, secret: str, clock: Clock) -> None:
        super().__init__(url)
        self.app_id, self.secret, self.clock = app_id, secret, clock

    @classmethod
    def of(cls, settings: Settings, clock: Clock) -> "Government":
        secret = settings.government_secret.get_secret_value()
        return cls(settings.government_url, settings.government_app_id, secret, clock)

    async def tell(self, system: str, body: Mapping[str, Any], delivery: str) -> str:
        """Tell `system` (see PATHS) of something; it takes each delivery once.

        Raises:
            GatewayError
        """
        async with self.watched(system):
            await self._post(PATHS[system], body, {"Idempotency-Key": delivery})
        return delivery

    async def verify_person(self, kind: str, name: str, number: str) -> dict[str, Any]:
        return await self._verify("persons", {"kind": kind, "name": name, "number": number})

    async def verify_body(self, kind: str, name: str, number: str) -> dict[str, Any]:
        return await self._verify("bodies", {"kind": kind, "name": name, "number": number})

    async def _verify(self, what: str, body: Mapping[str, str]) -> dict[str, Any]:
        async with self.watched(f"verify_{what}"):
            return await self._post(f"/sharing/{what}/verify", body, {})

    async def _post(self, path: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
        content = as_json(body)
        timestamp = str(int(self.clock().timestamp()))
        signed = {
            "X-App-Id": self.app_id,
            "X-Timestamp": timestamp,
            "X-Signature": signature(self.secret, timestamp, urlsplit(self.url + path).path, content),
            **headers,
        }
        status, answer = await self.fetch(path, content, signed)
        if status != 200 or answer.get("ok") is not True:
            code = str(answer.get("error") or "refused")[:64]
            remedy = STATUSES.get(status, Remedy.GIVE_UP)
            raise GatewayError(self.provider, code, remedy, malformed=status in MALFORMED)
        return answer
