"""The nearest places, as the answer to a location message (article 18), in the reader's language.

WeChat gives the position in GCJ-02. It is used for the answer and kept nowhere; the answer, which is kept for
a day so that a repeated message gets the same one, says minutes and no metres, from which a position could be
reckoned back.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tornado.locale import Locale

from handlers.chat.envelope import Message
from handlers.web.names import title_of
from handlers.web.places import at_kiosks, directions, seen
from handlers.web.sentences import filled
from handlers.web.services import Services
from handlers.web.words import WEEKDAYS
from models.guides import Offered
from models.places import Datum, Near, Working, position, shown_first
from models.places.positions import PositionInvalid
from models.workdays import local, local_date

NEAREST = 3
NAMED = 3
"""Items of a place's kiosks."""
FARTHEST_WALK = 60
"""Minutes beyond which nobody goes on foot."""
LOOKED_AT = 20
"""Places among which one that works now is looked for."""


@dataclass(frozen=True)
class Nearby:
    services: Services
    anchor: Callable[[str, str], str]
    locale: Locale

    async def answer(self, message: Message, now: datetime) -> str:
        """
        Raises:
            PositionInvalid: the message holds no position.
        """
        try:
            here = position(float(message.latitude), float(message.longitude), Datum.GCJ02)
        except ValueError:
            raise PositionInvalid from None
        places = shown_first(await seen(self.services, now, here, limit=LOOKED_AT), NEAREST)
        far = places and places[0].far
        say = self.locale.translate
        head = say("您现在离番禺较远，最近的网点是：") if far else say("离您最近的网点：")
        offered = await at_kiosks(self.services, places)
        told = [self._place(number, near, offered) for number, near in enumerate(places, 1)]
        return "\n\n".join([head, *told, self.anchor("/halls", say("看全部网点和示意图"))])

    def _place(self, number: int, near: Near, offered: Mapping[str, Offered]) -> str:
        hall, say = near.hall, self.locale.translate
        lines = [f"{number}. {self.anchor(f'/halls/{hall.code}', title_of(hall, self.locale.code))}"]
        lines += [] if near.far else self._way(near)
        at_kiosks = [title_of(one, self.locale.code) for code, one in offered.items() if code in near.items]
        lines += [
            works(near.working, self.locale),
            *self._at_kiosks(at_kiosks),
            filled(self.locale, "电话：{phone}", phone=hall.phone),
            f'<a href="{directions(hall).tencent}">{say("怎么去")}</a>',
        ]
        return "\n".join(lines)

    def _way(self, near: Near) -> list[str]:
        """How long it takes, on foot too where somebody would walk."""
        if near.way is None:
            return []
        on_foot, by_bicycle = str(near.way.on_foot), str(near.way.by_bicycle)
        if near.way.on_foot > FARTHEST_WALK:
            return [filled(self.locale, "骑车约{by_bicycle}分钟", by_bicycle=by_bicycle)]
        said = "步行约{on_foot}分钟，骑车约{by_bicycle}分钟"
        return [filled(self.locale, said, on_foot=on_foot, by_bicycle=by_bicycle)]

    def _at_kiosks(self, names: Sequence[str]) -> list[str]:
        """The first of what can be begun at a place's kiosks now: the answer has little room."""
        if not names:
            return []
        listed = self.locale.translate("、").join(names[:NAMED])
        if len(names) <= NAMED:
            return [filled(self.locale, "自助终端现在可办：{items}", items=listed)]
        said = "自助终端现在可办：{items}等{all}项"
        return [filled(self.locale, said, items=listed, all=str(len(names)))]


def works(working: Working, locale: Locale) -> str:
    """What works there now, in a line."""
    say = locale.translate
    if working.closure:
        last, reason = working.closure.last.isoformat(), say(working.closure.reason)
        return filled(locale, "{last}（含当日）以前不开放：{reason}", last=last, reason=reason)
    parts = []
    if working.until:
        parts.append(filled(locale, "人工服务中，到{time}", time=local(working.until, "%H:%M")))
    if working.self_service:
        parts.append(say("自助服务现在可用"))
    if not parts:
        parts.append(say("自助终端现在不能用") if working.entered else say("现在不开放"))
    if working.opens:
        parts.append(filled(locale, "人工服务{time}开始", time=moment(working.opens, locale)))
    return say("；").join(parts)


def moment(at: datetime, locale: Locale) -> str:
    """A day of this year with its weekday, and the time."""
    day = local_date(at)
    return f"{day.month}-{day.day} {locale.translate(WEEKDAYS[day.weekday()])} {local(at, '%H:%M')}"
