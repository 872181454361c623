"""Serial numbers are found in whatever was typed."""

import pytest

from models.applications.serials import LONGEST, SerialInvalid, check_serial

SERIAL = "202611245EDMX1QFQZR"


@pytest.mark.article("13.serial")
@pytest.mark.parametrize("typed", [SERIAL, f"流水号：{SERIAL.lower()}。", f"{SERIAL[:8]}-{SERIAL[8:]}"])
def test_a_serial_is_found_in_what_was_typed(typed: str) -> None:
    assert check_serial(typed) == SERIAL


def test_nobody_has_a_whole_book_searched() -> None:
    """Anybody may ask for progress: 60 kB took a server a second."""
    assert check_serial(SERIAL + " " * (LONGEST - len(SERIAL))) == SERIAL
    with pytest.raises(SerialInvalid):
        check_serial(SERIAL + " " * LONGEST)
