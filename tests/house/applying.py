"""Applications as far as a test needs them, through the pages."""

from tests.files import photo
from tests.house.browser import Browser, Fields
from tests.house.guides import rich_guide
from tests.house.town import Town

ITEM = rich_guide().item
ANSWERS: Fields = {
    "name": "王小明",
    "phone": "13800138000",
    "address": "番禺区市桥街繁华路1号",
    "housing": "rent",
    "landlord": "李四",
}


def key_of(path: str) -> str:
    """The id of the application to which a path of the pages leads."""
    return path.split("/")[2]


async def draft(citizen: Browser, answers: Fields | None = None, item: str = ITEM) -> str:
    """The path of a begun application whose form is filled."""
    begun = await citizen.post("/applications", {"item": item})
    assert begun.status == 303, begun.text
    path = begun.location.removesuffix("/form")
    filled = await citizen.post(f"{path}/form", answers or ANSWERS)
    assert filled.status == 303, filled.text
    return path


async def submitted(citizen: Browser, *, item: str = ITEM, **place: str) -> str:
    path = await draft(citizen, item=item)
    assert (await citizen.upload(f"{path}/materials/permit", "permit.jpg", photo())).status == 303
    where: Fields = {"how": "window", "hall": "district", "promise": "yes"}
    done = await citizen.post(f"{path}/confirm", {**where, **place})
    assert (done.status, done.location) == (303, f"{path}/receipt"), done.text
    return path


async def serial_of(town: Town, path: str) -> str:
    return str((await town.services.applications.get(key_of(path)))["serial"])


async def concluded(town: Town, citizen: Browser, address: str = "") -> str:
    path = await submitted(citizen, **({"how": "courier", "address": address} if address else {}))
    await town.staff.accept(key_of(path))
    await town.staff.approve(key_of(path))
    return path
