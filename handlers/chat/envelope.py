"""WeChat's envelope around chat messages: signatures, encryption, XML. Pure: no network, no database.

A message travels as XML, in plain or as `<Encrypt>` (AES-256-CBC under the EncodingAESKey). The query
carries `timestamp`, `nonce` and `signature` = SHA-1 over the sorted token, timestamp and nonce; an encrypted
body has `msg_signature`, over the ciphertext too.
"""

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from hmac import compare_digest
from os import urandom

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

from handlers.chat.elements import CONTROL, parse_xml
from models.errors import BadInput, Forbidden

__all__ = ["Envelope", "Key", "Message", "Opened", "cdata", "parse", "parse_xml", "text_reply"]


class SignatureInvalid(Forbidden):
    code = "signature_invalid"
    message = "签名有误"


class MessageUndecipherable(BadInput):
    code = "message_unreadable"
    message = "消息无法解密"


class EncryptionRequired(Forbidden):
    code = "encryption_required"
    message = "只接受加密的消息"


LONGEST_TEXT = 2000
"""Bytes of a text reply; WeChat takes 2048."""
ENCRYPTED = re.compile(rb"<Encrypt>(?:<!\[CDATA\[)?([0-9A-Za-z+/=]+)(?:\]\]>)?</Encrypt>")
"""The ciphertext of an encrypted body."""
CDATA_END = "]]>"
NOISE, LENGTH, BLOCK = 16, 4, 32
"""Bytes of an encrypted text: chance before it, its length, and what all is filled up to a multiple of, by
PKCS #7; the appid stands behind the text."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Message:
    """A message or an event as it came; `kind` is MsgType, `text` is what was written, or what the platform
    understood of a voice, and else empty. An event that the platform itself sends names in `openid` whom it
    is about. A location message has degrees of GCJ-02."""

    sender: str
    receiver: str
    kind: str
    created: str
    id: str = ""
    text: str = ""
    event: str = ""
    event_key: str = ""
    status: str = ""
    openid: str = ""
    latitude: str = field(default="", repr=False)
    longitude: str = field(default="", repr=False)

    @property
    def at(self) -> datetime | None:
        """When it was sent, where it says so."""
        if re.fullmatch(r"[0-9]{1,10}", self.created):
            return EPOCH + timedelta(seconds=int(self.created))
        return None

    @property
    def key(self) -> str:
        """The same for every repeat of this message, and for nothing else."""
        if self.kind == "event":
            return "\n".join(
                ("event", self.sender, self.created, self.event, self.event_key, self.id, self.openid)
            )
        return "\n".join((self.kind, self.id, self.created, self.sender))


@dataclass(frozen=True)
class Opened:
    """The XML of a request, and what its reply is sealed with (None: it came in plain)."""

    xml: str
    key: "Key | None"


class Key:
    """One AES key, which seals and opens texts for one account as WeChat does."""

    def __init__(self, encoding_aes_key: str, appid: str) -> None:
        key = b64decode(encoding_aes_key + "=")
        self.cipher = Cipher(AES256(key), CBC(key[:NOISE]))
        self.appid = appid.encode()

    def seal(self, text: str) -> str:
        raw = text.encode()
        whole = urandom(NOISE) + len(raw).to_bytes(LENGTH, "big") + raw + self.appid
        filling = BLOCK - len(whole) % BLOCK
        encryptor = self.cipher.encryptor()
        sealed = encryptor.update(whole + bytes([filling]) * filling) + encryptor.finalize()
        return b64encode(sealed).decode()

    def open(self, sealed: str) -> str | None:
        """The text; None if it was not sealed with this key, or for another account."""
        decryptor = self.cipher.decryptor()
        try:
            whole = decryptor.update(b64decode(sealed)) + decryptor.finalize()
            inner = whole[NOISE : -whole[-1]]
            end = LENGTH + int.from_bytes(inner[:LENGTH], "big")
            text = inner[LENGTH:end].decode()
        except (ValueError, IndexError):
            return None
        return text if inner[end:] == self.appid else None


class Envelope:
    """`aes_keys` are EncodingAESKeys of 43 characters, the current one first.

    With `encrypted_only` (安全模式) plain messages are refused: their signature does not cover the content.
    """

    def __init__(
        self, appid: str, token: str, aes_keys: Sequence[str], *, encrypted_only: bool = False
    ) -> None:
        self.token, self.encrypted_only = token, encrypted_only
        self.keys = [Key(key, appid) for key in aes_keys]

    def check(self, query: Mapping[str, str]) -> None:
        """
        Raises:
            Forbidden: `signature_invalid`.
        """
        expected = self._signature(query.get("timestamp", ""), query.get("nonce", ""))
        if not compare_digest(expected.encode(), query.get("signature", "").encode()):
            raise SignatureInvalid

    def open(self, query: Mapping[str, str], body: bytes) -> Opened:
        """The message inside; `query` has passed `check`, or is of an encrypted request.

        Raises:
            Forbidden: `signature_invalid`, `encryption_required`.
            BadInput: `message_unreadable`.
        """
        if query.get("encrypt_type", "raw") != "aes":
            if self.encrypted_only:
                raise EncryptionRequired
            return Opened(body.decode("utf-8", "replace"), None)
        found = ENCRYPTED.search(body)  # nothing is parsed before its signature is known to be right
        encrypted = found[1].decode() if found else ""
        expected = self._signature(query.get("timestamp", ""), query.get("nonce", ""), encrypted)
        if not compare_digest(expected.encode(), query.get("msg_signature", "").encode()):
            raise SignatureInvalid
        for key in self.keys:
            if (xml := key.open(encrypted)) is not None:
                return Opened(xml, key)
        raise MessageUndecipherable

    def seal(self, xml: str, key: Key, timestamp: str, nonce: str) -> str:
        """An encrypted reply, as XML."""
        encrypted = key.seal(xml)
        signature = self._signature(timestamp, nonce, encrypted)
        return (
            f"<xml><Encrypt>{cdata(encrypted)}</Encrypt><MsgSignature>{cdata(signature)}</MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{cdata(nonce)}</Nonce></xml>"
        )

    def _signature(self, *parts: str) -> str:
        return sha1("".join(sorted((self.token, *parts))).encode(), usedforsecurity=False).hexdigest()


def parse(text: str) -> Message:
    """The message in the XML; an element that is missing is empty.

    Raises:
        BadInput: `message_unreadable`.
    """
    content = parse_xml(text)
    return Message(
        sender=content.get("FromUserName", ""),
        receiver=content.get("ToUserName", ""),
        kind=content.get("MsgType", "").lower(),
        created=content.get("CreateTime", ""),
        id=content.get("MsgId") or content.get("MsgID", ""),
        text=content.get("Content") or content.get("Recognition", ""),
        event=content.get("Event", "").lower(),
        event_key=content.get("EventKey", ""),
        status=content.get("Status", ""),
        openid=content.get("OpenID", ""),
        latitude=content.get("Location_X", ""),
        longitude=content.get("Location_Y", ""),
    )


def text_reply(message: Message, text: str, timestamp: str) -> str:
    """The XML that answers `message` with a text."""
    return (
        f"<xml><ToUserName>{cdata(message.sender)}</ToUserName>"
        f"<FromUserName>{cdata(message.receiver)}</FromUserName>"
        f"<CreateTime>{timestamp}</CreateTime><MsgType>{cdata('text')}</MsgType>"
        f"<Content>{cdata(_fitting(text))}</Content></xml>"
    )


def cdata(text: str) -> str:
    """`text` as a CDATA section, which nothing in the text can end."""
    safe = CONTROL.sub("", text).replace(CDATA_END, "]]]]><![CDATA[>")
    return f"<![CDATA[{safe}]]>"


def _fitting(text: str) -> str:
    raw = text.encode()
    return text if len(raw) <= LONGEST_TEXT else raw[:LONGEST_TEXT].decode("utf-8", "ignore") + "…"
