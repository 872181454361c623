"""What is done at the halls: the items, what is applied for, the visits."""

from dataclasses import dataclass

from models.applications import Applications
from models.appointments import Appointments, Endings, Reminding, Rescheduling, Several, Unfit
from models.guides import Departments, Guides, Referrals, Search, Uses
from models.shown import Shown
from models.stores.ground import Ground


@dataclass(frozen=True, kw_only=True)
class Matters:
    departments: Departments
    guides: Guides
    referrals: Referrals
    uses: Uses
    shown: Shown
    search: Search
    applications: Applications
    appointments: Appointments
    several: Several
    endings: Endings
    reminding: Reminding
    unfit: Unfit
    rescheduling: Rescheduling


def matters(on: Ground) -> Matters:
    guides, referrals, uses = Guides(on.database), Referrals(on.database), Uses(on.database)
    departments = Departments(on.database)
    shown = Shown.over(on.database, guides, departments, referrals, on.halls, uses)
    appointments = Appointments(on.database, uses, on.privacy)
    unfit = Unfit(appointments, on.halls, on.calendar)
    return Matters(
        departments=departments,
        guides=guides,
        referrals=referrals,
        uses=uses,
        search=Search(shown.guides, shown.referrals),
        shown=shown,
        applications=Applications(on.database, on.privacy),
        appointments=appointments,
        several=Several(appointments),
        endings=Endings(appointments, guides, on.halls),
        reminding=Reminding(appointments),
        unfit=unfit,
        rescheduling=Rescheduling(on.halls, unfit, on.calendar),
    )
