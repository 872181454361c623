"""Those who work in the panel, at their desks."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from models.staff import proof_of
from tests.files import a_pdf
from tests.house.applying import ITEM, submitted
from tests.house.browser import Browser, Fields, Page
from tests.house.kiosks import at_kiosk
from tests.house.staff import PASSWORD, POSTS
from tests.house.town import Town

PDF = a_pdf()


@dataclass
class Office:
    town: Town

    async def sign_in(self, username: str, password: str = PASSWORD, to: str = "/admin") -> Page:
        browser = self.town.browser()
        return await browser.post("/admin/sign-in", {"username": username, "password": password, "next": to})

    async def desk(self, username: str) -> Browser:
        """The browser of a member, signed in without the cost of the password; a code was given just now."""
        browser = self.town.browser()
        await browser.get("/admin/sign-in")
        member = await self.town.services.staff.get(username)
        by = self.town.by_staff(username)
        browser.cookies["staff"] = await self.town.services.sessions.open(
            f"staff:{username}", by, proof_of(member["password_hash"]), by.at
        )
        return browser

    async def handed_in(self, name: str = "王小明", **place: str) -> tuple[str, Browser]:
        """The panel's path of a new application, and the browser of its applicant."""
        citizen = await self.town.citizen(name)
        return f"/admin{await submitted(citizen, **place)}", citizen

    async def accepted(self) -> str:
        path, _ = await self.handed_in()
        assert (await (await self.desk("approver")).post(f"{path}/accept")).status == 303
        return path

    async def applicants_pages(self, path: str, citizen: Browser) -> list[Page]:
        """The pages of the citizens' and of the kiosk that show an application."""
        own, serial = path.removeprefix("/admin"), (await self.application(path))["serial"]
        pages = [
            await citizen.get(own),
            await citizen.get("/applications"),
            await citizen.get(f"{own}/receipt"),
            await citizen.get(f"/progress?serial={serial}"),
            await citizen.get(f"/verify/{serial}"),
            await citizen.get("/me/export"),
            await (await at_kiosk(self.town)).post("/kiosk/progress", {"serial": serial}),
        ]
        assert [page.status for page in pages] == [200] * len(pages)
        return pages

    async def application(self, path: str) -> Any:
        return await self.town.services.applications.get(path.split("/")[3])

    async def state(self, path: str) -> str:
        return str((await self.application(path))["state"])


async def staffed(town: Town) -> Office:
    """An office with every member of `POSTS`."""
    for username in POSTS:
        await town.member(username)
    return Office(town)


async def conclude(desk: Browser, path: str, fields: dict[str, str], file: Any = None) -> Page:
    """Hand in the form that concludes, confirmed unless another `step` is said; `file` is (name, bytes)."""
    line = uuid4().hex
    given: Fields = {"_xsrf": await desk.token(), "step": "confirm", **fields}
    parts = [
        f'--{line}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in given.items()
    ]
    if file:
        head = f'--{line}\r\nContent-Disposition: form-data; name="deliverable"; filename="{file[0]}"\r\n'
        parts += [f"{head}Content-Type: application/pdf\r\n\r\n".encode(), file[1], b"\r\n"]
    body = b"".join([*parts, f"--{line}--\r\n".encode()])
    kind = f"multipart/form-data; boundary={line}"
    return await desk.send(f"{path}/conclude", "POST", body, {"Content-Type": kind})


async def booked(office: Office, name: str = "张三") -> tuple[str, str, Browser]:
    """The id and the day of a new appointment tomorrow, and whose it is."""
    citizen = await office.town.citizen(name)
    return *await a_visit(office, citizen), citizen


async def a_visit(office: Office, citizen: Browser) -> tuple[str, str]:
    """The id and the day of a new appointment of a citizen's for the item that is handed in."""
    for days in range(1, 8):
        day = (office.town.clock.now() + timedelta(days=days)).date().isoformat()
        page = (await citizen.get(f"/appointments/new?item={ITEM}&hall=district&day={day}")).text
        for start in re.findall(r'name="start" value="([^"]+)"', page):
            made = await citizen.post("/appointments", {"item": ITEM, "hall": "district", "start": start})
            if made.status == 303:
                return made.location.split("/")[2], day
    raise AssertionError("no free slot")


@contextmanager
def late_on(office: Office, day: str) -> Iterator[None]:
    """Late on another day."""
    clock = office.town.clock
    before = clock.now()
    clock.set(datetime.fromisoformat(f"{day}T15:00:00+00:00"))
    try:
        yield
    finally:
        clock.set(before)
