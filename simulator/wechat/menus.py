"""Menus as WeChat takes them: 3 × 5 buttons, names of 16 and 60 bytes, keys of 128, URLs of 1024."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from simulator.errors import PlatformError

KEY_TYPES = frozenset(
    {
        "click",
        "scancode_push",
        "scancode_waitmsg",
        "pic_sysphoto",
        "pic_photo_or_album",
        "pic_weixin",
        "location_select",
    }
)
OTHER_TYPES = frozenset({"media_id", "article_id", "article_view_limited", "view_limited"})


@dataclass(frozen=True)
class Level:
    """One level of the menu: most buttons, bytes of a name, and the codes of what is wrong with it."""

    most: int
    name_bytes: int
    count: int
    kind: int
    name: int
    key: int
    url: int
    domain: int


TOP = Level(3, 16, count=40016, kind=40017, name=40018, key=40019, url=40020, domain=40055)
SUB = Level(5, 60, count=40023, kind=40024, name=40025, key=40026, url=40027, domain=40054)


def check_menu(menu: Mapping[str, Any]) -> dict[str, Any]:
    """The menu as `menu/get` will show it.

    Raises:
        PlatformError: 40016 to 40027, 40054, 40055, 40165, 40166.
    """
    return {"button": [_top(button) for button in _buttons(menu.get("button"), TOP)]}


def leaf(menu: Mapping[str, Any], path: list[int]) -> dict[str, Any] | None:
    """The button at `path` ([top] or [top, sub]), None where there is none that can be tapped."""
    buttons = menu.get("button", [])
    found: dict[str, Any] | None = None
    for step in path:
        if not 0 <= step < len(buttons):
            return None
        found = buttons[step]
        buttons = found["sub_button"] if found else []
    return found if found and found.get("type") else None


def _buttons(buttons: object, level: Level) -> list[Mapping[str, Any]]:
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= level.most:
        raise PlatformError(level.count)
    if not all(isinstance(button, dict) for button in buttons):
        raise PlatformError(47001)
    return buttons


def _top(button: Mapping[str, Any]) -> dict[str, Any]:
    if "sub_button" not in button or (button.get("type") and button["sub_button"] == []):
        return _leaf(button, TOP)
    subs = [_sub(sub) for sub in _buttons(button["sub_button"], SUB)]
    return {"name": _name(button, TOP), "sub_button": subs}


def _sub(button: Mapping[str, Any]) -> dict[str, Any]:
    if button.get("sub_button"):
        raise PlatformError(40022)
    return _leaf(button, SUB)


def _name(button: Mapping[str, Any], level: Level) -> str:
    name = button.get("name")
    if not isinstance(name, str) or not 1 <= len(name.encode()) <= level.name_bytes:
        raise PlatformError(level.name)
    return name


def _leaf(button: Mapping[str, Any], level: Level) -> dict[str, Any]:
    kind, name = button.get("type"), _name(button, level)
    given = {key: value for key, value in button.items() if key != "sub_button"}
    if kind == "view":
        _check_url(button.get("url"), level)
    elif kind == "miniprogram":
        _check_program(button, level)
    elif kind in KEY_TYPES:
        _check_key(button.get("key"), level)
    elif kind not in OTHER_TYPES:
        raise PlatformError(level.kind)
    return {**given, "name": name, "sub_button": []}


def _check_key(key: object, level: Level) -> None:
    if not isinstance(key, str) or not 1 <= len(key.encode()) <= 128:
        raise PlatformError(level.key)


def _check_program(button: Mapping[str, Any], level: Level) -> None:
    """`url` is for old versions of WeChat, which know no mini-programs."""
    for name, code in (("appid", 40166), ("pagepath", 40165)):
        if not isinstance(button.get(name), str) or not button[name]:
            raise PlatformError(code)
    _check_url(button.get("url"), level)


def _check_url(url: object, level: Level) -> None:
    if not isinstance(url, str) or not 1 <= len(url.encode()) <= 1024:
        raise PlatformError(level.url)
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise PlatformError(level.domain)
