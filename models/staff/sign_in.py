"""How a member signs in to the panel (article 5): with the password, and after wrong ones not at once again.

What is counted belongs to the place from which it comes, a network or a device that the member has used
before. So wrong tries elsewhere keep no member out, and no place can try for long.
"""

import asyncio
from dataclasses import dataclass

from models.counters import Counters, Limit, Per, Use, network_of
from models.errors import BadInput, Forbidden, TooMany, Unauthenticated
from models.events import Cause
from models.sessions import Session
from models.staff import passwords
from models.staff.devices import Devices, first_of
from models.staff.document import Member, is_let_in
from models.staff.members import GivenCode, Staff, user_name
from models.staff.second_factor import CodeWrong, SecondFactors
from models.staff.tries import FREE, Tries


class PasswordWrong(Unauthenticated):
    code = "password_wrong"
    message = "用户名或密码错误"


class OneTimePasswordOver(Forbidden):
    code = "one_time_password_over"
    message = "一次性密码已过期（7天内有效），请联系管理员重置，再用新的一次性密码登录"


class PasswordNotOwn(BadInput):
    code = "password_not_own"
    message = "原密码错误"
    field = "current"


class PasswordSame(BadInput):
    code = "password_same"
    message = "新密码不能与原密码相同"
    field = "password"


class MemberSuspended(Forbidden):
    code = "member_suspended"
    message = "该账号已停用，如需使用请联系本单位管理员"


class NetworkHeldUp(TooMany):
    code = "sign_in_network_limit"
    message = "您所在网络的登录失败次数过多，请稍后再试；在平常登录的电脑上不受影响"


FROM_A_NETWORK = Limit("staff_sign_in", 60, Per.HOUR, NetworkHeldUp)
"""Wrong tries from one network, of whatever names, before nothing is compared for it any more."""


@dataclass(frozen=True)
class SignedIn:
    """`device` is the token that the member's browser is to keep; `confirmed` is whether a code was given."""

    member: Member
    device: str
    confirmed: bool


@dataclass(frozen=True)
class SignIn:
    staff: Staff
    tries: Tries
    devices: Devices
    counters: Counters
    second_factors: SecondFactors

    async def sign_in(
        self, username: str, password: str, *, address: str, device: str, by: Cause, code: str = ""
    ) -> SignedIn:
        """Let in the member whose password this is, and `code` a code of theirs, if they have an
        authenticator; `device` is the token of an earlier sign-in in the same browser, "" for none.

        Raises:
            PasswordWrong: also for a user name that does not exist.
            CodeNeeded, CodeWrong, MemberSuspended, OneTimePasswordOver: the password is right.
            TriesHeldUp, NetworkHeldUp: from this place, also for a name that does not exist.
            PasswordChanged: at the same moment.
        """
        username, network = user_name(username), network_of(address)
        used = await self.devices.find(device, by.at)
        known = used if used and username in used["members"] else None
        place = f"device:{first_of(known)}" if known else f"network:{network}"
        uses = [] if known else [Use(FROM_A_NETWORK, network)]
        async with self.counters.taken(uses, by.at):
            number = await self.tries.count(username, place, by)
        member, use = await self._compare(username, password, code, number, by)
        await self.counters.give_back(uses, by.at)
        await self.tries.forget(username, place, number)
        if not is_let_in(member):
            raise MemberSuspended
        if passwords.is_over(member.get("one_time"), by.at):
            raise OneTimePasswordOver
        signed_in = await self.staff.note_sign_in(member, by, use)
        token = await self.devices.remember(used, member["_id"], by)
        return SignedIn(signed_in, token, use is not None)

    async def change_password(
        self, member: Member, session: Session, current: str, password: str, by: Cause
    ) -> Member:
        """Change one's own password, by the one that one has. All sessions have ended then.

        Raises:
            PasswordNotOwn, PasswordSame, TriesHeldUp
            BadInput: the new one may not be one.
            PasswordChanged: at the same moment.
        """
        before, place = member["password_hash"], f"session:{session['_id']}"
        number = await self.tries.count(member["_id"], place, by)
        if not await asyncio.to_thread(passwords.matches, before, current):
            raise PasswordNotOwn
        await self.tries.forget(member["_id"], place, number)
        if current == password:
            raise PasswordSame
        return await self.staff.change_password(member["_id"], password, by, before=before)

    async def confirm(self, member: Member, session: Session, code: str, by: Cause) -> None:
        """Take a code in a session that is open already.

        Raises:
            CodeNeeded, CodeWrong, TriesHeldUp
        """
        place = f"session:{session['_id']}"
        number = await self.tries.count(member["_id"], place, by)
        use = self.second_factors.use(member, code, by.at)
        if use is None:  # no authenticator, no code
            raise CodeWrong
        await self.staff.note_confirmed(member, use, by)
        await self.tries.forget(member["_id"], place, number)

    async def _compare(
        self, username: str, password: str, code: str, number: int, by: Cause
    ) -> tuple[Member, GivenCode | None]:
        """The member whose password and code these are, and what the code takes away."""
        member = await self.staff.find(username)
        kept = member["password_hash"] if member else passwords.NOBODY
        right = await asyncio.to_thread(passwords.matches, kept, password)
        try:
            if member is None or not right:
                raise PasswordWrong
            return member, self.second_factors.use(member, code, by.at) if is_let_in(member) else None
        except Unauthenticated:
            if number == FREE + 1:
                await self.staff.note_guesses(username, by)
            raise
