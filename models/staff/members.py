"""Members of staff: their records, their passwords, and whose a session is (article 5)."""

from collections.abc import Iterable, Sequence

from models.errors import Conflict, NotFound
from models.events import Cause, Event
from models.sessions import Session
from models.staff.passwords import hashed, proof_of
from models.staff.scopes import ROLES, Member, Role
from models.store import Document, Store
from models.typed import narrow


class StaffNotFound(NotFound):
    code = "staff_not_found"
    message = "没有找到该工作人员"


class PasswordChanged(Conflict):
    code = "password_changed"
    message = "密码已更改，请重新登录"


def user_name(text: str) -> str:
    """As it is kept: no spaces, nothing invisible, half width. Passwords are taken as they are."""
    return "".join(narrow(text).split())


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
    )

    def shaped(self, document: Document) -> Member:
        return super().shaped({**document, "roles": [ROLES[name] for name in document["roles"]]})

    async def find(self, username: str) -> Member | None:
        return await self._first({"_id": username})

    async def of_session(self, session: Session) -> Member | None:
        """The member whose session it is, as they are now; None for one who is gone or suspended, or whose
        password has been changed since."""
        member = await self.find(session["subject"].removeprefix("staff:"))
        if member is None or member.get("suspended_at"):
            return None
        return member if session.get("proof") == proof_of(member["password_hash"]) else None

    async def present(self) -> list[Member]:
        """All who are let in."""
        return await self._each(self.documents.find({"suspended_at": None}, {"events": 0}))

    async def names(self, usernames: Iterable[str]) -> dict[str, str]:
        """What these members are called, by user name; those who are gone are left out."""
        found = self.documents.find({"_id": {"$in": sorted(set(usernames))}}, {"name": 1})
        return {member["_id"]: member["name"] async for member in found}

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
                "password_hash": await hashed(password),
                "department": department,
                "roles": [role.value for role in roles],
                "halls": list(halls),
            },
            Event("staff.enrolled", username, by, {"roles": [role.value for role in roles]}),
        )

    async def change_password(self, username: str, password: str, by: Cause) -> Member:
        """From now on the member signs in with `password`; all sessions that were opened before have ended.

        Raises:
            StaffNotFound
        """
        return await self.change(
            username,
            expects={},
            sets={"password_hash": await hashed(password)},
            event=Event("staff.password_changed", username, by),
            otherwise=self.missing,
        )

    async def suspend(self, username: str, by: Cause) -> Member:
        """Let the member in no more; the sessions have ended. Doing it again changes nothing.

        Raises:
            StaffNotFound
        """
        member = await self.get(username)
        if member.get("suspended_at"):
            return member
        return await self.change(
            username,
            expects={},
            sets={"suspended_at": by.at},
            event=Event("staff.suspended", username, by),
            otherwise=self.missing,
        )

    async def note_sign_in(self, member: Member, by: Cause) -> Member:
        """
        Raises:
            PasswordChanged: since it was compared.
        """
        return await self.change(
            member["_id"],
            expects={"password_hash": member["password_hash"]},
            event=Event("staff.signed_in", member["_id"], by),
            otherwise=PasswordChanged,
        )

    async def note_guesses(self, username: str, by: Cause) -> None:
        """Record for the audit that wrong passwords come from one place, if there is such a member."""
        await self.note(username, Event("staff.guessed", username, by))
