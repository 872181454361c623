"""Why a pairing does not come about. Each is told to who tried, and changes nothing for anybody else."""

from models.errors import BadInput, Conflict, DomainError, Forbidden, NotFound, TooMany
from models.pairings.document import State


class PairingNotFound(NotFound):
    code = "pairing_not_found"
    message = "这个码无效，请换一个新的码"


class PairingExpired(Conflict):
    code = "pairing_expired"
    message = "这个码已过期，请换一个新的码"


class PairingTaken(Conflict):
    """Of several phones at one code, or kiosks at one offer, the first counts."""

    code = "pairing_taken"
    message = "这个码已在另一台设备上使用，请换一个新的码"


class PairingUsed(Conflict):
    """A code is good once."""

    code = "pairing_used"
    message = "这个码已经用过，请换一个新的码"


class PairingRefused(Conflict):
    """There is one try at the digits."""

    code = "pairing_refused"
    message = "这个码的数字填错过，已经作废，请换一个新的码"


class DigitsWrong(Conflict):
    code = "digits_wrong"
    message = "数字与屏幕上显示的不一致，没有登录。请在屏幕上换一个新的码"


class DigitsMalformed(BadInput):
    """It is no try."""

    code = "digits_malformed"
    message = "请填写屏幕上显示的两位数字"
    field = "digits"


class PairingForScreen(Conflict):
    code = "pairing_for_screen"
    message = "这个码要在自助终端上扫描或输入，不能用手机扫"


class PairingForPhone(Conflict):
    code = "pairing_for_phone"
    message = "这个码要用手机微信扫，不能在自助终端上使用"


class PairingElsewhere(Forbidden):
    code = "pairing_elsewhere"
    message = "这次登录不是在这个屏幕上发起的"


class PairingNotAgreed(Conflict):
    code = "pairing_not_agreed"
    message = "请先在手机上填写屏幕上显示的两位数字"


class TooManyPairings(TooMany):
    code = "too_many_pairings"
    message = "尝试次数过多，请稍后再试"


class ShortMalformed(BadInput):
    code = "pairing_code_malformed"
    message = "请填写手机上显示的六位数字"
    field = "code"


OVER: dict[State, type[DomainError]] = {
    State.REFUSED: PairingRefused,
    State.EXPIRED: PairingExpired,
    State.ENDED: PairingUsed,
    State.JOINED: PairingUsed,
}
"""What a state answers to who can do nothing with it any more."""
