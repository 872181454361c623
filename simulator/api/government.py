"""The government's systems over HTTP, under `/government`."""

import json
from collections.abc import Mapping

from simulator.errors import PlatformError
from simulator.government.service import parse
from simulator.web import PlatformHandler

PREFIX = "/government/"
SYSTEMS: Mapping[str, str] = {
    "acceptance/applications": "acceptance",
    "reviews": "reviews",
    "disclosure/decisions": "disclosure",
    "credit/decisions": "credit",
}
"""Path → system that is told."""
LIST = "reviews/list"
OPERATIONS = frozenset({*SYSTEMS, LIST, "sharing/persons/verify", "sharing/bodies/verify"})
STATUS: Mapping[str, int] = {
    "unknown_app": 401,
    "timestamp_stale": 401,
    "signature_invalid": 401,
    "idempotency_key_reused": 409,
    "revision_stale": 409,
    "revision_reused": 409,
    "decision_exists": 409,
    "decision_withdrawn": 409,
    "http_429": 429,
}
"""Error → HTTP status; 422 for all others."""


class GovernmentHandler(PlatformHandler):
    """POST only; every path is an operation of its own."""

    def operation(self) -> str:
        return self.request.path.removeprefix(PREFIX)

    async def post(self) -> None:
        government, request, path = self.simulator.government, self.request, self.operation()
        government.check(request.path, request.headers, request.body)
        if path in SYSTEMS:
            key = request.headers.get("Idempotency-Key", "")
            self.reply(government.take(SYSTEMS[path], key, request.body))
        asked = parse(request.body)
        if path == LIST:
            self.reply(government.list_reviews(asked))
        verify = government.verify_person if path == "sharing/persons/verify" else government.verify_body
        self.reply(verify(asked))

    def refuse(self, error: PlatformError) -> None:
        self.set_status(STATUS.get(str(error.code), 422))
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.write(json.dumps({"ok": False, "error": str(error.code)}))


ROUTES: list[tuple[str, type[PlatformHandler]]] = [
    (rf"{PREFIX}(?:{'|'.join(sorted(OPERATIONS))})", GovernmentHandler)
]
