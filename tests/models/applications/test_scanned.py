"""What a scanner reads from a receipt: its address, whole, from whatever keyboard the scanner plays."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.applications import new_serial
from models.applications.scanned import ForeignAddress, receipt_address, scanned_serial
from models.applications.serials import SerialInvalid

BASE = "https://zwfw.panyu.example:8443"
SERIAL = "202611245EDMX1QFQZR"
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
SHAPES: list[Callable[[str], str]] = [
    str,
    str.upper,
    str.lower,
    lambda text: text.translate(WIDE),
    lambda text: f" {text}\r\n",
]


@pytest.mark.article("13.serial")
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    "text", [SERIAL, receipt_address(BASE, SERIAL), receipt_address(BASE, SERIAL) + "?from=scan"]
)
def test_serial_is_read_from_the_receipts_address(text: str, shape: Callable[[str], str]) -> None:
    assert scanned_serial(shape(text), BASE) == SERIAL


def test_a_second_scan_behind_the_first_counts() -> None:
    other = new_serial(date(2026, 11, 25))
    for first in ("20261", SERIAL, receipt_address(BASE, SERIAL), "https://evil.example/"):
        assert scanned_serial(first + receipt_address(BASE, other), BASE) == other


@pytest.mark.parametrize(
    "address",
    [
        f"https://evil.example/verify/{SERIAL}",
        f"https://zwfw.panyu.example:8443@evil.example/verify/{SERIAL}",
        f"https://zwfw.panyu.example:8443.evil.example/verify/{SERIAL}",
        f"https://zwfw.panyu.example/verify/{SERIAL}",
        f"{BASE}/sign-in?next=/verify/{SERIAL}",
        f"ＨＴＴＰＳ：／／evil.example/verify/{SERIAL}",
        "weixin://dl/business/?t=20261124",
    ],
)
def test_another_address_is_refused(address: str) -> None:
    with pytest.raises(ForeignAddress):
        scanned_serial(address, BASE)


@given(st.text(st.sampled_from(f"{SERIAL}:/.?@ "), max_size=60))
def test_whatever_is_scanned_gives_a_serial_or_says_what_is_wrong(text: str) -> None:
    with suppress(SerialInvalid, ForeignAddress):
        assert scanned_serial(text, BASE) in text.upper().replace(" ", "").replace(".", "")


def test_an_address_of_ours_without_a_serial_is_a_wrong_serial() -> None:
    with pytest.raises(SerialInvalid):
        scanned_serial(f"{BASE}/verify/2026", BASE)
