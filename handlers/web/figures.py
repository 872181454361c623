"""The figures of reviews, as all doors show them: what is published, in words and as a table to take away."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from handlers.web.charts import Mark, Part
from handlers.web.names import title_of
from handlers.web.services import Services
from handlers.web.words import CUTS, REVIEWED_IN
from handlers.web.words import NO_HALL as OF_NO_HALL
from models.store import NothingFound
from models.voices import (
    BAD_TAGS,
    Cut,
    Kind,
    Period,
    Published,
    Tally,
    WantedFigures,
    least,
    published,
    published_parts,
    together,
)
from models.voices.periods import days_of, months_of

DIVISIONS = (Cut.MONTH, Cut.DEPARTMENT, Cut.HALL, Cut.CHANNEL, Cut.ITEM)
"""How the whole is divided for everybody. A part of it is as its row there, and only a department's is
divided further, by its items: two divisions that are crossed would tell what each leaves out."""
NO_HALL = "none"
"""In an address: what is of no hall."""


def percent(share: float | None) -> str:
    return "—" if share is None else f"{share:.1%}"


COLUMNS: Mapping[str, Callable[[Tally], str]] = {
    "评价": lambda tally: str(tally.count),
    "满意度": lambda tally: percent(tally.satisfaction),
    "非常满意": lambda tally: str(tally.levels[5]),
    "满意": lambda tally: str(tally.levels[4]),
    "基本满意": lambda tally: str(tally.levels[3]),
    "不满意": lambda tally: str(tally.levels[2]),
    "非常不满意": lambda tally: str(tally.levels[1]),
    "追评": lambda tally: str(tally.followed_up),
    "可评价": lambda tally: str(tally.finished or "—"),
    "已评价": lambda tally: str(tally.reviewed) if tally.finished else "—",
    "参评率": lambda tally: percent(tally.rate),
    "差评整改": lambda tally: str(tally.opened),
    "按时整改": lambda tally: str(tally.in_time),
    "逾期整改": lambda tally: str(tally.overdue),
    "按时整改率": lambda tally: percent(tally.timeliness),
    "不计入": lambda tally: str(tally.set_aside),
}
"""What a table to take away says of a group."""


@dataclass(frozen=True)
class Figures:
    """What is published of a kind, or of one part of it: `cut` and `key` say which, `name` what it is
    called. `months` are all of the period; `names` what the groups are called."""

    kind: Kind
    cut: Cut | None
    key: str
    name: str
    first: date
    last: date
    least: int
    total: Tally | None
    by: Mapping[Cut, Published]
    names: Mapping[Cut, Mapping[str, str]]

    @property
    def months(self) -> list[str]:
        return months_of(self.first, self.last)

    def month(self, month: str) -> Tally | None:
        return self.by[Cut.MONTH].rows.get(month)

    def name_of(self, cut: Cut, key: str) -> str:
        return self.names[cut].get(key, key) if cut in self.names else key

    def address(self, path: str, cut: Cut | None = None, key: str = "") -> str:
        """That of a part, or of the whole."""
        of = {"of": self.kind.value} if self.kind is not Kind.SERVICE else {}
        part = {cut.value: key or NO_HALL} if cut else {}
        return f"{path}?{urlencode({**of, **part})}" if of or part else path

    def leads(self, cut: Cut, key: str) -> bool:
        """Whether a group has a page of its own: what is called nothing any more has none."""
        return cut in self.names and key in self.names[cut]


async def figures_for_all(
    services: Services, kind: Kind, place: Mapping[Cut, str], language: str, today: date
) -> Figures:
    """What is published of the last twelve months, of days that are over: who watches the page does not see
    one review come. `place` names at most one part.

    Raises:
        NotFound: `not_found`, there is no such part.
    """
    names = await names_of_parts(services, language)
    cut, key = next(iter(place.items()), (None, ""))
    if cut and key not in names[cut]:
        raise NothingFound
    first, last = days_of(Period.TWELVE_MONTHS, today - timedelta(days=1))
    found = await services.summaries.of_all(WantedFigures(kind, first, last), DIVISIONS, today)
    number = least(today)
    by = {one: published(groups, number) for one, groups in found.by.items()}
    items = published_parts(by[Cut.DEPARTMENT], found.items, number)
    total = found.total if found.total.count >= number else None
    by[Cut.ITEM] = together(total, items.values())
    if cut is None:
        return Figures(kind, None, "", "", first, last, number, total, by, names)
    divided = {Cut.ITEM: items[key]} if cut is Cut.DEPARTMENT and key in items else {}
    return Figures(
        kind, cut, key, names[cut][key], first, last, number, by[cut].rows.get(key), divided, names
    )


async def names_of_parts(services: Services, language: str) -> dict[Cut, dict[str, str]]:
    """What departments, items, halls and channels are called, by code; words of ours in Chinese."""
    guides = await services.guides.read(await services.guides.in_force())
    halls = await services.halls.all()
    return {
        Cut.DEPARTMENT: {one.code: title_of(one, language) for one in await services.departments.all()},
        Cut.ITEM: {one.item: title_of(one, language) for one in guides},
        Cut.HALL: {one.code: title_of(one, language) for one in halls} | {"": OF_NO_HALL},
        Cut.CHANNEL: dict(REVIEWED_IN),
    }


def levels_mark(tally: Tally, label: str = "", href: str = "") -> Mark:
    """The five levels, the best first."""
    parts = tuple(Part(number, f"level-{level}") for level, number in tally.levels.items())
    return Mark(label, parts, href)


def satisfied_mark(tally: Tally, label: str = "", href: str = "") -> Mark:
    """Bad ones at the foot, satisfied ones on top."""
    return Mark(label, (Part(tally.bad, "bad"), Part(tally.satisfied, "good")), href)


def reason_name(tag: str) -> str:
    """A reason as people say it."""
    return BAD_TAGS[tag].words


def rows_to_take_away(figures: Figures, translate: Callable[[str], str]) -> Iterator[tuple[str, str, Tally]]:
    """Division, group and what it comes to: the whole first."""
    if figures.total is None:
        return
    yield translate("合计"), figures.name, figures.total
    for cut, groups in figures.by.items():
        for key, tally in groups.rows.items():
            yield translate(CUTS[cut]), translate(figures.name_of(cut, key)), tally
        if groups.rest and groups.rest.count:
            yield translate(CUTS[cut]), translate("其他"), groups.rest
