"""The viewer of files beside the form: which files, whose, what is on record, and links that lead on."""

import re
from html import unescape
from typing import Any

import pytest

from handlers.admin.viewer import papers
from models.applications import files_of
from models.materials.inspection.faults import PageNotShown
from tests.files import photo, scan
from tests.handlers.admin.test_asking import APPROVED, sent_on
from tests.house.browser import Browser
from tests.house.office import PDF, Office, conclude


def link(page: str, name: str) -> str:
    """Where a link of the pane leads; "" where it is there and leads nowhere."""
    found = re.search(rf'<a class="viewer__link[^"]*"( href="([^"]*)")?[^>]*data-viewer="{name}"', page)
    assert found, name
    return unescape(found[2] or "").removesuffix("#viewer")


async def answered(office: Office) -> tuple[str, str, str]:
    """A case whose photo was replaced by a document of three pages: its path, the document, the photo."""
    path, citizen = await office.handed_in()
    desk, own = await office.desk("approver"), path.removeprefix("/admin")
    old = (await office.application(path))["materials"][0]["file"]
    await desk.post(f"{path}/request_supplement", {"materials": "permit", "reason": "请上传全部页"})
    await citizen.upload(f"{own}/materials/permit", "all.pdf", scan())
    await citizen.post(f"{own}/supplement")
    return path, (await office.application(path))["materials"][0]["file"], old


async def viewings(office: Office, file: str) -> list[str]:
    events = (await office.town.services.materials.get(file))["events"]
    return [event["actor"] for event in events if event["name"] == "material.viewed"]


async def test_links_of_files_lead_to_the_viewer_and_keep_the_way_back(office: Office) -> None:
    path, document, old = await answered(office)
    page = (await (await office.desk("approver")).get(f"{path}?show=open")).text
    assert '<div id="viewer"' in page
    for file in (document, old):
        assert f'href="{path}?show=open&amp;file={file}#viewer" data-viewer="open"' in page
    assert await viewings(office, document) == []


async def test_pages_files_and_turns_follow_each_other_by_links(office: Office) -> None:
    path, document, old = await answered(office)
    desk = await office.desk("approver")
    page = (await desk.get(f"{path}?show=open&file={document}")).text
    for said in ("居住证原件照片", "1/2", "第1/3页", "下载原件", f'src="{path}/files/{document}/pages/1"'):
        assert said in page, said
    assert link(page, "previous_page") == link(page, "previous_file") == link(page, "out") == ""
    page = (await desk.get(link(page, "next_page"))).text
    page = (await desk.get(link(page, "right"))).text
    page = (await desk.get(link(page, "in"))).text
    for said in ("第2/3页", 'data-turn="90"', 'data-zoom="150"', f'src="{path}/files/{document}/pages/2"'):
        assert said in page, said
    assert link(page, "left") == f"{path}?show=open&file={document}&page=2&zoom=150"
    assert link(page, "fit") == f"{path}?show=open&file={document}&page=2&turn=90"
    page = (await desk.get(link(page, "next_page"))).text
    assert link(page, "next_page") == ""
    page = (await desk.get(link(page, "next_file"))).text
    for said in ("居住证原件照片（补正前）", "2/2", "打开原件", 'data-turn="0"', f"{old}/pages/1"):
        assert said in page, said
    assert 'data-viewer="next_page"' not in page  # a picture has no other page
    assert link(page, "close") == f"{path}?show=open"


@pytest.mark.parametrize("asked", ["page=9", "page=x&turn=45&zoom=99999", "page=-1", "page=" + "9" * 5000])
async def test_what_there_is_not_is_shown_as_usual(office: Office, asked: str) -> None:
    path, document, _ = await answered(office)
    page = await (await office.desk("approver")).get(f"{path}?file={document}&{asked}")
    assert page.status == 200
    for said in ("第1/3页", 'data-zoom="100"', 'data-turn="0"'):
        assert said in page.text


@pytest.mark.article("14.kept")
async def test_one_opening_is_on_record_however_it_begins(office: Office) -> None:
    path, document, old = await answered(office)
    desk, other = await office.desk("approver"), await office.desk("both")
    for address in (
        f"{path}?file={document}",
        f"{path}/files/{document}/pages/1",
        f"{path}?file={document}&page=2",
    ):
        assert (await desk.get(address)).status == 200
    assert await viewings(office, document) == ["staff:approver"]
    shown = await other.get(f"{path}/files/{document}/pages/3")  # without the pane
    assert (shown.status, shown.content[:3]) == (200, b"\xff\xd8\xff")
    assert await viewings(office, document) == ["staff:approver", "staff:both"]
    assert await viewings(office, old) == []


@pytest.mark.article("14.kept")
async def test_a_page_is_shown_safely_and_kept_nowhere(office: Office) -> None:
    path, document, old = await answered(office)
    desk = await office.desk("approver")
    for file in (document, old):
        shown = await desk.get(f"{path}/files/{file}/pages/1")
        assert shown.headers["Content-Type"] == "image/jpeg"
        assert shown.headers["Cache-Control"] == "private, no-store"
        assert (
            shown.headers["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"
        )
        assert shown.headers["Content-Disposition"].startswith("inline")
    for number, status in (("3", 200), ("4", 404), ("0", 404), ("999999", 404), ("1234567", 404)):
        assert (await desk.get(f"{path}/files/{document}/pages/{number}")).status == status, number


@pytest.mark.article("10.department")
async def test_no_other_case_and_no_other_department(office: Office) -> None:
    path, document, _ = await answered(office)
    other = await office.accepted()
    desk, civil = await office.desk("approver"), await office.desk("civil")
    for address in (
        f"{other}?file={document}",
        f"{other}/files/{document}/pages/1",
        f"{path}?file={'0' * 32}",
    ):
        assert (await desk.get(address)).status == 404, address
    for address in (f"{path}?file={document}", f"{path}/files/{document}/pages/1"):
        answer = await civil.get(address)
        assert (answer.status, "没有找到该办件" in answer.text) == (404, True), address
    assert await viewings(office, document) == []
    nobody = await office.town.browser().get(f"{path}/files/{document}/pages/1")
    assert (nobody.status, "/admin/sign-in" in nobody.location) == (302, True)


async def test_a_page_that_cannot_be_drawn_leads_to_the_whole_file(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, document, _ = await answered(office)
    desk = await office.desk("approver")

    async def falls(*_: object) -> Any:
        raise PageNotShown

    monkeypatch.setattr(office.town.services.materials.inspector, "draw", falls)
    page = await desk.get(f"{path}?file={document}")
    assert page.status == 200
    pane = page.text.split('id="viewer"')[1].split(">申请</h2>")[0]
    assert "这一页显示不出来，请打开原件查看" in pane
    assert f'href="{path}/files/{document}"' in pane
    assert link(pane, "next_file")
    assert (await desk.get(f"{path}/files/{document}/pages/1")).status == 404
    assert (await desk.get(f"{path}/files/{document}")).status == 200


async def test_a_result_is_looked_at_before_it_is_confirmed(office: Office) -> None:
    path, other = await office.accepted(), await office.accepted()
    desk: Browser = await office.desk("approver")
    asked = await conclude(desk, path, {**APPROVED, "step": ""}, ("凭证.pdf", PDF))
    kept = f"{path}/files/{sent_on(asked)['kept']}"
    assert f'src="{kept}/pages/1"' in asked.text
    assert f'href="{kept}"' in asked.text
    assert (await desk.get(f"{kept}/pages/1")).content[:3] == b"\xff\xd8\xff"
    assert (await desk.get(kept)).content == PDF
    assert (await desk.get(kept.replace(path, other))).status == 404
    assert (await (await office.desk("civil")).get(f"{kept}/pages/1")).status == 404


async def test_the_viewer_has_every_file_of_the_case(office: Office) -> None:
    path, document, old = await answered(office)
    desk = await office.desk("approver")
    await desk.post(f"{path}/accept")
    await conclude(desk, path, APPROVED, ("凭证.pdf", PDF))
    member = await office.town.services.staff.get("approver")
    case = await office.town.services.handling.case(path.split("/")[3], member)
    result = case.application["result"]
    assert result
    assert list(papers(case)) == [document, old, result["deliverable"]]
    assert set(papers(case)) == files_of(case.application)
    page = (await desk.get(path)).text
    assert f'href="{path}?file={result["deliverable"]}#viewer"' in page


async def test_photos_are_as_they_were_kept(office: Office) -> None:
    path, _ = await office.handed_in()
    file = (await office.application(path))["materials"][0]["file"]
    shown = await (await office.desk("window")).get(f"{path}/files/{file}/pages/1")
    assert shown.content == (await office.town.services.materials.read(file))[1]
    assert shown.content[:3] == photo()[:3]
