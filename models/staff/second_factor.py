"""The second proof of who a member is: a code of their authenticator (RFC 6238), or a recovery code
(article 5). Each is good once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hmac import compare_digest

import pyotp

from models.errors import Conflict, Unauthenticated
from models.events import Cause, Event
from models.privacy import Privacy
from models.sessions import Session
from models.staff.document import Member
from models.staff.members import GivenCode, Staff
from models.staff.reach import scopes_of
from models.store import ChangedMeanwhile
from models.typed import digits, narrow

ISSUER = "番禺智慧政务"
STEPS = (0, -1, 1)
"""Whose codes are taken: of this half minute, and of its neighbours, for clocks that differ."""
FRESH = timedelta(minutes=15)
"""For so long after a code none is asked for again."""
RECOVERY_CODES = 10


class CodeNeeded(Unauthenticated):
    code = "second_factor_needed"
    message = "请填写验证器上的动态验证码"


class CodeWrong(Unauthenticated):
    code = "second_factor_wrong"
    message = "动态验证码错误或已用过，请等验证器显示下一个再试"


class NotFresh(Unauthenticated):
    """The member is signed in, and last gave a code too long ago."""

    code = "second_factor_not_fresh"
    message = "这项操作需要再次验证身份"


class AlreadyEnrolled(Conflict):
    code = "second_factor_enrolled"
    message = "您已绑定验证器；需要更换的，请联系管理员重置"


class NoAuthenticator(Conflict):
    code = "second_factor_missing"
    message = "您还没有绑定验证器"


class Owed(StrEnum):
    """What a member must do before anything else."""

    ANOTHER_PASSWORD = "another_password"  # noqa: S105 - the name of a duty
    SECOND_FACTOR = "second_factor"


def needs_second_factor(member: Member) -> bool:
    return any(scope.needs_second_factor for scope in scopes_of(member))


def owed(person: Member, member: Member) -> Owed | None:
    """What one who is signed in must do first; `member` is whose rights they use, as a rule their own."""
    if person.get("one_time"):
        return Owed.ANOTHER_PASSWORD
    if needs_second_factor(member) and "second" not in person:
        return Owed.SECOND_FACTOR
    return None


def is_fresh(session: Session, now: datetime) -> bool:
    """Whether a code was given in the session within the last quarter of an hour."""
    confirmed = session.get("confirmed_at")
    return confirmed is not None and now - confirmed < FRESH


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step whose code this is, if it is one of now."""
    authenticator = pyotp.TOTP(secret)
    present = authenticator.timecode(now)
    found = [
        step
        for step in STEPS
        if compare_digest(authenticator.generate_otp(present + step).encode(), code.encode())
    ]
    return present + found[0] if found else None


@dataclass(frozen=True)
class SecondFactors:
    staff: Staff
    privacy: Privacy

    async def begin(self, member: Member, by: Cause) -> None:
        """Make the secret that the member's authenticator is to be given; another one of before is void.

        Raises:
            AlreadyEnrolled
        """
        sealed = self.privacy.seal(pyotp.random_base32(), _context(member["_id"]))
        await self.staff.change(
            member["_id"],
            expects={"second": None},
            sets={"enrolling": sealed},
            event=Event("staff.second_factor_begun", member["_id"], by),
            otherwise=AlreadyEnrolled,
        )

    def secret(self, member: Member) -> str:
        """What the authenticator is to be given; "" where that has not begun, or is over."""
        sealed = member.get("enrolling", "")
        return self.privacy.open(sealed, _context(member["_id"])) if sealed else ""

    def address(self, member: Member) -> str:
        """The secret as authenticators read it from a QR."""
        return pyotp.TOTP(self.secret(member)).provisioning_uri(name=member["_id"], issuer_name=ISSUER)

    async def finish(self, member: Member, code: str, by: Cause) -> list[str]:
        """From now on a code is asked of the member; returns the recovery codes, which are shown once.

        Raises:
            CodeWrong: the authenticator shows another one.
            ChangedMeanwhile: another secret was made, or it is finished already.
        """
        secret = self.secret(member)
        step = step_of(secret, digits(code), by.at) if secret else None
        if step is None:
            raise CodeWrong
        codes = list(_recovery_codes())
        await self._keep(member["_id"], {"enrolling": member["enrolling"]}, secret, step, codes, by)
        return codes

    async def renew(self, member: Member, by: Cause) -> list[str]:
        """Make new recovery codes, which are shown once; those of before are void.

        Raises:
            NoAuthenticator
            ChangedMeanwhile: one was used, or others were made, at the same moment.
        """
        if "second" not in member:
            raise NoAuthenticator
        codes = list(_recovery_codes())
        await self.staff.change(
            member["_id"],
            expects={"second.recovery": member["second"]["recovery"]},
            sets={"second.recovery": [self._hash(member["_id"], code) for code in codes]},
            event=Event("staff.recovery_renewed", member["_id"], by),
            otherwise=ChangedMeanwhile,
        )
        return codes

    async def give(self, username: str, secret: str, by: Cause) -> None:
        """Enrol a member with a secret that is known elsewhere: for the demo. Who has one keeps it."""
        if "second" not in await self.staff.get(username):
            await self._keep(username, {"second": None}, secret, 0, [], by)

    async def _keep(
        self, username: str, expects: dict[str, object], secret: str, step: int, codes: list[str], by: Cause
    ) -> None:
        recovery = [self._hash(username, code) for code in codes]
        sealed = self.privacy.seal(secret, _context(username))
        await self.staff.change(
            username,
            expects=expects,
            sets={"second": {"secret": sealed, "used": step, "recovery": recovery}},
            update={"$unset": {"enrolling": ""}},
            event=Event("staff.second_factor_kept", username, by),
            otherwise=ChangedMeanwhile,
        )

    def use(self, member: Member, code: str, now: datetime) -> GivenCode | None:
        """What a sign-in with this code must find, and what it takes away; None for a member who has no
        authenticator.

        Raises:
            CodeNeeded: nothing was given.
            CodeWrong: also for one that was used.
        """
        if "second" not in member:
            return None
        given = narrow(code).replace(" ", "").replace("-", "").lower()
        if not given:
            raise CodeNeeded
        second = member["second"]
        step = step_of(self.privacy.open(second["secret"], _context(member["_id"])), given, now)
        if step is not None and step > second["used"]:
            return GivenCode({"second.used": {"$lt": step}}, {"$set": {"second.used": step}}, CodeWrong)
        recovery = self._hash(member["_id"], given)
        if recovery in second["recovery"]:
            return GivenCode(
                {"second.recovery": recovery}, {"$pull": {"second.recovery": recovery}}, CodeWrong
            )
        raise CodeWrong

    def _hash(self, username: str, code: str) -> str:
        return self.privacy.index(f"{username}\n{code.replace('-', '')}", "recovery code")


def _context(username: str) -> str:
    return f"staff:{username}:second"


def _recovery_codes() -> Iterator[str]:
    for _ in range(RECOVERY_CODES):
        letters = pyotp.random_base32(32)[:10].lower()
        yield f"{letters[:5]}-{letters[5:]}"


def new_secret() -> str:
    return pyotp.random_base32()


def code_of(secret: str, at: datetime) -> str:
    """What an authenticator with this secret shows."""
    return pyotp.TOTP(secret).at(at)
