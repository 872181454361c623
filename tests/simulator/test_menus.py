"""Menus: the platform's limits, each with its own code."""

from typing import Any

import pytest

from tests.simulator.conftest import Peer
from wechat_backend.worker.menu_buttons import menu

CLICK = {"type": "click", "name": "帮助", "key": "help"}
PROGRAM = {
    "type": "miniprogram",
    "name": "小程序",
    "appid": "wxfedcba9876543210",
    "pagepath": "pages/index",
    "url": "https://panyu.test/",
}
VIEW = {"type": "view", "name": "办事", "url": "https://panyu.test/"}


def sub(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"button": [{"name": "我的", "sub_button": list(buttons)}]}


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"button": [CLICK] * 3}, 0),
        (sub(*[VIEW] * 5), 0),
        ({"button": [CLICK | {"name": "一二三四五a"}]}, 0),  # 16 bytes
        (sub(CLICK | {"name": "一" * 20}), 0),  # 60 bytes
        ({"button": []}, 40016),
        ({"button": [CLICK] * 4}, 40016),
        ({}, 40016),
        ({"button": [CLICK | {"type": "tap"}]}, 40017),
        ({"button": [{"name": "无"}]}, 40017),
        ({"button": [CLICK | {"name": "一二三四五六"}]}, 40018),
        ({"button": [CLICK | {"name": ""}]}, 40018),
        ({"button": [CLICK | {"key": "k" * 129}]}, 40019),
        ({"button": [{"type": "click", "name": "帮助"}]}, 40019),
        ({"button": [VIEW | {"url": "https://panyu.test/" + "x" * 1024}]}, 40020),
        ({"button": [PROGRAM]}, 0),
        ({"button": [PROGRAM | {"appid": ""}]}, 40166),
        ({"button": [{name: PROGRAM[name] for name in PROGRAM if name != "pagepath"}]}, 40165),
        ({"button": [PROGRAM | {"url": None}]}, 40020),
        (sub(PROGRAM | {"appid": 7}), 40166),
        (sub(PROGRAM | {"url": "panyu.test"}), 40054),
        ({"button": [VIEW | {"url": "ftp://panyu.test/"}]}, 40055),
        (sub(sub(CLICK)["button"][0]), 40022),
        (sub(), 40023),
        (sub(*[CLICK] * 6), 40023),
        (sub(CLICK | {"type": "tap"}), 40024),
        (sub(CLICK | {"name": "一" * 20 + "a"}), 40025),
        (sub(CLICK | {"key": ""}), 40026),
        (sub(VIEW | {"url": ""}), 40027),
        (sub(VIEW | {"url": "panyu.test"}), 40054),
    ],
)
async def test_limits(peer: Peer, asked: dict[str, Any], code: int) -> None:
    assert (await peer.api("menu/create", asked))["errcode"] == code


async def test_the_service_s_own_menu_is_taken_shown_and_deleted(peer: Peer) -> None:
    assert (await peer.api("menu/get"))["errcode"] == 46003
    assert (await peer.api("menu/create", menu("https://panyu.test")))["errcode"] == 0
    shown = (await peer.api("menu/get"))["menu"]["button"]
    assert [top["name"] for top in shown] == ["办事", "查询", "我的"]
    assert shown[0]["sub_button"][0]["sub_button"] == []
    assert (await peer.api("menu/delete"))["errcode"] == 0
    assert (await peer.api("menu/get"))["errcode"] == 46003


async def test_a_menu_that_is_refused_changes_nothing(peer: Peer) -> None:
    await peer.api("menu/create", {"button": [CLICK]})
    await peer.api("menu/create", {"button": [CLICK, VIEW | {"url": ""}]})
    assert len((await peer.api("menu/get"))["menu"]["button"]) == 1
