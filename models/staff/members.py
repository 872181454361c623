"""Members of staff, and how they sign in to the panel (article 5)."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar, TypedDict

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from pymongo import IndexModel, ReturnDocument

from models.errors import Conflict, NotFound, TooMany, Unauthenticated
from models.events import Cause, Event
from models.staff.scopes import ROLES, Member, Role
from models.store import Database, Document, Store
from models.typed import narrow


class StaffNotFound(NotFound):
    code = "staff_not_found"
    message = "没有找到该工作人员"


class StaffLocked(TooMany):
    code = "staff_locked"
    message = "密码错误次数过多，请15分钟后再试"


class PasswordWrong(Unauthenticated):
    code = "password_wrong"
    message = "用户名或密码错误"


class PasswordChanged(Conflict):
    code = "password_changed"
    message = "密码已更改，请重新登录"


HASHER = PasswordHasher()
NOBODY = HASHER.hash("nobody has this password")
FAILURES = 10
LOCKED = timedelta(minutes=15)


def user_name(text: str) -> str:
    """As it is kept: no spaces, nothing invisible, half width. Passwords are taken as they are."""
    return "".join(narrow(text).split())


class Tried(TypedDict):
    """`_id` is the SHA-256 of a user name; it is forgotten at `until`."""

    _id: str
    tries: int
    until: datetime


class Tries(Store[Tried]):
    """How often a user name was tried, whether anybody has it or not."""

    collection = "staff_tries"
    indexes: ClassVar = [IndexModel("until", expireAfterSeconds=0)]

    async def count(self, username: str, by: Cause) -> int:
        """Count one more try, before the password is checked; returns how many there were.

        Raises:
            TooMany: `staff_locked`.
        """
        again = {"$min": [{"$add": ["$tries", 1]}, FAILURES + 1]}
        counted = await self.documents.find_one_and_update(
            {"_id": _digest(username)},
            [
                {"$set": {"tries": {"$cond": [{"$gt": ["$until", by.at]}, again, 1]}}},
                {"$set": {"until": {"$cond": [{"$lte": ["$tries", FAILURES]}, by.at + LOCKED, "$until"]}}},
            ],
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        number: int = counted["tries"]
        if number > FAILURES:
            raise StaffLocked(retry_after=int(LOCKED.total_seconds()))
        return number

    async def forget(self, username: str, number: int) -> None:
        """Forget the tries after a right password, unless more than `number` have been counted by now."""
        await self.documents.delete_one({"_id": _digest(username), "tries": number})


class Staff(Store[Member]):
    collection = "staff"
    missing = StaffNotFound
    tells = ("staff.enrolled", "staff.signed_in", "staff.locked")

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.tries = Tries(database)

    def shaped(self, document: Document) -> Member:
        return super().shaped({**document, "roles": [ROLES[name] for name in document["roles"]]})

    async def prepare(self) -> None:
        await super().prepare()
        await self.tries.prepare()

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
    ) -> None:
        """Add a member, of one department or none, who records appointments at these halls; or do nothing if
        the user name is there already."""
        username = user_name(username)
        if await self.documents.find_one({"_id": username}, {"_id": 1}):
            return
        await self.add(
            {
                "_id": username,
                "name": name,
                "password_hash": await asyncio.to_thread(HASHER.hash, password),
                "department": department,
                "roles": [role.value for role in roles],
                "halls": list(halls),
            },
            Event("staff.enrolled", username, by, {"roles": [role.value for role in roles]}),
        )

    async def sign_in(self, username: str, password: str, by: Cause) -> Member:
        """The member whose password this is.

        Raises:
            Unauthenticated: `password_wrong` (also for a user name that does not exist).
            TooMany: `staff_locked`, after ten failures, for 15 minutes (also for such a name).
        """
        username = user_name(username)
        number = await self.tries.count(username, by)
        member = await self._first({"_id": username})
        right = await asyncio.to_thread(_matches, member["password_hash"] if member else NOBODY, password)
        if member is None or not right:
            if number == FAILURES:
                await self.note(username, Event("staff.locked", username, by))
            raise PasswordWrong
        await self.tries.forget(username, number)
        return await self.change(
            username,
            expects={"password_hash": member["password_hash"]},
            event=Event("staff.signed_in", username, by),
            otherwise=PasswordChanged,
        )


def _matches(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except VerifyMismatchError:
        return False


def _digest(username: str) -> str:
    return sha256(username.encode()).hexdigest()
