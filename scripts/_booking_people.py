"""People of `scripts/drill booking`, who book, move and cancel through the API and know what they were told.

Somebody whose connection broke does not know what became of the request: they wait a moment and ask for the
own list, at another server if need be.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any, NamedTuple

from tornado.httpclient import AsyncHTTPClient, HTTPClientError

from wechat_backend.wiring import utc_now

APPOINTMENTS = "/api/v1/appointments"
SETTLES = 1.0
"""Seconds until the database has done what a server had sent it when it was killed."""
PATIENCE = 120.0
ROUND = 0.3
"""Seconds until somebody tries again whom no server answered."""
REFRESH = frozenset(
    {"already_booked", "appointment_ended", "appointment_not_found", "slot_same", "changed_meanwhile"}
)
"""Refusals that make one look at the own list."""


class Broken(Exception):
    """Nobody knows what became of a request."""


class Visit(NamedTuple):
    """As the API tells it."""

    item: str
    hall: str
    start: datetime


@dataclass
class Try:
    """Something that one asked for, from when it was sent until one knew what came of it."""

    sent: datetime
    known: datetime | None = None


@dataclass
class Service:
    """Web servers at their addresses; `bad` are answers that nobody must get."""

    addresses: Sequence[str]
    http: AsyncHTTPClient
    random: Random
    answers: Counter[str] = field(default_factory=Counter)
    bad: Counter[str] = field(default_factory=Counter)

    async def ask(self, token: str, path: str, body: Any = None) -> tuple[int, Any]:
        """The status and what was answered, of any server; one that does not listen is passed over.

        Raises:
            Broken: the connection was lost before the answer.
        """
        while True:
            try:
                answer = await self.http.fetch(
                    self.random.choice(self.addresses) + path,
                    method="GET" if body is None else "POST",
                    body=None if body is None else json.dumps(body),
                    headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
                    connect_timeout=PATIENCE,
                    request_timeout=PATIENCE,
                    raise_error=False,
                )
            except ConnectionRefusedError:
                await asyncio.sleep(ROUND)
                continue
            except (HTTPClientError, OSError) as error:
                raise Broken from error
            if answer.code == 599:
                raise Broken
            if answer.code != 503:
                return answer.code, json.loads(answer.body)
            self.answers["503"] += 1
            await asyncio.sleep(float(answer.headers.get("Retry-After", "1")))


@dataclass
class Person:
    """`told` are the visits that one knows to be booked, by id; `doubtful` are the ids and items of which a
    request broke and nothing is known since. `surprises` are what the own list said that cannot be so."""

    id: str
    token: str
    told: dict[str, Visit] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    tries: list[Try] = field(default_factory=list)
    surprises: list[str] = field(default_factory=list)
    broken: int = 0

    async def book(self, service: Service, item: str, hall: str, start: datetime) -> str:
        wanted = {"item": item, "hall": hall, "start": start.isoformat()}
        return await self._ask(service, "book", item, APPOINTMENTS, wanted)

    async def move(self, service: Service, key: str, hall: str, start: datetime) -> str:
        wanted = {"hall": hall, "start": start.isoformat()}
        return await self._ask(service, "move", key, f"{APPOINTMENTS}/{key}/move", wanted)

    async def cancel(self, service: Service, key: str) -> str:
        return await self._ask(service, "cancel", key, f"{APPOINTMENTS}/{key}/cancellation", {})

    async def _ask(self, service: Service, act: str, about: str, path: str, body: Any) -> str:
        """What came of it: `done`, the code of the refusal, or `broken`, where the own list was asked for."""
        self.tries.append(attempt := Try(utc_now()))
        try:
            code, answer = await service.ask(self.token, path, body)
        except Broken:
            self.broken += 1
            self.doubtful.add(about)
            await asyncio.sleep(SETTLES)
            await self.look(service)
            return self._note(service, act, "broken", attempt)
        if code in (200, 201):
            self._hear(answer)
            self.doubtful.discard(about)
            return self._note(service, act, "done", attempt)
        refusal = str(answer["error"]["code"])
        if code >= 500 or refusal in ("not_found", "method_not_allowed"):
            service.bad[f"{act}: {code} {refusal}"] += 1
        if refusal in REFRESH:
            await self.look(service)
        return self._note(service, act, refusal, attempt)

    def _note(self, service: Service, act: str, came: str, attempt: Try) -> str:
        attempt.known = utc_now()
        service.answers[f"{act}: {came}"] += 1
        return came

    def _hear(self, visit: Any) -> None:
        self.told.pop(visit["id"], None)
        if visit["state"] == "booked":
            self.told[visit["id"]] = _visit(visit)

    async def look(self, service: Service) -> None:
        """Ask for the own list; it may differ from what one was told only where a request broke."""
        listed = await self.listed(service)
        for key, visit in (self.told.items() | listed.items()) - (self.told.items() & listed.items()):
            if not {key, visit.item} & self.doubtful:
                self.surprises.append(f"{key} {'listed' if listed.get(key) == visit else 'not listed'}")
        self.told = listed

    async def listed(self, service: Service) -> dict[str, Visit]:
        """The booked visits of the own list, by id."""
        found: dict[str, Visit] = {}
        after: str | None = ""
        while after is not None:
            try:
                code, page = await service.ask(self.token, f"{APPOINTMENTS}?limit=100&after={after}")
            except Broken:
                await asyncio.sleep(ROUND)
                continue
            if code != 200:
                service.bad[f"list: {code}"] += 1
                return found
            found |= {one["id"]: _visit(one) for one in page["appointments"] if one["state"] == "booked"}
            after = page["next"]
        return found


def _visit(answer: Any) -> Visit:
    return Visit(answer["item"], answer["hall"], datetime.fromisoformat(answer["start"]))


@dataclass(frozen=True)
class Wishes:
    """What people of the fire want: `items`, at one of the `halls`, at one of the `starts`."""

    items: Sequence[str]
    halls: Sequence[str]
    starts: Sequence[datetime]


async def live(person: Person, service: Service, wishes: Wishes, random: Random, end: float) -> None:
    """Book, move and cancel until the loop's clock says `end`, one after the other."""
    loop = asyncio.get_running_loop()
    while loop.time() < end:
        hall, start = random.choice(wishes.halls), random.choice(wishes.starts)
        own = sorted(key for key, visit in person.told.items() if visit.item in wishes.items)
        [act] = random.choices(["book", "move", "cancel"], [4, 5, 1])
        if act == "book" or not own:
            await person.book(service, random.choice(wishes.items), hall, start)
        elif act == "move":
            await person.move(service, random.choice(own), hall, start)
        else:
            await person.cancel(service, random.choice(own))
        await asyncio.sleep(random.uniform(0, 1))
    if person.doubtful:
        await asyncio.sleep(SETTLES)
        await person.look(service)
