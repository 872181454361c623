"""`pf`, by which 好差评 tells where a review was given."""

from collections.abc import Mapping
from enum import StrEnum

from models.events import Channel


class Invitation(StrEnum):
    """How a person was asked for a review."""

    QR = "qr"  # scanned at a window or a kiosk
    TABLET = "tablet"  # handed over at a window
    SMS = "sms"  # the link in a short message


PC, MOBILE, QR_CODE, TABLET, OTHER_DEVICE, SMS, DEFAULT = "1234567"
"""As 好差评 numbers them. The tablet and the other device stand in a hall; the default is nobody's."""

OF_CHANNEL: Mapping[Channel, str] = {
    Channel.WEB: PC,
    Channel.CHAT: MOBILE,
    Channel.H5: MOBILE,
    Channel.MINIPROGRAM: MOBILE,
    Channel.APP: MOBILE,
    Channel.KIOSK: OTHER_DEVICE,
    Channel.WINDOW: OTHER_DEVICE,
    Channel.SYSTEM: DEFAULT,
}
OF_INVITATION: Mapping[Invitation, str] = {
    Invitation.QR: QR_CODE,
    Invitation.TABLET: TABLET,
    Invitation.SMS: SMS,
}


def platform(channel: Channel, invitation: Invitation | None = None) -> str:
    """An invitation says more than the channel in which it was answered."""
    return OF_INVITATION[invitation] if invitation else OF_CHANNEL[channel]
