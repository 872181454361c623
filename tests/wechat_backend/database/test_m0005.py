"""Migration 5: what people typed is sealed, files are called by what they are of."""

import json
from typing import Any

from models.store import Document
from tests.house.clock import Clock
from tests.wechat_backend.database.migrating import STEADY, check_migration
from wechat_backend.database.connection import Database
from wechat_backend.database.migrations.m0005_sealed import MIGRATION


def sealed(value: Any, context: str) -> Document:
    return {"sealed": STEADY.seal(json.dumps(value), context)}


KEPT = sealed("梁志强", "application:a:name")
OLD: Document = {
    "_id": "a",
    "answers": {"name": KEPT, "landlord": "何伟民", "ways": ["b", "a"], "count": 3, "area": 1.5},
    "materials": [
        {"code": "id_card", "name": "身份证", "file": "f", "file_name": "梁志强440113199001010010.jpg"},
        {"code": "photo", "name": "照片", "file": None, "file_name": None},
        {"code": "lease", "name": "合同", "file": "g", "file_name": "合同.pdf"},
    ],
    "timeline": [{"what": "x"}, {"what": "y", "reason": "请何伟民签名"}],
    "supplements": [{"reason": "请何伟民签名", "fields": ["landlord"]}],
    "refusal": {"reason": "不是何伟民", "basis": "第一条"},
    "result": {"reason": "", "file_name": "何伟民.pdf"},
}
WORDS = "application:a:words"
NEW: Document = {
    "_id": "a",
    "answers": {
        "name": KEPT,
        **{
            name: sealed(OLD["answers"][name], f"application:a:{name}")
            for name in ("landlord", "ways", "count", "area")
        },
    },
    "materials": [
        {"code": "id_card", "name": "身份证", "file": "f", "file_name": "身份证.jpg"},
        {"code": "photo", "name": "照片", "file": None, "file_name": None},
        {"code": "lease", "name": "合同", "file": "g", "file_name": "合同.pdf"},
    ],
    "timeline": [{"what": "x"}, {"what": "y", "reason": sealed("请何伟民签名", WORDS)}],
    "supplements": [{"reason": sealed("请何伟民签名", WORDS), "fields": ["landlord"]}],
    "refusal": {"reason": sealed("不是何伟民", WORDS), "basis": sealed("第一条", WORDS)},
    "result": {"reason": sealed("", WORDS), "file_name": "办理结果.pdf"},
}
EMPTY: Document = {"_id": "b", "answers": {}, "materials": [], "timeline": [], "result": None}


async def test_an_application_holds_nothing_in_the_clear(database: Database, clock: Clock) -> None:
    before, after = {"applications": [OLD, EMPTY]}, {"applications": [NEW, EMPTY]}
    assert await check_migration(database, clock, MIGRATION, before, after) > 5


async def test_files_of_old_are_called_by_their_code(database: Database, clock: Clock) -> None:
    of = {"code": "id_card", "media_type": "image/png"}
    named = {"f": "梁志强.jpg.png", "g": "id_card.png"}
    before = {"materials": [{"_id": key, "name": name, **of} for key, name in named.items()]}
    after = {"materials": [{"_id": key, "name": "id_card.png", **of} for key in named]}
    assert await check_migration(database, clock, MIGRATION, before, after) > 5


async def test_reviews_looks_and_replies_are_sealed(database: Database, clock: Clock) -> None:
    look = {"name": "applicant.revealed", "about": "p", "data": {"reason": "核对", "application": "a"}}
    other = {"name": "applicant.bound", "about": "p", "data": {"account": "x"}}
    new_look = look | {"data": {"reason": sealed("核对", "applicant:p:reason"), "application": "a"}}
    before: dict[str, list[Document]] = {
        "reviews": [
            {"_id": "a", "words": "打1380"},
            {"_id": "application:b", "words": ""},
        ],
        "events": [{"_id": "1", **look}, {"_id": "2", **other}],
        "applicants": [{"_id": "p", "events": [other, look]}, {"_id": "q", "events": []}],
        "inbox": [
            {"_id": "message:1", "reply": "没有找到和“梁志强”有关的事项"},
            {"_id": "message:2", "reply": None},
            {"_id": "message:3"},
            {"_id": "choices:o", "choices": ["i"]},
        ],
    }
    after: dict[str, list[Document]] = {
        "reviews": [
            {"_id": one["_id"], "words": sealed(one["words"], f"review:{one['_id']}:words")}
            for one in before["reviews"]
        ],
        "events": [{"_id": "1", **new_look}, {"_id": "2", **other}],
        "applicants": [{"_id": "p", "events": [other, new_look]}, {"_id": "q", "events": []}],
        "inbox": [
            {"_id": "choices:o", "choices": ["i"]},
            {"_id": "message:1", "reply": sealed("没有找到和“梁志强”有关的事项", "message:1")},
            {"_id": "message:2", "reply": sealed(None, "message:2")},
            {"_id": "message:3"},
        ],
    }
    before["inbox"].sort(key=lambda one: str(one["_id"]))
    assert await check_migration(database, clock, MIGRATION, before, after) > 5


QUESTIONS: list[tuple[Document, str]] = [
    ({"label": "姓名", "kind": "text", "prefill": "name"}, "name"),
    ({"label": "出租人姓名", "kind": "text"}, "name"),
    ({"label": "现居住地址", "kind": "text", "sensitive": True}, "address"),
    ({"label": "银行账号", "kind": "text", "sensitive": True}, "reference"),
    ({"label": "联系电话", "kind": "phone"}, "phone"),
    ({"label": "家庭年收入（元）", "kind": "number", "sensitive": True}, "money"),
    ({"label": "申请病种", "kind": "choice", "sensitive": True}, "health"),
    ({"label": "备注", "kind": "text", "sensitive": True}, "long_text"),
    ({"label": "情况说明", "kind": "long_text", "sensitive": True}, "long_text"),
    ({"label": "开户银行", "kind": "text"}, "text"),
]
"""As they were, and the kind that each takes."""


async def test_a_question_takes_its_kind(database: Database, clock: Clock) -> None:
    def guides(questions: list[Document]) -> dict[str, list[Document]]:
        forms = [{"sections": [{"questions": [one]}]} for one in questions]
        return {"guides": [{"_id": f"i{number}@1", "form": form} for number, form in enumerate(forms)]}

    olds = [{"prefill": None, "sensitive": False, **old} for old, _ in QUESTIONS]
    news = [
        {name: value for name, value in old.items() if name != "sensitive"} | {"kind": kind}
        for old, (_, kind) in zip(olds, QUESTIONS, strict=True)
    ]
    before, after = guides(olds), guides(news)
    assert await check_migration(database, clock, MIGRATION, before, after) > 5
