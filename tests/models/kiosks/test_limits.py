"""How long what is written of kiosks and places may be."""

from typing import Any

import pytest
from pydantic import ValidationError

from models.errors import BadInput
from models.kiosks.document import CardHelp, Help, Network, Peripheral
from models.kiosks.rules import LONGEST_NAME
from models.places import Hall
from models.store import LONGEST_REASON
from tests.house.house import said
from tests.house.kiosks import Kiosked
from tests.house.places import HALL

LINE, WORDS = "长" * LONGEST_NAME, "长" * LONGEST_REASON
WEEK = 7 * 24 * 60


def card(procedure: str = WORDS, name: str = LINE, phone: str = LINE, minutes: int = WEEK) -> CardHelp:
    return CardHelp(procedure=procedure, contact=Help(name=name, phone=phone), within_minutes=minutes)


LONGEST: dict[str, Any] = {
    "name": LINE,
    "maker": LINE,
    "model": LINE,
    "peripherals": [Peripheral.PRINTER, Peripheral.READER],
    "network": Network.DEDICATED,
    "network_name": LINE,
    "card": card(),
}
TOO_LONG: list[dict[str, Any]] = [
    {"name": LINE + "长"},
    {"maker": LINE + "长"},
    {"model": LINE + "长"},
    {"network_name": LINE + "长"},
    {"network_name": LINE + "长", "network": Network.GOVERNMENT},
    {"card": card(procedure=WORDS + "长")},
    {"card": card(name=LINE + "长")},
    {"card": card(phone=LINE + "长")},
    {"card": card(minutes=WEEK + 1)},
    {"card": card(procedure=WORDS + "长"), "peripherals": [Peripheral.PRINTER]},
]


@pytest.mark.article("21.2", "21.card")
async def test_what_a_department_writes_of_a_kiosk_has_bounds(kiosks: Kiosked) -> None:
    """As long as may be is kept as it was said; each text that is longer is refused, wanted there or not."""
    kept = await kiosks.requested(**LONGEST)
    assert (kept["network_name"], kept["card"]) == (LINE, card())
    for longer in TOO_LONG:
        with pytest.raises(BadInput) as refused:
            await kiosks.requested(**{**LONGEST, **longer})
        assert refused.value.code in ("kiosk_words_too_long", "reason_too_long", "card_help_missing"), longer


async def test_what_is_too_long_is_not_said_to_be_missing(kiosks: Kiosked) -> None:
    assert await said(kiosks.requested(name=LINE + "长")) == "kiosk_words_too_long"
    assert await said(kiosks.requested(name=" ")) == "kiosk_words_missing"


@pytest.mark.parametrize(
    "name", [name for name, field in Hall.model_fields.items() if field.annotation is str]
)
def test_what_is_said_of_a_place_has_bounds(name: str) -> None:
    with pytest.raises(ValidationError):
        Hall.model_validate(HALL.model_dump() | {name: "a" * 501})
