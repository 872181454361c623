import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from models.privacy import Privacy

OLD, NEW, HASH = bytes(32), bytes(range(32)), b"h" * 32


@given(st.text(), st.text())
def test_what_is_sealed_opens_in_its_own_context(text: str, context: str) -> None:
    privacy = Privacy({"a": NEW}, HASH)
    assert privacy.open(privacy.seal(text, context), context) == text


def test_a_sealed_text_cannot_be_moved() -> None:
    privacy = Privacy({"a": NEW}, HASH)
    sealed = privacy.seal("440113194805120036", "applicant:1:number")
    with pytest.raises(InvalidTag):
        privacy.open(sealed, "applicant:2:number")


def test_keys_rotate() -> None:
    before = Privacy({"old": OLD}, HASH).seal("13900000001", "phone")
    rotated = Privacy({"new": NEW, "old": OLD}, HASH)
    assert rotated.open(before, "phone") == "13900000001"
    assert rotated.seal("13900000001", "phone").startswith("new.")


def test_files_are_sealed_too() -> None:
    privacy = Privacy({"a": NEW}, HASH)
    sealed = privacy.seal_bytes(b"%PDF-1.7", "file:1")
    assert b"PDF" not in sealed
    assert privacy.open_bytes(sealed, "file:1", "a") == b"%PDF-1.7"


def test_an_index_finds_equal_values_of_one_purpose() -> None:
    privacy = Privacy({"a": NEW}, HASH)
    assert privacy.index("x", "phone") == privacy.index("x", "phone")
    assert privacy.index("x", "phone") != privacy.index("x", "credential")
    assert privacy.index("x", "phone") != Privacy({"a": NEW}, b"i" * 32).index("x", "phone")
