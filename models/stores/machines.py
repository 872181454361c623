"""The kiosks: what they are, how they are, what is done about it."""

from dataclasses import dataclass

from models.appointments import Pauses
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
from models.stores.ground import Ground
from models.stores.matters import Matters
from models.stores.members import Members


@dataclass(frozen=True, kw_only=True)
class Machines:
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


def machines(on: Ground, by: Members, what: Matters) -> Machines:
    database, privacy = on.database, on.privacy
    contacts, kiosks = Contacts(database, by.staff), Kiosks(database, privacy)
    kiosk_lists, files = KioskLists(kiosks, contacts), KioskFiles(on.materials)
    pauses, announcing = Pauses(what.appointments), Announcing(kiosks, on.halls, on.calendar)
    foresight = Foresight(kiosks, what.guides, on.halls, pauses)
    heartbeats, listening, spells = Heartbeats(database), Listening(database), Spells(database)
    device_answers, alerts = DeviceAnswers(database, privacy), Alerts(database)
    help_calls = HelpCalls(database)
    return Machines(
        contacts=contacts,
        kiosks=kiosks,
        kiosk_lists=kiosk_lists,
        entering=Entering(kiosks, contacts, what.guides, on.halls, files),
        activations=Activations(kiosks, on.counters),
        heartbeats=heartbeats,
        listening=listening,
        spells=spells,
        watching=Watching(heartbeats, listening),
        board=Board(kiosk_lists, heartbeats),
        reckoning=Reckoning(kiosk_lists, spells, on.halls, on.calendar),
        self_service=SelfService(kiosks, heartbeats),
        devices=KioskDevices(kiosks, heartbeats),
        kiosk_sessions=KioskSessions(database, kiosks, heartbeats),
        device_answers=device_answers,
        commands=Commands(kiosks, heartbeats, device_answers),
        suspending=Suspending(kiosks, contacts, files, on.calendar, foresight),
        telling=Telling(kiosks, what.guides, on.halls, pauses, foresight, announcing),
        announcing=announcing,
        keeping=Keeping(kiosks),
        retiring=Retiring(kiosks, contacts, what.guides, files, on.calendar, foresight),
        alerts=alerts,
        alerting=Alerting(alerts, kiosks, on.halls, device_answers, by.duty, on.calendar),
        help_calls=help_calls,
        helping=Helping(help_calls, on.halls, by.duty, on.calendar),
    )
