"""What people send besides: which question it is, whole or in the midst of a sentence."""

import pytest

from handlers.chat import small_talk
from handlers.chat.dialogue.heard import hall_names
from handlers.chat.small_talk import ANSWERS, LINKS, LOOSE, PATTERNS, Topic
from tests.house.places import hall

HALLS = hall_names(
    [hall("centre"), hall("wanbo", kind="hall", name="万博24小时智慧政务大厅", name_en="Wanbo Hall")]
)


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        *(("你好！", Topic.GREETING), ("早晨", Topic.GREETING), ("Hello", Topic.GREETING)),
        *(("谢谢你", Topic.THANKS), ("唔该晒", Topic.THANKS), ("thanks a lot", Topic.THANKS)),
        *(("你们几点上班", Topic.HOURS), ("周末上班吗", Topic.HOURS), ("opening hours", Topic.HOURS)),
        *(("地址在哪里", Topic.ADDRESS), ("点去", Topic.ADDRESS), ("where are you?", Topic.ADDRESS)),
        *(("电话多少", Topic.PHONE), ("phone number", Topic.PHONE), ("转人工", Topic.PERSON)),
        *(("我要投诉窗口态度差", Topic.COMPLAINT), ("I want to complain", Topic.COMPLAINT)),
        *(("大字版", Topic.LARGE), ("字太小了", Topic.LARGE), ("bigger text", Topic.LARGE)),
        *(("你能做什么", Topic.HELP), ("what can you do?", Topic.HELP), ("你是机器人吗", Topic.WHO)),
        *(("收费吗", Topic.FEES), ("要带什么材料", Topic.BRING), ("查进度", Topic.PROGRESS)),
    ],
)
def test_a_whole_question(text: str, topic: Topic) -> None:
    found = small_talk.asked(text)
    assert found
    assert found.topic is topic


@pytest.mark.parametrize(
    "text", ["居住证", "怎么办居住证", "居住证要带什么材料", "预约", "1", "进度款支付", ""]
)
def test_what_is_no_small_talk(text: str) -> None:
    assert small_talk.asked(text) is None


def test_a_hall_that_is_named_is_the_one_asked_about() -> None:
    found = small_talk.asked("万博大厅在哪里", HALLS)
    assert found
    assert (found.topic, found.halls) == (Topic.ADDRESS, ("wanbo",))
    both = small_talk.loosely("万伯大厅几点关门啊，在边度啊，我第一次去", HALLS)
    assert [(one.topic, one.halls) for one in both] == [
        (Topic.HOURS, ("wanbo",)),
        (Topic.ADDRESS, ("wanbo",)),
    ]


def test_each_topic_has_its_answer_in_both_tongues() -> None:
    links = dict.fromkeys(LINKS, "link")
    named = dict.fromkeys(
        ("phone", "hall", "hours", "today", "address", "hall_phone", "way", "parking", "step_free"), "x"
    )
    for topic in {*PATTERNS, *LOOSE} - {Topic.HELP}:
        chinese, english = (answer.format(**named, **links) for answer in ANSWERS[topic])
        assert chinese != english
