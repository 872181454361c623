"""What another one does between the reading and the writing."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from models.store import Document, Store

Doing = Callable[[], Awaitable[object]]


def after(patch: pytest.MonkeyPatch, store: object, name: str, doing: Doing, *, once: bool = True) -> None:
    """It is done just after the next call by this name, or after each."""
    call = getattr(store, name)

    async def overtaken(*given: Any, **more: Any) -> Any:
        found = await call(*given, **more)
        if once:
            patch.setattr(store, name, call)
        await doing()
        return found

    patch.setattr(store, name, overtaken)


def before(patch: pytest.MonkeyPatch, store: object, name: str, doing: Doing) -> None:
    """It is done just before the next call by this name."""
    call = getattr(store, name)

    async def overtaken(*given: Any, **more: Any) -> Any:
        patch.setattr(store, name, call)
        await doing()
        return await call(*given, **more)

    patch.setattr(store, name, overtaken)


def overwritten(patch: pytest.MonkeyPatch, store: Store[Any], key: str, sets: Document) -> None:
    """Each time that a document is read, this is written to it."""
    after(patch, store, "get", lambda: store.documents.update_one({"_id": key}, {"$set": sets}), once=False)
