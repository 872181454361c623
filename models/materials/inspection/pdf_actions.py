"""What a PDF can do, and which of it a material must not do (article 14).

Links that a person clicks, and jumps within the document, are usual in what office programs write, and are
allowed. What is refused is refused by the name of what it does.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    IndirectObject,
    NullObject,
    StreamObject,
    TextStringObject,
)

from models.materials.inspection import faults

MOST_OBJECTS = 50_000
"""A book of a thousand pages has some thousands."""
SKIPPED = frozenset({"/StructTreeRoot"})
"""Tells what is a heading; no viewer takes an action from it, and it may be larger than all the rest."""

Fault = type[faults.MaterialActive]

ACTIONS: Mapping[str, Fault | None] = {
    "/GoTo": None,  # a page of this document
    "/GoToDp": None,
    "/Named": None,  # next page, last page, print
    "/Thread": None,
    "/Trans": None,
    "/ResetForm": None,
    "/URI": None,  # when it is clicked; see BY_ITSELF
    "/JavaScript": faults.RunsScript,
    "/Launch": faults.RunsProgram,
    "/GoToR": faults.OpensOtherFile,
    "/GoToE": faults.OpensOtherFile,
    "/SubmitForm": faults.SendsData,
    "/ImportData": faults.ReadsData,
    "/Hide": faults.ChangesWhatIsShown,
    "/SetOCGState": faults.ChangesWhatIsShown,
    "/Sound": faults.PlaysMedia,
    "/Movie": faults.PlaysMedia,
    "/Rendition": faults.PlaysMedia,
    "/GoTo3DView": faults.PlaysMedia,
    "/RichMediaExecute": faults.PlaysMedia,
}
"""What an action (`/S`) does; None is allowed. Other dictionaries use `/S` too, for words not listed here."""

BY_ITSELF: Mapping[str, Fault] = {"/URI": faults.OpensAddress}
"""Allowed when a person clicks, but not when the document or a page does it: `/OpenAction`, `/AA`."""

ENTRIES: Mapping[str, Fault] = {
    "/JS": faults.RunsScript,
    "/JavaScript": faults.RunsScript,
    "/XFA": faults.HasDynamicForm,
    "/EF": faults.HasAttachments,
    "/EmbeddedFiles": faults.HasAttachments,
    "/RichMediaContent": faults.PlaysMedia,
}
"""Entries that no harmless document has, unless they are empty."""

ANNOTATIONS: Mapping[str, Fault] = {
    "/FileAttachment": faults.HasAttachments,
    "/Movie": faults.PlaysMedia,
    "/Sound": faults.PlaysMedia,
    "/Screen": faults.PlaysMedia,
    "/RichMedia": faults.PlaysMedia,
    "/3D": faults.PlaysMedia,
}

FILES, ADDRESSES = ("/F", "/UF", "/DOS", "/Mac", "/Unix"), ("/URI", "/Base")
SHARE = re.compile(r"\s*(?:[\\/]{2}|file:|smb:)", re.IGNORECASE)
"""How the name of a file begins that lies on another machine, or an address that leads to a file."""
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
SCHEMES: Mapping[str, Fault | None] = {
    "http": None,
    "https": None,
    "mailto": None,
    "tel": None,
    "javascript": faults.RunsScript,
    "vbscript": faults.RunsScript,
}
"""Where a link may lead; to anything else it may not."""


def check_passive(catalogue: DictionaryObject) -> bool:
    """Check that the document does nothing by itself. Returns whether every reference leads to something:
    where one does not, another reader might find something else.

    Raises:
        MaterialActive: saying what the document does.
        DocumentTooComplex
    """
    whole = True
    for found in _parts(catalogue):
        if found is None:
            whole = False
            continue
        _check_action(found)
        for key, fault in ENTRIES.items():
            if key in found and not _is_empty(found[key]):
                raise fault
        if (kind := _word(found, "/Subtype")) in ANNOTATIONS:
            raise ANNOTATIONS[kind]
        _check_files(found)
    return whole


def _check_action(found: DictionaryObject) -> None:
    if fault := ACTIONS.get(_word(found, "/S")):
        raise fault
    if _word(found, "/S") == "/Thread" and "/F" in found:
        raise faults.OpensOtherFile
    for action in _by_itself(found):
        if (kind := _word(action, "/S")) in BY_ITSELF:
            raise BY_ITSELF[kind]


def _check_files(found: DictionaryObject) -> None:
    """No stream lies in another file, no file on another machine, and no link leads to one."""
    if isinstance(found, StreamObject) and ("/F" in found or "/Ref" in found):
        raise faults.ReachesOtherFile
    addresses = [_text(found.get(key)).strip() for key in ADDRESSES]
    for address in addresses:
        scheme = SCHEME.match(address)
        fault = SCHEMES.get(scheme[1].lower(), faults.ReachesOtherFile) if scheme else None
        if fault:
            raise fault
    if any(SHARE.match(name) for name in [*addresses, *(_text(found.get(key)) for key in FILES)]):
        raise faults.ReachesOtherFile


def _by_itself(found: DictionaryObject) -> Iterator[DictionaryObject]:
    """The actions that a dictionary starts unasked, and those that follow on them."""
    seen: set[int] = set()
    waiting = [found.get("/OpenAction"), *_values(found.get("/AA"))]
    while waiting:
        action = _resolved(waiting.pop())
        if isinstance(action, DictionaryObject) and id(action) not in seen:
            seen.add(id(action))
            yield action
            following = _resolved(action.get("/Next"))
            waiting.extend(following if isinstance(following, ArrayObject) else [following])


def _parts(catalogue: DictionaryObject) -> Iterator[DictionaryObject | None]:
    """Every dictionary that can be reached, each once; None for a reference that leads to nothing.

    Raises:
        DocumentTooComplex
    """
    seen: set[tuple[int, int]] = set()
    waiting: list[Any] = [catalogue]
    for _ in range(MOST_OBJECTS):
        if not waiting:
            return
        found = waiting.pop()
        if isinstance(found, IndirectObject):
            if (found.idnum, found.generation) in seen:
                continue
            seen.add((found.idnum, found.generation))
            found = found.get_object()
            if found is None or isinstance(found, NullObject):
                yield None
        if isinstance(found, DictionaryObject):
            yield found
            waiting.extend(_containers(value for key, value in found.items() if key not in SKIPPED))
        elif isinstance(found, ArrayObject):
            waiting.extend(_containers(found))
    raise faults.DocumentTooComplex


def _containers(values: Any) -> list[Any]:
    return [v for v in values if isinstance(v, IndirectObject | DictionaryObject | ArrayObject)]


def _resolved(value: Any) -> Any:
    return value.get_object() if isinstance(value, IndirectObject) else value


def _values(found: Any) -> list[Any]:
    found = _resolved(found)
    return list(found.values()) if isinstance(found, DictionaryObject) else []


def _is_empty(value: Any) -> bool:
    """An empty tree of names, as some programs write, holds nothing; a stream is one with content."""
    value = _resolved(value)
    if isinstance(value, StreamObject):
        return False
    if isinstance(value, DictionaryObject):
        return all(_is_empty(value.get(key)) for key in ("/Names", "/Kids")) and not value.keys() - {
            "/Names",
            "/Kids",
            "/Limits",
        }
    return value is None or (isinstance(value, ArrayObject) and not value)


def _word(found: DictionaryObject, key: str) -> str:
    return str(_resolved(found.get(key)))


def _text(value: Any) -> str:
    value = _resolved(value)
    if isinstance(value, ByteStringObject):
        return value.decode("latin-1")
    return str(value) if isinstance(value, TextStringObject) else ""
