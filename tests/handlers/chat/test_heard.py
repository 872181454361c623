"""What is heard in a message; the day is Tuesday 24 November 2026."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.chat.dialogue.heard import Heard, hall_names, hear, is_english
from handlers.chat.dialogue.phrases import Sign
from handlers.chat.dialogue.state import Days, Goal, Span
from tests.house.places import hall

TODAY = date(2026, 11, 24)
HALLS = hall_names(
    [
        hall("centre"),
        hall(
            "wanbo", kind="hall", name="万博24小时智慧政务大厅", name_en="Wanbo 24-hour Smart Government Hall"
        ),
        hall(
            "dashi",
            kind="township",
            name="大石街道政务服务中心",
            township="大石街道",
            name_en="Dashi Subdistrict",
        ),
        hall("daxue", kind="hall", name="大学城24小时智慧政务大厅", name_en="University Town"),
        hall("nanzhan", kind="hall", name="南站24小时智慧政务大厅", name_en="South Railway Station"),
    ]
)


def heard(text: str) -> Heard:
    return hear(text, TODAY, HALLS)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(
            ("3", 3),
            ("３", 3),
            ("③", 3),
            ("三", 3),
            ("三。", 3),
            ("第三个", 3),
            ("3吧", 3),
            ("选3", 3),
            ("3号", 3),
        ),
        *(("我要第2个", 2), ("十二", 12), ("number 3", 3), ("three", 3), ("the second one", 2), ("no. 4", 4)),
        *(("最后一个", -1), ("预约第一个", 1), ("0", 0)),
        *(("9点", None), ("3月5日", None), ("1234", None), ("居住证", None)),
    ],
)
def test_numbers(text: str, number: int | None) -> None:
    assert heard(text).number == number


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        *(("好的", Sign.YES), ("OK", Sign.YES), ("係", Sign.YES), ("确认！", Sign.YES), ("yes.", Sign.YES)),
        *(("不", Sign.NO), ("唔要", Sign.NO), ("不取消了", Sign.NO), ("no", Sign.NO)),
        *(("返回", Sign.BACK), ("0", Sign.BACK), ("go back", Sign.BACK)),
        *(("取消", Sign.STOP), ("算了。", Sign.STOP), ("Cancel", Sign.STOP), ("唔约啦", Sign.STOP)),
        *(("确定，谢谢", Sign.YES), ("English please", Sign.TONGUE), ("中文", Sign.TONGUE)),
        *(("更多", Sign.MORE), ("继续", Sign.AGAIN), ("换大厅", Sign.PLACES), ("居住证", None)),
    ],
)
def test_answers(text: str, sign: Sign | None) -> None:
    assert heard(text).sign is sign


@pytest.mark.parametrize(
    ("text", "goal"),
    [
        *(
            ("预约", Goal.BOOK),
            ("我想约个时间", Goal.BOOK),
            ("帮我约明天", Goal.BOOK),
            ("book a slot", Goal.BOOK),
        ),
        *(("约明天上午", Goal.BOOK), ("make an appointment", Goal.BOOK), ("重新开始", Goal.BOOK)),
        *(("我的预约", Goal.SEE), ("我约了什么时候", Goal.SEE), ("my appointments", Goal.SEE)),
        *(("改期", Goal.MOVE), ("改到周五", Goal.MOVE), ("I want to reschedule", Goal.MOVE)),
        *(("取消预约", Goal.CANCEL), ("取消居住证的预约", Goal.CANCEL), ("唔去啦", Goal.CANCEL)),
        *(("cancel my appointment", Goal.CANCEL), ("不要取消我的预约", Goal.SEE)),
        *(
            ("not cancel, change the time only", Goal.MOVE),
            ("网络预约出租汽车驾驶员证", None),
            ("约好了", None),
        ),
    ],
)
def test_goals(text: str, goal: Goal | None) -> None:
    assert heard(text).goal is goal


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        *(("今日", "11-24", ""), ("听日", "11-25", ""), ("明早", "11-25", ""), ("聽朝", "11-25", "")),
        *(("后日", "11-26", ""), ("大后天", "11-27", ""), ("周三", "11-25", ""), ("礼拜二", "11-24", "")),
        *(
            ("下周三", "12-02", ""),
            ("下下周三", "12-09", ""),
            ("下周", "11-30", "12-06"),
            ("周末", "11-28", "11-29"),
        ),
        *(
            ("12月1日", "12-01", ""),
            ("十二月一号", "12-01", ""),
            ("12-1", "12-01", ""),
            ("30/11", "11-30", ""),
        ),
        *(("26号或者27号", "11-26", "11-27"), ("1号", "12-01", "")),
        *(("tomorrow", "11-25", ""), ("day after tomorrow", "11-26", ""), ("next Monday", "11-30", "")),
        *(("Friday", "11-27", ""), ("next week wednesday", "12-02", ""), ("1 December", "12-01", "")),
        *(("Dec 1st", "12-01", ""), ("next week", "11-30", "12-06")),
        *(("thurday next week", "12-03", ""), ("next tuseday", "12-01", ""), ("tommorow", "11-25", "")),
        *(("月底", "11-24", "11-30"), ("下个月初", "12-01", "12-07"), ("聽日", "11-25", "")),
    ],
)
def test_days(text: str, first: str, last: str) -> None:
    days = Days(date.fromisoformat(f"2026-{first}"), date.fromisoformat(f"2026-{last or first}"))
    assert heard(text).wish.days == days


@pytest.mark.parametrize("text", ["昨天下午帮我约一个", "2月30号上午 居住证", "book yesterday"])
def test_days_that_are_over_or_never_are(text: str) -> None:
    assert heard(text).no_day
    assert heard(text).wish.days is None


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        *(("上午", "00:00", "12:00"), ("朝早", "00:00", "12:00"), ("下昼", "12:00", "18:00")),
        *(("三点", "15:00", "15:00"), ("两点半", "14:30", "14:30"), ("9点", "09:00", "09:00")),
        *(
            ("下午三点以后", "15:00", "23:59"),
            ("after 16:30", "16:30", "23:59"),
            ("10点前", "00:00", "10:00"),
        ),
        *(("上午十点一刻", "10:15", "10:15"), ("3pm", "15:00", "15:00"), ("4:30 pm", "16:30", "16:30")),
        *(("9点到11点", "09:00", "11:00"), ("before 10am", "00:00", "10:00"), ("at 3", "15:00", "15:00")),
        *(
            ("三点左右", "14:30", "15:31"),
            ("15:00", "15:00", "15:00"),
            ("tomorrow afternoon", "12:00", "18:00"),
        ),
        *(
            ("下午晚一点", "15:00", "18:00"),
            ("下午早一点", "12:00", "15:00"),
            ("late afternoon", "15:00", "18:00"),
        ),
        *(
            ("2-4pm", "14:00", "16:00"),
            ("between 11 and 1 pm", "11:00", "13:00"),
            ("2-4点", "14:00", "16:00"),
        ),
        *(("中午前", "00:00", "12:00"), ("吃完午饭", "12:00", "18:00"), ("after lunch", "12:00", "18:00")),
        *(("16:30以后", "16:30", "23:59"), ("晚点", "14:00", "23:59"), ("early afternoon", "12:00", "15:00")),
    ],
)
def test_times(text: str, first: str, last: str) -> None:
    assert heard(text).wish.span == Span(time.fromisoformat(first), time.fromisoformat(last))


def test_am_is_no_morning() -> None:
    assert heard("I am sick tomorrow").wish.span is None


@pytest.mark.parametrize("text", ["越早越好", "尽快", "as soon as possible", "随便", "any time"])
def test_the_first_that_is_free(text: str) -> None:
    assert heard(text).wish.early


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        *(
            ("去万博", {"wanbo"}),
            ("大石街道", {"dashi"}),
            ("区政务服务中心", {"centre"}),
            ("at Wanbo", {"wanbo"}),
        ),
        *(("去南战", {"nanzhan"}), ("万伯大厅", {"wanbo"}), ("万博和大石哪个近", {"wanbo", "dashi"})),
        *(("去万搏办", {"wanbo"}), ("万搏大厅", {"wanbo"}), ("大右", {"dashi"}), ("换大石吧", {"dashi"})),
        *(("有件大事要办", set()), ("番禺", set()), ("大学生补贴", set()), ("去大学成办", {"daxue"})),
    ],
)
def test_halls(text: str, codes: set[str]) -> None:
    """By name, by what sounds alike where a place is meant, and all that are named."""
    assert set(heard(text).wish.halls) == codes


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("预约居住证 明天上午", "居住证"),
        ("我想约个时间办居住证，听日朝早得唔得", "居住证"),
        ("我想预约去大石办老年人优待证", "老年人优待证"),
        ("book a residence permit tomorrow after 16:30", "residence permit"),
        ("后日下昼三点以后去万博", ""),
        ("越早越好", ""),
        ("可以 但是能改到下午吗", ""),
    ],
)
def test_what_is_left_is_the_item(text: str, item: str) -> None:
    assert heard(text).item == item


def test_a_visit_is_told_by_its_number_or_its_day() -> None:
    moved = heard("4321 改到周五上午9点半")
    assert (moved.goal, moved.wish.visit) == (Goal.MOVE, "4321")
    assert moved.wish.days == Days(date(2026, 11, 27), date(2026, 11, 27))
    own = heard("我后天那个预约能改到大后天吗")
    assert own.wish.of_day == Days(date(2026, 11, 26), date(2026, 11, 26))
    assert own.wish.days == Days(date(2026, 11, 27), date(2026, 11, 27))
    assert heard("取消 4321").wish.visit == "4321"
    assert heard("2026年12月1日").wish.visit == ""


def test_a_yes_may_ask_something_and_a_day_may_not_do() -> None:
    asking = heard("确定。要带公章吗")
    assert (asking.sign, asking.asks) == (None, True)
    assert not heard("好，周五上午").asks
    assert heard("除了周五都可以").wish.days is None
    assert heard("我那个件 GZ2026 到哪了").wish.visit == ""


def test_two_wishes_and_several_are_noticed() -> None:
    two = heard("帮我约居住证 下周二 10点 另外把周四那个取消掉")
    assert (two.goal, two.also) == (Goal.BOOK, True)
    assert two.wish.days == Days(date(2026, 12, 1), date(2026, 12, 1))
    assert heard("约3个号 周一上午").several
    assert heard("帮我约三个号").several
    assert not heard("约1个号").several


@pytest.mark.parametrize(
    ("text", "english"),
    [
        *(
            ("hello there", True),
            ("I need residence permit 居住证", True),
            ("ok", None),
            ("3", None),
            ("jzz", None),
        ),
        *(("book个期", False), ("居住证", False), ("<a href='http://evil'>", None)),
    ],
)
def test_the_tongue(text: str, english: bool | None) -> None:
    assert is_english(text.lower()) is english


PIECES = st.sampled_from(
    [*"明后天上午下点半以前约取消改到周一月日号0129 -/.:", "预约", "居住证", "万博", "3pm", "next "]
)


@given(st.lists(PIECES, max_size=20).map("".join))
def test_nothing_that_is_said_is_too_much(text: str) -> None:
    assert isinstance(heard(text), Heard)


@pytest.mark.parametrize(
    ("text", "item"),
    [
        *(("再加老年人优待证", "老年人优待证"), ("还要办社保卡", "社保卡"), ("顺便办一个居住证", "居住证")),
        *(("also senior card", "senior card"), ("add a residence permit", "residence permit")),
    ],
)
def test_another_matter_is_added_by_its_name(text: str, item: str) -> None:
    assert (heard(text).adds, heard(text).item) == (True, item)
