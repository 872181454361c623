"""Counts with the calendar of working days as it is now: it reads what has been changed elsewhere."""

from models.calendar import CalendarYears
from wechat_backend.calendar_watch import read_again
from wechat_backend.worker.job import LATER, NET, Job


class Calendar:
    def __init__(self, years: CalendarYears) -> None:
        self.years = years
        self.job = Job("calendar", NET, self.run, woken_by={years.collection: ("events",)})

    async def run(self) -> float:
        await read_again(self.years)
        return LATER
