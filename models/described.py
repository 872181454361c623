"""What `data/` describes, each by its code: departments, halls, referrals."""

from contextlib import suppress
from typing import ClassVar

from pydantic import BaseModel, ConfigDict
from pymongo.errors import DuplicateKeyError
from typing_extensions import TypeVar

from models.events import Cause, Event
from models.store import ChangedMeanwhile, Database, Document, Store
from models.together import Things


class Coded(BaseModel):
    """One thing that is described; what it is called by is its code."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str


Thing = TypeVar("Thing", bound=Coded)


class Described(Store[Thing]):
    """A document is a `model` by its code; `tells` begins with two: a thing is added, it is changed."""

    model: ClassVar[type[Coded]]

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.things: Things[Thing] = Things(self.documents, self.shaped)

    async def get(self, key: str) -> Thing:
        """The thing with this code.

        Raises:
            NotFound
        """
        found = await self.things.ask(key)
        if found is None:
            raise self.missing
        return found

    def shaped(self, document: Document) -> Thing:
        values = {name: document[name] for name in self.model.model_fields if name in document}
        return self.model.model_validate({"code": document["_id"], **values})  # type: ignore[return-value]

    def content(self, thing: Thing) -> Document:
        """What is kept of a thing besides its code."""
        return thing.model_dump(mode="json", exclude={"code"})

    async def put(
        self, thing: Thing, by: Cause, data: Document | None = None, expects: Document | None = None
    ) -> bool:
        """Keep a thing as it is described; False if that changed nothing.

        `data` is what the event says besides; a document that is there is left where it is not as `expects`
        says.

        Of several callers that put the same at one instant one changes it, and records the event.
        """
        added, changed = self.tells[:2]
        content, code = self.content(thing), thing.code
        known = await self._first({"_id": code})
        if known == thing:
            return False
        with suppress(DuplicateKeyError):
            if known is None:
                await self.add({"_id": code, **content}, Event(added, code, by, data or {}))
                return True
        with suppress(ChangedMeanwhile):
            await self.change(
                code,
                expects={"$nor": [content], **(expects or {})},
                sets=content,
                event=Event(changed, code, by, data or {}),
                otherwise=ChangedMeanwhile,
            )
            return True
        return False
