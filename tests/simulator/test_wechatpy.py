"""WeChat's side, called by wechatpy's client, which knows nothing of the simulator but where it is."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
import requests
from requests.adapters import HTTPAdapter
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException
from wechatpy.oauth import WeChatOAuth

from tests.simulator.conftest import CONFIG, Peer
from wechat_backend.worker.menu_buttons import menu

Found = TypeVar("Found")


class Redirected(HTTPAdapter):
    """Sends what is meant for WeChat to the simulator."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.url = url

    def send(self, request: requests.PreparedRequest, *args: Any, **named: Any) -> requests.Response:
        assert request.url
        request.url = request.url.replace("https://api.weixin.qq.com", self.url)
        return super().send(request, *args, **named)


@pytest.fixture
def client(peer: Peer) -> Iterator[WeChatClient]:
    client = WeChatClient(CONFIG.wechat_appid, CONFIG.wechat_secret, timeout=5, auto_retry=False)
    client._http.mount("https://", Redirected(peer.url))
    yield client
    client._http.close()


async def away(work: Callable[[], Found]) -> Found:
    """wechatpy blocks."""
    return await asyncio.to_thread(work)


async def test_menu(client: WeChatClient) -> None:
    await away(lambda: client.menu.create(menu("https://panyu.test")))
    shown = await away(client.menu.get)
    assert [top["name"] for top in shown["menu"]["button"]] == ["办事", "查询", "我的"]
    await away(client.menu.delete)
    assert await away(client.menu.get) is None  # wechatpy's reading of 46003


async def test_template(client: WeChatClient, peer: Peer) -> None:
    openid = await peer.openid("li")
    data = {"thing1": {"value": "转绑"}, "time2": {"value": "2026年11月24日 10:00"}}

    def send() -> Any:
        return client.message.send_template(openid, "TM_REBINDING", data, url="https://panyu.test/me")

    with pytest.raises(WeChatClientException) as refused:
        await away(send)
    assert refused.value.errcode == 43004
    await peer.do("li", "follow")
    sent = await away(send)
    assert (await peer.listed("template-messages"))[0]["msgid"] == sent["msgid"]


async def test_customer_service(client: WeChatClient, peer: Peer) -> None:
    await peer.do("li", "follow")
    openid = await peer.openid("li")
    await away(lambda: client.message.send_text(openid, "您好"))
    assert (await peer.chat("li"))[-1]["text"] == "您好"


async def test_users_codes_and_tickets(client: WeChatClient, peer: Peer) -> None:
    await peer.do("li", "follow")
    openid = await peer.openid("li")
    assert (await away(lambda: client.user.get(openid)))["subscribe"] == 1
    scene = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "hall-1"}}}
    code = await away(lambda: client.qrcode.create(scene))
    await peer.do("li", "scan", text=code["url"])
    assert peer.service.heard[-1].scene_id == "hall-1"
    assert await away(client.jsapi.get_jsapi_ticket) == await away(client.jsapi.get_jsapi_ticket)


async def test_a_token_that_was_replaced(client: WeChatClient, peer: Peer) -> None:
    await away(lambda: client.access_token)
    await peer.call("/control/tokens/expire", {})
    with pytest.raises(WeChatClientException) as refused:
        await away(client.menu.get)
    assert refused.value.errcode == 42001


async def test_sign_in(peer: Peer) -> None:
    oauth = WeChatOAuth(CONFIG.wechat_appid, CONFIG.wechat_secret, "https://panyu.test/", "snsapi_userinfo")
    oauth._http.mount("https://", Redirected(peer.url))
    code = (await peer.do("li", "oauth-code", scope="snsapi_userinfo"))["code"]
    await away(lambda: oauth.fetch_access_token(code))
    assert oauth.open_id == await peer.openid("li")
    assert (await away(oauth.get_user_info))["nickname"] == "李晓明"
    oauth._http.close()
