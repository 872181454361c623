"""What a department must say before a kiosk comes in (articles 20.3, 21.1, 21.2, 21.6 and 21.8)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from models import typed
from models.errors import BadInput, Conflict, NotFound, Refused
from models.kiosks.document import (
    CardHelp,
    Consumable,
    Help,
    Kiosk,
    Network,
    Owner,
    Paper,
    Peripheral,
    Supplier,
)
from models.store import check_length


class KioskNotFound(NotFound):
    code = "kiosk_not_found"
    message = "没有找到该终端"


class KioskMovedOn(Conflict):
    code = "kiosk_moved_on"
    message = "该终端目前的状态不能进行此操作，请刷新后查看"


class KioskWordsMissing(BadInput):
    code = "kiosk_words_missing"
    message = "请填写此项内容"


class KioskWordsTooLong(BadInput):
    code = "kiosk_words_too_long"
    message = "最多{most}个字"


class ItemsMissing(BadInput):
    code = "kiosk_items_missing"
    message = "请选择终端提供的事项"
    field = "items"


class ItemNotForKiosks(BadInput):
    code = "item_not_for_kiosks"
    message = "事项“{item}”没有开通自助终端办理"
    field = "items"


class ConsumablesMissing(BadInput):
    code = "consumables_missing"
    message = "带打印机的终端须明确耗材类型和供应方"
    field = "consumables"


class SupplierWrong(BadInput):
    code = "supplier_wrong"
    message = "{consumable}由业务主管部门定期提供"
    field = "consumables"


class NetworkUnnamed(BadInput):
    code = "network_unnamed"
    message = "需通过专网提供服务的，请写明是哪一个专网"
    field = "network_name"


class CardHelpMissing(BadInput):
    code = "card_help_missing"
    message = "带插入式读写卡设备的终端须明确紧急取卡措施、非工作日联络方式和解决时限"
    field = "card"


class UseOver(BadInput):
    code = "use_over"
    message = "使用期限须晚于今天"
    field = "use_until"


class PapersMissing(Refused):
    code = "kiosk_papers_missing"
    message = "进驻前请先提供{papers}"


LONGEST_NAME = 50
LONGEST_HELP = 7 * 24 * 60
"""Minutes in which a swallowed card is to be got out, at most."""


@dataclass(frozen=True)
class Request:
    """What a department asks a kiosk for; `network_name` is that of a dedicated network."""

    name: str
    maker: str
    model: str
    peripherals: Sequence[Peripheral]
    items: Sequence[str]
    consumables: Mapping[Consumable, Supplier]
    network: Network
    network_name: str
    owner: Owner
    use_until: date
    card: CardHelp | None = None


def check_request(request: Request, today: date) -> None:
    """
    Raises:
        BadInput: something is not said, or not as the article asks.
    """
    for field in ("name", "maker", "model"):
        line_of(getattr(request, field), field)
    if not request.items:
        raise ItemsMissing
    if Peripheral.PRINTER in request.peripherals and not request.consumables:
        raise ConsumablesMissing
    for consumable, supplier in request.consumables.items():
        if supplier is not Supplier.DEPARTMENT and not consumable.shared:
            raise SupplierWrong(consumable=consumable.label)
    if not short(request.network_name, "network_name") and request.network is Network.DEDICATED:
        raise NetworkUnnamed
    if request.card:
        card_of(request.card)
    if Peripheral.READER in request.peripherals and not _helps(request.card):
        raise CardHelpMissing
    check_until(request.use_until, today)


def check_until(use_until: date, today: date) -> None:
    """
    Raises:
        BadInput: `use_over`.
    """
    if use_until <= today:
        raise UseOver


def check_papers(kiosk: Kiosk) -> None:
    """
    Raises:
        Refused: `kiosk_papers_missing`.
    """
    if missing := [paper.label for paper in Paper if paper not in kiosk["papers"]]:
        raise PapersMissing(papers="、".join(missing))


def line_of(text: str, field: str) -> str:
    """A short text as it is kept.

    Raises:
        BadInput: `kiosk_words_missing`, `kiosk_words_too_long`.
    """
    if not (text := short(text, field)):
        raise KioskWordsMissing(field=field)
    return text


def short(text: str, field: str) -> str:
    """As `line_of`, of a text that may be left out.

    Raises:
        BadInput: `kiosk_words_too_long`.
    """
    text = typed.line(text)
    if len(text) > LONGEST_NAME:
        raise KioskWordsTooLong(field=field, most=LONGEST_NAME)
    return text


def card_of(card: CardHelp) -> CardHelp:
    """What is done when a card is swallowed, as it is kept.

    Raises:
        BadInput: `kiosk_words_too_long`, `reason_too_long`; `card_help_missing`, it takes over a week.
    """
    procedure, contact = typed.words(card["procedure"]), card["contact"]
    check_length(procedure)
    if card["within_minutes"] > LONGEST_HELP:
        raise CardHelpMissing
    help_ = Help(name=short(contact["name"], "card_name"), phone=short(contact["phone"], "card_phone"))
    return CardHelp(procedure=procedure, contact=help_, within_minutes=card["within_minutes"])


def words_of(text: str, field: str = "reason") -> str:
    """What is written with a step, as it is kept.

    Raises:
        BadInput: `kiosk_words_missing`, `reason_too_long`.
    """
    text = typed.words(text)
    if not text:
        raise KioskWordsMissing(field=field)
    check_length(text)
    return text


def _helps(card: CardHelp | None) -> bool:
    """Whether it says what to do, whom to call off hours, and within which time."""
    if card is None or card["within_minutes"] <= 0:
        return False
    return all(
        text.strip() for text in (card["procedure"], card["contact"]["name"], card["contact"]["phone"])
    )
