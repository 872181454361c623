"""What all the other stores stand on: the database, time and privacy, what goes out, files, places."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from models.calendar import CalendarYears
from models.counters import Counters
from models.leases import Leases
from models.materials.store import Materials
from models.outgoing import Closures, Deliveries, EarlyReports, Outbox, SmsDays, SmsLimits, Workers
from models.places import Halls
from models.privacy import Privacy
from models.schedule import Schedule
from models.sendings import Sendings
from models.store import Database
from models.uncivil import UncivilWords
from models.workdays import LiveWorkdays


@dataclass(frozen=True, kw_only=True)
class Ground:
    database: Database
    clock: Callable[[], datetime]
    calendar: LiveWorkdays
    calendar_years: CalendarYears
    privacy: Privacy
    counters: Counters
    outbox: Outbox
    deliveries: Deliveries
    early_reports: EarlyReports
    sendings: Sendings
    sms: SmsDays
    closures: Closures
    workers: Workers
    leases: Leases
    schedule: Schedule
    halls: Halls
    materials: Materials
    uncivil: UncivilWords


def ground(
    database: Database,
    clock: Callable[[], datetime],
    calendar: LiveWorkdays,
    privacy: Privacy,
    sms_limits: SmsLimits,
) -> Ground:
    sms, deliveries = SmsDays(database, sms_limits), Deliveries(database)
    return Ground(
        database=database,
        clock=clock,
        calendar=calendar,
        calendar_years=CalendarYears(database, calendar),
        privacy=privacy,
        counters=Counters(database, privacy),
        outbox=Outbox(database),
        deliveries=deliveries,
        early_reports=deliveries.early,
        sendings=Sendings(deliveries, sms),
        sms=sms,
        closures=Closures(database),
        workers=Workers(database),
        leases=Leases(database),
        schedule=Schedule(database),
        halls=Halls(database),
        materials=Materials(database, privacy),
        uncivil=UncivilWords(database),
    )
