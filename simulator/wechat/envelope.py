"""The envelope around what WeChat pushes and what it gets back: XML, signatures, AES by wechatpy."""

import secrets
from collections.abc import Mapping
from hashlib import sha1
from typing import Any
from urllib.parse import urlencode
from xml.parsers.expat import ExpatError

import xmltodict
from wechatpy.crypto import WeChatCrypto
from wechatpy.exceptions import WeChatException

from simulator.config import SimulatorConfig

LONGEST_TEXT = 2048
"""Bytes of a text reply."""


class BadReply(Exception):
    """The service answered in time, but not with what WeChat takes."""


class Envelope:
    """`encrypted` can be set at any time."""

    def __init__(self, config: SimulatorConfig) -> None:
        self.config, self.encrypted = config, config.encrypted
        self.crypto = WeChatCrypto(config.wechat_token, config.wechat_aes_key, config.wechat_appid)

    def signed(self, timestamp: str) -> dict[str, str]:
        """The query that each request to the service carries."""
        nonce = str(secrets.randbelow(10**10))
        words = sorted((self.config.wechat_token, timestamp, nonce))
        signature = sha1("".join(words).encode(), usedforsecurity=False).hexdigest()
        return {"signature": signature, "timestamp": timestamp, "nonce": nonce}

    def seal(self, elements: Mapping[str, str | int], openid: str, timestamp: str) -> tuple[str, bytes]:
        """The query string and the body of one push."""
        query, xml = self.signed(timestamp) | {"openid": openid}, _xml(elements)
        if self.encrypted:
            sealed = self.crypto.encrypt_message(xml, query["nonce"], timestamp)
            parts = xmltodict.parse(sealed)["xml"]
            query |= {"encrypt_type": "aes", "msg_signature": parts["MsgSignature"]}
            xml = _xml({"ToUserName": self.config.account, "Encrypt": parts["Encrypt"]})
        return urlencode(query), xml.encode()

    def open(self, body: bytes, openid: str) -> dict[str, Any] | None:
        """The reply inside an answer of 200; None where there is nothing to show.

        Raises:
            BadReply: what is wrong with it.
        """
        if body.strip() in {b"", b"success"}:
            return None
        reply = _parse(body)
        if self.encrypted:
            reply = self._decrypt(body, reply)
        if (reply.get("ToUserName"), reply.get("FromUserName")) != (openid, self.config.account):
            raise BadReply("ToUserName or FromUserName is somebody else")
        if not str(reply.get("CreateTime") or "").isdigit():
            raise BadReply("CreateTime is not a number")
        return _checked(reply)

    def _decrypt(self, body: bytes, sealed: Mapping[str, Any]) -> dict[str, Any]:
        names = ("Encrypt", "MsgSignature", "TimeStamp", "Nonce")
        if not all(sealed.get(name) for name in names):
            raise BadReply("an encrypted reply has Encrypt, MsgSignature, TimeStamp and Nonce")
        try:
            signed = (sealed["MsgSignature"], sealed["TimeStamp"], sealed["Nonce"])
            return _parse(self.crypto.decrypt_message(body, *signed))
        except (WeChatException, ValueError, AssertionError) as error:
            raise BadReply(f"cannot be decrypted: {type(error).__name__}") from None


def _xml(elements: Mapping[str, str | int]) -> str:
    inner = "".join(
        f"<{name}>{value if isinstance(value, int) else _cdata(value)}</{name}>"
        for name, value in elements.items()
    )
    return f"<xml>{inner}</xml>"


def _cdata(text: str) -> str:
    return "<![CDATA[{}]]>".format(text.replace("]]>", "]]]]><![CDATA[>"))


def _parse(body: bytes | str) -> dict[str, Any]:
    try:
        parsed = xmltodict.parse(body)
    except (ExpatError, ValueError):
        raise BadReply("not XML") from None
    inner = parsed.get("xml")
    if not isinstance(inner, dict):
        raise BadReply("no <xml> element")
    return inner


def _checked(reply: dict[str, Any]) -> dict[str, Any]:
    kind = reply.get("MsgType")
    if kind == "text":
        content = reply.get("Content")
        if not isinstance(content, str) or not content.strip():
            raise BadReply("Content is empty")
        if len(content.encode()) > LONGEST_TEXT:
            raise BadReply(f"Content is longer than {LONGEST_TEXT} bytes")
        return {"kind": "text", "text": content}
    if kind == "news":
        return {"kind": "news", "articles": _articles(reply)}
    if kind == "transfer_customer_service":
        return {"kind": "transfer"}
    raise BadReply(f"MsgType {kind} cannot be shown")


def _articles(reply: Mapping[str, Any]) -> list[dict[str, str]]:
    items = (reply.get("Articles") or {}).get("item") or []
    items = items if isinstance(items, list) else [items]
    if len(items) != 1 or str(reply.get("ArticleCount")) != "1" or not items[0].get("Title"):
        raise BadReply("a reply has one article, with a title")
    names = {"title": "Title", "description": "Description", "picture": "PicUrl", "url": "Url"}
    return [{name: item.get(tag) or "" for name, tag in names.items()} for item in items]
