"""What is assigned to a member who cannot handle it any more goes to an heir, or back into the queues of the
departments: the member has left, is locked out, or has another post."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.applications.document import Application
from models.applications.holding import CannotHold, can_hold
from models.applications.rules import ApplicationMovedOn
from models.applications.store import ASSIGNED, Applications
from models.errors import Conflict
from models.events import Cause, Event, Plan
from models.schedule import Due
from models.staff import HAND_OVER, Employment, Member, Staff, Standing, is_let_in, standing
from models.store import ChangedMeanwhile, entry

BATCH = 100
"""Applications that are looked up at once."""
BATCHES_A_LOOK = 5
"""Done before the lease of a look runs out; what is left is another look's."""
MOST_COUNTED = 1000
"""Counted no further before it begins."""

WHY: Mapping[Standing, str] = {
    Standing.LEFT: "已离岗",
    Standing.SUSPENDED: "已锁定",
    Standing.PRESENT: "岗位已调整",
}
"""What the trail of an application says of its former holder."""


@dataclass(frozen=True)
class Leaving:
    applications: Applications
    staff: Staff
    employment: Employment

    async def leave(self, username: str, heir: str, by: Cause) -> Member:
        """A member works here no more; soon all open work of theirs is the `heir`'s, as far as the heir can
        handle it, and the rest, or with "" all of it, is nobody's.

        Raises:
            CannotHold: the heir is none who could handle anything of it.
            see `Employment.leave`.
        """
        member = await self.staff.get(username)
        if heir and heir not in {one["_id"] for one in await self.heirs(member)}:
            raise CannotHold
        return await self.employment.leave(username, by, heir)

    async def heirs(self, member: Member) -> list[Member]:
        """Who could handle what is assigned to a member: those who may handle what is their department's, of
        one without a department those who may handle anything; by their names."""
        present = [one for one in await self.staff.present() if one["_id"] != member["_id"]]
        able = (one for one in present if can_hold(one, member["department"] or one["department"] or ""))
        return sorted(able, key=lambda one: one["name"])

    async def left_open(self, username: str) -> int:
        """How many open applications are assigned to a member, counted up to `MOST_COUNTED`."""
        return await self.applications.count_assigned(username, MOST_COUNTED)

    async def hand_over(self, due: Due, by: Cause) -> bool:
        """Hand over what is assigned to a member who cannot handle it any more, and plan another look where
        there is more. Looking again goes on with the rest; False if there was nothing to do."""
        member = await self.staff.get(due.about)
        if member.get("handed_over_at"):
            return False
        lost = await self._lost(member)
        heir = await self.staff.find(member.get("heir", ""))
        for _ in range(BATCHES_A_LOOK):
            for one in await self.applications.assigned_to(member["_id"], lost, BATCH):
                await self._pass_on(one, member, heir, by)
        handed_over = (await self.staff.get(member["_id"])).get("handed_over", 0)
        data = {"count": handed_over, "heir": member.get("heir", "")}
        if await self._lost(member):
            again = (Plan(HAND_OVER, by.at),)
            await self.staff.note(member["_id"], due.event("staff.handing_over", by, data, again))
            return True
        if standing(member) is not Standing.LEFT:
            return bool(lost)
        try:
            await self.staff.note_handed_over(member, due.event("staff.handed_over", by, data))
        except ChangedMeanwhile:
            return False
        return True

    async def _lost(self, member: Member) -> list[str]:
        """The departments of what is assigned to a member and not theirs to handle."""
        departments = await self.applications.departments_of(member["_id"])
        return [one for one in departments if not (is_let_in(member) and can_hold(member, one))]

    async def _pass_on(self, one: Application, member: Member, heir: Member | None, by: Cause) -> None:
        """In one transaction with the count of what was a leaver's; what was given to another meanwhile stays
        theirs."""
        able = heir is not None and is_let_in(heir) and can_hold(heir, one["department"])
        to = heir["_id"] if heir and able else ""
        event = Event(ASSIGNED, one["_id"], by, {"from": member["_id"], "to": to})
        line = {**entry(event, f"原承办人{member['name']}{WHY[standing(member)]}"), "to": to}
        try:
            async with self.staff.database.transaction() as session:
                await self.applications.aside(
                    one["_id"],
                    event,
                    line,
                    expects={"assigned": member["_id"], "state": one["state"].value},
                    sets={"assigned": to},
                    otherwise=ApplicationMovedOn,
                    session=session,
                )
                if standing(member) is Standing.LEFT:
                    await self.staff.count_handed_over(member["_id"], session)
        except Conflict:
            return  # looked up again in the next batch
