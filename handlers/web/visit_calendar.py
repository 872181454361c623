"""A visit as an iCalendar file (RFC 5545), for the calendar of any phone: an event for each matter."""

from datetime import date, timedelta
from urllib.parse import urlsplit

from icalendar import Alarm, Calendar, Event, vGeo
from tornado.locale import Locale

from handlers.web.sentences import filled
from handlers.web.visits import Visit
from models.workdays import PANYU

MEDIA_TYPE = "text/calendar"
NAME = "visit.ics"
PRODUCT = "-//Panyu//Appointments//ZH"
BEFORE = (timedelta(days=1), timedelta(hours=1))
"""So long before the visit a calendar reminds of it."""
SINCE = date(1992, 1, 1)
"""China has had no summer time since. A zone told from the day of the visit on would have no observance,
which RFC 5545 (3.6.5) forbids and calendars refuse."""
SUMMARY = "到大厅办理：{item}"
NUMBER = "预约号：{number}"
BRING = "请带上：{materials}"
PHONE = "电话：{phone}"


def calendar_of(visit: Visit, locale: Locale) -> bytes:
    """The file. Taken in once more after a move or a cancellation it replaces what it was before: its UID
    stays, and SEQUENCE grows. A visit that is no longer booked is CANCELLED, and reminds of nothing."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    for one in visit.all:
        calendar.add_component(_event(one, locale))
    calendar.add_missing_timezones(first_date=SINCE, last_date=visit.all[-1].end.date())
    file: bytes = calendar.to_ical()
    return file


def _event(visit: Visit, locale: Locale) -> Event:
    summary = filled(locale, SUMMARY, item=visit.item)
    event = Event()
    event.add("uid", f"{visit.key}@{urlsplit(visit.url).hostname}")
    event.add("sequence", visit.moves if visit.booked else visit.moves + 1)
    event.add("dtstamp", visit.changed)
    event.add("last-modified", visit.changed)
    event.add("dtstart", visit.start.astimezone(PANYU))
    event.add("dtend", visit.end.astimezone(PANYU))
    event.add("summary", summary)
    event.add("location", " ".join(filter(None, (visit.hall, visit.address))))
    if visit.position:
        event.add("geo", vGeo((visit.position.latitude, visit.position.longitude)))
    event.add("description", "\n".join(_description(visit, locale)))
    event.add("url", visit.url)
    event.add("status", "CONFIRMED" if visit.booked else "CANCELLED")
    for before in BEFORE if visit.booked else ():
        event.add_component(_alarm(summary, before))
    return event


def _description(visit: Visit, locale: Locale) -> list[str]:
    materials = locale.translate("、").join(visit.bring)
    told = (
        (visit.number, filled(locale, NUMBER, number=visit.number)),
        (materials, filled(locale, BRING, materials=materials)),
        (visit.phone, filled(locale, PHONE, phone=visit.phone)),
    )
    return [line for value, line in told if value]


def _alarm(summary: str, before: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary)
    alarm.add("trigger", -before)
    return alarm
