"""One normal form for what people type, whatever they typed or pasted it from."""

import re
import sys
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from models import typed
from tests.models.pasting import SPACES, UNSEEN, pasted

OF_NUMBERS = [typed.number, typed.digits, typed.figure]
RULES = [typed.narrow, typed.words, typed.line, typed.name, typed.name_key, typed.number, typed.digits]
RULES.append(typed.figure)
ODD = st.sampled_from(
    "aZé中欧 \u3000\n\r·•'’-–—.。()（）:\u202d\u200b\u0301\u00b4\uff65\u318d\u0149\uff9e\u1161\ud7b0"
)
NAMES = [
    "古丽·艾山",
    "欧阳㛃",
    "O'Brien",
    "SMITH John Test",
    "Anne-Marie Ngô",
    "广州市番禺味美食品（集团）有限公司",
]


@given(st.text(st.one_of(st.characters(), ODD), max_size=12))
def test_a_normal_form_is_its_own(text: str) -> None:
    for rule in RULES:
        assert rule(rule(text)) == rule(text), rule.__name__


MARKED = st.sampled_from(
    ["a", "\u0958", "e\u0301", "\u0301", "\u0323", "\u0345", "\u0f73", "\uff9e", "\u3099"]
)


@given(st.lists(st.tuples(MARKED, st.integers(1, 40)), max_size=6))
def test_letters_have_so_many_marks_and_no_more(parts: list[tuple[str, int]]) -> None:
    text = "".join(marked * times for marked, times in parts)
    for rule in RULES:
        assert rule(rule(text)) == rule(text), rule.__name__
        found = unicodedata.normalize("NFKD", rule(text))
        assert not re.search(f"[{typed.MARKS}]{{40}}", found), rule.__name__


def test_every_mark_is_known() -> None:
    every = (chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000)
    assert set(typed.MARKS) == {
        c for c in every if unicodedata.combining(unicodedata.normalize("NFKD", c)[0])
    }


def test_a_letter_with_its_marks_stays() -> None:
    for text in ("Ṣẹ́gun", "Nguyễn", "བརྒྱུད", "สมชาย", "e" + "\u0316" * typed.MOST_MARKS):
        assert typed.name(text) == text


@pytest.mark.parametrize(
    "marks", ["\u0301" * 30_000 + "\u0323" * 30_000, "\u0f73" * 60_000, "\u0301\uff9e" * 30_000]
)
def test_marks_without_end_cost_nothing(marks: str) -> None:
    """Putting n of them in order takes n² steps: minutes, in which nobody is answered."""
    for rule in RULES:
        assert rule in OF_NUMBERS or len(rule(f"a{marks}")) < 100


@given(st.text(UNSEEN + SPACES + "\x00\x1f\u2800\u3164\ufe0f", max_size=20))
def test_what_nobody_sees_is_empty(text: str) -> None:
    assert {rule(text).strip() for rule in RULES} == {""}


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_a_name_is_the_same_from_every_keyboard(name: str, data: st.DataObject) -> None:
    text = data.draw(pasted(name))
    assert typed.name(text) == name
    assert typed.same_name(text.swapcase(), name)


@given(st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_other_names_stay_other_names(one: str, other: str) -> None:
    assert typed.same_name(one, other) is (one == other)


@given(st.text(st.sampled_from("欧阳娜娜㛃𠮷"), min_size=2, max_size=4), st.data())
def test_no_space_parts_a_chinese_name(name: str, data: st.DataObject) -> None:
    spaced = "".join(character + data.draw(st.text(SPACES, max_size=2)) for character in name)
    assert typed.name(spaced) == typed.line(spaced) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("古丽.艾山", "古丽·艾山"),
        ("古丽 。 艾山", "古丽·艾山"),
        ("Ana · Maria", "Ana·Maria"),
        ("J. R. Smith", "J. R. Smith"),
        ("SMITH   John\u00a0Test", "SMITH John Test"),
        ("王\u3000芳 John", "王芳 John"),
        ("广州味美 (集团) 有限公司", "广州味美（集团）有限公司"),
        ("Weimei （Group） Ltd", "Weimei (Group) Ltd"),
        ("⽴⼈", "立人"),
    ],
)
def test_names(text: str, name: str) -> None:
    assert typed.name(text) == name


@given(st.text("0123456789X-", min_size=1, max_size=20), st.data())
def test_a_number_is_the_same_from_every_keyboard(number: str, data: st.DataObject) -> None:
    assert typed.number(data.draw(pasted(number, spaces=True)).lower()) == number


@pytest.mark.parametrize(
    "label",
    ["身份证号：", "证件号码: ", "ID number:", "号码 ： ", "ID No. ", "姓名：张三 身份证号：", "1. 号码："],
)
def test_a_label_in_front_is_no_part_of_a_number(label: str) -> None:
    assert typed.number(f"{label}44011319900101001x") == "44011319900101001X"


@pytest.mark.parametrize("rule", OF_NUMBERS)
def test_what_is_longer_than_any_number_stays_as_it_is(rule: Callable[[str], str]) -> None:
    """To look for labels and signs in 60 kB of them took half a minute, in which nobody else was served."""
    for sign in ("A.", "1 ", "１", "x:", "\u0301\u0323"):
        assert rule(sign * 30_000) == sign * 30_000
    assert rule("1 " * 10) == "1" * 10


def test_what_comes_before_a_colon_may_be_the_number_itself() -> None:
    assert typed.number("E12345678 有效期至：20301231") == "E12345678有效期至:20301231"


@pytest.mark.parametrize(("text", "figure"), [(" ３ 000 ", "3000"), ("\u22125", "-5"), ("10：30", "10:30")])
def test_a_figure_is_no_label(text: str, figure: str) -> None:
    assert typed.figure(text) == figure


def test_prose_keeps_its_lines_and_its_marks() -> None:
    text = "\n  第一\u200b条：不符合——“规定”。 \r\n\r\n第二条　ＡＢＣ１２３，见‘附件’ \u2028 第三条\n"
    assert typed.words(text) == "第一条：不符合——“规定”。\n\n第二条 ABC123，见‘附件’\n第三条"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("番禺区 市桥街 1–3 号", "番禺区市桥街 1-3 号"),
        ("O’Brien 与 ‘某某’", "O'Brien 与 ‘某某’"),
        ("古丽 • 艾山", "古丽·艾山"),
        ("粤Ａ１２３４５", "粤A12345"),
        ("不符合——规定（试行）", "不符合——规定（试行）"),
    ],
)
def test_short_answers(text: str, line: str) -> None:
    assert typed.line(text) == line


@given(st.text("0123456789", min_size=6, max_size=13), st.text("-. ()（）·/", max_size=6), st.data())
def test_what_parts_digits_is_dropped(digits: str, marks: str, data: st.DataObject) -> None:
    assume(digits)
    place = data.draw(st.integers(0, len(digits)))
    assert typed.digits(digits[:place] + marks + digits[place:]) == digits
