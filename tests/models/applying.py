"""Those who apply and those who decide, and applications as far as a test needs them."""

from typing import Any

from models.applications import Applications, How, Place
from models.events import Cause, Channel
from models.guides import Guide
from models.people.parties import Party
from models.staff.scopes import Role
from models.store import Document
from models.workdays import Workdays
from tests.conftest import MakeCause
from tests.models.guides import guide as plain_guide

CALENDAR = Workdays()
ONLINE = Place(How.ELECTRONIC)
OFFICE: Document = {"_id": "11440113007512345A", "name": "民政局"}
APPROVER: Document = {"_id": "su", "roles": [Role.APPROVER.value], "department": OFFICE["_id"]}
WINDOW: Document = {"_id": "chen", "roles": [Role.WINDOW.value], "department": None}
SUPERVISOR: Document = {"_id": "huang", "roles": [Role.SERVICE_MANAGEMENT.value], "department": None}
STRANGER: Document = {"_id": "x", "roles": [Role.APPROVER.value], "department": "another"}
ANSWERS = {"name": "陈建国", "kind": "new", "account": "6222 0000 1111", "ways": ["a", "b"]}
PDF: Document = {"_id": "f" * 32, "name": "敬老卡.pdf", "media_type": "application/pdf"}


def guide(**changes: Any) -> Guide:
    questions = [
        {"name": "name", "label": "姓名", "kind": "text", "prefill": "name"},
        {
            "name": "kind",
            "label": "类型",
            "kind": "choice",
            "options": [{"value": "new", "label": "首次"}, {"value": "lost", "label": "补领"}],
        },
        {"name": "lost_on", "label": "遗失日期", "kind": "date"}
        | {"when": {"question": "kind", "values": ["lost"]}},
        {"name": "account", "label": "账号", "kind": "text", "sensitive": True},
        {
            "name": "ways",
            "label": "方式",
            "kind": "choices",
            "sensitive": True,
            "options": [{"value": value, "label": value} for value in "abc"],
        },
    ]
    form = {"sections": [{"title": "-", "questions": questions}]}
    return plain_guide(**{"form": form, "deliverable": "敬老卡", **changes})


async def filled(
    applications: Applications, party: Party, cause: MakeCause, of: Guide | None = None
) -> Document:
    of = of or guide()
    draft = await begun(applications, party, cause, of)
    await applications.save(draft["_id"], party, of, ANSWERS, draft["version"], cause())
    await applications.attach(draft["_id"], party, of, "id_card", file(draft, party), cause())
    return await applications.get(draft["_id"])


async def begun(
    applications: Applications, party: Party, cause: MakeCause, of: Guide | None = None
) -> Document:
    return await applications.start(party, of or guide(), OFFICE, cause(channel=Channel.WECHAT))


def file(draft: Document, party: Party, key: str = "0" * 32) -> Document:
    return {"_id": key, "applicant": party.id, "application": draft["_id"], "name": "id.jpg"}


async def submitted(
    applications: Applications, party: Party, cause: MakeCause, of: Guide | None = None
) -> Document:
    draft = await filled(applications, party, cause, of)
    return await hand_in(applications, draft, party, cause, of)


async def submitted_bare(applications: Applications, party: Party, cause: MakeCause, of: Guide) -> Document:
    """Handed in with its answers and no file."""
    draft = await begun(applications, party, cause, of)
    draft = await applications.save(draft["_id"], party, of, ANSWERS, draft["version"], cause())
    return await hand_in(applications, draft, party, cause, of)


async def hand_in(
    applications: Applications,
    draft: Document,
    party: Party,
    cause: MakeCause,
    of: Guide | None = None,
    place: Place = ONLINE,
) -> Document:
    """Hand in a draft as it was seen."""
    return await applications.submit(
        draft["_id"], party, of or guide(), draft["version"], CALENDAR, cause(), place, promised=True
    )


async def supplement(
    applications: Applications, key: str, party: Party, given: Document, by: Cause, of: Guide | None = None
) -> Document:
    """Answer what was asked for, having seen what there is."""
    seen = (await applications.get(key))["version"]
    return await applications.supplement(key, party, of or guide(), given, seen, CALENDAR, by)
