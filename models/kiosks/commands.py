"""What a device is told to do from afar: on record, never while somebody is being served, and answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from models.errors import Conflict, NotFound
from models.events import Cause
from models.kiosks.actions import Action
from models.kiosks.answers import DeviceAnswers
from models.kiosks.document import Command, CommandName, Kiosk, Outcome
from models.kiosks.heartbeats import Heartbeats, Nonce, is_serving
from models.kiosks.rules import line_of
from models.kiosks.store import Kiosks
from models.staff import Member


class KioskServing(Conflict):
    code = "kiosk_serving"
    message = "终端正在为群众办理，请稍后再操作"


class CommandWaiting(Conflict):
    code = "command_waiting"
    message = "该指令已下达，请等待设备执行"


class CommandNotFound(NotFound):
    code = "command_not_found"
    message = "没有找到该指令，或已回复"


VALID = timedelta(hours=1)
"""A device that is heard of later is not told any more."""


@dataclass(frozen=True)
class Commands:
    kiosks: Kiosks
    heartbeats: Heartbeats
    answers: DeviceAnswers

    async def order(self, key: str, name: CommandName, argument: str, member: Member, by: Cause) -> Kiosk:
        """Tell a device to do something with its next heartbeat; an update names its version.

        Raises:
            Forbidden: `scope_missing`.
            NotFound: `kiosk_not_found`.
            BadInput: `kiosk_words_missing`.
            Conflict: `kiosk_serving`, `command_waiting`; `kiosk_moved_on`, also where it has no key.
        """
        found = await self.kiosks.within(key, member, Action.COMMAND)
        argument = line_of(argument, "argument") if name is CommandName.UPDATE else ""
        if is_serving(await self.heartbeats.find(key), by.at):
            raise KioskServing
        live = waiting(found, by.at)
        if any(one["name"] is name for one in live):
            raise CommandWaiting
        new = Command(
            id=uuid4().hex, name=name, argument=argument, at=by.at, until=by.at + VALID, by=by.actor
        )
        return await self.kiosks.take(
            Action.COMMAND,
            key,
            by,
            expects={"device_key": {"$exists": True}, "commands": found["commands"]},
            sets={"commands": [*live, new]},
            data={"command": new["id"], "name": name.value, "argument": argument},
        )

    async def answer(
        self, kiosk: Kiosk, nonce: Nonce, command: str, outcome: Outcome, text: str, picture: bytes, by: Cause
    ) -> None:
        """A device says what came of a command, once; with it its logs, or the picture of its screen.

        Raises:
            Unauthenticated: `nonce_used`.
            TooMany: `too_many_signals`.
            NotFound: `command_not_found`, also where it was answered.
        """
        key = kiosk["_id"]
        await self.heartbeats.hear(key, nonce, by)
        told = next((one for one in kiosk["commands"] if one["id"] == command), None)
        if told is None:
            raise CommandNotFound
        await self.answers.keep(key, told, outcome, text, picture, by.at)
        await self.kiosks.take(
            Action.ANSWER,
            key,
            by,
            expects={"commands.id": command},
            update={"$pull": {"commands": {"id": command}}},
            data={"command": command, "name": told["name"].value, "outcome": outcome.value},
            otherwise=CommandNotFound,
        )


def waiting(kiosk: Kiosk, now: datetime) -> list[Command]:
    """What a device is still to do."""
    return [one for one in kiosk["commands"] if one["until"] > now]
