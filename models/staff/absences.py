"""Who is away, and who stands in meanwhile: with the absent member's rights, and both named in the trail.

An absence is kept in the record of the member who is away, so that one guarded write sets or ends it, and
each request that a substitute makes reads it as it is now.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

from models.errors import BadInput, Conflict, Forbidden, NotFound
from models.events import Cause, Event
from models.staff.document import PRESENT, Absence, Member, is_let_in
from models.staff.members import Staff, StaffNotFound
from models.staff.reach import check_scope, district_wide, reaches
from models.staff.scopes import Reach, Scope
from models.store import Document
from models.workdays import local_date

MOST_DAYS = 90
"""The longest absence; a longer one is a change of posts."""


class AbsenceBackwards(BadInput):
    code = "absence_backwards"
    message = "结束日期不能早于开始日期"
    field = "last"


class AbsencePast(BadInput):
    code = "absence_past"
    message = "开始日期不能早于今天"
    field = "first"


class AbsenceTooLong(BadInput):
    code = "absence_too_long"
    message = "一次最长{most}天，更长的请由管理员调整岗位"
    field = "last"


class SubstituteUnfit(BadInput):
    code = "substitute_unfit"
    message = "请选择同一部门、同一大厅或全区岗位的在岗人员代理"
    field = "substitute"


class OwnSubstitute(Forbidden):
    code = "own_substitute"
    message = "不能指定自己代理他人，请由本人或其他负责人设置"


class AbsenceOverlaps(Conflict):
    code = "absence_overlaps"
    message = "这些日期与已设置的缺勤重叠，请先结束原来的缺勤"


class AbsenceNotFound(NotFound):
    code = "absence_not_found"
    message = "没有找到该缺勤，可能已经结束"


class MemberNotIn(Conflict):
    code = "member_not_in"
    message = "该人员已锁定或已离岗，不能设置缺勤"


class NotStandingIn(Forbidden):
    code = "not_standing_in"
    message = "您现在不是该人员的代理人"


@dataclass(frozen=True)
class Leave:
    """From the local day `first` to the day `last`, both whole, and who stands in."""

    substitute: str
    first: date
    last: date


def check_days(leave: Leave, today: date) -> None:
    """
    Raises:
        AbsenceBackwards, AbsencePast, AbsenceTooLong
    """
    if leave.last < leave.first:
        raise AbsenceBackwards
    if leave.first < today:
        raise AbsencePast
    if leave.last - leave.first >= timedelta(days=MOST_DAYS):
        raise AbsenceTooLong(most=MOST_DAYS)


def can_stand_in(substitute: Member, absent: Member) -> bool:
    """Whether a member could plausibly hold the other's post: one of the same department, of one of the same
    halls or townships, or of the whole district."""
    if substitute["_id"] == absent["_id"] or not is_let_in(substitute):
        return False
    return (
        any(role.reach is Reach.DISTRICT for role in substitute["roles"])
        or substitute["department"] == absent["department"] is not None
        or not {*substitute["halls"]}.isdisjoint(absent["halls"])
        or not {*substitute["townships"]}.isdisjoint(absent["townships"])
    )


def covers(absence: Absence, day: date) -> bool:
    return absence["ended_at"] is None and absence["first"] <= day.isoformat() <= absence["last"]


def is_over(absence: Absence, today: date) -> bool:
    return absence["ended_at"] is not None or absence["last"] < today.isoformat()


def away(member: Member, day: date) -> Absence | None:
    """The absence of a member on a day, if there is one."""
    return next((one for one in member.get("absences", []) if covers(one, day)), None)


def ahead(member: Member, today: date) -> list[Absence]:
    """The absences of a member that run or are to come, the earliest first."""
    open_ones = [one for one in member.get("absences", []) if not is_over(one, today)]
    return sorted(open_ones, key=lambda one: one["first"])


def stood_in(absent: Member) -> Member:
    """An absent member as a substitute stands in for them: without the roles that manage the staff."""
    roles = [role for role in absent["roles"] if Scope.STAFF_MANAGE not in role.scopes]
    return {**absent, "roles": roles}


def reaches_member(by: Member, whose: Member) -> bool:
    """Whether what one says of absences goes as far as this member."""
    scope, department = Scope.STAFF_ABSENCES, whose["department"]
    return district_wide(by, scope) or (department is not None and reaches(by, scope, department))


@dataclass(frozen=True)
class Absences:
    staff: Staff

    async def set_own(self, member: Member, leave: Leave, by: Cause) -> Member:
        """The member will be away, and says who stands in.

        Raises:
            AbsenceBackwards, AbsencePast, AbsenceTooLong, SubstituteUnfit, AbsenceOverlaps
        """
        return await self._set(member, leave, by)

    async def set_for(self, username: str, leave: Leave, member: Member, by: Cause) -> Member:
        """A `member` who answers for another says that the other will be away. Nobody gives themselves
        another's rights so, and no substitute does it for themselves or for whom they stand in.

        Raises:
            Forbidden: `scope_missing`.
            OwnSubstitute
            StaffNotFound: also of one whom the member does not reach.
            MemberNotIn, and see `set_own`.
        """
        whose = await self.reached(username, member)
        if by.is_by(f"staff:{leave.substitute}"):
            raise OwnSubstitute
        return await self._set(whose, leave, by)

    async def end_own(self, member: Member, absence: str, by: Cause) -> Member:
        """The member is back, or does not go.

        Raises:
            AbsenceNotFound
        """
        return await self._end(member["_id"], absence, by)

    async def end_for(self, username: str, absence: str, member: Member, by: Cause) -> Member:
        """
        Raises:
            Forbidden: `scope_missing`.
            StaffNotFound: also of one whom the member does not reach.
            AbsenceNotFound
        """
        await self.reached(username, member)
        return await self._end(username, absence, by)

    async def absent(self, substitute: Member, username: str, today: date) -> Member | None:
        """The member for whom one stands in today, as a substitute acts for them; None where one does not, or
        could not be chosen any more: who was moved to another post does not reach this one by it."""
        absent = await self.staff.find(username) if username else None
        if absent is None or not is_let_in(absent) or not can_stand_in(substitute, absent):
            return None
        absence = away(absent, today)
        return stood_in(absent) if absence and absence["substitute"] == substitute["_id"] else None

    async def begin_acting(self, substitute: Member, username: str, by: Cause) -> Member:
        """Note that the substitute acts for an absent member from now on.

        Raises:
            NotStandingIn
        """
        absent = await self.absent(substitute, username, local_date(by.at))
        if absent is None:
            raise NotStandingIn
        await self._note("staff.acting_begun", substitute, username, by)
        return absent

    async def end_acting(self, substitute: Member, username: str, by: Cause) -> None:
        """Note that the substitute acts for nobody any more."""
        await self._note("staff.acting_ended", substitute, username, by)

    async def of_substitute(self, substitute: Member, today: date) -> list[Member]:
        """Members who are away now, or will be, and for whom this one stands in."""
        found = await self.staff.absent({"substitute": substitute["_id"], **_not_over(today)})
        return [one for one in found if can_stand_in(substitute, one)]

    async def within(self, member: Member, today: date) -> list[Member]:
        """Members in one's reach who are away or will be.

        Raises:
            Forbidden: `scope_missing`.
        """
        check_scope(member, Scope.STAFF_ABSENCES)
        found = await self.staff.absent(_not_over(today), _department(member))
        return [one for one in found if reaches_member(member, one)]

    async def present_within(self, member: Member) -> list[Member]:
        """Members in one's reach who work here, by their names.

        Raises:
            Forbidden: `scope_missing`.
        """
        check_scope(member, Scope.STAFF_ABSENCES)
        present = await self.staff.present(_department(member))
        return by_name(one for one in present if reaches_member(member, one))

    async def substitutes(self, absent: Member) -> list[Member]:
        """Who can stand in for a member, by their names."""
        return by_name(one for one in await self.staff.present() if can_stand_in(one, absent))

    async def reached(self, username: str, member: Member) -> Member:
        """A member whose absences one may set.

        Raises:
            Forbidden: `scope_missing`.
            StaffNotFound: also of one whom the member does not reach.
        """
        check_scope(member, Scope.STAFF_ABSENCES)
        whose = await self.staff.get(username)
        if not reaches_member(member, whose):
            raise StaffNotFound
        return whose

    async def _set(self, absent: Member, leave: Leave, by: Cause) -> Member:
        check_days(leave, local_date(by.at))
        if not is_let_in(absent):
            raise MemberNotIn
        substitute = await self.staff.find(leave.substitute)
        if substitute is None or not can_stand_in(substitute, absent):
            raise SubstituteUnfit
        first, last = leave.first.isoformat(), leave.last.isoformat()
        kept = Absence(
            id=uuid4().hex,
            substitute=leave.substitute,
            first=first,
            last=last,
            set_by=by.actor,
            set_at=by.at,
            ended_at=None,
        )
        overlapping = {"ended_at": None, "first": {"$lte": last}, "last": {"$gte": first}}
        data = {"absence": kept["id"], "substitute": leave.substitute, "first": first, "last": last}
        return await self.staff.change(
            absent["_id"],
            expects={"absences": {"$not": {"$elemMatch": overlapping}}, **PRESENT},
            update={"$push": {"absences": kept}},
            event=Event("staff.absence_set", absent["_id"], by, data),
            otherwise=AbsenceOverlaps,
        )

    async def _end(self, username: str, absence: str, by: Cause) -> Member:
        today = local_date(by.at).isoformat()
        still = {"id": absence, "ended_at": None, "last": {"$gte": today}}
        return await self.staff.change(
            username,
            expects={"absences": {"$elemMatch": still}},
            sets={"absences.$.ended_at": by.at, "absences.$.ended_by": by.actor},
            event=Event("staff.absence_ended", username, by, {"absence": absence}),
            otherwise=AbsenceNotFound,
        )

    async def _note(self, name: str, substitute: Member, username: str, by: Cause) -> None:
        event = Event(name, substitute["_id"], by, {"absent": username})
        await self.staff.note(substitute["_id"], event)


def by_name(members: Iterable[Member]) -> list[Member]:
    return sorted(members, key=lambda one: one["name"])


def _not_over(today: date) -> Document:
    return {"ended_at": None, "last": {"$gte": today.isoformat()}}


def _department(member: Member) -> str | None:
    """The department beyond which what one says of absences does not go; None for one whose record names
    none, and where it goes everywhere."""
    return None if district_wide(member, Scope.STAFF_ABSENCES) else member["department"]
