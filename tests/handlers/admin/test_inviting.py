"""The card of a case by which staff invite its applicant to book a visit, and the applicant's page."""

from models.workdays import local
from tests.house.office import Office, a_visit


async def test_who_is_invited_sees_what_for_and_where_to_book(office: Office) -> None:
    path, citizen = await office.handed_in()
    desk = await office.desk("approver")
    own = path.removeprefix("/admin")
    early = await desk.post(f"{path}/invite", {"errand": "original"})
    assert (early.status, "不需要申请人到大厅" in early.text) == (422, True)
    assert (await desk.post(f"{path}/accept")).status == 303
    assert "请预约到大厅" not in (await citizen.get(own)).text
    assert f"{path}/invite" in (await desk.get(path)).text
    odd = await desk.post(f"{path}/invite", {"errand": "photo"})
    assert (odd.status, "请选择邀请申请人" in odd.text) == (400, True)
    assert (await desk.post(f"{path}/invite", {"errand": "original"})).status == 303
    again = await desk.post(f"{path}/invite", {"errand": "original"})
    assert (again.status, "不必再次邀请" in again.text) == (409, True)
    item = (await office.application(path))["item"]
    shown = (await citizen.get(own)).text
    for part in ("请预约到大厅", "核对原件", f'href="/appointments/new?item={item}"'):
        assert part in shown
    card = (await desk.get(path)).text.partition('id="invitations"')[2].partition("</section>")[0]
    assert "核对原件" in card
    assert "approver的姓名邀请" in card
    assert "申请人已预约" not in card
    assert '<option value="original">' not in card


async def test_who_does_not_handle_it_does_not_invite(office: Office) -> None:
    path = await office.accepted()
    for stranger, status in {"management": 403, "civil": 404}.items():
        refused = await (await office.desk(stranger)).post(f"{path}/invite", {"errand": "original"})
        assert refused.status == status, stranger


async def test_the_visit_that_the_applicant_booked_is_shown(office: Office) -> None:
    path, citizen = await office.handed_in()
    desk = await office.desk("approver")
    assert (await desk.post(f"{path}/accept")).status == 303
    assert (await desk.post(f"{path}/invite", {"errand": "original"})).status == 303
    visit, _ = await a_visit(office, citizen)
    start = local((await office.town.services.appointments.get(visit))["start"])
    assert f"申请人已预约：{start}" in (await desk.get(path)).text
    assert (await citizen.post(f"/appointments/{visit}/cancel")).status == 303
    assert "申请人已预约" not in (await desk.get(path)).text


async def test_an_invitation_is_taken_back_and_the_applicant_sees_what_they_booked(office: Office) -> None:
    path, citizen = await office.handed_in()
    desk, own = await office.desk("approver"), path.removeprefix("/admin")
    assert (await desk.post(f"{path}/accept")).status == 303
    assert (await desk.post(f"{path}/invite", {"errand": "original"})).status == 303
    visit, _ = await a_visit(office, citizen)
    shown = (await citizen.get(own)).text
    assert f'href="/appointments/{visit}"' in shown
    assert "预约到大厅</a>" not in shown
    assert f"{path}/withdraw_invitation" in (await desk.get(path)).text
    assert (await desk.post(f"{path}/withdraw_invitation", {"errand": "original"})).status == 303
    again = await desk.post(f"{path}/withdraw_invitation", {"errand": "original"})
    assert (again.status, "没有可以收回的这项邀请" in again.text) == (409, True)
    card = (await desk.get(path)).text.partition('id="invitations"')[2].partition("</section>")[0]
    assert "approver的姓名收回邀请" in card
    assert f"{path}/withdraw_invitation" not in card
    assert "请到大厅" not in (await citizen.get(own)).text
