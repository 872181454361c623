"""The menu under the chat, as data: at most 3 × 5, names of at most 16 bytes (60 in a sub-menu)."""

import json
from hashlib import sha256
from typing import Any

from models.chat import BOOK_KEY, HELP_KEY

PAGES: dict[str, dict[str, str]] = {
    "办事": {
        "查办事指南": "/guides",
        "大厅预约": "/appointments/new",
        "办事网点": "/halls",
    },
    "查询": {
        "办件进度": "/progress",
        "我的办件": "/applications",
        "我的预约": "/appointments",
    },
    "我的": {
        "个人中心": "/me",
        "实名认证": "/binding",
        "大字版": "/elder",
    },
}
CLICKS: dict[str, dict[str, str]] = {"办事": {"在聊天里预约": BOOK_KEY}, "我的": {"帮助": HELP_KEY}}


def menu(base_url: str) -> dict[str, Any]:
    """The body of `menu/create`."""
    return {
        "button": [
            {
                "name": name,
                "sub_button": [
                    *(
                        {"type": "view", "name": label, "url": base_url + path}
                        for label, path in pages.items()
                    ),
                    *(
                        {"type": "click", "name": label, "key": key}
                        for label, key in CLICKS.get(name, {}).items()
                    ),
                ],
            }
            for name, pages in PAGES.items()
        ]
    }


def fingerprint(content: dict[str, Any]) -> str:
    """Changes when the menu does."""
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
