"""What becomes of an application: filed, handled, served."""

from dataclasses import dataclass

from models.applications import CaseHandling, Filing, Holding, Inviting, Leaving, Nudges, Papers, Queue
from models.printing import Printing
from models.serving import Servings
from models.stores.barring import Barring
from models.stores.ground import Ground
from models.stores.matters import Matters
from models.stores.members import Members
from models.stores.people import People


@dataclass(frozen=True, kw_only=True)
class Cases:
    filing: Filing
    papers: Papers
    handling: CaseHandling
    queue: Queue
    holding: Holding
    nudges: Nudges
    inviting: Inviting
    leaving: Leaving
    servings: Servings
    printing: Printing


def cases(on: Ground, who: People, by: Members, what: Matters, barred: Barring) -> Cases:
    applications, applicants, calendar = what.applications, who.applicants, on.calendar
    filing = Filing(
        applications, what.guides, what.departments, on.halls, calendar, what.uses, barred.decisions
    )
    servings = Servings(on.database, on.privacy, who.binding, calendar)
    return Cases(
        filing=filing,
        papers=Papers(applications, filing, on.materials),
        handling=CaseHandling(applications, applicants, what.guides, calendar),
        queue=Queue(applications, by.staff),
        holding=Holding(applications, by.staff),
        nudges=Nudges(applications),
        inviting=Inviting(applications, what.appointments),
        leaving=Leaving(applications, by.staff, by.employment),
        servings=servings,
        printing=Printing(servings, applications, barred.bans, applicants),
    )
