"""The index of routes finds for every address what Tornado finds by trying one route after the other."""

import re
from typing import Any
from unittest.mock import Mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine
from tornado.routing import PathMatches, Rule

from handlers.routes import routes
from handlers.web.routing import RouteIndex, prefix_of

KEYS = {"appid": "", "token": "", "aes_keys": [], "encrypted_only": False}
PATTERNS = [pattern for pattern, *_ in routes(KEYS)]
RULES = [Rule(PathMatches(pattern), (pattern,)) for pattern in PATTERNS]
INDEX = RouteIndex(RULES)


def address_of(pattern: str) -> st.SearchStrategy[str]:
    return st.from_regex(re.compile(pattern, re.ASCII), fullmatch=True)


def asked(path: str) -> HTTPServerRequest:
    line, headers = RequestStartLine("GET", path, "HTTP/1.1"), HTTPHeaders({"Host": "here"})
    return HTTPServerRequest(start_line=line, headers=headers, connection=Mock())


def first(rules: Any, path: str) -> Any:
    request = asked(path)
    return next((rule.target for rule in rules if rule.matcher.match(request) is not None), None)


@settings(max_examples=400)
@given(
    st.sampled_from(PATTERNS).flatmap(address_of) | st.text("/abkioskguides", max_size=20).map("/".__add__)
)
def test_the_same_route_is_found(path: str) -> None:
    assert first(INDEX.candidates(asked(path).path), path) == first(RULES, path)


def test_few_are_tried() -> None:
    for path in ("/guides/11440113007500002X0000000000001", "/api/v1/guides", "/wechat/callback", "/"):
        assert first(RULES, path)
        assert len(list(INDEX.candidates(path))) < 20


@pytest.mark.parametrize(
    ("pattern", "prefix"),
    [
        ("/", ()),
        ("/guides", ("guides",)),
        ("/guides?", ()),
        ("/guides/([0-9]+)/code", ("guides",)),
        ("/kiosk/?", ("kiosk",)),
        (r"/kiosk/code\.png", ("kiosk",)),
        ("/api/v1/halls/nearest", ("api", "v1", "halls")),
        ("/one/two|/three", ()),
        ("/one/(two|three)", ("one",)),
    ],
)
def test_only_what_always_stands_there_is_looked_up(pattern: str, prefix: tuple[str, ...]) -> None:
    assert prefix_of(Rule(PathMatches(pattern), None)) == prefix
