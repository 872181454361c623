"""WeChat's envelope around chat messages: signatures, encryption, XML. Pure: no network, no database.

A message travels as XML, in plain or as `<Encrypt>` (AES-256-CBC under the EncodingAESKey). The query
carries `timestamp`, `nonce` and `signature` = SHA-1 over the sorted token, timestamp and nonce; an encrypted
body has `msg_signature`, over the ciphertext too.
"""

import re
import struct
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from hmac import compare_digest
from typing import Any
from xml.parsers.expat import ExpatError

import xmltodict
from wechatpy.crypto import PrpCrypto
from wechatpy.exceptions import InvalidAppIdException

from models.errors import BadInput, Forbidden


class SignatureInvalid(Forbidden):
    code = "signature_invalid"
    message = "签名有误"


class MessageUndecipherable(BadInput):
    code = "message_unreadable"
    message = "消息无法解密"


class MessageUnreadable(BadInput):
    code = "message_unreadable"
    message = "消息格式有误"


class EncryptionRequired(Forbidden):
    code = "encryption_required"
    message = "只接受加密的消息"


CONTROL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold."""
LONGEST_TEXT = 2000
"""Bytes of a text reply; WeChat takes 2048."""
ENCRYPTED = re.compile(rb"<Encrypt>(?:<!\[CDATA\[)?([0-9A-Za-z+/=]+)(?:\]\]>)?</Encrypt>")
"""The ciphertext of an encrypted body."""
CDATA_END = "]]>"
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
    """The XML of a request, and the key that its reply is sealed with (None: it came in plain)."""

    xml: str
    key: bytes | None


class Envelope:
    """`aes_keys` are EncodingAESKeys of 43 characters, the current one first.

    With `encrypted_only` (安全模式) plain messages are refused: their signature does not cover the content.
    """

    def __init__(
        self, appid: str, token: str, aes_keys: Sequence[str], *, encrypted_only: bool = False
    ) -> None:
        self.appid, self.token, self.encrypted_only = appid, token, encrypted_only
        self.keys = [b64decode(key + "=") for key in aes_keys]

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
            try:
                return Opened(PrpCrypto(key).decrypt(encrypted, self.appid), key)
            except (ValueError, IndexError, struct.error, InvalidAppIdException):
                continue
        raise MessageUndecipherable

    def seal(self, xml: str, key: bytes, timestamp: str, nonce: str) -> str:
        """An encrypted reply, as XML."""
        encrypted = PrpCrypto(key).encrypt(xml, self.appid).decode()
        signature = self._signature(timestamp, nonce, encrypted)
        return (
            f"<xml><Encrypt>{cdata(encrypted)}</Encrypt><MsgSignature>{cdata(signature)}</MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{cdata(nonce)}</Nonce></xml>"
        )

    def _signature(self, *parts: str) -> str:
        return sha1("".join(sorted((self.token, *parts))).encode(), usedforsecurity=False).hexdigest()


def parse_xml(text: str) -> dict[str, Any]:
    """The elements under the root, by name; entities are refused, forbidden characters left out.

    Raises:
        BadInput: `message_unreadable`.
    """
    try:
        root = xmltodict.parse(CONTROL.sub("", text), disable_entities=True)
    except (ExpatError, ValueError):
        raise MessageUnreadable from None
    content = next(iter(root.values()))
    return content if isinstance(content, dict) else {}


def parse(text: str) -> Message:
    """The message in the XML; an element that is missing is empty.

    Raises:
        BadInput: `message_unreadable`.
    """
    content = {name: value for name, value in parse_xml(text).items() if isinstance(value, str)}
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
