"""A member's phone, for what is told to them: kept once a code by SMS has shown that it is in their hands.

Two members may have the same: a telephone of an office is nobody's alone.
"""

from dataclasses import dataclass

from models.events import Cause, Event
from models.people import PhoneCodes, check_phone, mask_phone
from models.privacy import Privacy
from models.staff.document import Member
from models.staff.members import MemberLeft, Staff


@dataclass(frozen=True)
class StaffPhones:
    staff: Staff
    codes: PhoneCodes
    privacy: Privacy

    async def ask(self, member: Member, phone: str, *, address: str, by: Cause) -> None:
        """Send a code to a phone; see `PhoneCodes.request`.

        Raises:
            PhoneInvalid
            TooMany: for the phone, the member, the network, or for everybody.
        """
        await self.codes.request(phone, account=_asker(member), address=address, by=by)

    async def keep(self, member: Member, phone: str, code: str, by: Cause) -> Member:
        """Keep the phone to which the code went, in place of another one.

        Raises:
            PhoneInvalid, PhoneCodeWrong
            MemberLeft: at the same moment.
        """
        phone, asker = check_phone(phone), _asker(member)
        await self.codes.check(phone, code, account=asker, by=by)
        sealed = self.privacy.seal(phone, _context(member))
        kept = await self.staff.change(
            member["_id"],
            expects={"left_at": None},
            sets={"phone": {"number": sealed, "since": by.at}},
            event=Event("staff.phone_kept", member["_id"], by),
            otherwise=MemberLeft,
        )
        await self.codes.use_up(phone, account=asker)
        return kept

    async def remove(self, member: Member, by: Cause) -> None:
        """Keep the phone no more. Doing it again changes nothing."""
        event = Event("staff.phone_removed", member["_id"], by)
        await self.staff.drop(member["_id"], {"phone": {"$ne": None}}, ("phone",), event)

    def number(self, member: Member) -> str:
        """The whole number, for what sends to it; "" where there is none."""
        phone = member.get("phone")
        return self.privacy.open(phone["number"], _context(member)) if phone else ""

    def masked(self, member: Member) -> str:
        return mask_phone(self.number(member)) if "phone" in member else ""


def _asker(member: Member) -> str:
    """For whom a code is: no id of an account looks like this."""
    return f"staff:{member['_id']}"


def _context(member: Member) -> str:
    return f"staff:{member['_id']}:phone"
