"""The sessions of paired screens: one counts only at its own kiosk, and while its pairing is not ended."""

from dataclasses import dataclass
from datetime import datetime

from models.events import Cause
from models.pairings.document import Pairing, State, Ticket
from models.pairings.store import Pairings
from models.pairings.uses import KioskUses
from models.sessions import LIFETIME, Session, Sessions


@dataclass(frozen=True)
class Joined:
    """The screen's session token, and where it goes on."""

    token: str
    page: str


@dataclass(frozen=True)
class PairedSession:
    """A screen where an account is signed in; `until` is the end of its session."""

    pairing: Pairing
    until: datetime


@dataclass(frozen=True)
class PairedSessions:
    pairings: Pairings
    sessions: Sessions
    uses: KioskUses

    async def join(self, ticket: Ticket, kiosk: str, by: Cause) -> Joined:
        """Sign in the screen whose phone has given the digits. The same browser may do it again, where the
        answer was lost, and gets the same token; there is one session.

        Raises:
            NotFound, Forbidden, Conflict: see `Pairings.join`.
        """
        pairing, first = await self.pairings.join(ticket, kiosk, by.at + LIFETIME[by.channel], by)
        token = self.pairings.privacy.index(str(ticket), "pairing_token")
        await self.sessions.open_paired(token, f"account:{pairing['account']}", ticket.key, kiosk, by)
        if first and kiosk:
            await self.uses.count(kiosk, by.at)
        return Joined(token, pairing["page"])

    async def holds(self, session: Session, kiosk: str) -> bool:
        """Whether a session counts on a request that comes from this kiosk ("" for any other place)."""
        if session.get("kiosk", "") != kiosk:
            return False
        pairing = session.get("pairing")
        return pairing is None or await self.pairings.is_joined(pairing)

    async def go_on(self, session: Session, by: Cause) -> None:
        """A session at a kiosk that is in use lasts on; written at most once in half of its life."""
        lifetime = LIFETIME[session["channel"]]
        if session["expires_at"] - by.at < lifetime / 2:
            await self.sessions.last(session["_id"], by.at + lifetime)
            await self.pairings.last(session.get("pairing", ""), by.at + lifetime)

    async def of_account(self, account: str, now: datetime) -> list[PairedSession]:
        """Where this account is signed in, the latest first."""
        sessions = {one["pairing"]: one for one in await self.sessions.paired(f"account:{account}", now)}
        found = await self.pairings.those(list(sessions))
        live = [one for one in found if one["state"] is State.JOINED]
        live.sort(key=lambda one: one["joined_at"], reverse=True)
        return [PairedSession(one, sessions[one["_id"]]["expires_at"]) for one in live]

    async def end_by_phone(self, key: str, account: str, by: Cause) -> None:
        """The phone ends what it has a part in, at whatever step; what is not theirs stays."""
        await self.pairings.end(key, {"account": account}, by)
        await self.sessions.end_paired(key, f"account:{account}")

    async def sign_out(self, token: str, by: Cause) -> None:
        """The screen, or any other browser, ends its session, and the pairing with it."""
        session = await self.sessions.find(token, "account", by)
        if session and (key := session.get("pairing")):
            await self.pairings.end(key, {}, by)
        await self.sessions.close(token)
