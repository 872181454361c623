"""One-time codes, by which a device becomes the kiosk of an approved place."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from models.counters import Counters, Limit, Per, Use, network_of
from models.errors import Refused, TooMany
from models.events import Cause
from models.kiosks.actions import Action
from models.kiosks.document import Kiosk, State
from models.kiosks.signatures import check_key
from models.kiosks.store import Kiosks
from models.staff import Member
from models.store import Document


class ActivationRefused(Refused):
    """One answer for a code that is wrong, over or used."""

    code = "activation_refused"
    message = "激活码不正确、已过期或已使用"


class TooManyActivations(TooMany):
    code = "too_many_activations"
    message = "尝试次数过多，请稍后再试"


ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 12
"""Sixty bits."""
VALID = timedelta(days=7)
PER_ADDRESS = Limit("activation", 20, Per.HOUR, TooManyActivations)


@dataclass(frozen=True)
class Activations:
    kiosks: Kiosks
    counters: Counters

    async def issue(self, key: str, member: Member, by: Cause) -> str:
        """A new code for a kiosk that waits in its place, or whose key was revoked; the one before is worth
        nothing any more.

        Raises:
            Forbidden: `scope_missing`.
            NotFound: `kiosk_not_found`.
            Conflict: `kiosk_moved_on`, also where its device has a key.
        """
        await self.kiosks.within(key, member, Action.ISSUE_CODE)
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        activation = {"index": self._index(code), "until": by.at + VALID}
        keyless = {"device_key": {"$exists": False}}
        await self.kiosks.take(Action.ISSUE_CODE, key, by, expects=keyless, sets={"activation": activation})
        return code

    async def activate(
        self, code: str, public_key: bytes, about: dict[str, Any], address: str, by: Cause
    ) -> Kiosk:
        """A device brings a code and its key, and is the kiosk from now on. `about` is its hardware and
        software. Of several that bring one code one is let in.

        Raises:
            TooMany: `too_many_activations`.
            BadInput: `device_key_invalid`.
            Refused: `activation_refused`.
        """
        await self.counters.take([Use(PER_ADDRESS, network_of(address))], by.at)
        check_key(public_key)
        expects = self._opens(code, by.at)
        waiting = await self.kiosks.one_of(expects)
        if waiting is None:
            raise ActivationRefused
        return await self.kiosks.take(
            Action.ACTIVATE if waiting["state"] is State.PLACED else Action.REACTIVATE,
            waiting["_id"],
            by,
            expects=expects,
            sets={"device_key": {"spki": public_key, "since": by.at, "next": None}},
            update={"$unset": {"activation": ""}},
            data=about,
            otherwise=ActivationRefused,
        )

    async def opened_by(self, code: str, at: datetime) -> Kiosk | None:
        """The kiosk that a code activates at a moment; None where it is wrong, over or used."""
        return await self.kiosks.one_of(self._opens(code, at))

    def _opens(self, code: str, at: datetime) -> Document:
        return {"activation.index": self._index(code), "activation.until": {"$gt": at}}

    def _index(self, code: str) -> str:
        return self.kiosks.privacy.index("".join(code.split()).upper(), "activation")
