"""Masked names, numbers and phones: enough to know one's own by, never the whole (articles 7, 11, 13)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.guides import Question
from models.guides.form.answers import mask_answer
from models.people.credentials import ApplicantKind
from models.people.masks import (
    mask_address,
    mask_body,
    mask_number,
    mask_people,
    mask_person,
    mask_phone,
    mask_words,
)

HAN = "张欧阳古丽艾山㛃䶮𠮷𬎆〇"
OTHER = "LinaSMITHéßЖдءئقབཀさドー김À1"
MARKED = ["e\u0323\u0301", "q\u0307", "ཀ\u0f92", "ئ\u0654"]
"""Letters with marks that stay more than one code point."""
APART = [" ", "  ", "·", "•", "‧", "・", "･", "ㆍ", " · ", "\u3000", "\t"]


def words(letters: str, *more: str) -> st.SearchStrategy[list[list[str]]]:
    letter = st.sampled_from([*letters, *more])
    return st.lists(st.lists(letter, min_size=1, max_size=8), min_size=1, max_size=4)


def joined(data: st.DataObject, parts: list[list[str]]) -> str:
    name = "".join(parts[0])
    for part in parts[1:]:
        name += data.draw(st.sampled_from(APART)) + "".join(part)
    return unicodedata.normalize(data.draw(st.sampled_from(["NFC", "NFD"])), name)


@pytest.mark.article("7.sealed")
@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("欧阳㛃", "欧**"),
        ("𠮷野", "𠮷*"),
        ("李", "*"),
        ("李A", "李*"),
        ("古丽·艾山", "古***"),
        ("买买提・艾合买提江", "买*******"),
        ("田中さくら", "田****"),
        ("Ng", "N*"),
        ("Li Na", "L* N*"),
        ("SMITH John", "S**** J***"),
        ("A B", "* *"),
        ("Q Li", "* L*"),
        ("O'Brien", "O******"),
        ("Jean-Luc Picard", "J******* P*****"),
        ("Zoe\u0308", "Z**"),
        ("さくら", "さ**"),
        ("ドナルド・トランプ", "ド*** ト***"),
        ("Иван Петров", "И*** П*****"),
        ("ئالىم توختى", "ئ**** ت****"),
        ("བཀྲ་ཤིས", "བ****"),
        ("33 4", "3* *"),
        ("\u202a王芳\u202c", "王*"),
    ],
)
def test_persons(name: str, masked: str) -> None:
    assert mask_person(name) == masked


@given(words(HAN + OTHER).filter(lambda parts: any(c in HAN for part in parts for c in part)), st.data())
def test_of_a_chinese_name_only_the_first_character_shows(
    parts: list[list[str]], data: st.DataObject
) -> None:
    every = [character for part in parts for character in part]
    shown = mask_person(joined(data, parts))
    assert shown in ("*" * len(every), every[0] + "*" * (len(every) - 1))
    assert shown.count("*") >= 1


@given(words(OTHER.replace("ཀ", ""), *MARKED), st.data())
def test_of_other_names_the_first_letter_of_each_word_shows(
    parts: list[list[str]], data: st.DataObject
) -> None:
    shown = mask_person(joined(data, parts)).split(" ")
    first = [unicodedata.normalize("NFC", part[0]) for part in parts]
    assert shown == [
        f + "*" * (len(part) - 1) if part[1:] else "*" for f, part in zip(first, parts, strict=True)
    ]


@given(st.text(st.characters(exclude_characters="*")))
def test_no_persons_name_is_shown_whole(name: str) -> None:
    """Whatever stands in for a name."""
    for word in filter(None, mask_person(name).split(" ")):
        seen = [c for c in word if c != "*" and not unicodedata.category(c).startswith("M")]
        assert len(seen) <= 1
        assert word.endswith("*")


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("广州市番禺味美食品有限公司", "广州市番禺****有限公司"),
        ("广州市番禺区沙湾陈记五金店", "广州市番禺区******店"),
        ("广州市番禺区市桥街文化服务中心", "广州市番禺区*******中心"),
        ("广州 番禺·味美 食品有限公司", "广州番禺****有限公司"),
        ("广州某某投资合伙企业（有限合伙）", "广州********（有限合伙）"),
        ("华为技术有限公司", "华***有限公司"),
        ("李记五金店", "李***店"),
        ("李建行", "李**"),  # a business named after its owner
        ("李店", "李*"),
        ("番禺区", "番禺*"),
        ("Panyu Foods Co., Ltd.", "P**** F**** C*** L***"),
    ],
)
def test_bodies(name: str, masked: str) -> None:
    assert mask_body(name) == masked


@given(st.text(HAN + "店厂行番禺区广州市有限公司中国", min_size=1, max_size=30))
def test_no_body_is_shown_whole(name: str) -> None:
    shown = mask_body(name)
    assert len(shown) == len(name)
    assert "*" in shown
    assert all(theirs in (ours, "*") for ours, theirs in zip(name, shown, strict=True))


@pytest.mark.article("7.sealed")
def test_an_answer_that_is_the_applicants_name_is_masked_by_their_kind() -> None:
    question = Question(name="applicant", label="姓名（名称）", kind="name", prefill="name")
    assert mask_answer(question, "Li Na", ApplicantKind.PERSON) == "L* N*"
    for kind in (ApplicantKind.ENTERPRISE, ApplicantKind.ORGANIZATION):
        assert mask_answer(question, "广州市番禺味美食品有限公司", kind) == "广州市番禺****有限公司"


@given(st.text(st.characters(categories=["Nd", "Lu"]), min_size=1, max_size=20))
def test_numbers_stay_half_hidden_and_phones_a_third(number: str) -> None:
    for mask, part in ((mask_number, 2), (mask_phone, 3)):
        shown = mask(number)
        assert len(shown) == len(number)
        assert shown.count("*") * part >= len(number)
        assert all(theirs in (ours, "*") for ours, theirs in zip(number, shown, strict=True))


@pytest.mark.parametrize(
    ("address", "masked"),
    [
        ("番禺区市桥街道清河东路1号101房", "番禺区市桥街道" + "*" * 10),
        ("广东省广州市番禺区南村镇兴业大道2号", "广东省广州市番禺区南村镇" + "*" * 6),
        ("广州市天河区天河路1号", "广州市天河区*****"),
        ("沙湾街道紫坭村1号", "沙湾街道*****"),
        ("清河东路小区1号", "********"),
        ("清河东路1号", "******"),
        ("Room 101, 1 Qinghe Road", "*" * 23),
        ("", ""),
    ],
)
def test_an_address_shows_its_town_at_most(address: str, masked: str) -> None:
    assert mask_address(address) == masked


def test_of_several_names_each_is_masked() -> None:
    assert mask_people("梁志强、欧阳㛃，Li Na") == "梁**、欧**，L* N*"
    assert mask_people("、") == "、"


def test_long_numbers_in_words_are_masked() -> None:
    assert mask_words("6×3米，2026年") == "6×3米，2026年"
    assert mask_words("找梁先生13800138000") == "找梁先生13*******00"
    assert mask_words("4401 1319 4805 1200 36号") == f"4401{'*' * 14}0 36号"


def test_numbers_and_phones() -> None:
    assert mask_number("440113194805120036") == "4401**********0036"
    assert mask_phone("13900000001") == "139****0001"
    assert mask_phone("02012345") == "02****45"
