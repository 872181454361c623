"""How a device proves that it is its kiosk, says how it is, and renews its key (docs/devices.md)."""

import re
from base64 import b64decode
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from models.events import Cause
from models.kiosks.actions import Action
from models.kiosks.commands import waiting
from models.kiosks.document import Command, DeviceKey, Kiosk
from models.kiosks.heartbeats import DeviceRefused, Heard, Heartbeats, Nonce, serves
from models.kiosks.signatures import check_key, is_signed
from models.kiosks.store import Kiosks
from models.staff import Member


class DeviceUnsigned(DeviceRefused):
    code = "device_unsigned"
    message = "请求须带有X-Kiosk、X-Timestamp、X-Nonce和X-Signature"


class DeviceClockStale(DeviceRefused):
    code = "device_clock_stale"
    message = "设备时间与服务器相差超过5分钟，请校准"


class SignatureInvalid(DeviceRefused):
    """Also where there is no such kiosk."""

    code = "signature_invalid"
    message = "签名不正确"


class KeyRevoked(DeviceRefused):
    code = "key_revoked"
    message = "该终端的密钥已撤销，请重新激活"


WINDOW = timedelta(minutes=5)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
KIOSK = re.compile("[0-9a-f]{32}")
TIMESTAMP = re.compile("[0-9]{1,11}", re.ASCII)
NONCE = re.compile("[A-Za-z0-9_-]{16,64}")
SIGNATURE = re.compile("[A-Za-z0-9+/]{86}==")


@dataclass(frozen=True)
class Signed:
    """A request as it came: what its headers say (empty where there is none), and what they sign. `path` is
    with its query."""

    kiosk: str
    timestamp: str
    nonce: str
    signature: str
    method: str
    path: str
    body: bytes

    @property
    def message(self) -> bytes:
        body = sha256(self.body).hexdigest()
        return "\n".join((self.method, self.path, self.timestamp, self.nonce, body)).encode()

    @property
    def at(self) -> datetime:
        return EPOCH + timedelta(seconds=int(self.timestamp))

    @property
    def used(self) -> Nonce:
        """Its nonce, until its time would be refused anyway."""
        return Nonce(nonce=self.nonce, until=self.at + WINDOW)


@dataclass(frozen=True)
class KioskDevices:
    kiosks: Kiosks
    heartbeats: Heartbeats

    async def known(self, signed: Signed, by: Cause) -> Kiosk:
        """The kiosk whose device has signed a request; whether the nonce is new is told with its writing.

        Raises:
            Unauthenticated: `device_unsigned`, `device_clock_stale`, `signature_invalid`, `key_revoked`.
        """
        check_form(signed)
        if abs(signed.at - by.at) > WINDOW:
            raise DeviceClockStale
        kiosk = await self.kiosks.find(signed.kiosk)
        if kiosk is None:
            raise SignatureInvalid
        if (key := kiosk.get("device_key")) is None:
            raise KeyRevoked
        signature = b64decode(signed.signature)
        if is_signed(key["spki"], signature, signed.message):
            return kiosk
        if key["next"] and is_signed(key["next"], signature, signed.message):
            return await self._renewed(kiosk, key, by)
        raise SignatureInvalid

    async def beat(self, kiosk: Kiosk, signed: Signed, heard: Heard, by: Cause) -> list[Command]:
        """Note how a device is, in one write with its nonce; returns what it is to do: nothing while it
        serves somebody.

        Raises:
            Unauthenticated: `nonce_used`.
            TooMany: `too_many_signals`.
        """
        await self.heartbeats.hear(kiosk["_id"], signed.used, by, heard)
        return [] if serves(heard) else waiting(kiosk, by.at)

    async def offer_key(self, kiosk: Kiosk, signed: Signed, public_key: bytes, by: Cause) -> None:
        """Take a new key, which the old one signs for; it is in force with its first use.

        Raises:
            BadInput: `device_key_invalid`.
            Unauthenticated: `nonce_used`; `key_revoked`, also where another key is in force meanwhile.
            TooMany: `too_many_signals`.
        """
        check_key(public_key)
        await self.heartbeats.hear(kiosk["_id"], signed.used, by)
        await self.kiosks.take(
            Action.OFFER_KEY,
            kiosk["_id"],
            by,
            expects={"device_key.spki": kiosk["device_key"]["spki"]},
            sets={"device_key.next": public_key},
            otherwise=KeyRevoked,
        )

    async def revoke(self, key: str, member: Member, by: Cause) -> Kiosk:
        """The device is not known any more, until one is activated again.

        Raises:
            Forbidden: `scope_missing`.
            NotFound: `kiosk_not_found`.
            Conflict: `kiosk_moved_on`, also where it has no key.
        """
        await self.kiosks.within(key, member, Action.REVOKE_KEY)
        return await self.kiosks.take(
            Action.REVOKE_KEY,
            key,
            by,
            expects={"device_key": {"$exists": True}},
            sets={"commands": []},
            update={"$unset": {"device_key": ""}},
        )

    async def _renewed(self, kiosk: Kiosk, key: DeviceKey, by: Cause) -> Kiosk:
        """The new key was used: the old one is worth nothing any more. Two first uses at once are both good.

        Raises:
            Unauthenticated: `signature_invalid`, where the key was taken back meanwhile.
        """
        new = DeviceKey(spki=key["next"] or b"", since=by.at, next=None)
        with suppress(SignatureInvalid):
            return await self.kiosks.take(
                Action.RENEW_KEY,
                kiosk["_id"],
                by,
                expects={"device_key.spki": key["spki"], "device_key.next": key["next"]},
                sets={"device_key": new},
                otherwise=SignatureInvalid,
            )
        now = await self.kiosks.find(kiosk["_id"])
        if now and (held := now.get("device_key")) and held["spki"] == new["spki"]:
            return now
        raise SignatureInvalid


def check_form(signed: Signed) -> None:
    """
    Raises:
        Unauthenticated: `device_unsigned`.
    """
    forms = (
        (KIOSK, signed.kiosk),
        (TIMESTAMP, signed.timestamp),
        (NONCE, signed.nonce),
        (SIGNATURE, signed.signature),
    )
    if not all(form.fullmatch(text) for form, text in forms):
        raise DeviceUnsigned
