"""How the same text comes out of other keyboards, apps and documents (docs/decisions: what people paste)."""

import unicodedata
from collections.abc import Callable

from hypothesis import strategies as st

UNSEEN = (
    "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2066\u2067\u2068\u2069\ufeff\u00ad\ufe00\U000e0100"
)
KIN = {
    "·": "•‧・･ㆍ\u0387\u2219",
    "'": "’‘ʼ＇",
    "-": "‐‑‒–—―−－",
}
SPACES = " \u00a0\u2003\u202f\u3000\t"


def same_sign(character: str) -> st.SearchStrategy[str]:
    """The character itself, or one that people mean by it."""
    wide = {chr(ord(character) + 0xFEE0)} if "!" <= character <= "~" else set()
    return st.sampled_from(sorted({character, *KIN.get(character, ""), *wide}))


@st.composite
def pasted(draw: Callable[..., str], plain: str, *, spaces: bool = False, decomposed: bool = True) -> str:
    """`plain` with other signs, invisible characters and, where a number may have them, `spaces`."""
    signs = [draw(same_sign(character)) for character in plain]
    between = UNSEEN + (SPACES if spaces else "")
    text = "".join(
        draw(st.text(between, max_size=2)) + (draw(st.sampled_from(SPACES)) if sign == " " else sign)
        for sign in signs
    )
    text += draw(st.text(between, max_size=2))
    return unicodedata.normalize("NFD", text) if decomposed and draw(st.booleans()) else text
