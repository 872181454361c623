"""Finding what people mean: words, fillers, slips, sounds, pinyin and English; and in which order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import Style, pinyin

from models.guides.catalogue import Catalogue, Entry, shared
from models.guides.pinyin import spellings
from models.guides.sounds import FIRSTS, sounds
from models.guides.wording import LONGEST, words_of
from models.people import ApplicantKind

PERSON, ENTERPRISE = ApplicantKind.PERSON, ApplicantKind.ENTERPRISE
SIGN, CARD, SHOP, FOOD = (
    "居住证签注",
    "老年人优待证（敬老卡）申领",
    "个体工商户设立登记",
    "食品经营许可（餐饮服务）",
)


def entry(
    name: str,
    *keywords: str,
    english: str = "",
    topics: tuple[str, ...] = ("户籍",),
    audience: ApplicantKind = PERSON,
) -> Entry:
    spelled = spellings(name, english, *keywords)
    return Entry(name, name, english, keywords, topics, [audience], "民政局", spelled)


CATALOGUE = Catalogue(
    [
        entry(SIGN, "流动人口", english="Residence Permit Endorsement"),
        entry(CARD, "老人", "敬老卡", "公交卡", english="Senior Citizen Preferential Card", topics=("养老",)),
        entry(SHOP, "开店", "营业执照", topics=("企业开办",)),
        entry(FOOD, "奶茶店", "饭店", topics=("经营许可",), audience=ENTERPRISE),
        entry("变更", "许可", topics=("经营许可",), audience=ENTERPRISE),
    ]
)


def found(text: str, **within: object) -> list[str]:
    return CATALOGUE.find(text, **within).keys  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("办居住证", ["居住证"]),
        ("怎么给孩子办居住证？", ["孩子", "居住证"]),
        ("我要申请一下敬老卡", ["敬老卡"]),
        ("ＪＺＺ 续期", ["jzz", "续期"]),
        ("How to get a residence permit", ["residence", "permit"]),
        ("番禺区公积金在哪里查询", ["公积金"]),
        ("居住证 证", ["居住证"]),
        ("证", ["证"]),
        ("怎么办", ["怎么办"]),
        ("申请", ["申请"]),
        ("C1驾照", ["c1", "驾照"]),
        ("  ！？ ", []),
    ],
)
def test_words_are_what_is_left_without_fillers(typed: str, words: list[str]) -> None:
    assert words_of(typed) == words


@pytest.mark.parametrize("sign", ["㌖", "㍿", "ﷺ", "a"])
def test_no_more_is_looked_for_than_is_typed_for_a_search(sign: str) -> None:
    """One sign may stand for many letters, and a slip is looked for at each of them."""
    assert 0 < sum(map(len, words_of(sign * 1000))) <= LONGEST


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("居住证", SIGN),
        ("办居住证", SIGN),
        ("jzz", SIGN),
        ("JuZhu Zheng", SIGN),
        ("residence permit", SIGN),
        ("敬老卡）申", CARD),
        ("老人 公交", CARD),
        ("senior card", CARD),
        ("养老", CARD),
        ("开店要什么手续", SHOP),
    ],
)
def test_what_has_all_the_words_is_found_whole(typed: str, meant: str) -> None:
    listed = CATALOGUE.find(typed)
    assert listed.keys[0] == meant
    assert listed.whole


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("居注证", SIGN),  # sounds the same
        ("居往证", SIGN),  # looks the same
        ("居住证续期", SIGN),
        ("居住证 续期", SIGN),
        ("juzuzheng", SIGN),
        ("residense permit", SIGN),
        ("residence permitt", SIGN),
        ("敬劳卡补办", CARD),
        ("老人坐公交免费", CARD),
    ],
)
def test_where_nothing_has_all_the_closest_is_found(typed: str, meant: str) -> None:
    listed = CATALOGUE.find(typed)
    assert listed.keys == [meant]
    assert not listed.whole


@pytest.mark.parametrize("typed", ["火箭发射", "zzz", "！？", "' || 1==1", "$where", "ab", "社社社"])
def test_what_is_not_there_is_not_found(typed: str) -> None:
    assert found(typed) == []


def test_names_come_before_keywords_and_then_the_order_stays() -> None:
    assert found("许可") == [FOOD, "变更"]
    assert found("店") == [SHOP, FOOD]
    assert Catalogue(CATALOGUE.entries[::-1]).find("店").keys == [FOOD, SHOP]


def test_what_has_more_of_the_words_comes_alone() -> None:
    assert found("饭店 营业执照") == [SHOP, FOOD]
    assert found("饭店 奶茶店 营业执照") == [FOOD]


def test_without_words_all_are_listed_in_their_order() -> None:
    assert found("") == found("  ") == [one.name for one in CATALOGUE.entries]
    assert found("", audience=ENTERPRISE) == found("", topic="经营许可") == [FOOD, "变更"]
    assert found("居住证", topic="养老") == found("", department="公安局") == []
    assert len(found("", department="民政局")) == 5


def test_topics_are_in_the_order_of_what_is_about_them() -> None:
    assert CATALOGUE.topics() == ["户籍", "养老", "企业开办", "经营许可"]
    assert CATALOGUE.topics(ENTERPRISE) == ["经营许可"]


@given(text=st.text(max_size=60))
def test_whatever_is_typed_finds_something_or_nothing(text: str) -> None:
    assert set(found(text)) <= {one.name for one in CATALOGUE.entries}


@given(data=st.data())
def test_any_piece_of_a_name_or_keyword_finds_it(data: st.DataObject) -> None:
    one = data.draw(st.sampled_from(CATALOGUE.entries))
    text = data.draw(st.sampled_from([one.name, *one.keywords]))
    start = data.draw(st.integers(0, len(text) - 1))
    piece = text[start : data.draw(st.integers(start + 1, len(text)))]
    assert one.name in found(piece) or not piece.strip("（）")


@given(data=st.data())
def test_a_name_with_one_character_wrong_finds_it(data: st.DataObject) -> None:
    one = data.draw(st.sampled_from([entry for entry in CATALOGUE.entries if len(entry.name) > 2]))
    at = data.draw(st.integers(0, len(one.name) - 1))
    wrong = f"{one.name[:at]}龘{one.name[at + 1 :]}"
    assert one.name in found(wrong)


def test_pieces_that_are_shared() -> None:
    assert shared("居住证续期", "居住证签注", 2) == 0.6
    assert shared("居证", "居住证", 2) == 0


def test_characters_that_sound_alike_have_one_sound() -> None:
    assert sounds("居注证") == sounds("居住证") != sounds("居往证")
    assert sounds("敬老咔 abc，龘") == sounds("敬") + sounds("老") + "咔 abc，龘"
    assert len(set(map(sounds, FIRSTS))) == len(FIRSTS)


def test_sounds_are_those_of_the_dictionary() -> None:
    """A character with several readings stands under one of them."""
    common = [bytes((high, low)) for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF)]
    pairs = [(one, sounds(one)) for code in common if (one := code.decode("gb2312", "ignore"))]
    assert len(pairs) == 3755, "the characters of level 1"

    def read(one: str) -> set[str]:
        return set(pinyin(one, style=Style.NORMAL, heteronym=True)[0])

    assert [pair for pair in pairs if not read(pair[0]) & read(pair[1])] == []


@pytest.mark.parametrize(
    ("sentence", "name", "whole"),
    [
        ("你好啊我想问下喺边度可以办嗰个老年人优待证啊我今年七十八啦", CARD, True),
        ("老板娘说营业执照要换个地址，礼拜三下午去大石行不行", SHOP, True),
        ("我想开店要办什么", SHOP, True),
        ("人家话要搞居注证签住喎", SIGN, False),
        ("I need my residence permit tomorrow", SIGN, True),
    ],
)
def test_a_sentence_names_an_item_in_its_midst(sentence: str, name: str, whole: bool) -> None:
    found = CATALOGUE.spotted(sentence)
    assert (found.keys, found.whole) == ([name], whole)


@pytest.mark.parametrize("sentence", ["娃哭了等下再说", "what time you open on saturday", "", "改到大后天"])
def test_a_sentence_that_names_nothing(sentence: str) -> None:
    assert CATALOGUE.spotted(sentence).keys == []
