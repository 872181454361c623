"""Who may import whom (docs/architecture.md), read from the source."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HOUSE = ("models", "handlers", "wechat_backend")
"""From the ground floor up: each may import those before it."""

FLOORS = (
    {"claims", "errors", "typed", "concurrency", "festivals", "papers"},
    {"events", "workdays", "privacy", "database_trouble", "law", "together"},
    {"store", "clocks", "asking", "foreseen"},
    {"described", "paging", "counters", "sessions", "leases", "snapshot"},
    {"schedule", "uncivil"},
    {"places", "materials", "chat", "outgoing", "pairings"},
    {"people"},
    {"guides", "staff"},
    {"appointments", "applications", "sendings", "window", "calendar", "shown"},
    {"kiosks"},
    {"voices", "serving"},
    {"blacklist"},
    {"printing"},
    {"stores"},
    {"own_data"},
)
"""Modules and packages of `models`, from the ground up: each may import those of lower floors."""

FACES = {"materials": "models.materials.store"}
"""Of a concept whose face is not its package: the child that judges a file is in it, and loads no driver."""

OUTSIDE_MODELS = {"tornado", "wechatpy", "pydantic_settings", "structlog", "aliyunsdkcore", "requests"}
OUTSIDE_HANDLERS = {"motor", "gridfs", "aliyunsdkcore", "requests"}
CLIENTS = {"MongoClient", "AsyncMongoClient", "AsyncIOMotorClient", "MotorClient"}
CONNECTS = {"wechat_backend/database/connection.py", "wechat_backend/database/mongod.py"}
"""The second sets up the replica set of the server that it starts."""

CUTS_OFF = {"TaskGroup", "wait_for", "gather", "timeout", "timeout_at", "as_completed"}
CALLS_THE_DATABASE = (
    "wechat_backend.worker.worker",
    "wechat_backend.worker.alone",
    "wechat_backend.worker.jobs",
    "wechat_backend.worker.sender",
    "wechat_backend.gateways.tokens",
)
"""Beside all of `models` and `handlers`."""

DOORS = {"citizen", "chat", "kiosk", "admin", "api"}
BELOW_HANDLERS = ("wechat_backend.worker", "wechat_backend.gateways")
"""Of the top floor, but without handlers: what they need of them belongs into `models`."""

READS_THE_CLOCK = {"now", "utcnow", "today", "fromtimestamp"}


@dataclass(frozen=True)
class Import:
    """`target` is the dotted module, `name` what is taken from it ("" for the module itself)."""

    source: str
    target: str
    name: str = ""


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def modules() -> dict[str, ast.Module]:
    paths = (path for part in (*HOUSE, "simulator") for path in (ROOT / part).rglob("*.py"))
    return {module_name(path): ast.parse(path.read_text(), str(path)) for path in sorted(paths)}


TREES = modules()
PACKAGES = {module_name(path) for part in HOUSE for path in (ROOT / part).rglob("__init__.py")}


def imports_of(source: str, tree: ast.Module) -> Iterator[Import]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Import(source, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{source}: relative import"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield (
                    Import(source, whole) if whole in TREES else Import(source, str(node.module), alias.name)
                )


IMPORTS = [found for name, tree in TREES.items() for found in imports_of(name, tree)]


def floor_of(module: str) -> int:
    """
    Raises:
        LookupError: the module stands on no floor.
    """
    part = module.split(".")[1]
    for number, names in enumerate(FLOORS):
        if part in names:
            return number
    raise LookupError(f"{module} is missing from FLOORS")


def upward(found: Import) -> bool:
    """Whether an import within `models` leads up or sideways."""
    here, there = found.source.split("."), found.target.split(".")
    if len(here) < 2 or len(there) < 2 or here[1] == there[1]:
        return False
    return floor_of(found.target) >= floor_of(found.source)


def concept(module: str) -> str:
    """The folder of `models` that a module belongs to; "" for the kernel, the bundle, and other floors."""
    first, name, *_ = [*module.split("."), ""]
    return name if first == "models" and f"models.{name}" in PACKAGES else ""


def face_of(name: str) -> str:
    return FACES.get(name, f"models.{name}")


def names_of(tree: ast.Module) -> set[str]:
    """What a module says that it exports."""
    return {
        name
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        for name in ast.literal_eval(node.value)
    }


def past_the_face(found: Import) -> bool:
    """Whether something of `models` takes from a concept that is not its own otherwise than from its face."""
    there = concept(found.target)
    within = top(found.source) == "models" and there not in {"", concept(found.source)}
    return within and found.target != face_of(there)


def beside_the_face(found: Import) -> bool:
    """Whether one takes from within a concept what its face has."""
    there = concept(found.target)
    if there in {"", concept(found.source)} or found.target == face_of(there):
        return False
    return found.name in names_of(TREES[face_of(there)])


def top(module: str) -> str:
    return module.partition(".")[0]


def reads_the_clock(tree: ast.Module) -> list[int]:
    """Lines that ask what time it is."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and (
            (node.func.value.id in {"datetime", "date"} and node.func.attr in READS_THE_CLOCK)
            or (node.func.value.id == "time" and node.func.attr in {"time", "time_ns", "localtime", "gmtime"})
        )
    ]


def cuts_off(tree: ast.Module) -> list[int]:
    """Lines with what cancels a call for its neighbour's or its caller's sake."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "asyncio"
        and node.attr in CUTS_OFF
    ]


def test_imports_run_downward_only() -> None:
    climbing = [
        found
        for found in IMPORTS
        if top(found.target) in HOUSE and HOUSE.index(top(found.target)) > HOUSE.index(top(found.source))
    ]
    assert climbing == []


def test_models_stand_on_their_floors() -> None:
    parts = {name.split(".")[1] for name in TREES if name.startswith("models.")}
    assert parts == set().union(*FLOORS)
    inside = [found for found in IMPORTS if top(found.source) == top(found.target) == "models"]
    assert len(inside) > 50
    assert [found for found in inside if upward(found)] == []


def test_concepts_know_each_other_by_their_faces() -> None:
    assert len({concept(name) for name in TREES} - {""}) >= 10
    assert [found for found in IMPORTS if past_the_face(found)] == []


def test_what_a_face_has_is_taken_from_the_face() -> None:
    assert sum(found.target == "models.people" for found in IMPORTS) > 20
    assert [found for found in IMPORTS if beside_the_face(found)] == []


def test_no_rule_reads_what_is_only_shown() -> None:
    """The search and the bundles alone know of it; doors show it (docs/decisions/0019)."""
    knowing = {
        one.source
        for one in IMPORTS
        if one.name.startswith("Shown")
        and one.target.startswith("models")
        and one.source.startswith("models")
    }
    faces = {"models.guides", "models.places"}
    assert knowing - faces == {"models.guides.search", "models.shown", "models.stores.matters"}


def door(module: str) -> str:
    """The door that a module belongs to; "" for what doors share, and for all that is no handler."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "handlers" and parts[1] in DOORS else ""


def through_a_door(found: Import) -> bool:
    """Whether one door takes from another, or what doors share from a door."""
    there = door(found.target)
    shared = found.source.startswith("handlers.web") or found.source == "handlers.operations"
    return bool(there) and (shared or door(found.source) not in {"", there})


def leaves_the_simulator(found: Import) -> bool:
    """Whether the simulator takes anything of the service, which it plays against."""
    return top(found.source) == "simulator" and top(found.target) in HOUSE


def reached(start: str, imports: Iterable[Import]) -> set[str]:
    """All modules that those below `start` import, and those that these import."""
    graph: dict[str, set[str]] = {}
    for found in imports:
        graph.setdefault(found.source, set()).add(found.target)
    seen: set[str] = set()
    waiting = [name for name in graph if name == start or name.startswith(start + ".")]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(graph.get(name, ()))
    return seen


def test_no_door_leads_into_another() -> None:
    assert {door(name) for name in TREES} - {""} == DOORS
    assert [found for found in IMPORTS if through_a_door(found)] == []


@pytest.mark.parametrize("part", BELOW_HANDLERS)
def test_who_sends_needs_no_handlers(part: str) -> None:
    found = reached(part, IMPORTS)
    assert f"{part}.base" in found or f"{part}.sender" in found
    assert {name for name in found if top(name) == "handlers"} == set()


def test_the_simulator_stands_alone() -> None:
    assert any(top(found.source) == "simulator" for found in IMPORTS)
    assert [found for found in IMPORTS if leaves_the_simulator(found)] == []
    assert {found.source for found in IMPORTS if top(found.target) == "simulator" != top(found.source)} == {
        "wechat_backend.__main__",
        "wechat_backend.demo.peer",
    }


def test_there_are_no_circles() -> None:
    graph: dict[str, set[str]] = {name: set() for name in TREES}
    for found in IMPORTS:
        if found.target in TREES and found.target != found.source:
            graph[found.source].add(found.target)
    try:
        list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


@pytest.mark.parametrize(("house", "forbidden"), [("models", OUTSIDE_MODELS), ("handlers", OUTSIDE_HANDLERS)])
def test_what_lies_outside_stays_outside(house: str, forbidden: set[str]) -> None:
    brought = [f for f in IMPORTS if top(f.source) == house and top(f.target) in forbidden]
    assert brought == []


def test_only_the_database_connects() -> None:
    allowed = {module_name(ROOT / path) for path in CONNECTS}
    connecting = [
        found
        for found in IMPORTS
        if found.source not in allowed
        and (
            found.name in CLIENTS
            or top(found.target) in {"motor", "gridfs"}
            or found.target.startswith(
                ("pymongo.asynchronous", "pymongo.synchronous", "pymongo.mongo_client")
            )
            or (found.target == "pymongo" and not found.name)
        )
    ]
    assert connecting == []


def test_models_and_handlers_are_given_the_time() -> None:
    reading = {
        name: lines
        for name, tree in TREES.items()
        if top(name) in {"models", "handlers"} and (lines := reads_the_clock(tree))
    }
    assert reading == {}


def test_no_call_to_the_database_is_cut_off() -> None:
    """`models.concurrency` says why, and does instead what these would do."""
    cutting = {
        name: lines
        for name, tree in TREES.items()
        if (top(name) in {"models", "handlers"} or name.startswith(CALLS_THE_DATABASE))
        and (lines := cuts_off(tree))
    }
    assert cutting == {}


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("handlers.kiosk.pages", "handlers.citizen.progress"),
        ("handlers.api", "handlers.admin.queue"),
        ("handlers.web.pages", "handlers.citizen.binding"),
        ("handlers.operations", "handlers.api.contract"),
    ],
)
def test_a_door_into_another_is_seen(source: str, target: str) -> None:
    assert through_a_door(Import(source, target))
    assert not through_a_door(Import(source, "handlers.web.base"))
    assert not through_a_door(Import("handlers.routes", target))
    assert not through_a_door(Import(target, target))


def test_a_worker_with_handlers_is_seen_however_far_they_are() -> None:
    imports = [
        Import("wechat_backend.worker.facts.codes", "wechat_backend.wiring"),
        Import("wechat_backend.wiring", "handlers.web.site", "Site"),
        Import("wechat_backend.workers", "handlers.web.base"),
    ]
    assert reached("wechat_backend.worker", imports) >= {"wechat_backend.wiring", "handlers.web.site"}
    assert "handlers.web.base" not in reached("wechat_backend.worker", imports)


def test_a_simulator_that_knows_the_service_is_seen() -> None:
    assert leaves_the_simulator(Import("simulator.config", "wechat_backend.settings", "Settings"))
    assert not leaves_the_simulator(Import("simulator.config", "simulator.errors"))
    assert not leaves_the_simulator(Import("wechat_backend.demo.peer", "simulator.config"))


def test_a_way_past_a_face_is_seen() -> None:
    booking = "models.appointments.booking"
    assert past_the_face(Import(booking, "models.people.parties", "Party"))
    assert past_the_face(Import(booking, "models.people.parties"))
    assert past_the_face(Import("models.stores", "models.staff.members", "Staff"))
    assert past_the_face(Import("models.applications.papers", "models.materials.inspection.kinds", "LARGEST"))
    assert not past_the_face(Import(booking, "models.people", "Party"))
    assert not past_the_face(Import(booking, "models.appointments.rules", "left"))
    assert not past_the_face(Import("models.applications.papers", "models.materials.store", "Materials"))
    assert not past_the_face(Import(booking, "models.store", "Store"))


def test_what_is_taken_from_beside_a_face_is_seen() -> None:
    door_ = "handlers.api.appointments"
    assert beside_the_face(Import(door_, "models.appointments.document", "State"))
    assert beside_the_face(Import("wechat_backend.worker.sender", "models.outgoing.deliveries", "Via"))
    assert not beside_the_face(Import(door_, "models.appointments", "State"))
    assert not beside_the_face(Import(door_, "models.appointments.rules", "SlotFull"))


def test_these_rules_see_a_breach() -> None:
    assert upward(Import("models.store", "models.applications.rules", "State"))
    assert upward(Import("models.places.halls", "models.guides"))
    assert not upward(Import("models.applications.store", "models.applications.rules"))
    with pytest.raises(LookupError):
        floor_of("models.attic")
    tree = ast.parse(
        "from handlers.web import base\nasync def f():\n  from models.places.halls import Hall\n"
        "  datetime.now(UTC)\n"
    )
    assert list(imports_of("models.new", tree)) == [
        Import("models.new", "handlers.web.base"),
        Import("models.new", "models.places.halls", "Hall"),
    ]
    assert reads_the_clock(tree) == [4]
    assert cuts_off(ast.parse("asyncio.wait(x); asyncio.gather(x)\nasyncio.TaskGroup()")) == [1, 2]
    assert reads_the_clock(ast.parse("date.today(); time.time(); self.now(); datetime.max")) == [1, 1]
