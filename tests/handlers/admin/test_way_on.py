"""The way on where a member of staff comes too late: a session or a page that is no longer good."""

from urllib.parse import quote

import pytest

from tests.house.browser import Fields
from tests.house.office import Office
from tests.house.staff import PASSWORD

OLD: Fields = {"_xsrf": "of another day"}


async def test_who_is_signed_in_goes_on_at_once(office: Office) -> None:
    """Going back to the form, or opening it in a second tab."""
    desk = await office.desk("window")
    for asked, there in (
        ("/admin/verify", "/admin/verify"),
        ("https://evil.example", "/admin"),
        ("", "/admin"),
    ):
        assert (await desk.get(f"/admin/sign-in?next={quote(asked)}")).location == there
    assert (await office.town.browser().get("/admin/sign-in")).status == 200


@pytest.mark.parametrize("to", ["/admin/verify", "//evil.example"])
async def test_an_expired_sign_in_form_leads_back_to_it(office: Office, to: str) -> None:
    desk = office.town.browser()
    page = await desk.post("/admin/sign-in", {"username": "window", "password": PASSWORD, "next": to, **OLD})
    assert page.status == 403
    on = "%2Fadmin%2Fverify" if to == "/admin/verify" else "%2Fadmin"
    assert f'href="/admin/sign-in?next={on}">返回刚才的页面' in page.text
    assert PASSWORD not in page.text


async def test_an_expired_form_leads_back_with_what_was_written(office: Office) -> None:
    path, _ = await office.handed_in()
    desk = await office.desk("both")
    written: Fields = {"reason": "请补充租赁合同", **OLD}
    page = await desk.post(f"{path}/request_supplement", written, Origin=office.town.url)
    assert page.status == 403
    assert f'href="{path}">返回刚才的页面' in page.text
    assert "请补充租赁合同" in page.text
    foreign = await desk.post(f"{path}/request_supplement", written, Origin="https://evil.example")
    assert foreign.status == 403
    assert "请补充租赁合同" not in foreign.text
    desk.cookies.pop("staff")
    lost = await desk.post(f"{path}/request_supplement", written, Origin=office.town.url)
    assert f'href="{path}">返回刚才的页面' in lost.text
    assert (await desk.get(path)).location == f"/admin/sign-in?next={quote(path, safe='')}"
