"""What a kiosk holds in MongoDB, field by field (articles 18, 20 and 21)."""

from datetime import datetime
from enum import StrEnum
from typing import Any, NotRequired, Self, TypedDict

from models.store import Line, Record


class Labelled(StrEnum):
    """A word that is kept, with what people call it."""

    label: str

    def __new__(cls, name: str, label: str = "") -> Self:
        member = str.__new__(cls, name)
        member._value_, member.label = name, label
        return member


class State(Labelled):
    REQUESTED = "requested", "已申请进驻"
    REVIEWED = "reviewed", "审核通过，待定位置"
    DECLINED = "declined", "未同意进驻"
    PLACED = "placed", "位置已定，待激活"
    IN_SERVICE = "in_service", "服务中"
    SUSPENDED = "suspended", "暂停服务"
    UNDER_REPAIR = "under_repair", "维修中"
    TAKEN_AWAY = "taken_away", "暂停服务，已暂时撤离"
    REMOVED = "removed", "已撤离，须重新进驻"
    RETIRED = "retired", "已退出服务"
    HANDED_BACK = "handed_back", "已退出并交还"


OUT = frozenset({State.SUSPENDED, State.UNDER_REPAIR, State.TAKEN_AWAY})
"""Out of service, to come back."""
LIVE = OUT | {State.IN_SERVICE}
"""In which it can be proposed to retire."""


class Peripheral(Labelled):
    """What a kiosk has besides its screen."""

    PRINTER = "printer", "打印机"
    READER = "reader", "插入式读写卡设备"
    SCANNER = "scanner", "扫描仪"


class Consumable(Labelled):
    """What a kiosk uses up. What is `shared` is supplied by who agrees to, the rest by the department."""

    A4_PAPER = "a4_paper", "A4标准空白打印纸"
    TONER = "toner", "墨粉墨盒"
    BILLS = "bills", "票据"
    SPECIAL_PAPER = "special_paper", "专用纸张"

    @property
    def shared(self) -> bool:
        return self in (Consumable.A4_PAPER, Consumable.TONER)


class Supplier(Labelled):
    DEPARTMENT = "department", "业务主管部门"
    CENTRE = "centre", "政务服务中心"


class Network(Labelled):
    """A dedicated one is built by the department that needs it, the other one is provided."""

    GOVERNMENT = "government", "政务外网"
    DEDICATED = "dedicated", "专网"


class Owner(Labelled):
    """Whose the device is: of the department that brought it, unless a centre owns or rents it."""

    DEPARTMENT = "department", "申请部门"
    CENTRE = "centre", "政务服务中心自有"
    RENTED = "rented", "政务服务中心自租"


class Paper(Labelled):
    """What a department gives along with a kiosk, each a file."""

    INSTRUCTIONS = "instructions", "使用说明"
    FAULT_MANUAL = "fault_manual", "基本故障排查手册"


class Custody(Labelled):
    """Where a suspended kiosk stays."""

    IN_PLACE = "in_place", "留在原位"
    TAKEN_AWAY = "taken_away", "暂时撤离，恢复后搬回原位"
    REMOVED = "removed", "撤离，恢复后重新进驻"


class OutageCause(Labelled):
    OWN = "own", "设备或业务原因"
    THIRD_PARTY = "third_party", "第三方原因"


class Finding(Labelled):
    """What a person found, on which a ground of retirement rests."""

    BEYOND_REPAIR = "beyond_repair", "损坏且无法修复"
    NOT_UPDATABLE = "not_updatable", "业务无法更新"


class Ground(Labelled):
    """Why a kiosk is to retire: a department's wish, or one of the four grounds of article 21, item 5."""

    WITHDRAWN = "withdrawn", "部门申请撤离"
    EXPIRED = "expired", "使用到期或服务废止"
    BROKEN = "broken", "损坏以至无法提供服务"
    OUTAGE = "outage", "连续1周或一个自然月内累计5个工作日以上无法正常提供服务"
    UNFIT = "unfit", "服务业务不相适应且无法更新"


class Device(TypedDict):
    maker: str
    model: str
    peripherals: list[Peripheral]


class Help(TypedDict):
    """Whom to call off hours when a card is swallowed, sealed where it is stored."""

    name: str
    phone: str


class CardHelp(TypedDict):
    """What to do when a card is swallowed; the contact helps within so many minutes."""

    procedure: str
    contact: Help
    within_minutes: int


class Letter(TypedDict):
    """A 工作联络单 or 公函: its number, and the file, an id of `Materials`."""

    number: str
    file: str


class Suspension(TypedDict):
    """A time without service, announced `told_at` to the hall; `notice` is the key of its legal period."""

    start: datetime
    end: datetime
    reason: str
    custody: Custody
    letter: Letter | None
    told_at: datetime
    told_by: str
    notice: str
    posted_at: datetime | None


class Outage(TypedDict):
    """A time out of service; `end` is None while it lasts. It may contain suspensions, which count apart."""

    start: datetime
    end: datetime | None
    cause: OutageCause
    reason: str


class Found(TypedDict):
    at: datetime
    by: str
    words: str


class Retirement(TypedDict):
    """A proposal, and what was agreed. `occasion` names what it rests on, so that the same is not proposed
    twice; `evidence` holds plain values. It leaves at the beginning of the local day `leaves_on` (ISO)."""

    ground: Ground
    occasion: str
    evidence: dict[str, Any]
    reason: str
    letter: Letter | None
    proposed_by: str
    proposed_at: datetime
    leaves_on: str | None
    leaves_at: datetime | None


class Dismissed(TypedDict):
    """A proposal of which nothing came."""

    ground: Ground
    occasion: str
    letter: Letter | None
    at: datetime
    by: str
    reason: str


class CommandName(Labelled):
    RELOAD = "reload", "重新载入页面"
    RESTART = "restart", "重启设备"
    SCREENSHOT = "screenshot", "屏幕截图"
    LOGS = "logs", "取回日志"
    NEW_KEY = "new_key", "更换密钥"
    UPDATE = "update", "更新软件"


class Outcome(Labelled):
    DONE = "done", "已执行"
    FAILED = "failed", "执行失败"
    REFUSED = "refused", "设备拒绝"


class Command(TypedDict):
    """What a device is to do; after `until` it is not told any more. `argument` is an update's version."""

    id: str
    name: CommandName
    argument: str
    at: datetime
    until: datetime
    by: str


class DeviceKey(TypedDict):
    """The public key of a device (SPKI, DER), since a moment; `next` replaces it with its first use."""

    spki: bytes
    since: datetime
    next: bytes | None


class Activation(TypedDict):
    """A code that activates once, `until` a moment: its keyed hash."""

    index: str
    until: datetime


class Kiosk(Record):
    """One device in its life. `department` is a USCC, `hall` and `township` are known from `placed` on, and
    `position` says where in the hall's layout it stands. `use_until` is the last local day of its use
    (ISO). `unposted` says that the hall has not put up the notice of its suspension yet, `undecided` that its
    retirement is proposed and neither a day agreed on nor the proposal dismissed."""

    name: str
    department: str
    device: Device
    items: list[str]
    consumables: dict[Consumable, Supplier]
    network: Network
    network_name: str
    owner: Owner
    card: CardHelp | None
    use_until: str
    papers: dict[Paper, str]
    state: State
    hall: str | None
    township: str | None
    position: str
    suspension: Suspension | None
    suspensions: list[Suspension]
    unposted: NotRequired[bool]
    outages: list[Outage]
    findings: dict[Finding, Found]
    retirement: Retirement | None
    undecided: NotRequired[bool]
    dismissed: list[Dismissed]
    device_key: NotRequired[DeviceKey]
    activation: NotRequired[Activation]
    commands: list[Command]
    timeline: list[Line]
