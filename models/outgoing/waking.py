"""Which changes of the database wake those who have something to do about them.

A change stream says only where something happened; what it is, is read from the database. So a change that a
stream has missed costs nothing but the time until the next look.
"""

from collections.abc import Collection, Iterable, Mapping

from models.store import Document

Wakes = Mapping[str, Collection[str]]
"""Collection → fields: a document was added, or one of these fields got a value or a new element."""


def changes(wanted: Iterable[Wakes]) -> list[Document]:
    """The pipeline of a change stream that tells what these want; of a change `ns.coll` is left.

    The server applies it, so that a change which nobody wants is sent to nobody.
    """
    fields: dict[str, set[str]] = {}
    for wakes in wanted:
        for collection, names in wakes.items():
            fields.setdefault(collection, set()).update(names)
    return [
        {"$match": {"$or": [_in(collection, names) for collection, names in sorted(fields.items())]}},
        {"$project": {"ns.coll": 1}},
    ]


def _in(collection: str, fields: Collection[str]) -> Document:
    ways: list[Document] = [{"operationType": {"$in": ["insert", "replace"]}}]
    if fields:
        ways.append({"operationType": "update", "$expr": _written(fields)})
    return {"ns.coll": collection, "$or": ways}


def _written(fields: Collection[str]) -> Document:
    """Whether an update wrote one of them: a new element of `events` is told as `events.0`.

    A list from which the last element was taken is told as an empty one.
    """
    written = {"$objectToArray": {"$ifNull": ["$updateDescription.updatedFields", {}]}}
    names = "|".join(sorted(fields))
    named = {"$regexMatch": {"input": "$$this.k", "regex": rf"^({names})(\.|$)"}}
    one = {"$and": [named, {"$ne": ["$$this.v", []]}]}
    return {"$anyElementTrue": {"$map": {"input": written, "in": one}}}
