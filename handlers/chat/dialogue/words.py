"""What is said in a conversation: in Chinese, in short sentences for who reads large text, and in English."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from enum import StrEnum

from handlers.chat.dialogue.filling import Option
from handlers.chat.dialogue.state import Goal, State, Step
from handlers.chat.dialogue.steps import MORE, Note, can_add
from handlers.chat.telling import fault_text, locale_of
from models.errors import DomainError
from models.workdays import PANYU

SUCCESS = "预约成功"
"""With what the answer begins when a visit is booked, in each language: it is shown in the hall."""


class Tongue(StrEnum):
    CHINESE = "chinese"
    ELDER = "elder"
    ENGLISH = "english"


Wording = Mapping[Tongue, str]


def _wording(chinese: str, english: str, elder: str = "") -> Wording:
    return {Tongue.CHINESE: chinese, Tongue.ELDER: elder or chinese, Tongue.ENGLISH: english}


QUESTIONS: Mapping[Step, Wording] = {
    Step.BIND: _wording(
        "预约前要先实名认证，约1分钟：\n{bind}\n认证好后，回到这里回复“继续”，接着预约。您说过的我都记着。"
        "\n回复“取消”退出，也可以{page}。",
        "Please verify your name first. It takes about a minute:\n{bind}\nThen come back here and reply"
        " “continue”: "
        "I remember what you said.\nReply “cancel” to leave, or {page}.",
        "先实名认证：\n{bind}\n认证好了，回复“继续”。\n不约了，回复“取消”。\n也可以{page}。",
    ),
    Step.ITEM: _wording(
        "您要预约办什么事？回复数字，或直接写，例如：居住证 明天上午。也可以发送位置，先选最近的大厅。",
        "What do you want to do? Reply with a number, or write it, e.g. residence permit tomorrow morning."
        " Or send your location to choose the nearest hall first.",
        "办什么事？回复数字，或者写出来。",
    ),
    Step.ROLE: _wording("以谁的名义办？回复数字：", "For whom? Reply with a number:", "替谁办？回复数字："),
    Step.HALL: _wording(
        "去哪个大厅？回复数字或大厅名；发送位置，最近的排在前面：",
        "Which hall? Reply with a number or its name; send your location to see the nearest first:",
        "去哪里办？回复数字：",
    ),
    Step.DAY: _wording(
        "哪一天？回复数字，或写“后天”“下周三”；换地方，回复“换大厅”：",
        "Which day? Reply with a number, or e.g. “Monday”; for another hall, “change hall”:",
        "哪一天？回复数字：",
    ),
    Step.START: _wording(
        "几点？回复数字，或写“三点以后”：",
        "What time? Reply with a number, or e.g. “after 3pm”:",
        "几点？回复数字：",
    ),
    Step.ALSO: _wording(
        "同一次到访，再办什么事？回复数字，或直接写：",
        "What else, in the same visit? Reply with a number, or write it:",
        "再办什么事？回复数字，或者写出来。",
    ),
    Step.MINE: _wording(
        "您的预约，回复数字查看、改时间或取消：",
        "Your appointments; reply with a number to see, move or cancel one:",
        "您的预约。回复数字：",
    ),
    Step.VISIT: _wording(
        "要做什么？回复数字：", "What would you like to do? Reply with a number:", "回复数字："
    ),
}
FOUND = _wording("是哪一件？回复数字：", "Which one do you mean? Reply with a number:")
CONFIRM: Mapping[Goal, Wording] = {
    Goal.BOOK: _wording("请核对：", "Please check:"),
    Goal.MOVE: _wording("请核对新的时间：", "Please check the new time:"),
    Goal.CANCEL: _wording("确定取消这次预约吗？", "Cancel this appointment?", "要取消吗？"),
}
CONFIRM_WHOLE = _wording("确定整次取消吗？", "Cancel all of this visit?", "全部取消吗？")
ONE_MATTER = 3
"""Lines of the question to cancel one matter: what, when and where."""
CONFIRM_LINE = _wording("回复1确认", "Reply 1 to confirm")
ADD_LINE = _wording("回复2再加一个事项", "Reply 2 to add another service")
BACK_LINE = _wording("0 返回", "0 Back")
STOP_LINE = _wording("退出，回复“取消”。", "To leave, reply “cancel”.")
MORE_LINE = _wording("更多", "More")
BACK_OUT = _wording("0 返回（退出）", "0 Back (leave)")
VISIT_OPTIONS: Mapping[str, Wording] = {
    "move": _wording("改时间或大厅", "Change the time or the hall"),
    "cancel": _wording("取消预约", "Cancel the appointment"),
}
WHOLE_VISIT_OPTIONS: Mapping[str, Wording] = {
    "move": _wording("整次改时间或大厅", "Change the time or the hall of all"),
    "cancel": _wording("整次取消", "Cancel all"),
}
NOTES: Mapping[Note, Wording] = {
    Note.RANGE: _wording(
        "没有这个数字，请看下面的选项。",
        "There is no such number; please see the list.",
        "没有这个数字。请再选。",
    ),
    Note.UNCLEAR: _wording(
        "抱歉，没听明白。请回复下面的数字。",
        "Sorry, I did not understand. Please reply with a number below.",
        "没听明白。请回复数字。",
    ),
    Note.NOTHING_FOUND: _wording(
        "没有找到这个事项，请换个说法，或从下面选。",
        "I found no such service; please try other words, or choose below.",
        "没找到。请再说一次。",
    ),
    Note.NOT_THERE: _wording(
        "您说的大厅不办这件事，请从下面选。", "That hall does not offer this; please choose below."
    ),
    Note.TIME_FULL: _wording(
        "您说的时间约不到（不办公、已约满或太远），还有这些：",
        "The time you asked for is not available (closed, full or too far ahead). These are left:",
        "那个时间约不到。还有这些：",
    ),
    Note.NOTHING_LEFT: _wording(
        "这里近期已约满，请换一个大厅。", "This hall is fully booked; please choose another one."
    ),
    Note.FULL: _wording("刚刚约满了，还剩这些：", "It has just been taken. These are left:"),
    Note.NO_VISITS: _wording(
        "您现在没有预约。要预约，回复“预约”。", "You have no appointments. To make one, reply “book”."
    ),
    Note.NOT_FOR_YOU: _wording(
        "这个事项不面向您的办事身份，请选别的。",
        "This service is not for the role you act in; please choose another.",
    ),
    Note.NO_WINDOWS: _wording(
        "这件事现在不能预约到大厅，请选别的。", "This cannot be booked at a hall now; please choose another."
    ),
    Note.WELCOME_BACK: _wording("刚才说到这里，我们接着来。", "This is where we were; let us go on."),
    Note.STOPPED: _wording(
        "好的，已退出，没有新的预约。再约，回复“预约”；看已约好的，回复“我的预约”。",
        "All right, nothing was booked. To begin again reply “book”; to see your appointments, “my"
        " appointments”.",
        "好的，不约了。再约，回复“预约”。",
    ),
    Note.KEPT: _wording("好的，您的预约没有变。", "All right, your appointments stay as they are."),
    Note.NO_SUCH_VISIT: _wording("您名下没有这个预约号。", "You have no appointment with this number."),
    Note.NO_DAY: _wording(
        "您说的日子约不了（已经过去，或没有这一天），请另选一天。",
        "That day is over, or there is no such day; please choose another one.",
    ),
    Note.SEVERAL: _wording(
        "一个事项只能约一次。先约第一件，最后一步可以再加别的事项，同一次办完。",
        "Each service can be booked once. Let us begin with the first one; at the last step you can add"
        " others for the same visit.",
    ),
    Note.ALSO: _wording(
        "先办这一件。另一件还没办，办完这件再发给我（看已约好的，回复“我的预约”）。",
        "First things first. The other one is still open: write it again when this is done (“my"
        " appointments” shows yours).",
    ),
    Note.NOTED: _wording("好，记下了。", "All right, noted."),
    Note.NOTHING_OPEN: _wording(
        "现在没有进行中的预约。要预约，回复“预约”；看已约好的，回复“我的预约”。",
        "Nothing is under way. To make an appointment reply “book”; to see yours, “my appointments”.",
    ),
    Note.GLADLY: _wording(
        "好的！还有要办的事，直接发给我。", "All right! If there is anything else, just write to me."
    ),
    Note.DROP_OR_LEAVE: _wording(
        "要取消这次预约，请回复1；不取消，请回复0。",
        "To cancel the appointment, reply 1; to keep it, reply 0.",
    ),
    Note.NOT_TOGETHER: _wording(
        "这件事当天没有接得上的时段，没有加上。可以换个时间，或另外预约。",
        "There is no time left on that day to do this next, so it was not added. Choose another time, or book"
        " it separately.",
        "这件事接不上，没有加。",
    ),
    Note.NOTHING_TO_ADD: _wording(
        "这件事不能在同一个大厅一起办，或者您已经约过。",
        "This cannot be done in the same visit, or you have booked it already.",
    ),
    Note.TAKEN_AWAY: _wording("好的，去掉了最后加的一项。", "All right, the last one was taken away."),
    Note.DOES_NOT_FOLLOW: _wording(
        "这个时间后面的事项接不上，请另选时间。",
        "At this time the other matters do not fit behind; please choose another one.",
    ),
    Note.ENOUGH: _wording("同一天最多预约3个事项。", "You can book three services at most on one day."),
    Note.TONGUE: _wording("好的，以后用中文回答您。", "All right, I will answer in English from now on."),
    Note.STILL_UNBOUND: _wording("还没有认证好。", "You are not verified yet."),
    Note.ALREADY: _wording(
        "您已约过这件事，可以改时间：", "You have booked this already; you can change the time:"
    ),
}
FIELDS: Mapping[str, Wording] = {
    "item": _wording("事项：", "Service: "),
    "role": _wording("办事人：", "For: "),
    "time": _wording("时间：", "Time: "),
    "old": _wording("原时间：", "Before: "),
    "new": _wording("新时间：", "New time: "),
    "moving": _wording("改到：", "To: "),
    "present": _wording("现在约的：", "Booked now: "),
    "old_hall": _wording("原地点：", "Place before: "),
    "hall": _wording("地点：", "Place: "),
    "number": _wording("预约号：", "Number: "),
    "bring": _wording("请带：", "Please bring: "),
}
NOT_YET = _wording(
    "不急，还没有确认，什么都没有变。别的问题请打电话问：{phone}。",
    "No hurry: nothing is confirmed yet. For other questions please call {phone}.",
    "不急，还没有确认。有事打电话：{phone}。",
)
"""To who says yes and asks something."""
DONE: Mapping[Goal, Wording] = {
    Goal.BOOK: _wording(f"{SUCCESS}！", f"{SUCCESS} Booked!"),
    Goal.MOVE: _wording("改期成功！", "Moved!"),
    Goal.CANCEL: _wording("已取消预约。", "The appointment is cancelled."),
}
AFTER: Mapping[Goal, Wording] = {
    Goal.BOOK: _wording("改时间或取消，回复“我的预约”。", "To move or cancel it, reply “my appointments”."),
    Goal.MOVE: _wording("再改或取消，回复“我的预约”。", "To move or cancel it, reply “my appointments”."),
    Goal.CANCEL: _wording("再约，回复“预约”。", "To book again, reply “book”."),
}
REMINDER = _wording(
    "——\n您的预约还没做完：{step}\n接着约，回复数字，或回复“继续”；不约了，回复“取消”。",
    "——\nYour booking is not finished: {step}\nTo go on, reply with a number or “continue”; to leave,"
    " “cancel”.",
    "——\n预约还没做完。\n回复“继续”，接着约。\n不约了，回复“取消”。",
)
SHORT: Mapping[Step, Wording] = {
    Step.ALSO: _wording("请选再办的事项", "what else to add"),
    Step.BIND: _wording("等您实名认证", "your name is to be verified"),
    Step.ITEM: _wording("请选事项", "the service"),
    Step.ROLE: _wording("请选以谁的名义", "the role"),
    Step.HALL: _wording("请选大厅", "the hall"),
    Step.DAY: _wording("请选日期", "the day"),
    Step.START: _wording("请选时间", "the time"),
    Step.CONFIRM: _wording("请回复1确认", "reply 1 to confirm"),
    Step.MINE: _wording("请选一个预约", "choose an appointment"),
    Step.VISIT: _wording("请选改时间或取消", "move or cancel"),
    Step.DROP: _wording("请回复1确认取消", "reply 1 to cancel"),
}
BINDING_LINK = _wording("去实名认证", "Verify my name")
PAGE_LINK = _wording("在网页上预约", "book on the page")
OPEN_LINK = _wording("查看预约和二维码", "Open the appointment")
GUIDE_LINK = _wording("办事指南", "Guide")
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
ENGLISH_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NOON = 12
LONGEST_LABEL = 60
"""Characters of one entry."""


def ask(state: State, options: Sequence[Option], about: Sequence[str], tongue: Tongue, **links: str) -> str:
    """The question of a step, with what is known already and its numbered list."""
    lines = list(about)
    if state.step in (Step.CONFIRM, Step.DROP):
        added = [ADD_LINE] if can_add(state) else []
        last = [each[tongue] for each in (CONFIRM_LINE, *added, BACK_LINE, STOP_LINE)]
        head = CONFIRM_WHOLE if state.goal is Goal.CANCEL and len(about) > ONE_MATTER else CONFIRM[state.goal]
        return "\n".join([head[tongue], *lines, "", *last])
    asked = FOUND if state.step in (Step.ITEM, Step.ALSO) and state.found else QUESTIONS[state.step]
    question = asked[tongue].format(**links)
    if state.step is Step.BIND:
        return "\n".join([*lines, question])
    labels = {one.value: one.label for one in options} | {MORE: MORE_LINE[tongue]}
    listed = [f"{number}. {labels[value][:LONGEST_LABEL]}" for number, value in enumerate(state.options, 1)]
    return "\n".join([*lines, question, *listed, BACK_LINE[tongue], STOP_LINE[tongue]])


def field(name: str, value: str, tongue: Tongue) -> str:
    return f"{FIELDS[name][tongue]}{value}"


def fault(error: DomainError, tongue: Tongue) -> str:
    if tongue is Tongue.ENGLISH:
        return f"{fault_text(error, locale_of(english=True)).rstrip('.')}."
    return f"{error}。"


def in_list(visit: str, body: str, tongue: Tongue, *, please_move: bool) -> str:
    """A visit in the list, with the body for which it is and whether staff ask for another time."""
    english = tongue is Tongue.ENGLISH
    please = ("Please move: " if english else "请您改约：") if please_move else ""
    whom = (f" ({body})" if english else f"（{body}）") if body else ""
    return f"{please}{visit}{whom}"


def only_one(item: str, tongue: Tongue) -> str:
    """The choice of one matter of a visit."""
    return f"Only: {item}" if tongue is Tongue.ENGLISH else f"只改或取消：{item}"


def invited(item: str, errands: Sequence[str], tongue: Tongue) -> str:
    """What one is invited to book, and for what."""
    if tongue is Tongue.ENGLISH:
        return f"To book: {item} ({', '.join(errands)})"
    return f"请预约：{item}（{'、'.join(errands)}）"


def day_words(day: date, tongue: Tongue) -> str:
    if tongue is Tongue.ENGLISH:
        return f"{ENGLISH_WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"
    return f"{day.month}月{day.day}日（{WEEKDAYS[day.weekday()]}）"


def clock_words(begins: time, ends: time, tongue: Tongue) -> str:
    if tongue is Tongue.ENGLISH:
        return f"{begins:%H:%M}–{ends:%H:%M}"
    part = "上午" if begins.hour < NOON else "下午"
    return f"{part}{_hour(begins)}:{begins:%M}–{_hour(ends)}:{ends:%M}"


def _hour(moment: time) -> int:
    """As it is said with the part of the day."""
    return moment.hour - NOON if moment.hour > NOON else moment.hour


def left_words(left: int, tongue: Tongue) -> str:
    return f" ({left} left)" if tongue is Tongue.ENGLISH else f"　余{left}"


def moment_words(start: datetime, end: datetime, tongue: Tongue) -> str:
    begins, ends = start.astimezone(PANYU), end.astimezone(PANYU)
    return f"{day_words(begins.date(), tongue)} {clock_words(begins.time(), ends.time(), tongue)}"
