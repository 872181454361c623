"""People of `scripts/drill voices`, who give reviews through the API, and what the simulator is told."""

import asyncio
import json
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.request import Request, urlopen

from _machine import ask
from _voices_ledger import Truth

from models.applications import State
from models.people import CURRENT_WORDING, Party
from models.voices import Said
from tests.house.people import new_number, new_phone
from tests.house.reviewed import moderated, set_aside
from tests.house.worker import World

UNCIVIL = "这帮王八蛋"
UNREAD, WITHHELD = "（文字审核中）", "（文字不予公开）"


@dataclass
class People:
    """Does everything that is not a worker's; the reviews go through the web server."""

    world: World
    url: str
    simulator: str
    truth: Truth = field(default_factory=Truth)
    served: int = 0
    desk: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def arrives(self) -> dict[str, Any]:
        """A person who comes to live in the simulator."""
        new = {"name": "古丽", "kind": "resident_id", "number": new_number(), "phone": new_phone()}
        person: dict[str, Any] = await asyncio.to_thread(control, self.simulator, "people", new)
        return person

    async def one(self, person: dict[str, Any], random: Random) -> None:
        """Everything that one person does, and what is done about it."""
        follows, agrees = random.random() < 0.7, random.random() < 0.6
        if follows:
            await self.ask(f"{self.simulator}/control/people/{person['id']}/follow", {})
        party = await self.world.applicant(
            person["name"],
            number=person["number"],
            phone=person["phone"],
            openid=person["openid"],
            follows=follows,
        )
        if agrees:
            by = self.world.by(f"applicant:{party.id}")
            await self.world.stores.electronic_service.agree(party.id, CURRENT_WORDING, by)
        refused = await self.world.application(State.NOT_ACCEPTED, party=party)
        self.truth.papers[refused["_id"]] = "delivered" if agrees else "letter"
        await self.review(party, random)
        self.served += 1

    async def review(self, party: Party, random: Random) -> None:
        """Given twice at once, by two devices; then perhaps read, followed up, set aside."""
        stores, truth = self.world.stores, self.truth
        done = await self.world.application(State.CONCLUDED, party=party)
        level, uncivil = random.randint(1, 5), random.random() < 0.3
        words = UNCIVIL if uncivil else "等了一天"
        token = await stores.sessions.open(f"account:{party.account}", self.world.by())
        path, body = f"{self.url}/api/v1/applications/{done['_id']}/review", {"level": level, "words": words}
        await asyncio.gather(*(self.ask(path, body, token, may_fail=True) for _ in range(2)))
        review = await stores.reviews.get(f"application:{done['_id']}")
        project = done["serial"] or ""
        first = {
            "satisfaction": str(level),
            "writingEvaluation": UNREAD if uncivil else words,
            "assessState": "1",
        }
        truth.records[project, "1"] = first
        await asyncio.sleep(random.random())
        if random.random() < 0.4:
            await self.ask(f"{path}/again", {"level": 4, "words": "后来好了"}, token)
            truth.records[project, "2"] = {"satisfaction": "4", "assessState": "1"}
        if uncivil and random.random() < 0.8:
            shown = random.random() < 0.5
            async with self.desk:
                await moderated(self.world, review, Said.FIRST, shown=shown)
            first["writingEvaluation"] = words if shown else WITHHELD
        if random.random() < 0.3:
            async with self.desk:
                await set_aside(self.world, review, party)
            for number in "12":
                if record := truth.records.get((project, number)):
                    record["assessState"] = "2"
            truth.boxes["set_aside"] += 1
        else:
            truth.boxes[f"level_{level}"] += 1
            truth.boxes["again_4"] += (project, "2") in truth.records

    async def ask(self, address: str, body: Any, token: str = "", *, may_fail: bool = False) -> None:
        try:
            await asyncio.to_thread(ask, address, body, token)
        except OSError:
            if not may_fail:
                raise


def control(simulator: str, path: str, body: Any = None, method: str | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = Request(f"{simulator}/control/{path}", data, headers, method=method)  # noqa: S310
    return json.loads(urlopen(request).read())  # noqa: S310
