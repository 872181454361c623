"""The nearest places, as the answer to a location message (article 18).

WeChat gives the position in GCJ-02. It is used for the answer and kept nowhere; the answer, which is kept for
a day so that a repeated message gets the same one, says minutes and no metres, from which a position could be
reckoned back.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.chat.envelope import Message
from handlers.web.places import at_kiosks, directions, seen
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
        head = "您现在离番禺较远，最近的网点是：" if places and places[0].far else "离您最近的网点："
        offered = await at_kiosks(self.services, places)
        told = [self._place(number, near, offered) for number, near in enumerate(places, 1)]
        return "\n\n".join([head, *told, self.anchor("/halls", "看全部网点和示意图")])

    def _place(self, number: int, near: Near, offered: Mapping[str, Offered]) -> str:
        hall, way = near.hall, near.way
        lines = [f"{number}. {self.anchor(f'/halls/{hall.code}', hall.name)}"]
        if way and not near.far:
            on_foot = f"步行约{way.on_foot}分钟，" if way.on_foot <= FARTHEST_WALK else ""
            lines.append(f"{on_foot}骑车约{way.by_bicycle}分钟")
        lines += [
            works(near.working),
            *self._at_kiosks([one.name for code, one in offered.items() if code in near.items]),
            f"电话：{hall.phone}",
            f'<a href="{directions(hall).tencent}">怎么去</a>',
        ]
        return "\n".join(lines)

    def _at_kiosks(self, names: Sequence[str]) -> list[str]:
        """The first of what can be begun at a place's kiosks now: the answer has little room."""
        more = f"等{len(names)}项" if len(names) > NAMED else ""
        return [f"自助终端现在可办：{'、'.join(names[:NAMED])}{more}"] if names else []


def works(working: Working) -> str:
    """What works there now, in a line."""
    if working.closure:
        return f"{working.closure.last.isoformat()}（含当日）以前不开放：{working.closure.reason}"
    parts = []
    if working.until:
        parts.append(f"人工服务中，到{local(working.until, '%H:%M')}")
    if working.self_service:
        parts.append("自助服务现在可用")
    if not parts:
        parts.append("自助终端现在不能用" if working.entered else "现在不开放")
    if working.opens:
        parts.append(f"人工服务{moment(working.opens)}开始")
    return "；".join(parts)


def moment(at: datetime) -> str:
    """A day of this year with its weekday, and the time."""
    day = local_date(at)
    return f"{day.month}-{day.day} {WEEKDAYS[day.weekday()]} {local(at, '%H:%M')}"
