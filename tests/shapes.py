"""Whether a value is what a type says, read from the type itself: TypedDicts, enums, lists, unions."""

from collections.abc import Iterator, Mapping
from enum import Enum
from types import UnionType
from typing import (
    Any,
    Literal,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from models.store import Store

NUMBERS: Mapping[Any, Any] = {int: int, float: (int, float)}
"""MongoDB gives back a whole number as an integer."""


def shape_of(store: Store[Any]) -> Any:
    """What the store's class says its documents are; None for one that says nothing."""
    for kind in type(store).__mro__:
        for base in getattr(kind, "__orig_bases__", ()):
            if get_origin(base) is Store and is_typeddict(get_args(base)[0]):
                return get_args(base)[0]
    return None


def faults(value: Any, kind: Any, path: str = "") -> Iterator[str]:
    """Where the value is something else. Fields that a TypedDict does not name are no fault."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (NotRequired, Required):
        yield from faults(value, inner[0], path)
    elif origin in (Union, UnionType):
        if all(any(faults(value, one)) for one in inner):
            yield _fault(value, kind, path)
    elif is_typeddict(kind):
        yield from _of_dictionary(value, kind, path)
    elif origin in (dict, list) and isinstance(value, origin):
        for name, one in value.items() if origin is dict else enumerate(value):
            yield from faults(one, inner[-1], f"{path}.{name}")
    elif not _plain(value, kind):
        yield _fault(value, kind, path)


def _plain(value: Any, kind: Any) -> bool:
    """Whether a value without parts is of its kind."""
    if kind is Any:
        return True
    if get_origin(kind) is Literal:
        return value in get_args(kind)
    if get_origin(kind) is not None:
        return False
    if issubclass(kind, Enum):
        return value in [one.value for one in kind]
    if kind in NUMBERS and isinstance(value, bool):
        return False
    return isinstance(value, NUMBERS.get(kind, kind))


def _of_dictionary(value: Any, kind: Any, path: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield _fault(value, kind, path)
        return
    for name, one in get_type_hints(kind, include_extras=True).items():
        if name in value:
            yield from faults(value[name], one, f"{path}.{name}")
        elif name in kind.__required_keys__:
            yield f"{path}.{name}: is missing"


def _fault(value: Any, kind: Any, path: str) -> str:
    return f"{path}: {value!r} is no {getattr(kind, '__name__', kind)}"
