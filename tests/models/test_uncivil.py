"""Uncivil words are found however they are written, and nothing else is taken for one (article 28)."""

import asyncio

import pytest

from models.uncivil import Filter, UncivilWords
from tests.house.clock import MakeCause
from tests.house.house import House
from wechat_backend.loading.loader import load

FILTER = Filter(["傻逼", "去死吧", "ass", "tmd"])


@pytest.mark.article("28.2")
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("你们这些傻逼", ["傻逼"]),
        ("傻 逼", ["傻逼"]),
        ("傻.逼,傻-逼", ["傻逼"]),
        ("傻\u200b逼", ["傻逼"]),
        ("傻\n逼", ["傻逼"]),
        ("ＴＭＤ", ["tmd"]),
        ("t.m.d，去死吧！", ["tmd", "去死吧"]),
        ("you ass", ["ass"]),
        ("class, pass and assess", []),
        ("这tmd什么", ["tmd"]),
        ("请尽快办理，谢谢。", []),
        ("", []),
    ],
)
def test_however_it_is_written(text: str, found: list[str]) -> None:
    assert FILTER.found_in(text) == found


def test_an_empty_list_finds_nothing() -> None:
    assert Filter([]).found_in("傻逼") == []


def test_the_list_of_the_house_finds_itself_and_spares_our_guides() -> None:
    data = load()
    words = Filter(data.uncivil)
    assert all(words.found_in(word) for word in data.uncivil)
    for guide in data.guides:
        said = [guide.name, guide.summary, *guide.conditions, *(m.name for m in guide.materials)]
        assert [hit for text in said for hit in words.found_in(text)] == []


async def test_what_was_struck_off_is_not_learnt_again(house: House, cause: MakeCause) -> None:
    words: UncivilWords = house.stores.uncivil
    learnt = await asyncio.gather(*(words.learn(["傻逼", "TMD"], cause()) for _ in range(4)))
    assert sum(learnt) == 2
    assert await words.use("Ｔ.Ｍ.Ｄ", cause(), "误伤", used=False)
    assert await words.learn(["傻逼", "TMD"], cause()) == 0
    assert (await words.filter()).found_in("傻逼 TMD") == ["傻逼"]
    assert await words.use("废话", cause(), "常见", used=True)
    assert (await words.filter()).found_in("废 话") == ["废话"]
