"""The form of each action of a kiosk: what it asks for, when it makes sense, what it does and says."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO, Protocol, TypeVar

from models.events import Cause
from models.kiosks import CommandName, Consequences, Foreseen, GivenLetter, Kiosk, Wanted
from models.kiosks.actions import Action
from models.kiosks.document import Custody, Finding, Labelled, OutageCause, Paper
from models.kiosks.rules import KioskWordsMissing
from models.kiosks.suspension import comes_back
from models.staff import Member
from models.stores import Stores
from models.workdays import PANYU

Chosen = TypeVar("Chosen", bound=Labelled)
MOMENT = "%Y-%m-%dT%H:%M"


class Sent(Protocol):
    """What was sent with a form."""

    key: str
    member: Member
    by: Cause
    stores: Stores

    def word(self, name: str) -> str: ...

    def file(self) -> BinaryIO: ...

    def letter(self) -> GivenLetter | None: ...


@dataclass(frozen=True)
class Field:
    """`kind` is that of the page's field: text, line, file, choice, checks, or a type of HTML's; of `hall`,
    `outage` and `items` the page knows the options."""

    name: str
    label: str
    kind: str = "text"
    options: Mapping[str, str] | None = None
    required: bool = True


@dataclass(frozen=True)
class Form:
    """`asks` is said where the page asks once more, before what has no fields is done."""

    title: str
    said: str
    do: Callable[[Sent], Awaitable[object]]
    fields: tuple[Field, ...] = ()
    when: Callable[[Kiosk, datetime], bool] = lambda _kiosk, _now: True
    hint: str = ""
    tone: str = ""
    foresee: Callable[[Sent], Awaitable[Foreseen | Consequences]] | None = None
    asks: str = ""


def asked_then(seen: Foreseen | Consequences) -> tuple[Field, ...]:
    """What is asked for only once it is known what follows."""
    return LETTER if isinstance(seen, Foreseen) and seen.asked.notice.by_letter else ()


def choice(name: str, label: str, of: type[Labelled], *, required: bool = True) -> Field:
    return Field(name, label, "choice", {one.value: one.label for one in of}, required)


REASON, WORDS = Field("reason", "理由"), Field("words", "情况")
LETTER = (Field("letter_number", "文号", "line"), Field("file", "工作联络单或公函（照片或PDF）", "file"))
NOTICE = (
    "1小时以内的提前1个工作日通知，3个工作日以内的提前2个工作日；超过3个工作日的提前5个工作日以联络单或公函通知，"
    "期间暂时撤离；超过2周的撤离，恢复时重新进驻。触及的每个工作日都计入，当日不计入提前的天数。"
)
CAUSE = choice("cause", "原因", OutageCause)


def has_key(kiosk: Kiosk, _: datetime) -> bool:
    return "device_key" in kiosk


def in_custody(custody: Custody) -> Callable[[Kiosk, datetime], bool]:
    def when(kiosk: Kiosk, _: datetime) -> bool:
        told = kiosk["suspension"]
        return told is not None and told["custody"] is custody

    return when


def to_begin(kiosk: Kiosk, now: datetime) -> bool:
    return kiosk["suspension"] is not None and kiosk["suspension"]["start"] > now


def unposted(kiosk: Kiosk, _: datetime) -> bool:
    return kiosk["suspension"] is not None and kiosk["suspension"]["posted_at"] is None


def proposed(kiosk: Kiosk, _: datetime) -> bool:
    return kiosk["retirement"] is not None


def about(kiosk: Kiosk, form: Form) -> str:
    """Names the suspension that is asked about, or the proposal that is decided as it stands; else ""."""
    told, leaving = kiosk["suspension"], kiosk["retirement"]
    if form.when is proposed and leaving:
        return f"{leaving['proposed_at'].isoformat()} {leaving['leaves_on']}"
    return told["told_at"].isoformat() if form.asks and told else ""


def day(text: str, name: str) -> date:
    """
    Raises:
        BadInput: `kiosk_words_missing`.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise KioskWordsMissing(field=name) from None


def moment(text: str, name: str) -> datetime:
    """As `day`, in Panyu."""
    try:
        return datetime.strptime(text, MOMENT).replace(tzinfo=PANYU)
    except ValueError:
        raise KioskWordsMissing(field=name) from None


def chosen(of: type[Chosen], text: str, name: str) -> Chosen:
    """As `day`."""
    try:
        return of(text)
    except ValueError:
        raise KioskWordsMissing(field=name) from None


def wanted(sent: Sent) -> Wanted:
    start, end = moment(sent.word("start"), "start"), moment(sent.word("end"), "end")
    return Wanted(start, end, sent.word("reason"), sent.letter(), sent.word("seen"))


async def foresee_suspension(sent: Sent) -> Foreseen:
    return await sent.stores.suspending.foresee(sent.key, wanted(sent), sent.member, sent.by)


async def plan(sent: Sent) -> None:
    await sent.stores.suspending.plan(sent.key, wanted(sent), sent.member, sent.by)


async def foresee_leaving(sent: Sent) -> Consequences:
    leaves_on = day(sent.word("leaves_on"), "leaves_on")
    return await sent.stores.retiring.foresee(sent.key, leaves_on, sent.member, sent.by)


async def agree(sent: Sent) -> None:
    leaves_on = day(sent.word("leaves_on"), "leaves_on")
    await sent.stores.retiring.agree(sent.key, leaves_on, sent.member, sent.by, sent.word("seen"))


async def withdraw(sent: Sent) -> None:
    given = GivenLetter(sent.word("letter_number"), sent.file())
    await sent.stores.retiring.withdraw(sent.key, sent.word("reason"), given, sent.member, sent.by)


async def attribute(sent: Sent) -> None:
    found = await sent.stores.kiosks.get(sent.key)
    starts = {one["start"].isoformat(): one["start"] for one in found["outages"]}
    if (start := starts.get(sent.word("start"))) is None:
        raise KioskWordsMissing(field="start")
    cause = chosen(OutageCause, sent.word("cause"), "cause")
    await sent.stores.keeping.attribute(sent.key, start, cause, sent.word("reason"), sent.member, sent.by)


FORMS: Mapping[Action, Form] = {
    Action.REVIEW: Form(
        "审核通过",
        "已审核通过，请确定位置。",
        lambda s: s.stores.entering.review(s.key, s.member, s.by),
        tone="main",
    ),
    Action.PLACE: Form(
        "确定位置",
        "位置已确定，可以发出激活码。",
        lambda s: s.stores.entering.place(s.key, s.word("hall"), s.word("position"), s.member, s.by),
        (Field("hall", "大厅", "hall"), Field("position", "位置（如：一楼A区3号位）", "line")),
        tone="main",
    ),
    Action.DECLINE: Form(
        "不同意进驻",
        "已答复不同意，理由已记录。",
        lambda s: s.stores.entering.decline(s.key, s.word("reason"), s.member, s.by),
        (REASON,),
    ),
    Action.GIVE_PAPER: Form(
        "提交使用说明、排查手册",
        "文件已提交。",
        lambda s: s.stores.entering.give_paper(
            s.key, chosen(Paper, s.word("paper"), "paper"), s.file(), s.member, s.by
        ),
        (choice("paper", "哪一种", Paper), Field("file", "文件（照片或PDF，代替以前的）", "file")),
    ),
    Action.ISSUE_CODE: Form(
        "发出激活码",
        "",
        lambda s: s.stores.activations.issue(s.key, s.member, s.by),
        when=lambda kiosk, now: not has_key(kiosk, now),
        hint="7天内有效，只能用一次；以前发出的随即作废。",
        tone="main",
    ),
    Action.COMMAND: Form(
        "下达指令",
        "指令已下达，设备空闲时执行。",
        lambda s: s.stores.commands.order(
            s.key, chosen(CommandName, s.word("command"), "command"), s.word("argument"), s.member, s.by
        ),
        (
            choice("command", "指令", CommandName),
            Field("argument", "版本（更新软件时填）", "line", None, False),
        ),
        has_key,
    ),
    Action.REVOKE_KEY: Form(
        "撤销设备密钥",
        "密钥已撤销，设备须重新激活。",
        lambda s: s.stores.devices.revoke(s.key, s.member, s.by),
        when=has_key,
        hint="设备随即不能再连接，须用新的激活码激活。",
        tone="warn",
    ),
    Action.REPORT_FAULT: Form(
        "报告故障",
        "已登记为维修中。",
        lambda s: s.stores.keeping.report_fault(
            s.key, s.word("words"), chosen(OutageCause, s.word("cause"), "cause"), s.member, s.by
        ),
        (CAUSE, WORDS),
    ),
    Action.REPAIR: Form(
        "已修复",
        "已恢复服务。",
        lambda s: s.stores.keeping.repair(s.key, s.member, s.by),
        tone="main",
    ),
    Action.PLAN_SUSPENSION: Form(
        "通知暂停服务",
        "已通知大厅，到时自动暂停。",
        plan,
        (Field("start", "开始", "datetime-local"), Field("end", "结束", "datetime-local"), REASON),
        lambda kiosk, _: kiosk["suspension"] is None,
        NOTICE,
        foresee=foresee_suspension,
    ),
    Action.CALL_OFF_SUSPENSION: Form(
        "取消暂停",
        "这次暂停已取消。",
        lambda s: s.stores.suspending.call_off(s.key, s.member, s.by),
        when=to_begin,
        asks="取消后到时照常服务；已通知受影响预约的群众的，将再通知照常服务。",
    ),
    Action.POST_SUSPENSION: Form(
        "已张贴公告",
        "已记录张贴时间。",
        lambda s: s.stores.suspending.post(s.key, s.member, s.by),
        when=unposted,
        tone="main",
        asks="请确认公告已张贴在大厅的醒目位置；张贴时间记入经过，不能撤回。",
    ),
    Action.RESUME: Form(
        "提前恢复服务",
        "已恢复服务。",
        lambda s: s.stores.suspending.resume(s.key, s.member, s.by),
        when=lambda kiosk, _: comes_back(kiosk),
    ),
    Action.TAKE_AWAY: Form(
        "已暂时撤离",
        "已记录撤离。",
        lambda s: s.stores.suspending.take_away(s.key, s.member, s.by),
        when=in_custody(Custody.TAKEN_AWAY),
        tone="main",
    ),
    Action.BRING_BACK: Form(
        "已搬回原位，恢复服务",
        "已恢复服务。",
        lambda s: s.stores.suspending.bring_back(s.key, s.member, s.by),
        tone="main",
    ),
    Action.REMOVE: Form(
        "已撤离",
        "已记录撤离，恢复时须重新进驻。",
        lambda s: s.stores.suspending.remove(s.key, s.member, s.by),
        when=in_custody(Custody.REMOVED),
        hint="位置和设备密钥随即收回。",
        tone="warn",
    ),
    Action.ATTRIBUTE: Form(
        "认定停用原因",
        "已记录。",
        attribute,
        (Field("start", "哪一次停用", "outage"), CAUSE, REASON),
        lambda kiosk, _: bool(kiosk["outages"]),
    ),
    Action.FIND: Form(
        "记录核查情况",
        "已记录，系统将据此建议退出。",
        lambda s: s.stores.keeping.find(
            s.key, chosen(Finding, s.word("finding"), "finding"), s.word("words"), s.member, s.by
        ),
        (choice("finding", "核查结果", Finding), WORDS),
    ),
    Action.PROLONG: Form(
        "变更使用期限",
        "使用期限已变更。",
        lambda s: s.stores.keeping.prolong(s.key, day(s.word("use_until"), "use_until"), s.member, s.by),
        (Field("use_until", "使用至", "date"),),
    ),
    Action.AGREE: Form(
        "商定撤离日期",
        "撤离日期已确定，当日零时退出服务。",
        agree,
        (Field("leaves_on", "撤离日期", "date"),),
        proposed,
        tone="main",
        foresee=foresee_leaving,
    ),
    Action.DISMISS: Form(
        "不予退出",
        "已不予退出，理由已记录。",
        lambda s: s.stores.retiring.dismiss(s.key, s.word("reason"), s.member, s.by),
        (REASON,),
        proposed,
    ),
    Action.WITHDRAW: Form(
        "申请撤离",
        "申请已提交，待电子公务科商定日期。",
        withdraw,
        (REASON, *LETTER),
        lambda kiosk, now: not proposed(kiosk, now),
    ),
    Action.HAND_BACK: Form(
        "已交还",
        "已记录交还。",
        lambda s: s.stores.keeping.hand_back(s.key, s.word("words"), s.member, s.by),
        (Field("words", "交还给谁，设备状况"),),
        tone="main",
    ),
}
"""In the order of the page. A request, first or anew, has a page of its own."""
