"""Members of staff: their records, their passwords, and whose a session is (article 5)."""

import re
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from models.errors import BadInput, Conflict, Forbidden, NotFound, Refused
from models.events import Cause, Event, Plan
from models.sessions import Session
from models.staff.passwords import check_password, hashed, proof_of
from models.staff.posts import Post, check_post
from models.staff.scopes import ROLES, Member, Role, Scope, ScopeMissing, check_district
from models.store import ChangedMeanwhile, Database, Document, Refusal, Store, unique_text
from models.typed import line, narrow


class StaffNotFound(NotFound):
    code = "staff_not_found"
    message = "没有找到该工作人员"


class PasswordChanged(Conflict):
    code = "password_changed"
    message = "密码已更改，请重新登录"


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


class MemberLeft(Conflict):
    code = "member_left"
    message = "该人员已离岗"


ACTOR = "staff:"
"""What `Cause.actor` of a member begins with."""
USER_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")
"""Of a member who is added; those of before are as they are."""
LONGEST_NAME = 50
"""Characters of a member's name, which stands in lists, trails and choices."""
HAND_OVER = "staff.hand_over"
"""What a member's leaving plans: what is assigned to them goes to another."""
SETTLED = timedelta(seconds=10)
"""After the leaving: what was being assigned to the member at that instant has been written by then."""
PRESENT: Document = {"suspended_at": None, "left_at": None}
ADMINISTERS: Document = {"roles": Role.ADMINISTRATOR.value, **PRESENT}
"""The query for the administrators who are let in."""


class Standing(StrEnum):
    """Whether a member works here, and is let in."""

    PRESENT = "present"
    SUSPENDED = "suspended"
    LEFT = "left"


OWN_PROOFS: Document = dict.fromkeys(("second", "enrolling", "phone", "wechat", "linking"), "")
"""What a member has shown to be theirs, which ends with a reset and when they leave."""


@dataclass(frozen=True)
class GivenCode:
    """A code that was given: what the record must still have, and what the code takes away."""

    expects: Document
    update: Document
    otherwise: Refusal


def user_name(text: str) -> str:
    """As it is kept: no spaces, nothing invisible, half width. Passwords are taken as they are."""
    return "".join(narrow(text).split())


def sought(text: str) -> str:
    """A user name or a name, or a part of one, as they are compared: no spaces around, half width, small."""
    return line(narrow(text)).casefold()


def listed_roles(roles: Iterable[Role]) -> str:
    return f" {' '.join(role.value for role in roles)} "


def check_other(username: str, by: Cause) -> None:
    """Nobody gives themselves a role, or takes one away; a substitute does not do it for the member either.

    Raises:
        OwnRecord
    """
    if by.is_by(f"{ACTOR}{username}"):
        raise OwnRecord


def administers(member: Member) -> bool:
    return Role.ADMINISTRATOR in member["roles"] and is_let_in(member)


def standing(member: Member) -> Standing:
    if member.get("left_at"):
        return Standing.LEFT
    return Standing.SUSPENDED if member.get("suspended_at") else Standing.PRESENT


def is_let_in(member: Member) -> bool:
    return standing(member) is Standing.PRESENT


class Staff(Store[Member]):
    collection = "staff"
    missing = StaffNotFound
    tells = (
        "staff.enrolled",
        "staff.signed_in",
        "staff.guessed",
        "staff.searched",
        "staff.password_changed",
        "staff.suspended",
        "staff.posted",
        "staff.left",
        "staff.handing_over",
        "staff.handed_over",
        "staff.absence_set",
        "staff.absence_ended",
        "staff.acting_begun",
        "staff.acting_ended",
        "staff.reset",
        "staff.session_ended",
        "staff.second_factor_begun",
        "staff.second_factor_kept",
        "staff.recovery_renewed",
        "staff.confirmed",
        "staff.phone_kept",
        "staff.phone_removed",
        "staff.wechat_begun",
        "staff.wechat_scanned",
        "staff.wechat_tried",
        "staff.wechat_kept",
        "staff.wechat_removed",
        "staff.view_kept",
        "staff.view_removed",
    )
    plans = (HAND_OVER,)
    indexes: ClassVar = [
        IndexModel("roles"),
        IndexModel("absences.substitute"),
        IndexModel(["listed.standing", "_id", "listed.text", "listed.roles", "department"], name="listed"),
        unique_text("wechat.index"),
        unique_text("linking.token"),
    ]

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.database = database

    def shaped(self, document: Document) -> Member:
        return super().shaped({**document, "roles": [ROLES[name] for name in document["roles"]]})

    async def find(self, username: str) -> Member | None:
        return await self._first({"_id": username})

    async def of_session(self, session: Session) -> Member | None:
        """The member whose session it is, as they are now; None for one who is gone or not let in, or whose
        password has been changed since."""
        member = await self.find(session["subject"].removeprefix(ACTOR))
        if member is None or not is_let_in(member):
            return None
        return member if session.get("proof") == proof_of(member["password_hash"]) else None

    async def present(self) -> list[Member]:
        """All who are let in."""
        return await self._each(self.documents.find(PRESENT, {"events": 0}))

    async def absent(self, absence: Document) -> list[Member]:
        """All who are let in and have such an absence."""
        query = {"absences": {"$elemMatch": absence}, **PRESENT}
        return await self._each(self.documents.find(query, {"events": 0}).sort("_id", ASCENDING))

    async def count_handed_over(self, username: str, session: Any) -> None:
        """One more of what was assigned to a member who left has gone to another."""
        await self.documents.update_one({"_id": username}, {"$inc": {"handed_over": 1}}, session=session)

    async def note_handed_over(self, member: Member, event: Event) -> None:
        """All of it has; noted once.

        Raises:
            ChangedMeanwhile: it is noted.
        """
        await self.change(
            member["_id"],
            expects={"handed_over_at": None},
            sets={"handed_over_at": event.cause.at},
            event=event,
            otherwise=ChangedMeanwhile,
        )

    async def names(self, usernames: Iterable[str]) -> dict[str, str]:
        """What these members are called, by user name; those who are gone are left out."""
        found = self.documents.find({"_id": {"$in": sorted(set(usernames))}}, {"name": 1})
        return {member["_id"]: member["name"] async for member in found}

    async def listed(self, query: Document, direction: int, most: int) -> AsyncIterator[Member]:
        """At most so many that fulfil a query, by their user names."""
        found = self.documents.find(query, {"events": 0}).sort("_id", direction).limit(most)
        async for one in found:
            yield self.shaped(one)

    async def first(self, query: Document) -> Member | None:
        """A member who fulfils a query, if there is one."""
        return await self._first(query)

    async def substitutes(self, usernames: Iterable[str], day: date) -> dict[str, str]:
        """Who stands in on a day for those of these members who are away, by user name."""
        running = {"ended_at": None, "first": {"$lte": day.isoformat()}, "last": {"$gte": day.isoformat()}}
        query = {"_id": {"$in": sorted(set(usernames))}, "absences": {"$elemMatch": running}}
        found = self.documents.find(query, {"absences.$": 1})
        return {member["_id"]: member["absences"][0]["substitute"] async for member in found}

    async def enrol(
        self,
        username: str,
        *,
        name: str,
        password: str,
        department: str | None,
        roles: list[Role],
        by: Cause,
        halls: Sequence[str] = (),
        townships: Sequence[str] = (),
        one_time: bool = False,
    ) -> bool:
        """Add a member, of one department or none, with these halls and townships; False, and nothing is
        changed, if the user name is there already.

        Raises:
            BadInput: the password may not be one; see `passwords.check_password`.
        """
        username = user_name(username)
        if await self.documents.find_one({"_id": username}, {"_id": 1}):
            return False
        check_password(password, username, name)
        post = Post(tuple(roles), department, tuple(halls), tuple(townships)).fields()
        kept = {"_id": username, "name": name, "password_hash": await hashed(password), **post}
        kept["listed"] = {
            "standing": Standing.PRESENT.value,
            "text": sought(f"{username} {name}"),
            "roles": listed_roles(roles),
        }
        try:
            await self.add(
                kept | ({"one_time": by.at} if one_time else {}),
                Event("staff.enrolled", username, by, post),
            )
        except DuplicateKeyError:
            return False
        return True

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
        if not await self.enrol(
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
        """Give a member other roles, another department, other halls and townships.

        Raises:
            OwnRecord, ScopeMissing
            BadInput: see `posts.check_post`.
            StaffNotFound, MemberLeft, LastAdministrator, ChangedMeanwhile
        """
        await self._check_manages(by, username)
        check_post(post)
        member = await self._present(username)
        event = Event("staff.posted", username, by, post.fields())
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
        event = Event("staff.suspended", username, by)
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
        return await self.change(
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

    async def change_password(
        self, username: str, password: str, by: Cause, *, before: str | None = None
    ) -> Member:
        """From now on the member signs in with `password`; all sessions that were opened before have ended.
        `before` is the hash of the password that it replaces, where that matters.

        Raises:
            BadInput: the password may not be one.
            StaffNotFound, PasswordChanged
        """
        check_password(password, username, (await self.get(username))["name"])
        return await self.change(
            username,
            expects={} if before is None else {"password_hash": before},
            sets={"password_hash": await hashed(password)},
            update={"$unset": {"one_time": ""}},
            event=Event("staff.password_changed", username, by),
            otherwise=PasswordChanged,
        )

    async def drop(self, username: str, expects: Document, fields: Sequence[str], event: Event) -> None:
        """Keep these fields of a member no more; one who is not as expected is not changed."""
        with suppress(ChangedMeanwhile):
            await self.change(
                username,
                expects=expects,
                update={"$unset": dict.fromkeys(fields, "")},
                event=event,
                otherwise=ChangedMeanwhile,
            )

    async def _check_manages(self, by: Cause, username: str = "") -> None:
        """A member who changes the record of another is let in and manages staff; the command line does it
        without one.

        Raises:
            OwnRecord, ScopeMissing
        """
        check_other(username, by)
        if by.actor.startswith(ACTOR):
            acting = await self.find(by.actor.removeprefix(ACTOR))
            if acting is None or not is_let_in(acting):
                raise ScopeMissing
            check_district(acting, Scope.STAFF_MANAGE)

    async def _present(self, username: str) -> Member:
        """A member who has not left.

        Raises:
            StaffNotFound, MemberLeft
        """
        member = await self.get(username)
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
            return await self.change(member["_id"], **change)
        async with self.database.transaction() as session:
            changed = await self.change(member["_id"], **change, session=session)
            another = {**ADMINISTERS, "_id": {"$ne": member["_id"]}}
            vouched = await self.documents.update_one(another, {"$inc": {"vouched": 1}}, session=session)
            if not vouched.matched_count:
                raise LastAdministrator
        return changed

    async def note_sign_in(self, member: Member, by: Cause, use: GivenCode | None = None) -> Member:
        """`use` is the code that was given with the password.

        Raises:
            PasswordChanged: since it was compared.
            CodeWrong: the code has been used since.
        """
        code = use or GivenCode({}, {}, PasswordChanged)
        return await self.change(
            member["_id"],
            expects={"password_hash": member["password_hash"], **code.expects},
            update=code.update,
            event=Event("staff.signed_in", member["_id"], by),
            otherwise=code.otherwise,
        )

    async def note_confirmed(self, member: Member, use: GivenCode, by: Cause) -> Member:
        """Take a code that was asked for again.

        Raises:
            CodeWrong: it has been used since.
        """
        return await self.change(
            member["_id"],
            expects=use.expects,
            update=use.update,
            event=Event("staff.confirmed", member["_id"], by),
            otherwise=use.otherwise,
        )

    async def note_session_ended(self, username: str, by: Cause) -> None:
        """Record for the audit that one session of a member is ended, before it is: by the member, or by who
        manages staff.

        Raises:
            ScopeMissing
        """
        if by.actor != f"{ACTOR}{username}":
            await self._check_manages(by, username)
        await self.note(username, Event("staff.session_ended", username, by))

    async def note_guesses(self, username: str, by: Cause) -> None:
        """Record for the audit that wrong passwords come from one place, if there is such a member."""
        await self.note(username, Event("staff.guessed", username, by))
