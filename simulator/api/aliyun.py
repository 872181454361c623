"""Aliyun's RPC endpoint: everything at `/`, told apart by `Action`."""

import json

from simulator.aliyun.service import refusal
from simulator.errors import ALIYUN, CLOUDAUTH, SMS, PlatformError
from simulator.web import PlatformHandler


class RpcHandler(PlatformHandler):
    """POST / and GET /?Action=…"""

    def operation(self) -> str:
        return str(self.get_argument("Action", "unknown"))

    async def get(self) -> None:
        self._act()

    async def post(self) -> None:
        self._act()

    def _act(self) -> None:
        query, body = (
            {name: values[-1].decode() for name, values in arguments.items()}
            for arguments in (self.request.query_arguments, self.request.body_arguments)
        )
        if {**query, **body}.get("Format", "JSON") != "JSON":
            raise PlatformError("UnsupportedFormat")
        aliyun = self.simulator.aliyun
        self.reply(aliyun.act(aliyun.check(str(self.request.method), query, body)))

    def refuse(self, error: PlatformError) -> None:
        """A business code comes with HTTP 200, a code of the gateway with its own status."""
        code = str(error.code)
        status, words = ALIYUN.get(code, (200, SMS.get(code) or CLOUDAUTH.get(code) or code))
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        answer = refusal(code) if code in CLOUDAUTH else {"RequestId": refusal("500")["RequestId"]}
        answer |= {"Code": code, "Message": f"{words} {error.detail}".strip()}
        if status != 200:
            answer["HostId"] = self.request.host
        self.write(json.dumps(answer, ensure_ascii=False))
