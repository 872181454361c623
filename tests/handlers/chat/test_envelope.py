"""The envelope says of every text what wechatpy and xmltodict say, and refuses what they refuse."""

import struct
from base64 import b64decode, b64encode
from xml.parsers.expat import ExpatError

import xmltodict
from hypothesis import example, given
from hypothesis import strategies as st
from wechatpy.crypto import PrpCrypto
from wechatpy.exceptions import InvalidAppIdException

from handlers.chat.elements import CONTROL, MessageUnreadable, parse_xml
from handlers.chat.envelope import Key
from tests.house.wechat import APPID, FOREIGN_KEY, KEY

OURS = Key(KEY, APPID)
APPIDS = st.sampled_from([APPID, APPID[:-1], APPID + "x", "微信", "x"])
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


def theirs(key: str = KEY) -> PrpCrypto:
    return PrpCrypto(b64decode(key + "="))


def opened(sealed: str) -> str | None:
    """As wechatpy opens it."""
    try:
        return str(theirs().decrypt(sealed, APPID))
    except (ValueError, IndexError, struct.error, InvalidAppIdException):
        return None


@given(TEXTS)
def test_each_opens_what_the_other_sealed(text: str) -> None:
    assert opened(OURS.seal(text)) == text
    assert OURS.open(theirs().encrypt(text, APPID).decode()) == text
    assert len(b64decode(OURS.seal(text))) == len(b64decode(theirs().encrypt(text, APPID)))


@given(TEXTS, APPIDS, st.sampled_from([KEY, FOREIGN_KEY]))
def test_of_another_account_or_key_it_says_the_same(text: str, appid: str, key: str) -> None:
    sealed = theirs(key).encrypt(text, appid).decode()
    assert OURS.open(sealed) == opened(sealed)
    assert (OURS.open(sealed) is None) == ((appid, key) != (APPID, KEY))


@given(TEXTS, st.integers(0, 400), st.binary(max_size=3), st.booleans())
def test_what_was_changed_on_the_way_is_taken_by_both_or_neither(
    text: str, at: int, bits: bytes, cut: bool
) -> None:
    raw = bytearray(b64decode(OURS.seal(text)))
    raw[at : None if cut else at + len(bits)] = bits
    sealed = b64encode(raw).decode()
    assert OURS.open(sealed) == opened(sealed)
    assert OURS.open(sealed[:-1]) == opened(sealed[:-1])


@given(st.binary(max_size=96))
@example(b"")
@example(bytes(16))
def test_of_any_plaintext_it_says_the_same(inner: bytes) -> None:
    """With lengths that lie, fillings of no bytes and of too many, and no account at all."""
    filled = inner + bytes(-len(inner) % 16)
    encryptor = OURS.cipher.encryptor()
    sealed = b64encode(encryptor.update(filled) + encryptor.finalize()).decode()
    assert OURS.open(sealed) == opened(sealed)


PIECES = (
    *("<xml>", "</xml>", "<a>", "</a>", "<b>", "</b>", "<a/>", "<a k='1'>", "<xml k='1'>"),
    *("<![CDATA[", "]]>", "]]&gt;", "&lt;", "&#20013;", "&e;", "&", "<!-- c -->", "<?p i?>", "text", "文"),
    *(" ", "\n", "\u3000", "\x00", "\x0b", "\ufffe", "<", ">", "<n:c>", "</n:c>", "\U0001f600"),
    *('<!DOCTYPE x [<!ENTITY e "eeee">]>', '<!DOCTYPE x SYSTEM "file:///etc/passwd">', "<!DOCTYPE x>"),
)
ELEMENTS = st.tuples(
    st.sampled_from(["a", "b", "MsgType"]), st.lists(st.sampled_from(PIECES), max_size=4).map("".join)
).map(lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>")
DOCUMENTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join) | st.lists(ELEMENTS, max_size=6).map(
    lambda inside: f"<xml>{''.join(inside)}</xml>"
)


def parsed(text: str) -> dict[str, str] | None:
    """As xmltodict reads it: what is a text right under the root."""
    try:
        [content] = xmltodict.parse(CONTROL.sub("", text), disable_entities=True).values()
    except (ExpatError, ValueError):
        return None
    found = content if isinstance(content, dict) else {}
    return {name: one for name, one in found.items() if isinstance(one, str) and name[0] not in "@#"}


@given(DOCUMENTS)
@example('<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><xml><a>&b;</a></xml>')
@example("<xml><a>1</a><a>2</a><a>3</a><b><a>4</a></b>5</xml>")
def test_elements_are_those_that_xmltodict_finds(text: str) -> None:
    try:
        found: dict[str, str] | None = parse_xml(text)
    except MessageUnreadable:
        found = None
    assert found == parsed(text)
