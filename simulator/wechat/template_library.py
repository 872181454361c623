"""The message templates that the account has, and what WeChat takes in their fields.

A field's type is the beginning of its name: `thing2` is a `thing`. Sources: WeChat's table of parameter
types for template and subscription messages; docs/reference/notices.md for the templates.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.errors import PlatformError


@dataclass(frozen=True)
class Template:
    """`fields`: name → label on the card; `presets`: what a `const` field may say."""

    title: str
    fields: Mapping[str, str]
    presets: Mapping[str, frozenset[str]] = field(default_factory=dict)


LIBRARY: Mapping[str, Template] = {
    "TM_RECEIPT": Template(
        "办事申请回执",
        {
            "character_string1": "申请流水号",
            "thing2": "办理事项",
            "thing3": "受理部门",
            "time4": "提交时间",
            "thing5": "办理方式",
        },
    ),
    "TM_PROGRESS": Template(
        "办件进度通知",
        {
            "character_string1": "申请流水号",
            "thing2": "办理事项",
            "thing3": "当前进度",
            "time4": "更新时间",
            "thing5": "温馨提示",
        },
    ),
    "TM_APPOINTMENT": Template(
        "预约通知",
        {"thing1": "预约事项", "thing2": "预约网点", "time3": "预约时间", "thing4": "预约状态"},
    ),
    "TM_BOOKING": Template(
        "办件预约邀请通知",
        {
            "thing1": "办理事项",
            "thing2": "到大厅办理",
            "thing3": "办理部门",
            "character_string4": "申请流水号",
        },
    ),
    "TM_REMINDER": Template(
        "预约到访提醒",
        {
            "thing1": "预约事项",
            "thing2": "预约网点",
            "thing3": "网点地址",
            "time4": "预约时间",
            "thing5": "温馨提示",
        },
    ),
    "TM_KIOSK": Template(
        "自助终端服务变更通知",
        {
            "thing1": "预约事项",
            "thing2": "预约网点",
            "time3": "预约时间",
            "thing4": "自助终端",
            "thing5": "温馨提示",
        },
    ),
    "TM_ENDING": Template(
        "预约结果通知",
        {
            "thing1": "预约事项",
            "thing2": "预约网点",
            "time3": "预约时间",
            "thing4": "办理结果",
            "thing5": "温馨提示",
        },
    ),
    "TM_INVITATION": Template(
        "服务评价邀请",
        {"thing1": "办理事项", "thing2": "办理单位", "time3": "办结时间", "thing4": "温馨提示"},
    ),
    "TM_REVIEW": Template(
        "评价处理通知",
        {"thing1": "评价事项", "thing2": "处理情况", "time3": "处理时间", "thing4": "温馨提示"},
    ),
    "TM_REBINDING": Template("账号安全提醒", {"thing1": "变更内容", "time2": "变更时间"}),
    "TM_BLACKLIST": Template("处理决定通知", {"thing1": "内容", "thing2": "决定编号", "time3": "时间"}),
    "TM_RETIREMENT": Template(
        "终端退出建议通知",
        {"thing1": "终端", "thing2": "地点", "thing3": "依据", "thing4": "说明", "time5": "时间"},
    ),
    "TM_ALERT": Template(
        "终端告警通知", {"thing1": "地点", "thing2": "异常", "thing3": "说明", "time4": "时间"}
    ),
    "TM_HELP": Template(
        "自助终端求助通知", {"thing1": "地点", "thing2": "位置", "thing3": "终端", "time4": "时间"}
    ),
    "TM_AGENCY": Template("经办授权通知", {"thing1": "企业名称", "thing2": "经办人", "thing3": "授权状态"}),
}

_DATE = (
    r"(?:\d{4}年(?:1[0-2]|0?[1-9])月(?:(?:3[01]|[12]\d|0?[1-9])日)?"
    r"|(?:1[0-2]|0?[1-9])月(?:3[01]|[12]\d|0?[1-9])日"
    r"|(?:\d{4}[-/.])?(?:1[0-2]|0?[1-9])[-/.](?:3[01]|[12]\d|0?[1-9]))"
)
_CLOCK = r"(?:2[0-3]|[01]?\d):[0-5]\d(?::[0-5]\d)?"
_MOMENT = rf"(?:{_DATE}(?: ?{_CLOCK})?|{_CLOCK})"
_CHINESE = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


def _matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


def _thing(value: str) -> bool:
    return len(value) <= 20 and value.isprintable()


def _character_string(value: str) -> bool:
    return len(value) <= 32 and value.isascii() and value.isprintable()


def _name(value: str) -> bool:
    return len(value) <= (10 if _CHINESE.search(value) else 20) and value.isprintable()


TYPES: Mapping[str, Callable[[str], bool]] = {
    "thing": _thing,
    "character_string": _character_string,
    "time": _matches(rf"{_MOMENT}(?:~{_MOMENT})?"),
    "date": _matches(rf"{_DATE}(?: ?{_CLOCK})?(?:~{_DATE}(?: ?{_CLOCK})?)?"),
    "phone_number": _matches(r"[\d+\-() ]{1,17}"),
    "number": _matches(r"(?=.{1,32}$)\d+(?:\.\d+)?"),
    "letter": _matches(r"[A-Za-z]{1,32}"),
    "amount": _matches(r"[¥￥$]?\d{1,10}(?:\.\d+)?元?"),
    "car_number": _matches(r"[\u4e00-\u9fffA-Za-z][A-Za-z0-9]{1,6}[\u4e00-\u9fffA-Za-z0-9]"),
    "name": _name,
    "phrase": _matches(r"[\u4e00-\u9fff]{1,5}"),
}
"""Type → whether it takes a value that is not empty; `const` is asked of the template."""


def check_data(template: Template, data: object) -> dict[str, str]:
    """The card's fields, name → value.

    Raises:
        PlatformError: 47001, or 47003 naming the field.
    """
    if not isinstance(data, dict):
        raise PlatformError(47001)
    values = {name: _value(name, given) for name, given in data.items()}
    for name in template.fields:
        _check_field(template, name, values.get(name, ""))
    for name in values.keys() - template.fields.keys():
        raise PlatformError(47003, f"data.{name} not in template")
    return {name: values[name] for name in template.fields}


def _value(name: str, given: Any) -> str:
    value = given.get("value") if isinstance(given, dict) else None
    if not isinstance(value, str | int | float):
        raise PlatformError(47003, f"data.{name}.value invalid")
    return str(value)


def _check_field(template: Template, name: str, value: str) -> None:
    if not value.strip():
        raise PlatformError(47003, f"data.{name}.value is empty")
    kind = name.rstrip("0123456789")
    fits = value in template.presets.get(name, ()) if kind == "const" else TYPES[kind](value)
    if not fits:
        raise PlatformError(47003, f"data.{name}.value invalid")
