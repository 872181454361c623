"""The government's systems: acceptance, reviews (好差评), disclosure, social credit and the data sharing
platform.

docs/architecture.md, "Government systems", gives paths, bodies and the signature.
"""

import hmac
import re
from collections.abc import Mapping
from datetime import date
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
RECEIPTED = frozenset({"disclosure", "credit"})
"""The systems that confirm what they have taken with a receipt, their own number for it."""
LIST = "/reviews/list"
STATUSES: Mapping[int, Remedy] = {401: Remedy.WAIT, 403: Remedy.WAIT, 429: Remedy.RETRY}
"""HTTP status of a refusal → what can be done: our key or clock is wrong, we are too fast; else nothing."""
REMEDIES: Mapping[str, Remedy] = {"follow_up_without_first": Remedy.RETRY}
"""Error → what can be done, where that does not follow from the status: what it waits for is on its way."""
KNOWS_NEWER = frozenset({"revision_stale"})
"""The errors of what need not be told any more."""
NEEDS_NEXT = frozenset({"revision_reused", "idempotency_key_reused"})
"""The errors of what is taken as a later revision alone."""
REVISION = re.compile("[0-9]{1,9}")
MOST_PAGES = 1000
"""Of one day's reviews; a list that is longer never ends."""

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

    async def tell(self, system: str, body: Mapping[str, Any], key: str) -> str:
        """Tell `system` (see PATHS) of something; it takes what has the same `key` once. Returns its receipt,
        "" of a system that gives none.

        Raises:
            GatewayError: also `receipt_missing`.
        """
        async with self.watched(system):
            answer = await self._post(PATHS[system], body, {"Idempotency-Key": key})
            return _receipt(answer) if system in RECEIPTED else ""

    async def reviews_of(self, day: date) -> list[dict[str, str]]:
        """All that 好差评 holds of what was said on a day, the latest of each record.

        Raises:
            GatewayError: also `list_malformed`.
        """
        records: list[dict[str, str]] = []
        after = ""
        for _ in range(MOST_PAGES):
            async with self.watched("reviews_list"):
                answer = await self._post(LIST, {"day": day.isoformat(), "after": after}, {})
                found, after = _page(answer)
            records += found
            if not after:
                return records
        raise malformed_list()

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
            remedy = REMEDIES.get(code) or STATUSES.get(status, Remedy.GIVE_UP)
            raise GatewayError(self.provider, code, remedy, malformed=status in MALFORMED)
        return answer


def _receipt(answer: Mapping[str, Any]) -> str:
    """
    Raises:
        GatewayError: `receipt_missing`, so that it is not known whether it was taken.
    """
    receipt = answer.get("receipt")
    if not isinstance(receipt, str) or not re.fullmatch(r"[\w-]{1,64}", receipt):
        raise GatewayError(Government.provider, "receipt_missing", Remedy.RETRY)
    return receipt


def malformed_list() -> GatewayError:
    return GatewayError(Government.provider, "list_malformed", Remedy.RETRY)


def _page(answer: Mapping[str, Any]) -> tuple[list[dict[str, str]], str]:
    """The records of one page, and after which the next page begins; "" on the last one.

    Raises:
        GatewayError: `list_malformed`.
    """
    items, after = answer.get("items"), answer.get("next")
    if not isinstance(items, list) or not isinstance(after, str) or (after and not items):
        raise malformed_list()
    for item in items:
        if not isinstance(item, dict) or not all(isinstance(value, str) for value in item.values()):
            raise malformed_list()
        if not {"projectNo", "assessNumber"} <= item.keys() or not REVISION.fullmatch(
            item.get("revision", "0")
        ):
            raise malformed_list()
    return items, after
