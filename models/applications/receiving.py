"""Receiving a result: which ways an item offers, and what its applicant comes for (articles 12, 15, 16).

Both follow from the guide: its handling form, its result, and whether that is electronic or on paper. Every
door asks here; `coming` says the same of one case. Beside it stands the promise of article 14.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.errors import BadInput
from models.guides import Guide, Handling, Medium


class PromiseRequired(BadInput):
    code = "promise_required"
    message = "请勾选承诺后再提交"
    field = "promise"


class WayNotOffered(BadInput):
    code = "way_not_offered"
    message = "这个事项的结果不能这样领取，请从列出的方式中选择"
    field = "how"


class AddressRequired(BadInput):
    code = "address_required"
    message = "请填写收件人、电话和详细地址"
    field = "address"


class HallRequired(BadInput):
    code = "hall_required"
    message = "请选择领取结果的大厅"
    field = "hall"


SHORTEST_ADDRESS, LONGEST_ADDRESS = 8, 200


class How(StrEnum):
    """Ways of receiving a result."""

    WINDOW = "window"
    COURIER = "courier"
    ELECTRONIC = "electronic"
    TOLD = "told"  # guides of early versions name no result: the decision is told


class Visit(StrEnum):
    """What an applicant comes to a hall for, once."""

    HAND_IN = "hand_in"
    HAND_IN_AND_COLLECT = "hand_in_and_collect"
    SIGN = "sign"
    SIGN_AND_COLLECT = "sign_and_collect"
    COLLECT = "collect"


@dataclass(frozen=True)
class Place:
    """How the applicant wants the result: `hall` counts only at a window, `address` only with a courier."""

    how: How
    hall: str = ""
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class VisitWords:
    """What is said of a visit: its `where`, `ahead` while it is still to come, `now` once it can be made.
    `in_letters` and `now_in_letters` say so in 20 characters, in Chinese only."""

    where: str
    ahead: str
    now: str
    in_letters: str
    now_in_letters: str


RECEIVING: Mapping[How, str] = {
    How.ELECTRONIC: "网上下载电子结果",
    How.COURIER: "快递到付",
    How.WINDOW: "到窗口领取",
    How.TOLD: "没有结果文件，办结后通知您",
}
NO_VISIT = "网上办理，无需到场"
VISITS: Mapping[Visit, VisitWords] = {
    Visit.HAND_IN: VisitWords(
        where="提交地点",
        ahead="打印表单，签名或盖章，带证件和材料到窗口提交",
        now="请打印表单，签名或盖章，带证件、回执和材料到窗口提交。窗口收件后开始受理。",
        in_letters="请打印签字后到窗口提交",
        now_in_letters="请打印签字后到窗口提交",
    ),
    Visit.HAND_IN_AND_COLLECT: VisitWords(
        where="办理地点",
        ahead="打印表单，带证件和材料到窗口提交，当场领取结果",
        now="请打印表单，带证件、回执和材料到窗口提交。窗口收件后开始受理，当场领取结果。",
        in_letters="请打印后到窗口办理，当场领取结果",
        now_in_letters="请打印后到窗口办理，当场领取结果",
    ),
    Visit.SIGN: VisitWords(
        where="签字盖章地点",
        ahead="审批通过后按通知带证件到窗口签字盖章",
        now="审批已通过，请带证件和回执到窗口签字盖章。",
        in_letters="审批通过后到窗口签字盖章",
        now_in_letters="请带证件到窗口签字盖章",
    ),
    Visit.SIGN_AND_COLLECT: VisitWords(
        where="签字盖章、领取地点",
        ahead="审批通过后按通知带证件到窗口签字盖章，同时领取结果",
        now="审批已通过，请带证件和回执到窗口签字盖章，领取结果。",
        in_letters="审批通过后到窗口签字盖章并领取结果",
        now_in_letters="请带证件到窗口签字盖章并领取结果",
    ),
    Visit.COLLECT: VisitWords(
        where="领取地点",
        ahead="办结后按通知带证件到窗口领取结果",
        now="结果已办好，还没领取的，请带证件和回执到窗口领取。",
        in_letters="办结后到窗口领取",
        now_in_letters="请带证件到窗口领取结果",
    ),
}

FIRST_VISIT: Mapping[Handling, Visit] = {
    Handling.FORM_GENERATION: Visit.HAND_IN,
    Handling.PRE_ACCEPTANCE: Visit.SIGN,
}
"""What a handling form asks one to come for, however the result is received (article 12)."""
AND_COLLECT: Mapping[Visit, Visit] = {
    Visit.HAND_IN: Visit.HAND_IN_AND_COLLECT,
    Visit.SIGN: Visit.SIGN_AND_COLLECT,
}
"""The same visit where the result is handed over at once."""


def offered(guide: Guide) -> tuple[How, ...]:
    """The ways in which the result can be received, those with the fewest visits first. The first one is what
    the applicant receives who chooses none."""
    if not guide.deliverable:
        return (How.TOLD,)
    on_paper = Medium.PAPER in guide.deliverable_in
    if on_paper and _handed_over_meanwhile(guide):
        return (How.WINDOW,)
    ways = [How.ELECTRONIC] if Medium.ELECTRONIC in guide.deliverable_in else []
    ways += [How.COURIER, How.WINDOW] if on_paper else []
    return tuple(sorted(ways, key=lambda how: len(visits(guide, how))))


def visits(guide: Guide, how: How) -> tuple[Visit, ...]:
    """What the applicant has to come for, in this order; nothing where all is done without coming."""
    first = FIRST_VISIT.get(guide.handling)
    if how is not How.WINDOW or not guide.deliverable:
        return (first,) if first else ()
    if first is None:
        return (Visit.COLLECT,)
    return (AND_COLLECT[first],) if _handed_over_meanwhile(guide) else (first, Visit.COLLECT)


def _handed_over_meanwhile(guide: Guide) -> bool:
    """Whether the result is ready while the applicant is at the window anyhow: called in to sign once it is
    approved, or served on the spot."""
    called_in = guide.handling is Handling.PRE_ACCEPTANCE
    return called_in or (guide.handling is Handling.FORM_GENERATION and guide.time_limit.on_the_spot)


def visits_in_letters(ahead: tuple[Visit, ...]) -> str:
    """In at most 20 characters."""
    return "，".join(VISITS[visit].in_letters for visit in ahead) or NO_VISIT


def check_promise(promised: bool) -> None:
    """Check that the applicant has promised that what is handed in is true.

    Raises:
        PromiseRequired
    """
    if not promised:
        raise PromiseRequired


def check_place(guide: Guide, place: Place) -> None:
    """
    Raises:
        WayNotOffered: the item's result cannot be received so.
        HallRequired: it is none of the guide's places.
        AddressRequired: it is shorter or longer than an address can be.
    """
    if place.how not in offered(guide):
        raise WayNotOffered
    if place.how is How.WINDOW and place.hall not in guide.places:
        raise HallRequired
    if place.how is How.COURIER and not SHORTEST_ADDRESS <= len(place.address) <= LONGEST_ADDRESS:
        raise AddressRequired
