from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_36

from models.applications import check_serial, new_serial
from models.applications.serials import ALPHABET
from models.errors import BadInput, InvalidForm
from models.guides import Form, Kind, Question, mask_answer
from models.guides.form.answers import CHECKS, check_answers
from models.guides.form.kinds import ONE_OF
from models.people import ApplicantKind
from tests.house.clock import START
from tests.models.pasting import SPACES, UNSEEN, pasted

FORM = Form.model_validate(
    {
        "sections": [
            {
                "title": "-",
                "questions": [
                    {"name": "agent", "label": "-", "kind": "yes_no"},
                    {
                        "name": "agent_name",
                        "label": "-",
                        "kind": "text",
                        "max_length": 5,
                        "when": {"question": "agent", "values": ["yes"]},
                    },
                    {"name": "count", "label": "-", "kind": "number", "minimum": 1, "maximum": 9},
                    {"name": "day", "label": "-", "kind": "date", "required": False},
                    {"name": "phone", "label": "-", "kind": "phone", "required": False},
                    {"name": "number", "label": "-", "kind": "credential", "required": False},
                    {
                        "name": "housing",
                        "label": "-",
                        "kind": "choice",
                        "options": [{"value": "own", "label": "-"}, {"value": "rent", "label": "-"}],
                        "required": False,
                    },
                    {"name": "lost", "label": "-", "kind": "date", "required": False, "latest": "today"},
                ],
            }
        ]
    }
)
TODAY = START.date()
RIGHT = {"agent": "no", "count": "3"}


@given(st.sampled_from(["count", "agent_name", "day", "housing"]), st.integers(2, 3000))
def test_what_is_too_long_is_kept_whole_in_a_draft_and_never_right(name: str, size: int) -> None:
    long = "x" * size if name != "housing" else ["x" * size, *("own" for _ in range(size % 5))]
    written = {"agent": "yes", "agent_name": "王", "count": "3", name: long}
    kept = check_answers(FORM, written, {}, complete=False, today=TODAY)
    assert kept[name] == long
    if name != "agent_name" or size > 5:
        with pytest.raises(InvalidForm) as wrong:
            check_answers(FORM, kept, {}, complete=True, today=TODAY)
        assert set(wrong.value.fields) == {name}


@pytest.mark.parametrize("complete", [True, False])
def test_an_answer_to_a_question_that_the_form_does_not_have_is_refused(complete: bool) -> None:
    with pytest.raises(InvalidForm) as wrong:
        check_answers(FORM, RIGHT | {"age": "3", "name": ""}, {}, complete=complete, today=TODAY)
    assert set(wrong.value.fields) == {"age", "name"}


@pytest.mark.article("12.guided")
@given(st.sampled_from(["yes", "no", "", "maybe", None]), st.text(max_size=9))
def test_the_answer_to_a_question_that_is_not_asked_never_stays(agent: Any, name: str) -> None:
    given_ = {"agent": agent, "agent_name": name, "count": "3"}
    answers = check_answers(FORM, given_, {}, complete=False, today=TODAY)
    if answers.get("agent") != "yes":
        assert "agent_name" not in answers


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"agent": "yes"}, "agent_name"),
        ({"agent": "yes", "agent_name": "六个字的名字"}, "agent_name"),
        ({"count": "0"}, "count"),
        ({"count": "1e3"}, "count"),
        ({"count": "nan"}, "count"),
        ({"count": "10:3"}, "count"),
        ({"count": "1：5"}, "count"),
        ({"day": "2025:2026-11-24"}, "day"),
        ({"day": "2026-02-30"}, "day"),
        ({"phone": "12345"}, "phone"),
        ({"phone": "1390000000\u0661"}, "phone"),
        ({"phone": "0208481234\u0665"}, "phone"),
        ({"count": "\u0663"}, "count"),
        ({"number": "11010519491231002\u0661"}, "number"),
        ({"housing": ["own"]}, "housing"),
        ({"housing": 1}, "housing"),
        ({"lost": "2026-11-25"}, "lost"),
        ({"agent": "\x00"}, "agent"),
    ],
)
def test_what_is_wrong_is_named(changes: dict[str, Any], fault: str) -> None:
    check_answers(FORM, RIGHT | changes, {}, complete=False, today=TODAY)
    with pytest.raises(InvalidForm) as wrong:
        check_answers(FORM, RIGHT | changes, {}, complete=True, today=TODAY)
    assert list(wrong.value.fields) == [fault]


def test_answers_come_in_their_normal_form() -> None:
    given_ = RIGHT | {"count": " 3 ", "day": "2026-11-24", "phone": "139 0000 0001"}
    assert check_answers(FORM, given_, {}, complete=True, today=TODAY) == {
        "agent": "no",
        "count": 3,
        "day": "2026-11-24",
        "phone": "13900000001",
    }


def test_full_width_answers_are_the_same_answers() -> None:
    given_ = RIGHT | {
        "count": "３",
        "day": "２０２６-１１-２４",
        "phone": "１３９ ００００ ０００１",
        "number": "１１０１０５１９４９１２３１００２ｘ",
    }
    assert check_answers(FORM, given_, {}, complete=True, today=TODAY) == {
        "agent": "no",
        "count": 3,
        "day": "2026-11-24",
        "phone": "13900000001",
        "number": "11010519491231002X",
    }


@pytest.mark.article("11.serial")
@given(st.integers(0, 18), st.sampled_from(ALPHABET))
def test_one_wrong_character_of_a_serial_number_is_noticed(place: int, wrong: str) -> None:
    serial = new_serial(START.date())
    if serial[place] == wrong:
        return
    with pytest.raises(BadInput):
        check_serial(serial[:place] + wrong + serial[place + 1 :])


@pytest.mark.article("11.serial")
def test_serial_numbers_sort_by_day_and_do_not_repeat() -> None:
    serials = {new_serial(START.date()) for _ in range(1000)}
    assert len(serials) == 1000
    for serial in serials:
        assert serial.startswith("20261124")
        assert mod_37_36.is_valid(serial)
        assert check_serial(f" {serial[:8]}-{serial[8:].lower()} ") == serial
        wide = serial.translate({character: character + 0xFEE0 for character in range(48, 91)})
        assert check_serial(wide) == serial
        with pytest.raises(BadInput):
            check_serial(serial.translate({digit: digit - 48 + 0x0660 for digit in range(48, 58)}))


def test_only_a_date_lies_in_the_past() -> None:
    with pytest.raises(ValueError, match="only a date"):
        Question.model_validate({"name": "n", "label": "-", "kind": "text", "latest": "today"})
    today = RIGHT | {"lost": TODAY.isoformat()}
    assert check_answers(FORM, today, {}, complete=True, today=TODAY)["lost"] == TODAY.isoformat()


@pytest.mark.article("11.serial")
@pytest.mark.parametrize(
    "sentence",
    [
        "申请流水号：{}",
        "您的流水号{}，请查收",
        "serial no. 5: {} please",
        "【番禺智慧政务】您于2026年11月24日10:00申请的居住证已提交，申请流水号{}，可凭此号查询进度。",
        "https://panyu.test/verify/{}",
        "\u202d{}\u202c",
    ],
)
@given(data=st.data())
def test_a_serial_number_is_found_in_what_was_copied(sentence: str, data: st.DataObject) -> None:
    serial = new_serial(START.date())
    text = data.draw(pasted(serial))
    text = text[:8] + data.draw(st.sampled_from(["", "-", " ", "–"])) + text[8:]
    assert check_serial(sentence.format(data.draw(st.sampled_from([serial, serial.lower(), text])))) == serial


@pytest.mark.article("11.serial")
@given(st.text(max_size=60))
def test_no_text_breaks_the_check_of_serials(text: str) -> None:
    with pytest.raises(BadInput):
        check_serial(text)


NOTHING = st.text(UNSEEN + SPACES, max_size=6)


@pytest.mark.article("12.guided")
@given(NOTHING)
def test_an_answer_that_nobody_sees_is_missing(nothing: str) -> None:
    blank = {"agent": "yes", "agent_name": nothing, "count": nothing}
    with pytest.raises(InvalidForm) as wrong:
        check_answers(FORM, blank, {}, complete=True, today=TODAY)
    assert wrong.value.fields == {"agent_name": "请填写此项", "count": "请填写此项"}


@pytest.mark.article("12.guided")
@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("agent_name", "O'Bri"),
        ("agent_name", "古丽·艾山"),
        ("count", "3"),
        ("day", "2026-11-24"),
        ("phone", "13900000001"),
        ("number", "11010519491231002X"),
    ],
)
@given(data=st.data())
def test_an_answer_is_the_same_from_every_keyboard(name: str, plain: str, data: st.DataObject) -> None:
    answers = RIGHT | {"agent": "yes", "agent_name": "某人"}
    text = data.draw(pasted(plain, spaces=name != "agent_name"))
    typed = check_answers(FORM, answers | {name: text}, {}, complete=True, today=TODAY)
    assert typed == check_answers(FORM, answers | {name: plain}, {}, complete=True, today=TODAY)


@pytest.mark.parametrize(
    ("phone", "kept"),
    [
        ("\u202d+86 138-0013-8000\u202c", "13800138000"),
        ("0086 13800138000", "13800138000"),
        ("(+86)13800138000", "13800138000"),
        ("(020) 8484-1234", "02084841234"),
        ("+86 20 8484 1234", "02084841234"),
        ("电话：020－84841234", "02084841234"),
    ],
)
def test_phones_as_people_keep_them(phone: str, kept: str) -> None:
    assert check_answers(FORM, RIGHT | {"phone": phone}, {}, complete=True, today=TODAY)["phone"] == kept


def test_a_number_that_is_nearly_a_citizens_says_what_is_wrong() -> None:
    with pytest.raises(InvalidForm) as wrong:
        check_answers(FORM, RIGHT | {"number": "4401131990010100"}, {}, complete=True, today=TODAY)
    assert wrong.value.fields == {"number": "身份证号应为18位，您填了16位"}


def test_every_kind_of_question_has_its_check() -> None:
    assert set(Kind) == CHECKS.keys()


FIRST_SEEN: dict[Kind, tuple[Any, Any]] = {
    Kind.TEXT: ("粤A12345，电话13800138000", "粤A12345，电话13*******00"),
    Kind.LONG_TEXT: ("与李四同住市桥街1号", "已隐藏"),
    Kind.NAME: ("李四、欧阳海燕", "李*、欧***"),
    Kind.CREDENTIAL: ("440113199003070011", "4401**********0011"),
    Kind.REFERENCE: ("6222021234567890", "6222********7890"),
    Kind.PHONE: ("13800138000", "138****8000"),
    Kind.ADDRESS: ("番禺区市桥街道清河东路1号", "番禺区市桥街道******"),
    Kind.NUMBER: ("12.5", "12.5"),
    Kind.MONEY: ("3000", "已隐藏"),
    Kind.DATE: ("2026-11-01", "2026-11-01"),
    Kind.CHOICE: ("rent", "rent"),
    Kind.HEALTH: ("sight", "已隐藏"),
    Kind.CHOICES: (["a", "b"], ["a", "b"]),
    Kind.YES_NO: ("yes", "yes"),
}
"""What is answered, and what staff see of it who have not asked to see the whole."""


@pytest.mark.article("7.sealed")
@pytest.mark.parametrize("kind", Kind)
def test_what_staff_see_first_follows_from_the_kind(kind: Kind) -> None:
    options = [{"value": "sight", "label": "-"}] if kind in (*ONE_OF, Kind.CHOICES) else []
    question = Question.model_validate({"name": "q", "label": "-", "kind": kind, "options": options})
    answer, seen = FIRST_SEEN[kind]
    assert mask_answer(question, answer, ApplicantKind.PERSON) == seen
