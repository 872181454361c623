"""The one bundle of all stores, handed to handlers and worker alike."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, get_type_hints

from models.applications import (
    Applications,
    CaseHandling,
    Filing,
    Holding,
    Inviting,
    Leaving,
    Nudges,
    Papers,
    Queue,
)
from models.appointments import Appointments, Endings, Pauses, Reminding, Rescheduling, Several, Unfit
from models.blacklist import Appeals, Bans, Decisions, Flags, Freezer, Malice, Watch
from models.calendar import CalendarYears
from models.chat import Dialogues, Inbox
from models.counters import Counters
from models.guides import Departments, Guides, Referrals, Search, Uses
from models.kiosks import (
    Activations,
    Alerting,
    Alerts,
    Announcing,
    Board,
    Commands,
    Contacts,
    DeviceAnswers,
    Entering,
    Foresight,
    Heartbeats,
    HelpCalls,
    Helping,
    Keeping,
    KioskDevices,
    KioskFiles,
    KioskLists,
    Kiosks,
    KioskSessions,
    Listening,
    Reckoning,
    Retiring,
    SelfService,
    Spells,
    Suspending,
    Telling,
    Watching,
)
from models.leases import Leases
from models.materials.store import Materials
from models.outgoing import Closures, Deliveries, EarlyReports, Outbox, SmsDays, SmsLimits, Workers
from models.pairings import KioskUses, PairedSessions, Pairings
from models.people import (
    Accounts,
    Agencies,
    Applicants,
    Binding,
    Correspondents,
    ElectronicService,
    Followers,
    Joining,
    PhoneCodes,
    Verifier,
)
from models.places import Halls
from models.printing import Printing
from models.privacy import Privacy
from models.schedule import Schedule
from models.sendings import Sendings
from models.serving import Servings
from models.sessions import Sessions
from models.staff import (
    Absences,
    Devices,
    Directory,
    Duty,
    DutyHeads,
    Employment,
    Rosters,
    SecondFactors,
    SignIn,
    Staff,
    StaffPhones,
    StaffWechats,
    Tries,
    Views,
)
from models.store import Database, Store
from models.uncivil import UncivilWords
from models.voices import (
    Asking,
    Counting,
    DisputeFiles,
    Disputes,
    Figures,
    Invitations,
    Involved,
    Moderation,
    Reconciled,
    Recount,
    Rectifications,
    Rectifying,
    Replies,
    Reviews,
    ReviewTicks,
    Summaries,
)
from models.window import Window
from models.workdays import LiveWorkdays


@dataclass(frozen=True, kw_only=True)
class Stores:
    database: Database
    clock: Callable[[], datetime]
    calendar: LiveWorkdays
    calendar_years: CalendarYears
    privacy: Privacy
    verifier: Verifier
    binding: Binding
    joining: Joining
    window: Window
    departments: Departments
    guides: Guides
    referrals: Referrals
    uses: Uses
    search: Search
    halls: Halls
    staff: Staff
    employment: Employment
    absences: Absences
    staff_tries: Tries
    staff_devices: Devices
    staff_door: SignIn
    second_factors: SecondFactors
    staff_directory: Directory
    staff_phones: StaffPhones
    staff_wechats: StaffWechats
    rosters: Rosters
    duty_heads: DutyHeads
    duty: Duty
    views: Views
    accounts: Accounts
    correspondents: Correspondents
    sessions: Sessions
    pairings: Pairings
    paired: PairedSessions
    kiosk_uses: KioskUses
    phone_codes: PhoneCodes
    applicants: Applicants
    electronic_service: ElectronicService
    agencies: Agencies
    appointments: Appointments
    several: Several
    endings: Endings
    reminding: Reminding
    unfit: Unfit
    rescheduling: Rescheduling
    materials: Materials
    applications: Applications
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
    reviews: Reviews
    uncivil: UncivilWords
    flags: Flags
    watch: Watch
    bans: Bans
    decisions: Decisions
    appeals: Appeals
    malice: Malice
    invitations: Invitations
    asking: Asking
    moderation: Moderation
    disputes: Disputes
    dispute_files: DisputeFiles
    rectifications: Rectifications
    rectifying: Rectifying
    replies: Replies
    figures: Figures
    review_ticks: ReviewTicks
    counting: Counting
    recount: Recount
    summaries: Summaries
    reconciled: Reconciled
    contacts: Contacts
    kiosks: Kiosks
    kiosk_lists: KioskLists
    entering: Entering
    activations: Activations
    heartbeats: Heartbeats
    listening: Listening
    spells: Spells
    watching: Watching
    board: Board
    reckoning: Reckoning
    self_service: SelfService
    devices: KioskDevices
    kiosk_sessions: KioskSessions
    device_answers: DeviceAnswers
    commands: Commands
    suspending: Suspending
    telling: Telling
    announcing: Announcing
    keeping: Keeping
    retiring: Retiring
    alerts: Alerts
    alerting: Alerting
    help_calls: HelpCalls
    helping: Helping
    outbox: Outbox
    deliveries: Deliveries
    early_reports: EarlyReports
    sendings: Sendings
    inbox: Inbox
    dialogues: Dialogues
    counters: Counters
    sms: SmsDays
    closures: Closures
    workers: Workers
    leases: Leases
    schedule: Schedule

    def all(self) -> list[Store[Any]]:
        values = (getattr(self, field.name) for field in fields(self))
        return [value for value in values if isinstance(value, Store)]

    async def prepare(self) -> None:
        """Create all indexes; safe to repeat."""
        for store in self.all():
            await store.prepare()


def told() -> dict[str, type[Store[Any]]]:
    """Every event that can happen, and the store whose documents carry it to the worker."""
    return {event: kind for kind in _kinds() for event in kind.tells}


def planned() -> dict[str, type[Store[Any]]]:
    """Everything that can be planned, and the store whose events plan it."""
    return {what: kind for kind in _kinds() for what in kind.plans}


def _kinds() -> Iterator[type[Store[Any]]]:
    for kind in get_type_hints(Stores).values():
        if isinstance(kind, type) and issubclass(kind, Store):
            yield kind


def assemble(
    database: Database,
    *,
    clock: Callable[[], datetime],
    calendar: LiveWorkdays,
    privacy: Privacy,
    verifier: Verifier,
    followers: Followers,
    sms_limits: SmsLimits,
) -> Stores:
    """All stores over one database."""
    applicants, agencies = Applicants(database, privacy), Agencies(database)
    counters, sms = Counters(database, privacy), SmsDays(database, sms_limits)
    closures, deliveries = Closures(database), Deliveries(database)
    phone_codes = PhoneCodes(database, privacy, counters, sms, closures)
    applications, materials = Applications(database, privacy), Materials(database, privacy)
    departments, guides, halls = Departments(database), Guides(database), Halls(database)
    referrals, uses = Referrals(database), Uses(database)
    appointments = Appointments(database, uses, privacy)
    uncivil, flags = UncivilWords(database), Flags(database, privacy, applicants, applications, materials)
    reviews, bans = Reviews(database, privacy, uncivil), Bans(database, privacy)
    freezer = Freezer(applications, reviews, materials, privacy)
    decisions = Decisions(bans, applicants, agencies, applications, freezer, flags, calendar)
    filing = Filing(applications, guides, departments, halls, calendar, uses, decisions)
    rectifications = Rectifications(database, privacy, calendar)
    involved, invitations = Involved(applications, appointments), Invitations(database, privacy)
    figures, review_ticks = Figures(database), ReviewTicks(database)
    counting = Counting(figures, review_ticks, reviews, rectifications, applications, appointments)
    staff, tries, devices = Staff(database), Tries(database, privacy), Devices(database)
    second_factors, employment = SecondFactors(staff, privacy), Employment(staff)
    rosters, duty_heads = Rosters(database), DutyHeads(database)
    duty = Duty(rosters, duty_heads, staff)
    contacts, kiosks = Contacts(database, staff), Kiosks(database, privacy)
    pauses, unfit = Pauses(appointments), Unfit(appointments, halls, calendar)
    announcing = Announcing(kiosks, halls, calendar)
    foresight = Foresight(kiosks, guides, halls, pauses)
    kiosk_files, heartbeats = KioskFiles(materials), Heartbeats(database)
    listening, spells, kiosk_lists = Listening(database), Spells(database), KioskLists(kiosks, contacts)
    device_answers, alerts = DeviceAnswers(database, privacy), Alerts(database)
    help_calls = HelpCalls(database)
    binding = Binding(applicants, agencies, phone_codes, verifier, counters)
    accounts, sessions = Accounts(database), Sessions(database)
    pairings, kiosk_uses = Pairings(database, privacy, counters), KioskUses(database)
    servings = Servings(database, privacy, binding, calendar)
    return Stores(
        database=database,
        clock=clock,
        calendar=calendar,
        calendar_years=CalendarYears(database, calendar),
        privacy=privacy,
        verifier=verifier,
        binding=binding,
        joining=Joining(accounts, binding, sessions, followers),
        window=Window(applicants),
        departments=departments,
        guides=guides,
        referrals=referrals,
        uses=uses,
        search=Search(guides, referrals),
        halls=halls,
        staff=staff,
        employment=employment,
        absences=Absences(staff),
        staff_tries=tries,
        staff_devices=devices,
        staff_door=SignIn(staff, tries, devices, counters, second_factors),
        second_factors=second_factors,
        staff_directory=Directory(staff),
        staff_phones=StaffPhones(staff, phone_codes, privacy),
        staff_wechats=StaffWechats(staff, privacy),
        rosters=rosters,
        duty_heads=duty_heads,
        duty=duty,
        views=Views(staff),
        accounts=accounts,
        correspondents=Correspondents(accounts),
        sessions=sessions,
        pairings=pairings,
        paired=PairedSessions(pairings, sessions, kiosk_uses),
        kiosk_uses=kiosk_uses,
        phone_codes=phone_codes,
        applicants=applicants,
        electronic_service=ElectronicService(applicants),
        agencies=agencies,
        appointments=appointments,
        several=Several(appointments),
        endings=Endings(appointments, guides, halls),
        reminding=Reminding(appointments),
        unfit=unfit,
        rescheduling=Rescheduling(halls, unfit, calendar),
        materials=materials,
        applications=applications,
        filing=filing,
        papers=Papers(applications, filing, materials),
        handling=CaseHandling(applications, applicants, guides, calendar),
        queue=Queue(applications, staff),
        holding=Holding(applications, staff),
        nudges=Nudges(applications),
        inviting=Inviting(applications, appointments),
        leaving=Leaving(applications, staff, employment),
        reviews=reviews,
        uncivil=uncivil,
        flags=flags,
        watch=Watch(flags, applications, reviews, guides, uncivil),
        bans=bans,
        decisions=decisions,
        appeals=Appeals(decisions, materials),
        malice=Malice(bans),
        servings=servings,
        printing=Printing(servings, applications, bans, applicants),
        invitations=invitations,
        asking=Asking(invitations, reviews, applications, appointments, binding, counters),
        moderation=Moderation(reviews, involved),
        disputes=Disputes(reviews, involved, calendar),
        dispute_files=DisputeFiles(reviews, materials),
        rectifications=rectifications,
        rectifying=Rectifying(rectifications, reviews, applicants, involved),
        replies=Replies(rectifications, reviews),
        figures=figures,
        review_ticks=review_ticks,
        counting=counting,
        recount=Recount(counting),
        summaries=Summaries(figures),
        reconciled=Reconciled(database),
        contacts=contacts,
        kiosks=kiosks,
        kiosk_lists=kiosk_lists,
        board=Board(kiosk_lists, heartbeats),
        reckoning=Reckoning(kiosk_lists, spells, halls, calendar),
        self_service=SelfService(kiosks, heartbeats),
        entering=Entering(kiosks, contacts, guides, halls, kiosk_files),
        activations=Activations(kiosks, counters),
        heartbeats=heartbeats,
        listening=listening,
        spells=spells,
        watching=Watching(heartbeats, listening),
        devices=KioskDevices(kiosks, heartbeats),
        kiosk_sessions=KioskSessions(database, kiosks, heartbeats),
        device_answers=device_answers,
        commands=Commands(kiosks, heartbeats, device_answers),
        suspending=Suspending(kiosks, contacts, kiosk_files, calendar, foresight),
        telling=Telling(kiosks, guides, halls, pauses, foresight, announcing),
        announcing=announcing,
        keeping=Keeping(kiosks),
        retiring=Retiring(kiosks, contacts, guides, kiosk_files, calendar, foresight),
        alerts=alerts,
        alerting=Alerting(alerts, kiosks, halls, device_answers, duty, calendar),
        help_calls=help_calls,
        helping=Helping(help_calls, halls, duty, calendar),
        outbox=Outbox(database),
        deliveries=deliveries,
        early_reports=deliveries.early,
        sendings=Sendings(deliveries, sms),
        inbox=Inbox(database, privacy),
        dialogues=Dialogues(database, privacy),
        counters=counters,
        sms=sms,
        closures=closures,
        workers=Workers(database),
        leases=Leases(database),
        schedule=Schedule(database),
    )
