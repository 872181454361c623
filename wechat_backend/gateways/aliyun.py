"""Calls to Aliyun through its SDK, which blocks: a small pool of threads, and nobody waits for ever.

The SDK defaults to http and GET, and puts what `add_query_param` gets into the address even of a POST;
here everything goes by POST, in the body, over the protocol of the URL in the settings.
"""

import asyncio
import json
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import local
from typing import Any
from urllib.parse import urlsplit

from aliyunsdkcore.acs_exception.exceptions import ClientException, ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.http import format_type, method_type, protocol_type
from aliyunsdkcore.request import CommonRequest

from wechat_backend.gateways.base import CONNECT_TIMEOUT, REQUEST_TIMEOUT, Gateway

THREADS = 8
PROTOCOLS = {"https": protocol_type.HTTPS, "http": protocol_type.HTTP}
"""The SDK compares these by identity: a string that is merely equal to HTTPS would mean http."""

logging.getLogger("aliyunsdkcore").setLevel(logging.CRITICAL)
_noisy = logging.getLogger("aliyunsdkcore.http.http_response")
_noisy.setLevel(logging.CRITICAL)
_noisy.handlers.clear()


class AliyunGateway(Gateway):
    """One product of Aliyun at `url`, called with one access key."""

    def __init__(self, url: str, key_id: str, key_secret: str, version: str) -> None:
        parts = urlsplit(url)
        self.domain, self.protocol = parts.netloc, PROTOCOLS[parts.scheme]
        self.key_id, self.key_secret, self.version = key_id, key_secret, version
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix=self.provider)
        self.clients = local()

    def close(self) -> None:
        self.threads.shutdown(wait=False, cancel_futures=True)

    async def act(self, action: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        """Do an action; its answer, whose `Code` still has to be looked at.

        Raises:
            GatewayError: `no_answer`, or the code of an HTTP error.
        """
        loop = asyncio.get_running_loop()
        working = loop.run_in_executor(self.threads, self._act, action, dict(parameters))
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT + REQUEST_TIMEOUT):
                answer: dict[str, Any] = json.loads(await working)
        except ServerException as error:
            raise self.error(str(error.get_error_code())) from None
        except (ClientException, TimeoutError, OSError, ValueError, LookupError):
            raise self.error("no_answer") from None
        return answer

    def request(self, action: str, parameters: Mapping[str, str]) -> CommonRequest:
        request = CommonRequest(
            domain=self.domain, version=self.version, action_name=action, product=self.provider
        )
        request.set_method(method_type.POST)
        request.set_protocol_type(self.protocol)
        request.set_accept_format(format_type.JSON)
        for name, value in parameters.items():
            request.add_body_params(name, value)
        return request

    def _act(self, action: str, parameters: Mapping[str, str]) -> bytes:
        content: bytes = self._client().do_action_with_exception(self.request(action, parameters))
        return content

    def _client(self) -> AcsClient:
        """One for each thread: its session is not made to be shared."""
        if not hasattr(self.clients, "client"):
            self.clients.client = AcsClient(
                self.key_id,
                self.key_secret,
                "cn-hangzhou",
                auto_retry=False,
                connect_timeout=CONNECT_TIMEOUT,
                timeout=REQUEST_TIMEOUT,
            )
        return self.clients.client
