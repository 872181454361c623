"""Who may use which address of the panel: the test is made from what the routes and the roles declare."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers import admin
from handlers.admin.panel import PanelPage
from handlers.routes import Served, Undeclared, address, check_declared, served
from handlers.web.visitor import Auth
from models.staff.scopes import Role, Scope
from tests.handlers.admin.rights import alternatives
from tests.house.applying import ITEM
from tests.house.browser import Browser, Page
from tests.house.office import Office
from tests.house.staff import PASSWORD

ROOT = Path(__file__).parents[3]
USERS = {role: f"only-{role.value}" for role in Role}


PARTS = {
    "agency": f"{'0' * 32}:{'0' * 32}",
    "item": ITEM,
    "member": "nobody",
    "file": "admin.css",
    "number": "1",
    "page": "1",
    "paper": f"{'0' * 32}:denial",
}
"""What an address names, where it is no id."""


def addresses(pattern: str) -> Iterator[str]:
    """Every address of a route; what it names does not exist."""
    for path in alternatives(address(pattern)):
        yield re.sub(r"\{(\w+)\}|\(.*?\)", lambda part: PARTS.get(part[1] or "", "0" * 32), path)


ROUTES = [
    pytest.param(each, path, id=f"{each.method} {path}")
    for each in served(admin.ROUTES)
    for path in addresses(each.pattern)
]
SCOPED = [param for param in ROUTES if isinstance(param.values[0].who, Scope)]  # type: ignore[union-attr]


@pytest.fixture(scope="module")
async def desks(office: Office) -> dict[Role, Browser]:
    """The browser of a member of each role who has no other."""
    for role, username in USERS.items():
        await office.town.services.staff.enrol(
            username,
            name=role.label,
            password=PASSWORD,
            department=None,
            roles=[role],
            by=office.town.by_staff(username),
        )
    return {role: await office.desk(username) for role, username in USERS.items()}


async def asked(browser: Browser, each: Served, path: str) -> Page:
    return await (browser.get(path) if each.method == "GET" else browser.post(path))


@pytest.mark.article("5.duties")
@pytest.mark.parametrize(("each", "path"), SCOPED)
async def test_a_role_may_what_its_scopes_say(desks: dict[Role, Browser], each: Served, path: str) -> None:
    answers = {role: (await asked(desk, each, path)).status for role, desk in desks.items()}
    assert {role for role, status in answers.items() if status == 403} == {
        role for role in Role if each.who not in role.scopes
    }
    assert max(answers.values()) < 500


@pytest.mark.article("5.duties")
@pytest.mark.parametrize(("each", "path"), ROUTES)
async def test_a_stranger_must_sign_in(office: Office, each: Served, path: str) -> None:
    answer = await asked(office.town.browser(), each, path)
    turned_away = "请先登录" in answer.text or answer.location.startswith("/admin/sign-in?next=")
    assert turned_away == (each.who is not Auth.ANYONE)


def test_every_route_of_the_panel_says_whom_it_is_for() -> None:
    check_declared(admin.ROUTES)


def test_a_route_that_says_nothing_is_refused() -> None:
    class Forgotten(PanelPage):
        async def get(self) -> None: ...

    with pytest.raises(Undeclared, match="GET /admin/forgotten"):
        check_declared([*admin.ROUTES, (r"/admin/forgotten", Forgotten)])


def test_every_scope_is_asked_for_and_given() -> None:
    """Nothing is granted that no code asks for, and nothing asked for that nobody has."""
    files = [path for floor in ("models", "handlers") for path in (ROOT / floor).rglob("*.py")]
    asked = {
        node.attr
        for path in files
        if path.name != "scopes.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Scope"
    }
    assert asked == {scope.name for scope in Scope}
    assert set().union(*(role.scopes for role in Role)) == set(Scope)
