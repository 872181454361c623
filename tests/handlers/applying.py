"""Applications as far as a test needs them, through the pages."""

from models.applications import StaffCase
from models.events import Cause, Channel
from models.staff import Role
from tests.files import a_pdf, on_disk, photo
from tests.handlers.guides import USCC
from tests.handlers.visitor import Browser, Fields, Town, rich_guide
from tests.models.standing_in import a_member

ITEM = rich_guide().item
ANSWERS: Fields = {
    "name": "王小明",
    "phone": "13800138000",
    "address": "番禺区市桥街繁华路1号",
    "housing": "rent",
    "landlord": "李四",
}
CLERK = a_member("clerk", Role.APPROVER, Role.WINDOW, department=USCC)


async def draft(citizen: Browser, answers: Fields | None = None) -> str:
    """The path of a begun application whose form is filled."""
    begun = await citizen.post("/applications", {"item": ITEM})
    assert begun.status == 303, begun.text
    path = begun.location.removesuffix("/form")
    filled = await citizen.post(f"{path}/form", answers or ANSWERS)
    assert filled.status == 303, filled.text
    return path


async def submitted(citizen: Browser, **place: str) -> str:
    path = await draft(citizen)
    assert (await citizen.upload(f"{path}/materials/permit", "permit.jpg", photo())).status == 303
    where: Fields = {"how": "window", "hall": "district", "promise": "yes"}
    done = await citizen.post(f"{path}/confirm", {**where, **place})
    assert (done.status, done.location) == (303, f"{path}/receipt"), done.text
    return path


async def serial_of(town: Town, path: str) -> str:
    return str((await town.services.applications.get(path.split("/")[2]))["serial"])


def clerk_cause(town: Town) -> Cause:
    return Cause("staff:clerk", town.clock.now(), Channel.WINDOW, "request-clerk")


async def concluded(town: Town, citizen: Browser, address: str = "") -> str:
    path = await submitted(citizen, **({"how": "courier", "address": address} if address else {}))
    case, by = await accepted(town, path), clerk_cause(town)
    with on_disk(a_pdf()) as file:
        owner = case.application["applicant"]
        pdf = await town.services.materials.keep(owner, case.key, "result", "凭证.pdf", file, by)
    await town.services.handling.conclude(case, "approved", "", pdf, by)
    return path


async def at_the_desk(town: Town, path: str) -> StaffCase:
    """The application with this path, before a clerk who may do everything."""
    return await town.services.handling.case(path.split("/")[2], CLERK)


async def accepted(town: Town, path: str) -> StaffCase:
    return await town.services.handling.accept(await at_the_desk(town, path), clerk_cause(town))
