"""Compares names as a register does, whatever keyboard they were typed on."""

import re
import unicodedata

SIGNS = {
    "·": "·‧•∙⋅・･ㆍᆞ⸱᛫ᐧ\u0387",
    "'": "'’‘‛′`´ʼʻʹʽˈꞌ＇｀",
    "-": "-‐‑‒–—―−⁃˗﹘﹣－",
}
"""The sign that counts, and all that keyboards put for it."""
ONE = {ord(kin): sign for sign, all_kin in SIGNS.items() for kin in all_kin}
UNSEEN = {
    0x34F,
    0x115F,
    0x1160,
    0x17B4,
    0x17B5,
    0x3164,
    0xFFA0,
    *range(0x180B, 0x1810),
    *range(0xFE00, 0xFE10),
    *range(0xE0100, 0xE01F0),
}
"""Characters without a shape, besides those that Unicode calls format characters."""
CHINESE = r"\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af"


def plain(name: str) -> str:
    """Equal for names that read the same, in upper or lower case."""
    seen = "".join(c for c in name if unicodedata.category(c) != "Cf" and ord(c) not in UNSEEN)
    text = unicodedata.normalize("NFKC", seen.translate(ONE)).translate(ONE).casefold()
    text = re.sub(r"[\s\x00-\x1f\x7f-\x9f\u2800]+", " ", text).strip()
    text = re.sub(f"(?<=[{CHINESE}]) ?[.。] ?(?=[{CHINESE}])", "·", text)
    text = re.sub(" ?([·()]) ?", r"\1", text)
    return re.sub(f"(?<=[{CHINESE}]) (?=[{CHINESE}])", "", text)
