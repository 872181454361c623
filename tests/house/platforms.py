"""WeChat, Aliyun and the government in one small peer: all take what they get, each thing once."""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.house.peer import Call, Peer

SEND = "/cgi-bin/message/template/send"
MENU = "/cgi-bin/menu/create"


@dataclass
class Platforms:
    """`followers` (None: everybody) can be reached by WeChat; what arrived is kept by its own id."""

    peer: Peer
    followers: set[str] | None = None
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    texts: dict[str, dict[str, Any]] = field(default_factory=dict)
    reports: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.peer.answers |= {
            "/cgi-bin/stable_token": {"access_token": "token-1", "expires_in": 7200},
            MENU: {"errcode": 0},
            "/cgi-bin/menu/get": {"menu": {"button": []}},
            SEND: self.template,
            "/": self.sms,
            "/government/acceptance/applications": self.report,
            "/government/reviews": self.report,
        }

    def template(self, call: Call) -> dict[str, Any]:
        sent = call.json
        if self.followers is not None and sent["touser"] not in self.followers:
            return {"errcode": 43004, "errmsg": "require subscribe"}
        self.messages.setdefault(sent["client_msg_id"], sent)
        return {"errcode": 0, "msgid": len(self.messages)}

    def sms(self, call: Call) -> dict[str, Any]:
        sent = call.form
        if call.query["Action"] == "QuerySendDetails":
            return {
                "Code": "OK",
                "SmsSendDetailDTOs": {"SmsSendDetailDTO": [{"OutId": key} for key in self.texts]},
            }
        values = {"template": sent["TemplateCode"], **json.loads(sent["TemplateParam"])}
        self.texts.setdefault(sent["OutId"], {"phone": sent["PhoneNumbers"], **values})
        return {"Code": "OK", "BizId": f"biz-{len(self.texts)}"}

    def report(self, call: Call) -> dict[str, Any]:
        self.reports.setdefault(call.headers["Idempotency-Key"], call.json)
        return {"ok": True}

    def values(self) -> list[dict[str, str]]:
        """The fields of the template messages that arrived."""
        return [
            {name: field["value"] for name, field in message["data"].items()}
            for message in self.messages.values()
        ]
