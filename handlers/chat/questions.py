"""What is asked of us and of the halls, answered from what we know of them, in the reader's language."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from handlers.chat import small_talk
from handlers.chat.small_talk import Question
from handlers.chat.telling import locale_of
from handlers.web.hours import hours_said, times_said
from handlers.web.names import title_of
from handlers.web.places import directions
from handlers.web.services import Services
from handlers.web.words import WEEKDAYS
from models.places import Hall

TODAY = {False: "今天（{weekday}）：{hours}", True: "Today ({weekday}): {hours}"}
NOT_TODAY = {False: "人工窗口不办公", True: "the windows are closed"}
UNKNOWN = {False: "请打电话问", True: "please call"}
DIRECTIONS = {False: "怎么去", True: "Directions"}
"""In Chinese and, under True, in English."""


@dataclass(frozen=True)
class Questions:
    """`link` makes an address of ours and words into a link of the chat."""

    services: Services
    link: Callable[[str, str], str]

    async def said(self, question: Question, today: date, *, english: bool) -> str:
        """The answer to a question of one of the topics."""
        known = self.of_hall(await self.hall(question), today, english=english)
        links = {name: self.link(path, named[english]) for name, (path, *named) in small_talk.LINKS.items()}
        values = {**known, "phone": self.services.site.help_phone}
        return small_talk.ANSWERS[question.topic][english].format(**values, **links)

    def of_hall(self, hall: Hall | None, today: date, *, english: bool) -> dict[str, str]:
        """What is known of a hall, by the names of the answers; of none, nothing."""
        if hall is None:
            names = ("hall", "hours", "today", "address", "hall_phone", "way", "parking", "step_free")
            return dict.fromkeys(names, "")
        say, access = locale_of(english=english).translate, hall.access
        return {
            "hall": title_of(hall, "en" if english else "zh_CN"),
            "hours": hours_said(hall.hours, say),
            "today": self.today(hall, today, english=english),
            "address": say(hall.address),
            "hall_phone": hall.phone,
            "way": f'<a href="{directions(hall).tencent}">{DIRECTIONS[english]}</a>',
            "parking": say(access.parking) if access else UNKNOWN[english],
            "step_free": say(access.way) if access else UNKNOWN[english],
        }

    def today(self, hall: Hall, today: date, *, english: bool) -> str:
        """When people serve there today, by the calendar and what holds for this day alone."""
        say = locale_of(english=english).translate
        told = times_said(hall.hours_on(today, self.services.calendar), say)
        weekday = say(WEEKDAYS[today.weekday()])
        return TODAY[english].format(weekday=weekday, hours=told or NOT_TODAY[english])

    async def hall(self, question: Question) -> Hall | None:
        """The hall that is asked about, or else the first one: the centre."""
        if question.topic not in small_talk.OF_A_HALL:
            return None
        if question.halls:
            return next(iter(await self.services.shown.halls.those(question.halls[:1])), None)
        return next(iter(await self.services.shown.halls.all()), None)
