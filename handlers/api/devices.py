"""How the devices of kiosks activate, say how they are, and are told what to do (docs/devices.md)."""

from base64 import b64decode
from datetime import datetime
from typing import Annotated, cast

from pydantic import AfterValidator, ConfigDict, Field

from handlers.api.contract import Answer, Asked, Endpoint, Resource, Said, operation
from handlers.web.devices import FromDevice
from handlers.web.visitor import Auth
from models import typed
from models.events import Channel
from models.kiosks import (
    ActivationRefused,
    CommandName,
    CommandNotFound,
    DeviceKeyInvalid,
    DeviceState,
    Heard,
    NonceUsed,
    Outcome,
    State,
    TooManyActivations,
    TooManySignals,
    notice_of,
)

NEXT_AFTER_S = 30
LARGEST_ANSWER = 3 * 1024 * 1024
"""Bytes, for the picture of a screen."""
SIGNALS = (NonceUsed, TooManySignals)

Word = Annotated[str, Field(pattern="^[a-z0-9-]{1,64}$")]
Words = Annotated[list[Word], Field(min_length=1, max_length=20)]
"""As IPP's `printer-state-reasons`; `["none"]` where all is well."""
Percent = Annotated[float, Field(ge=0, le=100)]
PublicKey = Annotated[str, Field(min_length=1, max_length=400, description="SPKI (DER), base64; P-256")]


def on_one_line(text: str) -> str:
    """What is seen of it; controls are spaces."""
    return " ".join(typed.narrow(text).split())


Version = Annotated[str, Field(max_length=200), AfterValidator(on_one_line)]


class DeviceAsked(Asked):
    """What a device sends: each value in its own JSON type."""

    model_config = ConfigDict(strict=True)


class ActivationAsked(DeviceAsked):
    code: str = Field(min_length=1, max_length=64, description="works once")
    public_key: PublicKey
    hardware: Version = ""
    software: Version = ""


class Place(Answer):
    hall: str
    name: Said
    address: Said
    phone: str = Field(description="to be shown at all times")
    position: str = Field(description="in the hall's layout")


class Activated(Answer):
    kiosk: str = Field(description="for `X-Kiosk`")
    place: Place


class Network(DeviceAsked):
    rtt_ms: float | None = Field(None, ge=0, le=1_000_000)


class Peripherals(DeviceAsked):
    printer: Words | None = None
    reader: Words | None = None
    scanner: Words | None = None
    network: Network | None = None


class HeartbeatAsked(DeviceAsked):
    """Each peripheral and measure may be absent."""

    state: DeviceState
    peripherals: Peripherals = Peripherals()
    paper: Percent | None = None
    toner: Percent | None = None
    software: Version = ""
    temperature: float | None = Field(None, ge=-100, le=200, description="°C")
    session: bool = Field(False, description="whether somebody is being served")


class Command(Answer):
    id: str
    name: CommandName
    argument: str = Field(description="of an update its version, else empty")


class Notice(Answer):
    text: str = Field(description="to be shown in place of the service, in Chinese")
    until: datetime | None = Field(description="null where it does not come back")


class HeartbeatAnswer(Answer):
    state: State = Field(description="of the kiosk, as the service knows it")
    commands: list[Command]
    notice: Notice | None
    next_after_s: int


class KeyAsked(DeviceAsked):
    public_key: PublicKey


class AnswerAsked(DeviceAsked):
    outcome: Outcome
    text: str = Field("", max_length=20_000, description="what went wrong, or the logs")
    picture: str = Field("", max_length=LARGEST_ANSWER, description="of the screen: JPEG or PNG, base64")


class DeviceResource(FromDevice, Resource):
    @property
    def channel(self) -> Channel:
        return Channel.KIOSK


class ActivationResource(DeviceResource):
    @operation(
        "Become the kiosk of an approved place",
        asks=ActivationAsked,
        answers=Activated,
        status=201,
        errors=(DeviceKeyInvalid, ActivationRefused, TooManyActivations),
    )
    async def post(self, asked: ActivationAsked) -> Activated:
        about = {"hardware": asked.hardware, "software": asked.software}
        kiosk = await self.services.activations.activate(
            asked.code, decoded(asked.public_key), about, self.address, self.cause()
        )
        hall = await self.services.halls.get(kiosk["hall"] or "")
        place = Place(
            hall=hall.code,
            name=hall.name,
            address=hall.address,
            phone=hall.phone,
            position=kiosk["position"],
        )
        return Activated(kiosk=kiosk["_id"], place=place)


class HeartbeatResource(DeviceResource):
    @operation(
        "Say how the device is",
        auth=Auth.DEVICE,
        asks=HeartbeatAsked,
        answers=HeartbeatAnswer,
        errors=SIGNALS,
    )
    async def post(self, asked: HeartbeatAsked) -> HeartbeatAnswer:
        commands = await self.services.devices.beat(
            self.kiosk, self.signed, heartbeat_of(asked), self.by_device()
        )
        await self.renew_session()
        shown = notice_of(self.kiosk)
        return HeartbeatAnswer(
            state=self.kiosk["state"],
            commands=[Command(id=one["id"], name=one["name"], argument=one["argument"]) for one in commands],
            notice=Notice.model_validate(shown) if shown else None,
            next_after_s=NEXT_AFTER_S,
        )


class DeviceSessionResource(DeviceResource):
    @operation(
        "Show the kiosk's pages in this browser: sets the cookie `device_session` (on https with `__Host-`"
        " before it) for ten minutes, which each heartbeat with it renews",
        auth=Auth.DEVICE,
        errors=SIGNALS,
    )
    async def post(self) -> None:
        await self.open_session()


class KeyResource(DeviceResource):
    @operation(
        "Renew the device's key: the old one signs, the new one is in force with its first use",
        auth=Auth.DEVICE,
        asks=KeyAsked,
        errors=(DeviceKeyInvalid, *SIGNALS),
    )
    async def post(self, asked: KeyAsked) -> None:
        key = decoded(asked.public_key)
        await self.services.devices.offer_key(self.kiosk, self.signed, key, self.by_device())


class CommandResource(DeviceResource):
    largest_body = LARGEST_ANSWER

    @operation(
        "Say what came of a command",
        auth=Auth.DEVICE,
        asks=AnswerAsked,
        errors=(CommandNotFound, *SIGNALS),
    )
    async def post(self, command: str, asked: AnswerAsked) -> None:
        await self.services.commands.answer(
            self.kiosk,
            self.signed.used,
            command,
            asked.outcome,
            asked.text,
            decoded(asked.picture),
            self.by_device(),
        )


def heartbeat_of(asked: HeartbeatAsked) -> Heard:
    """What a device says, without what it does not know."""
    heard = Heard(state=asked.state, session=asked.session, software=asked.software)
    around, network = asked.peripherals, asked.peripherals.network
    measures = {
        "printer": around.printer,
        "reader": around.reader,
        "scanner": around.scanner,
        "rtt_ms": network.rtt_ms if network else None,
        "paper": asked.paper,
        "toner": asked.toner,
        "temperature": asked.temperature,
    }
    known = {name: value for name, value in measures.items() if value is not None}
    return cast(Heard, {**heard, **known})


def decoded(text: str) -> bytes:
    """What stands for base64; what is none is nothing, and so no key and no picture."""
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return b""


ENDPOINTS = [
    Endpoint("/devices/activation", ActivationResource),
    Endpoint("/devices/heartbeat", HeartbeatResource),
    Endpoint("/devices/session", DeviceSessionResource),
    Endpoint("/devices/key", KeyResource),
    Endpoint("/devices/commands/{command}", CommandResource),
]
