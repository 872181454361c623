"""Text messages as WeChat sends them, encrypted and signed: what people write in a day, by share.

Of ten messages four look for something, three are one conversation about a booking, two are serial numbers,
and one is sent again as it was, as WeChat does that got no answer in time. Each is from a sender of its own,
but for the conversation, which is one person's.
"""

import random
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha1
from urllib.parse import urlencode

from wechatpy.crypto import WeChatCrypto

SEARCHES = (
    "居住证",
    "社保卡",
    "老年人优待证",
    "结婚登记",
    "营业执照",
    "jzz",
    "公积金提取",
    "残疾人证",
    "学校",
)
CONVERSATION = ("预约", "居住证", "1")
"""In this order, over one connection."""
KINDS: Mapping[str, int] = {"search": 4, "dialogue": len(CONVERSATION), "serial": 2, "repeat": 1}
"""How many of ten messages are of each kind."""


@dataclass(frozen=True)
class Account:
    """What the official account and the platform share."""

    appid: str
    token: str
    aes_key: str

    @property
    def crypto(self) -> WeChatCrypto:
        return WeChatCrypto(self.token, self.aes_key, self.appid)


def account_of(env: Mapping[str, str]) -> Account:
    return Account(*(env[f"PANYU_WECHAT_{name}"] for name in ("APPID", "TOKEN", "AES_KEY")))


def sender() -> str:
    """An openid that nobody has had."""
    return f"o{secrets.token_hex(13)}"


def message(account: Account, openid: str, words: str) -> bytes:
    """A request with a text message that has not been sent before."""
    stamp, nonce = str(int(time.time())), secrets.token_hex(8)
    xml = (
        f"<xml><ToUserName>gh_panyu</ToUserName><FromUserName>{openid}</FromUserName>"
        f"<CreateTime>{stamp}</CreateTime><MsgType>text</MsgType><Content><![CDATA[{words}]]></Content>"
        f"<MsgId>{secrets.randbelow(10**18)}</MsgId></xml>"
    )
    body: bytes = account.crypto.encrypt_message(xml, nonce, stamp).encode()
    signed = sha1("".join(sorted((account.token, stamp, nonce))).encode(), usedforsecurity=False)
    query = urlencode(
        {
            "signature": signed.hexdigest(),
            "timestamp": stamp,
            "nonce": nonce,
            "openid": openid,
            "encrypt_type": "aes",
            "msg_signature": body.split(b"<MsgSignature><![CDATA[")[1].split(b"]")[0].decode(),
        }
    )
    head = (
        f"POST /wechat/callback?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def ten(account: Account, serials: Sequence[str]) -> Iterator[bytes]:
    """Ten messages in their shares."""
    chance, talker = random.Random(), sender()  # noqa: S311 - people differ
    found = [message(account, sender(), chance.choice(SEARCHES)) for _ in range(KINDS["search"])]
    asked = [message(account, sender(), chance.choice(serials)) for _ in range(KINDS["serial"])]
    yield from found
    for words in CONVERSATION:
        yield message(account, talker, words)
    yield from asked
    yield found[0]


def day(account: Account, serials: Sequence[str], many: int) -> list[bytes]:
    """About so many messages, ready to be sent within ten minutes."""
    return [each for _ in range(max(1, many // 10)) for each in ten(account, serials)]


def words_in(account: Account, body: bytes) -> str:
    """The words of a sealed reply; "" where nothing was said."""
    if not body.startswith(b"<xml>"):
        return ""
    parts = {
        name: body.split(f"<{name}>".encode())[1].split(f"</{name}>".encode())[0].decode()
        for name in ("MsgSignature", "TimeStamp", "Nonce")
    }
    plain = {name: text.removeprefix("<![CDATA[").removesuffix("]]>") for name, text in parts.items()}
    xml: str = account.crypto.decrypt_message(body, plain["MsgSignature"], plain["TimeStamp"], plain["Nonce"])
    return xml.partition("<Content><![CDATA[")[2].partition("]]></Content>")[0]
