"""A paper on its way: an application that was not accepted, and what workers do about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.applications import Application, State
from models.people import CURRENT_WORDING, Party
from models.schedule import Due
from models.serving import Paper, Serving, ToServe, Word
from tests.house.clock import cause_at
from tests.house.house import House
from tests.house.staff import USUALLY

NOT_TOLD = "0" * 32
"""The id of an event that told of nothing."""


@dataclass
class Served:
    """`begin` has the paper of an application that was not accepted; `go_on` is what the plan calls for."""

    house: House
    party: Party
    application: Application
    key: str

    async def get(self) -> Serving:
        return await self.house.stores.servings.get(self.key)

    def due(self, at: datetime, what: str = "serving.next", key: str = "plan") -> Due:
        return Due(f"{key}:{what}", what, self.key, at, 1, "lease")

    async def go_on(self, code: str = "") -> Serving:
        """At the moment that it expects."""
        found = await self.get()
        assert found["next_at"]
        due = self.due(found["next_at"], key=f"{found['version']:032}")
        assert await self.house.stores.servings.go_on(due, code, cause_at(found["next_at"]))
        return await self.get()

    async def record(
        self,
        word: Word,
        after: timedelta = timedelta(minutes=1),
        member: str = USUALLY,
        words: str = "本人接听",
    ) -> Serving:
        """So long after the last thing that happened."""
        found = await self.get()
        at = found["changed_at"] + after
        return await self.house.stores.servings.record(
            self.key,
            await self.house.member(member),
            word,
            at,
            words,
            found["version"],
            cause_at(at, f"staff:{member}"),
        )


async def on_its_way(house: House, application: Application) -> str:
    """The service of a paper about an application, whatever its state; its id."""
    serve = ToServe(
        paper=Paper.NON_ACCEPTANCE,
        about=application["_id"],
        title="不予受理通知书",
        applicant=application["applicant"],
        agent="",
        department=application["department"],
        event=NOT_TOLD,
    )
    now = house.stores.clock()
    due = Due(f"{NOT_TOLD}:application.paper", "application.paper", serve.about, now, 1, "lease")
    assert await house.stores.servings.begin(serve, due, house.by())
    assert not await house.stores.servings.begin(serve, due, house.by())
    return serve.key


async def served(house: House, *, agreed: bool = True) -> Served:
    party = await house.applicant()
    if agreed:
        service, by = house.stores.electronic_service, house.by(f"applicant:{party.id}")
        await service.agree(party.id, CURRENT_WORDING, by)
    application = await house.application(State.NOT_ACCEPTED, party=party)
    return Served(house, party, application, await on_its_way(house, application))
