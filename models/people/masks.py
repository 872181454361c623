"""Masks names, numbers and phones for readers who do not need the whole.

Stars stand for what is hidden, one for each character; a letter with its marks is one character.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping

from models.people.credentials import ApplicantKind

APART = re.compile(r"[\s\u00b7\u2022\u2027\u2219\u22c5\u30fb\uff65\u318d]+")
"""Spaces and middle dots: they part the words of a name, and nothing else does."""
HAN = re.compile(r"[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
MARKS = frozenset({"Mn", "Mc", "Me"})
UNSEEN = frozenset({"Cc", "Cf"})
PLACE = "(?:中国|(?:广东省?)?(?:广州市?)?(?:番禺区?)?)"
FORM = (
    "(?:(?:集团)?(?:股份)?(?:有限)?(?:责任)?公司|合伙企业|(?:专业|股份)?(?:合作社|合作联社)"
    "|(?:[（(](?:有限合伙|普通合伙|个人独资)[）)])|分公司|支行|工作室|经营部|门市部|商行|事务所|基金会"
    "|中心|协会|学会|商会|联合会|委员会|大学|学院|学校|中学|小学|幼儿园|医院|[店厂行部社会局院所馆站场])"
)
BODY = re.compile(f"({PLACE})(.+?)({FORM}?)")
"""A body's name (企业名称登记管理规定): where it is, what it alone is called, what it is."""
BETWEEN = frozenset("、，,；;/\n")
SEVERAL = re.compile(f"([{''.join(sorted(BETWEEN))}])")
"""Parts names that are written after each other."""
AREA = re.compile(
    "([^省市区县]{2,7}省)?([^省市区县]{2,7}市)?([^省市区县]{1,4}(?<![小社园])[区县])?([^区县]{1,4}?(街道|镇))?"
)
LONG_NUMBER = re.compile(r"[0-9](?:[ -]?[0-9]){5,}[Xx]?")
SHORT = 4
"""A person's name in Chinese characters is seldom longer."""


def mask_person(name: str) -> str:
    """At most the first character: 欧阳㛃 → 欧**, 古丽·艾山 → 古***; of a name without Chinese characters
    the first letter of each word: Li Na → L* N*. A word of one character shows nothing."""
    words = _words(name)
    if HAN.search(name):
        words = [[character for word in words for character in word]]
    return " ".join(_first(word) for word in words)


def mask_body(name: str) -> str:
    """Where a body is and what it is, but not which: 广州市番禺味美食品有限公司 → 广州市番禺****有限公司.

    Without a place the first character stands for it: 李记五金店 → 李***店. A name that says neither, or is
    as short as a person's, is masked as a person's is, since it may be one.
    """
    whole = "".join(character for word in _words(name) for character in word)
    place, own, form = found.groups() if (found := BODY.fullmatch(whole)) else ("", whole, "")
    if place:
        return f"{place}{'*' * len(_characters(own))}{form}"
    return mask_person(own) + form if form and len(whole) > SHORT else mask_person(name)


NAMES: Mapping[ApplicantKind, Callable[[str], str]] = {
    ApplicantKind.PERSON: mask_person,
    ApplicantKind.ENTERPRISE: mask_body,
    ApplicantKind.ORGANIZATION: mask_body,
}
"""Whose name it is → how it is masked."""


def mask_number(number: str) -> str:
    """First four and last four characters; short numbers show a quarter at each end."""
    shown = min(4, len(number) // 4)
    return number[:shown] + "*" * (len(number) - 2 * shown) + number[len(number) - shown :]


def mask_phone(phone: str) -> str:
    """13800138000 → 138****8000; what is shorter than a mobile number is masked as any number is."""
    return mask_number(phone) if len(phone) < 11 else phone[:3] + "*" * (len(phone) - 7) + phone[-4:]


def mask_people(names: str) -> str:
    """Each of several names: 梁志强、Li Na → 梁**、L* N*."""
    return "".join(part if part in BETWEEN else mask_person(part) for part in SEVERAL.split(names))


def mask_address(address: str) -> str:
    """Down to the street office or town: 番禺区市桥街道清河东路1号 → 番禺区市桥街道******.

    What does not begin with such a place shows nothing.
    """
    known = AREA.match(address)
    shown = known.end() if known else 0
    return address[:shown] + "*" * (len(address) - shown)


def mask_words(text: str) -> str:
    """A few words about a thing, with every number of six digits or more masked: it may be a person's."""
    return LONG_NUMBER.sub(lambda found: mask_number(found[0]), text)


def _words(name: str) -> list[list[str]]:
    """The characters of each word."""
    return [
        characters
        for word in APART.split(unicodedata.normalize("NFC", name))
        if (characters := _characters(word))
    ]


def _characters(word: str) -> list[str]:
    found: list[str] = []
    for char in word:
        category = unicodedata.category(char)
        if found and category in MARKS:
            found[-1] += char
        elif category not in UNSEEN:
            found.append(char)
    return found


def _first(characters: list[str]) -> str:
    return characters[0] + "*" * (len(characters) - 1) if len(characters) > 1 else "*"
