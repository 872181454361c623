"""How a member signs in to the panel (article 5): with the password, and after wrong ones not at once again.

What is counted belongs to the place from which it comes, a network or a device that the member has used
before. So wrong tries elsewhere keep no member out, and no place can try for long.
"""

import asyncio
from dataclasses import dataclass

from models.counters import Counters, Limit, Per, Use, network_of
from models.errors import Forbidden, TooMany, Unauthenticated
from models.events import Cause
from models.staff import passwords
from models.staff.devices import Device, Devices
from models.staff.members import Staff, user_name
from models.staff.scopes import Member
from models.staff.tries import FREE, Tries


class PasswordWrong(Unauthenticated):
    code = "password_wrong"
    message = "用户名或密码错误"


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
    """`device` is the token that the member's browser is to keep."""

    member: Member
    device: str


@dataclass(frozen=True)
class SignIn:
    staff: Staff
    tries: Tries
    devices: Devices
    counters: Counters

    async def sign_in(
        self, username: str, password: str, *, address: str, device: str, by: Cause
    ) -> SignedIn:
        """Let in the member whose password this is; `device` is the token of an earlier sign-in in the same
        browser, "" for none.

        Raises:
            PasswordWrong: also for a user name that does not exist.
            MemberSuspended: the password is right.
            TriesHeldUp, NetworkHeldUp: from this place, also for a name that does not exist.
            PasswordChanged: at the same moment.
        """
        username, network = user_name(username), network_of(address)
        used = await self.devices.find(device, by.at)
        known = used if used and username in used["members"] else None
        place = f"device:{known['_id']}" if known else f"network:{network}"
        uses = [] if known else [Use(FROM_A_NETWORK, network)]
        async with self.counters.taken(uses, by.at):
            number = await self.tries.count(username, place, by)
        member = await self._compare(username, password, number, by)
        await self.counters.give_back(uses, by.at)
        await self.tries.forget(username, place, number)
        return await self._let_in(member, used, by)

    async def _compare(self, username: str, password: str, number: int, by: Cause) -> Member:
        member = await self.staff.find(username)
        kept = member["password_hash"] if member else passwords.NOBODY
        right = await asyncio.to_thread(passwords.matches, kept, password)
        if member is None or not right:
            if number == FREE + 1:
                await self.staff.note_guesses(username, by)
            raise PasswordWrong
        return member

    async def _let_in(self, member: Member, used: Device | None, by: Cause) -> SignedIn:
        if member.get("suspended_at"):
            raise MemberSuspended
        signed_in = await self.staff.note_sign_in(member, by)
        return SignedIn(signed_in, await self.devices.remember(used, member["_id"], by))
