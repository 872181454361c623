"""A location message is answered with the nearest places."""

import re
from datetime import datetime
from typing import Any

import pytest

from handlers.chat.envelope import LONGEST_TEXT, parse
from handlers.chat.places import works
from handlers.chat.telling import locale_of
from models.places import Position, Working, to_gcj02
from models.workdays import PANYU
from tests.house.places import hall
from tests.house.wechat import Peer, message, xml
from wechat_backend.loading.loader import load

SHIQIAO = Position(22.9405, 113.3660)


def location(here: Position, **changes: Any) -> str:
    """As WeChat sends it: GCJ-02, with a description of the place."""
    shown = to_gcj02(here)
    spot = {"Location_X": f"{shown.latitude:.6f}", "Location_Y": f"{shown.longitude:.6f}", "Scale": "15"}
    return xml({"MsgType": "location", "MsgId": "7", **spot, "Label": "市桥街", **changes})


async def of_panyu(peer: Peer) -> None:
    for place in load().halls:
        await peer.services.halls.put(place, peer.by())


@pytest.mark.article("18.near", "18.5")
async def test_the_three_nearest_with_phone_and_directions(peer: Peer) -> None:
    await of_panyu(peer)
    told = await peer.say(location(SHIQIAO))
    assert re.findall(r"\d\. <a href=\"https://panyu.test/halls/([a-z-]+)\">", told) == [
        *("shiqiao-dexing", "shiqiao", "shiqiao-yushan"),
    ]
    first = told.split("\n\n")[1]
    assert "步行约5分钟，骑车约2分钟" in first
    assert "人工服务中，到12:00；自助服务现在可用" in first
    assert "电话：020-84812140" in first
    assert told.count("https://apis.map.qq.com/uri/v1/marker?marker=coord:22.9") == 3
    assert len(told.encode()) < LONGEST_TEXT


async def test_no_answer_is_cut_off(peer: Peer) -> None:
    """From each place in Panyu, and from outside of it."""
    await of_panyu(peer)
    spots = [place.position for place in load().halls[::9]] + [Position(39.9, 116.4)]
    for number, spot in enumerate(spots):
        told = await peer.say(location(spot, MsgId=str(1000 + number)))
        assert told.endswith("看全部网点和示意图</a>")
        assert len(told.encode()) < LONGEST_TEXT
    assert told.startswith("您现在离番禺较远")


async def test_one_that_works_is_among_them(peer: Peer) -> None:
    for number in range(3):
        place = hall(f"closed-{number}", all_day=False, windows=None, kind="station")
        await peer.services.halls.put(place, peer.by())
    there = {"location": {"coordinates": [113.40, 22.95]}, "name": "远处的服务站"}
    await peer.services.halls.put(hall("open", kind="station", **there), peer.by())
    told = await peer.say(location(Position(22.937, 113.384)))
    assert told.count("现在不开放") == 2
    assert "3. <a href" in told
    assert "远处的服务站" in told


@pytest.mark.parametrize("wrong", [{"Location_X": ""}, {"Location_X": "north"}, {"Location_Y": "999"}])
async def test_a_location_without_a_position(peer: Peer, wrong: dict[str, str]) -> None:
    assert "位置有误" in await peer.say(location(SHIQIAO, **wrong))


async def test_a_position_is_kept_nowhere_and_shown_in_no_log(peer: Peer) -> None:
    await of_panyu(peer)
    sent = location(SHIQIAO)
    assert await peer.say(sent) == await peer.say(sent)
    sent_there = parse(sent)
    assert sent_there.latitude.startswith("22.9")
    assert "22.9" not in repr(sent_there)
    shown = to_gcj02(SHIQIAO)
    for name in ("inbox", "accounts", "events"):
        async for kept in peer.services.database[name].find({}):
            assert f"{shown.latitude:.4f}" not in str(kept)
            assert str(SHIQIAO.latitude) not in str(kept)


async def test_where_the_phone_is_reported_unasked_nothing_is_said(peer: Peer) -> None:
    """An account may be set to report positions; ours needs none."""
    told = await peer.say(xml({"MsgType": "event", "Event": "LOCATION", "Latitude": "22.94"}))
    assert told == ""


async def test_help_tells_of_it(peer: Peer) -> None:
    assert "发送位置" in await peer.say(xml({"MsgType": "text", "Content": "帮助", "MsgId": "8"}))


@pytest.mark.parametrize(("entered", "told"), [(True, "自助终端现在不能用"), (False, "现在不开放")])
def test_broken_kiosks_do_not_close_a_place(entered: bool, told: str) -> None:
    opens = datetime(2026, 11, 30, 9, tzinfo=PANYU)
    works_now = Working(False, False, opens=opens, entered=entered)
    assert works(works_now, locale_of(english=False)) == f"{told}；人工服务11-30 周一 09:00开始"


async def test_the_nearest_in_english_and_nobody_walks_for_hours(peer: Peer) -> None:
    await of_panyu(peer)
    await peer.say(message("nearest hall please"))
    told = await peer.say(location(SHIQIAO))
    assert told.startswith("The places nearest to you:")
    assert (
        "About 5 min on foot, 2 min by bicycle\nStaffed until 12:00; Self-service open now\nPhone: " in told
    )
    assert len(told.encode()) < LONGEST_TEXT
    shown = await peer.say(location(Position(22.80, 113.60), MsgId="9"))
    assert re.search(r"</a>\nAbout \d+ min by bicycle", shown)
    assert "on foot" not in shown
