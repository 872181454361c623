"""An applicant, and the stores, empty, with both drivers."""

from collections.abc import AsyncIterator

import pytest

from models.counters import Counters
from models.outgoing.closures import Closures
from models.outgoing.sms import SmsDays
from models.people.accounts import Accounts
from models.people.agencies import Agencies
from models.people.applicants import Applicants
from models.people.binding import Binding
from models.people.parties import Party
from models.people.phone_codes import PhoneCodes
from models.privacy import Privacy
from models.store import Database
from tests.conftest import ROOMY, MakeCause
from tests.models.applying import Desk
from tests.models.house import House, Register
from tests.models.standing_in import a_party


@pytest.fixture
def party(privacy: Privacy) -> Party:
    return a_party(name=privacy.seal("陈建国", "applicant:p1:name"))


@pytest.fixture
async def desk(
    any_database: Database, privacy: Privacy, party: Party, cause: MakeCause
) -> AsyncIterator[Desk]:
    desk = await Desk.over(any_database, privacy, party, cause)
    yield desk
    await desk.clear()


@pytest.fixture
async def house(any_database: Database, privacy: Privacy) -> AsyncIterator[House]:
    applicants, agencies = Applicants(any_database, privacy), Agencies(any_database)
    counters, sms = Counters(any_database, privacy), SmsDays(any_database, ROOMY)
    closures = Closures(any_database)
    codes, register = PhoneCodes(any_database, privacy, counters, sms, closures), Register()
    house = House(
        Accounts(any_database),
        applicants,
        agencies,
        codes,
        register,
        Binding(applicants, agencies, codes, register, counters),
    )
    stores = (house.accounts, applicants, agencies, codes, counters, sms, closures)
    for store in stores:
        await store.prepare()
    yield house
    for store in stores:
        await store.documents.delete_many({})
