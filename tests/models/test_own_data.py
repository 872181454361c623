"""What is kept of a person comes to them whole: each store says itself what it leaves out."""

from models.applications.store import KEPT_BACK as OF_APPLICATIONS
from models.appointments.document import KEPT_BACK as OF_APPOINTMENTS
from models.own_data import nameless, own_data
from models.people import CredentialKind
from models.store import part
from models.voices.reviews import KEPT_BACK as OF_REVIEWS
from tests.house.house import House
from tests.house.people import ELDER


def test_a_new_field_comes_along() -> None:
    for kept_back in (OF_APPLICATIONS, OF_APPOINTMENTS, OF_REVIEWS):
        document = {"_id": "1", "events": [], "new": "written later", **dict.fromkeys(kept_back, "ours")}
        assert part(document, kept_back) == {"new": "written later"}


def test_staff_have_no_names() -> None:
    timeline = [{"actor": "staff:chen", "what": "a"}, {"actor": "applicant:1", "what": "b"}]
    told = nameless({"timeline": timeline, "supplements": [{"by": "staff:chen", "reason": "c"}]})
    assert told["timeline"] == [{"actor": "staff", "what": "a"}, {"actor": "applicant:1", "what": "b"}]
    assert told["supplements"] == [{"by": "staff", "reason": "c"}]


async def test_who_verified_a_person_at_a_window_has_no_name(house: House) -> None:
    window = await house.member("window")
    person = await house.stores.window.verify(
        window,
        kind=CredentialKind.RESIDENT_ID,
        name=ELDER[0],
        number=ELDER[1],
        phone="",
        by=house.by_staff("window"),
    )
    told = await own_data(house.stores, person, house.stores.clock())
    assert told["identity"]["verified"]["by"] == "staff"
