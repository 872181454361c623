"""Members of staff: their records, their passwords, and whose a session is (article 5)."""

import re
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from models.errors import Conflict, NotFound
from models.events import Cause, Event
from models.sessions import Session
from models.staff.document import PRESENT, Member, Standing, is_let_in
from models.staff.passwords import check_password, hashed, proof_of
from models.staff.posts import Post
from models.staff.scopes import ROLES, Role
from models.store import ChangedMeanwhile, Document, Refusal, Store, unique_text
from models.typed import line, narrow


class StaffNotFound(NotFound):
    code = "staff_not_found"
    message = "没有找到该工作人员"


class PasswordChanged(Conflict):
    code = "password_changed"
    message = "密码已更改，请重新登录"


class MemberLeft(Conflict):
    code = "member_left"
    message = "该人员已离岗"


ACTOR = "staff:"
"""What `Cause.actor` of a member begins with."""
USER_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")
"""Of a member who is added; those of before are as they are."""
ADMINISTERS: Document = {"roles": Role.ADMINISTRATOR.value, **PRESENT}
"""The query for the administrators who are let in."""
HAND_OVER = "staff.hand_over"
"""What a member's leaving plans: what is assigned to them goes to another."""


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
        IndexModel(["absences.last", "department"], name="away"),
        IndexModel(["listed.standing", "_id", "listed.text", "listed.roles", "department"], name="listed"),
        unique_text("wechat.index"),
        unique_text("linking.token"),
    ]

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

    async def present(self, department: str | None = None) -> list[Member]:
        """All who are let in, of one department or of all."""
        query = {"listed.standing": Standing.PRESENT.value, **_of(department)}
        return await self._each(self.documents.find(query, {"events": 0}))

    async def absent(self, absence: Document, department: str | None = None) -> list[Member]:
        """All who are let in and have such an absence, of one department or of all."""
        query = {"absences": {"$elemMatch": absence}, **_of(department), **PRESENT}
        return await self._each(self.documents.find(query, {"events": 0}).sort("_id", ASCENDING))

    async def count_handed_over(self, username: str, session: Any) -> None:
        """One more of what was assigned to a member who left has gone to another."""
        await self.documents.update_one({"_id": username}, {"$inc": {"handed_over": 1}}, session=session)

    async def vouched(self, username: str, session: Any) -> bool:
        """Count, for another administrator than this member, that one stays. The count makes transactions of
        two who end each other meet. False if there is no other."""
        another = {**ADMINISTERS, "_id": {"$ne": username}}
        written = await self.documents.update_one(another, {"$inc": {"vouched": 1}}, session=session)
        return bool(written.matched_count)

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

    async def note_guesses(self, username: str, by: Cause) -> None:
        """Record for the audit that wrong passwords come from one place, if there is such a member."""
        await self.note(username, Event("staff.guessed", username, by))


def _of(department: str | None) -> Document:
    return {"department": department} if department else {}
