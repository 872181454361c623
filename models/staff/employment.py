"""A member begins, goes on with other roles, is locked out, and leaves (article 5)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from models.errors import BadInput, Conflict, Forbidden, Refused
from models.events import Cause, Event, Plan
from models.staff.document import Member, Standing, administers, is_let_in
from models.staff.members import ACTOR, HAND_OVER, USER_NAME, MemberLeft, Staff, listed_roles, user_name
from models.staff.passwords import check_password, hashed
from models.staff.posts import Post, check_post
from models.staff.reach import ScopeMissing, check_district
from models.staff.scopes import Role, Scope
from models.store import ChangedMeanwhile, Document
from models.typed import line


class UserNameTaken(Conflict):
    code = "user_name_taken"
    message = "这个用户名已有人使用，请换一个"


class UserNameInvalid(BadInput):
    code = "user_name_invalid"
    message = "用户名须为2至32位小写字母、数字、点、下划线或连字符，以字母或数字开头"
    field = "username"


class NameMissing(BadInput):
    code = "staff_name_missing"
    message = "请填写姓名"
    field = "name"


class NameTooLong(BadInput):
    code = "staff_name_too_long"
    message = "姓名最多{most}个字"
    field = "name"


class OwnRecord(Forbidden):
    code = "own_record"
    message = "不能更改自己的岗位和状态，请由其他管理员办理"


class LastAdministrator(Refused):
    code = "last_administrator"
    message = "这是最后一名系统管理员，请先指定另一名系统管理员"


LONGEST_NAME = 50
"""Characters of a member's name, which stands in lists, trails and choices."""
SETTLED = timedelta(seconds=10)
"""After the leaving: what was being assigned to the member at that instant has been written by then."""
OWN_PROOFS: Document = dict.fromkeys(("second", "enrolling", "phone", "wechat", "linking"), "")
"""What a member has shown to be theirs, which ends with a reset and when they leave."""


def check_other(username: str, by: Cause) -> None:
    """Nobody gives themselves a role, or takes one away; a substitute does not do it for the member either.

    Raises:
        OwnRecord
    """
    if by.is_by(f"{ACTOR}{username}"):
        raise OwnRecord


@dataclass(frozen=True)
class Employment:
    """What administrators do with the records of other members; the command line does it without one."""

    staff: Staff

    async def employ(self, username: str, name: str, password: str, post: Post, by: Cause) -> str:
        """Add a member, who changes the password at the first sign-in; returns the user name as it is kept.

        Raises:
            ScopeMissing: it is a member who asks, and may not.
            UserNameInvalid, NameMissing, NameTooLong, UserNameTaken
            BadInput: the password or the post may not be one; see `posts.check_post`.
        """
        await self._check_manages(by)
        username, name = user_name(username), line(name)
        if not USER_NAME.fullmatch(username):
            raise UserNameInvalid
        if not name:
            raise NameMissing
        if len(name) > LONGEST_NAME:
            raise NameTooLong(most=LONGEST_NAME)
        check_post(post)
        if not await self.staff.enrol(
            username,
            name=name,
            password=password,
            department=post.department,
            roles=list(post.roles),
            halls=post.halls,
            townships=post.townships,
            one_time=True,
            by=by,
        ):
            raise UserNameTaken
        return username

    async def post(self, username: str, post: Post, by: Cause) -> Member:
        """Give a member other roles, another department, other halls and townships. What is assigned to the
        member and no longer theirs to handle goes back into the queues; so it does below.

        Raises:
            OwnRecord, ScopeMissing
            BadInput: see `posts.check_post`.
            StaffNotFound, MemberLeft, LastAdministrator, ChangedMeanwhile
        """
        await self._check_manages(by, username)
        check_post(post)
        member = await self._present(username)
        plans = (Plan(HAND_OVER, by.at + SETTLED),)
        event = Event("staff.posted", username, by, post.fields(), plans=plans)
        stays = Role.ADMINISTRATOR in post.roles
        sets = post.fields() | {"listed.roles": listed_roles(post.roles)}
        return await self._change_present(member, event, stays=stays, sets=sets)

    async def suspend(self, username: str, by: Cause) -> Member:
        """Let the member in no more; the sessions have ended. Doing it again changes nothing.

        Raises:
            OwnRecord, ScopeMissing
            StaffNotFound, MemberLeft, LastAdministrator, ChangedMeanwhile
        """
        await self._check_manages(by, username)
        member = await self._present(username)
        if member.get("suspended_at"):
            return member
        event = Event("staff.suspended", username, by, plans=(Plan(HAND_OVER, by.at + SETTLED),))
        locked: Document = {"suspended_at": by.at, "listed.standing": Standing.SUSPENDED.value}
        return await self._change_present(member, event, stays=False, sets=locked)

    async def leave(self, username: str, by: Cause, heir: str = "") -> Member:
        """The member works here no more: no sign-in, no roles; the sessions have ended, phone and WeChat are
        kept no more. The name stays for what they did. The event `staff.left` plans that what is assigned to
        the member goes to the `heir`, or with "" back into the queues (`models.applications.leaving`).

        Raises:
            OwnRecord, ScopeMissing
            StaffNotFound, MemberLeft, LastAdministrator, ChangedMeanwhile
        """
        await self._check_manages(by, username)
        member = await self._present(username)
        data = {"roles": [role.value for role in member["roles"]], "heir": heir}
        event = Event("staff.left", username, by, data, plans=(Plan(HAND_OVER, by.at + SETTLED),))
        gone: Document = {"left_at": by.at, "roles": [], "halls": [], "townships": [], "heir": heir}
        gone |= {"listed.standing": Standing.LEFT.value, "listed.roles": listed_roles(())}
        update: Document = {"$unset": OWN_PROOFS}
        return await self._change_present(member, event, stays=False, sets=gone, update=update)

    async def reset(self, username: str, password: str, by: Cause) -> Member:
        """Let the member in by this password, which must be changed first, within `ONE_TIME_LASTS`. A lock,
        the authenticator, phone and WeChat, and all sessions have ended.

        Raises:
            OwnRecord, ScopeMissing
            BadInput: the password may not be one.
            StaffNotFound, MemberLeft, ChangedMeanwhile
        """
        await self._check_manages(by, username)
        member = await self._present(username)
        check_password(password, username, member["name"])
        return await self.staff.change(
            username,
            expects={"left_at": None},
            sets={
                "password_hash": await hashed(password),
                "one_time": by.at,
                "listed.standing": Standing.PRESENT.value,
            },
            update={"$unset": {"suspended_at": "", **OWN_PROOFS}},
            event=Event("staff.reset", username, by),
            otherwise=MemberLeft,
        )

    async def note_session_ended(self, username: str, by: Cause) -> None:
        """Record for the audit that one session of a member is ended, before it is: by the member, or by who
        manages staff.

        Raises:
            ScopeMissing
        """
        if by.actor != f"{ACTOR}{username}":
            await self._check_manages(by, username)
        await self.staff.note(username, Event("staff.session_ended", username, by))

    async def _check_manages(self, by: Cause, username: str = "") -> None:
        """A member who changes the record of another is let in and manages staff; the command line does it
        without one.

        Raises:
            OwnRecord, ScopeMissing
        """
        check_other(username, by)
        if by.actor.startswith(ACTOR):
            acting = await self.staff.find(by.actor.removeprefix(ACTOR))
            if acting is None or not is_let_in(acting):
                raise ScopeMissing
            check_district(acting, Scope.STAFF_MANAGE)

    async def _present(self, username: str) -> Member:
        """A member who has not left.

        Raises:
            StaffNotFound, MemberLeft
        """
        member = await self.staff.get(username)
        if member.get("left_at"):
            raise MemberLeft
        return member

    async def _change_present(
        self, member: Member, event: Event, *, stays: bool, sets: Document, update: Document | None = None
    ) -> Member:
        """Change a member who is as they were read. An administrator who does not stay one is changed
        together with another one who does, so that of two who end each other at one instant one remains.

        Raises:
            ChangedMeanwhile, LastAdministrator
        """
        change: dict[str, Any] = {"event": event, "sets": sets, "update": update}
        change["otherwise"] = ChangedMeanwhile
        change["expects"] = {
            "roles": [role.value for role in member["roles"]],
            **{name: member.get(name) for name in ("suspended_at", "left_at")},
        }
        if stays or not administers(member):
            return await self.staff.change(member["_id"], **change)
        async with self.staff.database.transaction() as session:
            changed = await self.staff.change(member["_id"], **change, session=session)
            if not await self.staff.vouched(member["_id"], session):
                raise LastAdministrator
        return changed
