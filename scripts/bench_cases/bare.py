"""Bare Tornado servers: what one cannot do without. Run as `-m bench_cases.bare KIND PORT ARGUMENT …`.

documents PORT MONGO_URI DATABASE              /fixed has fixed words; /one reads one guide by its key
chat PORT TOKEN AES_KEY APPID CHARACTERS       decrypts a message and encrypts a constant, by wechatpy
"""

import asyncio
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from tornado.web import Application, RequestHandler


def started(kind: str, port: int, *arguments: str) -> "subprocess.Popen[bytes]":
    """One of these servers, as a process that ends with this one."""
    from wechat_backend.dies_with_parent import dying_with_parent  # noqa: PLC0415 - the servers need it not

    command = [sys.executable, "-m", "bench_cases.bare", kind, str(port), *arguments]
    return subprocess.Popen(dying_with_parent(command), cwd=Path(__file__).parents[1])


def listen(port: int, routes: list[Any]) -> None:
    Application(routes, log_function=lambda _handler: None).listen(port, "127.0.0.1")


async def documents(port: int, uri: str, database: str) -> None:
    from pymongo import AsyncMongoClient  # noqa: PLC0415 - only this server needs it

    guides = AsyncMongoClient[dict[str, Any]](uri)[database]["guides"]
    key = (await guides.find_one({}, {"_id": 1}) or {})["_id"]

    class Fixed(RequestHandler):
        async def get(self) -> None:
            self.finish({"status": "ok"})

    class One(RequestHandler):
        async def get(self) -> None:
            found = await guides.find_one({"_id": key}) or {}
            self.finish({"name": found["name"]})

    listen(port, [("/fixed", Fixed), ("/one", One)])
    await asyncio.Event().wait()


async def chat(port: int, token: str, key: str, appid: str, characters: str) -> None:
    from wechatpy.crypto import WeChatCrypto  # noqa: PLC0415 - only this server needs it

    crypto, words = WeChatCrypto(token, key, appid), "答" * int(characters)
    reply = (
        "<xml><ToUserName><![CDATA[somebody]]></ToUserName><FromUserName><![CDATA[us]]></FromUserName>"
        "<CreateTime>1</CreateTime><MsgType><![CDATA[text]]></MsgType>"
        f"<Content><![CDATA[{words}]]></Content></xml>"
    )

    class Callback(RequestHandler):
        def post(self) -> None:
            signature, stamp, nonce = (
                self.get_query_argument(name) for name in ("msg_signature", "timestamp", "nonce")
            )
            crypto.decrypt_message(self.request.body, signature, stamp, nonce)
            self.finish(crypto.encrypt_message(reply, nonce, stamp))

    listen(port, [("/wechat/callback", Callback)])
    await asyncio.Event().wait()


KINDS: dict[str, Callable[..., Coroutine[Any, Any, None]]] = {"documents": documents, "chat": chat}

if __name__ == "__main__":
    asyncio.run(KINDS[sys.argv[1]](int(sys.argv[2]), *sys.argv[3:]))
