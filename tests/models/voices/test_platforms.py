"""好差评's `pf`, from the channel and the invitation of a review."""

import pytest

from models.events import Channel
from models.voices import Invitation, platform


@pytest.mark.article("17.system")
@pytest.mark.parametrize(
    ("channel", "invitation", "pf"),
    [
        ("web", None, "1"),
        ("chat", None, "2"),
        ("h5", None, "2"),
        ("miniprogram", None, "2"),
        ("app", None, "2"),
        ("kiosk", None, "5"),
        ("window", None, "5"),
        ("system", None, "7"),
        ("h5", "qr", "3"),
        ("web", "qr", "3"),
        ("miniprogram", "qr", "3"),
        ("window", "tablet", "4"),
        ("web", "tablet", "4"),
        ("h5", "sms", "6"),
        ("web", "sms", "6"),
    ],
)
def test_where_a_review_was_given(channel: str, invitation: str | None, pf: str) -> None:
    assert platform(Channel(channel), Invitation(invitation) if invitation else None) == pf


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("invitation", [None, *Invitation])
def test_every_review_has_a_place(channel: Channel, invitation: Invitation | None) -> None:
    assert platform(channel, invitation) in "1234567"
