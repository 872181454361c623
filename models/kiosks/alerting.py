"""What becomes of alerts: a worker's look at what is in trouble, and who is told next."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from models.events import Cause
from models.kiosks.alert_rules import (
    QUIET,
    SILENCING,
    Change,
    change_of,
    gathers,
    is_watched,
    is_worth_it,
    section_of_hall,
)
from models.kiosks.alerts import Alert, Alerts, AlertState, known
from models.kiosks.answers import DeviceAnswers
from models.kiosks.document import Kiosk
from models.kiosks.store import Kiosks
from models.kiosks.troubles import Trouble
from models.places import Hall, Halls
from models.schedule import Due, held
from models.staff import ACTOR, Duty, section_of
from models.store import ChangedMeanwhile
from models.workdays import Workdays, local_date


@dataclass(frozen=True)
class Alerting:
    alerts: Alerts
    kiosks: Kiosks
    halls: Halls
    answers: DeviceAnswers
    duty: Duty
    calendar: Workdays

    async def look(self, troubles: Sequence[Trouble], by: Cause) -> int:
        """Open, follow and close alerts as the troubles of this moment ask; returns how many changed. What
        another worker has changed meanwhile waits for the next look."""
        alerts = {one["hall"]: one for one in await self.alerts.going_on()}
        by_hall = await self._worth_it(troubles, alerts, by.at)
        halls = {one.code: one for one in await self.halls.those(sorted({*by_hall, *alerts}))}
        changed = 0
        for code, hall in halls.items():
            of_hall = by_hall.get(code, []) if is_watched(hall, by.at, self.calendar) else []
            changed += await self._follow(hall, alerts.get(code), of_hall, by)
        return changed

    async def see_to(self, due: Due, by: Cause) -> bool:
        """Nobody acknowledged an alert in time, or it still lasts: tell the next of the line who was not told
        yet. Of one without trouble just now nobody is told."""
        alert = await self.alerts.get(due.about)
        if alert["look_at"] != due.at:
            return False
        member = "" if alert["clear_since"] else await self._next(alert, by)
        return await held(self.alerts.go_on(alert, due, member, by), self.alerts.missing)

    async def _follow(self, hall: Hall, alert: Alert | None, troubles: list[Trouble], by: Cause) -> bool:
        change = change_of(known(alert) if alert else None, troubles, by.at)
        if change is None:
            return False
        if alert is None:
            section = section_of_hall(hall)
            line = await self.duty.line(section, local_date(by.at))
            return await self.alerts.open(hall, section, troubles, next(iter(line.members), ""), by)
        member = await self._in_charge(alert, by) if change is Change.GREW else ""
        with suppress(ChangedMeanwhile):
            await self.alerts.follow(alert, change, troubles, member, by)
            return True
        return False

    async def _in_charge(self, alert: Alert, by: Cause) -> str:
        """Who took it on or stands in for them, or else the first of the line."""
        if alert["state"] is AlertState.ACKNOWLEDGED and alert["acknowledged_by"]:
            member = alert["acknowledged_by"].removeprefix(ACTOR)
            if reached := await self.duty.reached(member, local_date(by.at)):
                return reached
        return next(iter(await self._line(alert, by)), "")

    async def _next(self, alert: Alert, by: Cause) -> str:
        told = {one["member"] for one in alert["told"]}
        return next((one for one in await self._line(alert, by) if one not in told), "")

    async def _line(self, alert: Alert, by: Cause) -> list[str]:
        section = section_of(alert["section"])
        return (await self.duty.line(section, local_date(by.at))).members if section else []

    async def _worth_it(
        self, troubles: Sequence[Trouble], alerted: Collection[str], now: datetime
    ) -> Mapping[str, list[Trouble]]:
        """The troubles that are to be alerted, by hall; `alerted` are the halls with an alert."""
        kiosks = {one["_id"]: one for one in await self.kiosks.those(one.kiosk for one in troubles)}
        silenced = await self._silenced(kiosks.values(), now)
        by_hall: dict[str, list[Trouble]] = {}
        there: dict[str, list[Trouble]] = {}
        for one in troubles:
            kiosk = kiosks.get(one.kiosk)
            if kiosk and kiosk["hall"]:
                there.setdefault(kiosk["hall"], []).append(one)
                if is_worth_it(one, kiosk, silenced.get(one.kiosk, ()), now):
                    by_hall.setdefault(kiosk["hall"], []).append(one)
        return {
            hall: worth
            for hall, worth in by_hall.items()
            if hall in alerted or not gathers(worth, there[hall], now)
        }

    async def _silenced(self, kiosks: Iterable[Kiosk], now: datetime) -> Mapping[str, list[datetime]]:
        """When devices were told to do what they fall silent for, or did it, by kiosk."""
        kiosks = list(kiosks)
        told = [
            (one["_id"], each["at"])
            for one in kiosks
            for each in one["commands"]
            if each["name"] in SILENCING
        ]
        done = await self.answers.lately((one["_id"] for one in kiosks), SILENCING, now - QUIET)
        moments: dict[str, list[datetime]] = {}
        for kiosk, at in (*told, *done):
            moments.setdefault(kiosk, []).append(at)
        return moments
