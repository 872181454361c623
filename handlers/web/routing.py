"""Finds the route of an address among hundreds, without trying each of them."""

import re
from collections.abc import Iterable, Iterator
from operator import itemgetter

from tornado.routing import PathMatches, Rule

DEPTH = 3
"""Parts of an address that are looked up: `/api/v1/guides` is told from the rest of the API."""
LITERAL = re.compile(r"/([A-Za-z0-9_-]+)(?=/|\$)")
"""A part of a route's regular expression that only stands for itself."""
GROUP = re.compile(r"\([^()]*\)")

Prefix = tuple[str, ...]


class RouteIndex:
    """The rules by the parts with which all their addresses begin."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.by_prefix: dict[Prefix, list[tuple[int, Rule]]] = {}
        for number, rule in enumerate(rules):
            self.by_prefix.setdefault(prefix_of(rule), []).append((number, rule))

    def candidates(self, path: str) -> Iterator[Rule]:
        """In their order, the rules that may match a path: no other one does."""
        parts = tuple(path.split("/", DEPTH + 1)[1 : DEPTH + 1])
        beginnings = [parts[:length] for length in range(len(parts) + 1)]
        found = [one for begins in beginnings for one in self.by_prefix.get(begins, ())]
        return (rule for _, rule in sorted(found, key=itemgetter(0)))


def prefix_of(rule: Rule) -> Prefix:
    """The parts with which all addresses of a rule begin, at most `DEPTH`; none where that is not plain."""
    pattern = rule.matcher.regex.pattern if isinstance(rule.matcher, PathMatches) else ""
    if "|" in GROUP.sub("", pattern):  # whole addresses to choose from
        return ()
    parts: list[str] = []
    end = 0
    while len(parts) < DEPTH and (found := LITERAL.match(pattern, end)):
        parts.append(found[1])
        end = found.end()
    return tuple(parts)
