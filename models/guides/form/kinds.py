"""Kinds of questions: what an answer is, and how it is masked for staff who have not asked to see it.

What is private follows from the kind alone. All answers are kept sealed.
"""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum

from models.people import mask_address, mask_number, mask_people, mask_phone, mask_words


class Kind(StrEnum):
    TEXT = "text"
    """A few words about a thing, or the name of a body."""
    LONG_TEXT = "long_text"
    """What a person tells in their own words."""
    NAME = "name"
    """Of a person, or of several, with 、 between them; prefilled, it may be a body's."""
    CREDENTIAL = "credential"
    """A number that the rules of credentials know."""
    REFERENCE = "reference"
    """Any other number that finds a paper, an account or a thing."""
    PHONE = "phone"
    ADDRESS = "address"
    NUMBER = "number"
    MONEY = "money"
    """What a person or a business earns, pays or owes, in yuan."""
    DATE = "date"
    CHOICE = "choice"
    HEALTH = "health"
    """A choice that says something of a body's health: illness, disability, birth."""
    CHOICES = "choices"
    YES_NO = "yes_no"


ONE_OF = frozenset({Kind.CHOICE, Kind.HEALTH})
HIDDEN = "已隐藏"


def _hidden(_: str) -> str:
    return HIDDEN


MASKS: Mapping[Kind, Callable[[str], str]] = {
    Kind.TEXT: mask_words,
    Kind.LONG_TEXT: _hidden,
    Kind.NAME: mask_people,
    Kind.CREDENTIAL: mask_number,
    Kind.REFERENCE: mask_number,
    Kind.PHONE: mask_phone,
    Kind.ADDRESS: mask_address,
    Kind.MONEY: _hidden,
    Kind.HEALTH: _hidden,
}
"""Answers of all other kinds are shown as they are."""

PLAIN = frozenset({Kind.TEXT, Kind.NUMBER, Kind.CHOICE, Kind.YES_NO})
LABELS: Mapping[Kind, re.Pattern[str]] = {
    Kind.PHONE: re.compile("电话|手机|联系方式|传真"),
    Kind.CREDENTIAL: re.compile("证件号|身份证|信用代码|注册号|护照"),
    Kind.REFERENCE: re.compile("号码|编号|账号|帐号|账户$|卡号|证号|文号|车牌|芯片号|号$"),
    Kind.ADDRESS: re.compile("地址|住址|住所|住处|坐落|门牌|地点"),
    Kind.NAME: re.compile(
        "姓名|名字|名单|(联系|负责|代表|监护|代办|经办|出租|承租|共有|继承|委托|担保|参保|被保)人$|配偶$|户主$"
    ),
    Kind.MONEY: re.compile("（元）|收入"),
    Kind.HEALTH: re.compile("病|残疾|伤残|孕|分娩"),
}
NAMES: Mapping[Kind, re.Pattern[str]] = {
    Kind.PHONE: re.compile("(.*_)?(phone|mobile|tel)"),
    Kind.REFERENCE: re.compile("(.*_)?(number|no|account)"),
    Kind.ADDRESS: re.compile("(.*_)?(address|house|site)"),
    Kind.NAME: re.compile(
        "contact|landlord|spouse|relative|partner|(spouse|partner|child|agent|owner|person)_?names?"
    ),
}
"""What plainly asks for something private: by the label, else by the name of the question."""


def too_plain(kind: Kind, label: str, name: str) -> Kind | None:
    """The kind that a question should be of, if its label or name asks for more than its own kind covers."""
    if kind not in PLAIN:
        return None
    asked = [one for one, words in LABELS.items() if words.search(label)]
    asked += [one for one, words in NAMES.items() if words.fullmatch(name)]
    return next(iter(asked), None)
