"""One normal form for what people type, paste and scan: what reads the same is the same, whatever keyboard,
app or document it came from. Every door uses these forms, through the rules that check its input.

    words   prose: its lines stay, and so do the marks that Chinese writes
    line    a short answer: also no space between Chinese characters, one dot, apostrophe and hyphen in words
    name    of a person or body; `same_name` compares two
    number  of a credential or an application, also with its label in front
    digits  of a phone or a code sent by SMS
    figure  an amount or a date

Applying a form to its own result changes nothing.
"""

import re
import unicodedata
from typing import Literal

HAN = r"\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
UNSEEN = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff]"
)
"""Unicode's Default_Ignorable_Code_Point: marks of direction, joiners, selectors, fillers."""
BLANK = re.compile(r"[\x00-\x1f\x7f-\x9f\u2800]")
"""Controls and the empty Braille cell: as good as a space."""
MARKS = "".join(c for c in map(chr, range(0x300, 0x1F000)) if unicodedata.combining(c)) + (
    "\u0f73\u0f75\u0f81\uff9e\uff9f"
)
"""What is written on the letter before it; the last ones are marks when they are taken apart."""
MOST_MARKS = 30
"""On one letter (UAX 15, stream-safe text). To put n marks in order takes Unicode's rules n² steps."""
TOO_MANY_MARKS = re.compile(f"(?<=[{MARKS}]{{{MOST_MARKS}}})[{MARKS}]+")

DOT, APOSTROPHE, HYPHEN = "·", "'", "-"
DOTS = r"\u00b7\u0387\u1427\u16eb\u2022\u2027\u2219\u22c5\u2e31\u30fb\u318d\uff65\u119e"
APOSTROPHES = r"'`\u00b4\u02b9\u02bb\u02bc\u02bd\u02c8\u2018\u2019\u201b\u2032\ua78c\uff07\uff40"
HYPHENS = r"\-\u02d7\u2010-\u2015\u2043\u2212\ufe58\ufe63\uff0d"
"""Parts of character classes: all that keyboards and word processors put for one sign."""
KIN = tuple(
    (sign, re.compile(f"[{kin}]"))
    for sign, kin in ((DOT, DOTS), (APOSTROPHE, APOSTROPHES), (HYPHEN, HYPHENS))
)

WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
WRITTEN_WIDE = "！（），：；？～"
"""Full width is right for these: Chinese writes them so."""
IN_PROSE = {code: narrow for code, narrow in WIDE.items() if chr(code) not in WRITTEN_WIDE}
LABEL = re.compile(r"((\D*\d){0,2}\D*:|[A-Z]*\.)+", re.ASCII)
"""Ends with a colon (`No.` with its stop); what has more digits than a label is the number itself."""
LONGEST_NUMBER = 500
"""Characters as typed, label and all. What is longer is no number, date or amount, and stays as it is: to
look for labels in it takes n² steps."""
BRACKETS = str.maketrans("()", "（）")


PERSONAL = re.compile(r"(?<![0-9A-Za-z])(?:1[3-9][0-9]{9}|[1-9][0-9]{16}[0-9Xx])(?![0-9A-Za-z])")
"""A mobile phone number or a resident identity number."""
SETTLED = re.compile(r"[ -_a-~\u4e00-\u9fff]*")
"""Plain ASCII (without the grave accent) and common Chinese characters: nothing of it is to be narrowed."""
BETWEEN = re.compile(r"(?<=[0-9])[ .·-]+(?=[0-9])")


def names_number(text: str) -> bool:
    """Whether a text has such a number, also with signs between its digits."""
    return PERSONAL.search(BETWEEN.sub("", narrow(text))) is not None


def narrow(text: str) -> str:
    """Full-width digits, letters and signs as ASCII; digits of other scripts stay what they are. Each sign
    is one of its kind, nothing invisible is left, and controls are spaces.
    """
    if SETTLED.fullmatch(text):
        return text
    for _ in range(2):  # taking letters apart may bring new signs
        text = _normalized("NFKC", _one_sign(_seen(text)))
    return text


def words(text: str) -> str:
    """What is written at length: each line with single spaces, no empty lines around."""
    lines = (_seen(line).translate(IN_PROSE) for line in text.splitlines())
    folded = (" ".join(_normalized("NFC", line).split()) for line in lines)
    return "\n".join(folded).strip()


def line(text: str) -> str:
    """A short answer, which may hold a name, a number or an address."""
    text = re.sub(rf"(?<=\w) ?[{DOTS}] ?(?=\w)", DOT, words(text))
    text = re.sub(rf"(?<=[^\W{HAN}])[{APOSTROPHES}](?=[^\W{HAN}])", APOSTROPHE, text)
    text = re.sub(rf"(?<=\w)[{HYPHENS}](?=\w)", HYPHEN, text)
    return _close(text)


def name(text: str) -> str:
    """The name of a person or body; letters stay in their case. Brackets are as wide as what is around."""
    text = " ".join(narrow(text).split())
    text = re.sub(rf"(?<=[{HAN}]) ?[.。] ?(?=[{HAN}])", DOT, text)
    if re.search(f"[{HAN}]", text):
        text = text.translate(BRACKETS)
    return re.sub(f" ?([{DOT}（）]) ?", r"\1", _close(text)).strip()


def name_key(text: str) -> str:
    """Equal for names that are the same but for upper and lower case."""
    return name(name(text).casefold())


def same_name(one: str, other: str) -> bool:
    return name_key(one) == name_key(other)


def number(text: str) -> str:
    """Upper case, without spaces, and without the label that was copied along."""
    if len(text) > LONGEST_NUMBER:
        return text
    text = narrow(figure(text).upper())
    label = LABEL.match(text)
    return text[label.end() :] if label else text


def figure(text: str) -> str:
    """Without spaces; what stands before a colon is part of it."""
    if len(text) > LONGEST_NUMBER:
        return text
    return narrow("".join(narrow(text).split()))


def digits(text: str) -> str:
    """A number that people part with spaces, hyphens, dots and brackets; only a plus stays."""
    if len(text) > LONGEST_NUMBER:
        return text
    return re.sub(rf"[^\w+]|[{HAN}]", "", number(text))


def _normalized(form: Literal["NFC", "NFKC"], text: str) -> str:
    return TOO_MANY_MARKS.sub("", unicodedata.normalize(form, TOO_MANY_MARKS.sub("", text)))


def _seen(text: str) -> str:
    return BLANK.sub(" ", UNSEEN.sub("", text))


def _one_sign(text: str) -> str:
    for sign, kin in KIN:
        text = kin.sub(sign, text)
    return text


def _close(text: str) -> str:
    """No space between Chinese characters."""
    return re.sub(f"(?<=[{HAN}]) +(?=[{HAN}])", "", text)
