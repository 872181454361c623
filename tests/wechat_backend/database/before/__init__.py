"""Databases as earlier code kept them, and how they are put into MongoDB again."""

import json
import os
from base64 import b64encode
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from bson import json_util
from tornado.testing import bind_unused_port

from models.store import Document
from wechat_backend.database.connection import Database
from wechat_backend.demo import env as demo_env

A2CE5B9 = (Path(__file__).parent / "a2ce5b9.jsonl").read_text("utf-8").splitlines()
"""Of the last code before the first migration; `make.py` made it, and tells what is in it.

Sealed with the keys of the fixture `privacy`. Each line is an index or a document of a collection.
"""


async def restore(database: Database, lines: Sequence[str] = A2CE5B9) -> None:
    """Make the database what it was; indexes first, as it grew."""
    await database.drop()
    indexes: dict[str, list[Document]] = defaultdict(list)
    documents: dict[str, list[Document]] = defaultdict(list)
    for line in lines:
        read = json_util.loads(line, json_options=json_util.JSONOptions(tz_aware=True))
        if "index" in read:
            indexes[read["collection"]].append(read["index"])
        else:
            documents[read["collection"]].append(read["document"])
    for name, made in indexes.items():
        await database.native.command({"createIndexes": name, "indexes": made})
    for name, kept in documents.items():
        await database[name].insert_many(kept)


def settings_over(uri: str, name: str) -> dict[str, str]:
    """The environment of a service over a database with these keys, at a port of its own."""
    socket, port = bind_unused_port()
    socket.close()
    return {
        **demo_env.complete({}),
        **demo_env.addresses(port, 9, uri),
        "PATH": os.environ["PATH"],
        "PANYU_MONGO_DATABASE": name,
        "PANYU_ENCRYPTION_KEYS": f"test:{b64encode(bytes(range(32))).decode()}",
        "PANYU_INDEX_KEY": "index key of the tests, 32 bytes",
    }


def plain(document: Document) -> str:
    """For comparing, whatever is in it."""
    return json.dumps(json.loads(json_util.dumps(document)), sort_keys=True)
