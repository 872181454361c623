"""What reviews come to, for everybody (article 17)."""

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from handlers.api.contract import Answer, Asked, Endpoint, Resource, Said, operation
from handlers.web.figures import NO_HALL, Figures, figures_for_all
from models.guides import ItemCode
from models.store import NothingFound
from models.voices import BAD_TAGS, Cut, Kind, Tally
from models.workdays import local_date


class SatisfactionQuery(Asked):
    of: Kind = Field(Kind.SERVICE, description="guides are reviewed apart from services")
    department: str | None = Field(None, max_length=64, description="one part at most: its USCC")
    item: ItemCode | None = None
    hall: str | None = Field(None, max_length=64, description=f"`{NO_HALL}` for what is of no hall")
    channel: str | None = Field(None, max_length=64, description="in which it was reviewed")

    @model_validator(mode="after")
    def _one_part(self) -> Self:
        if len(self.place) > 1:
            raise ValueError("one part at most")
        return self

    @property
    def place(self) -> dict[Cut, str]:
        cuts = (Cut.DEPARTMENT, Cut.ITEM, Cut.HALL, Cut.CHANNEL)
        asked = {cut: getattr(self, cut.value) for cut in cuts}
        return {cut: "" if key == NO_HALL else key for cut, key in asked.items() if key}


class Reason(Answer):
    """A tag of bad reviews, and how often it was chosen."""

    code: str
    name: Said
    count: int


class Rectified(Answer):
    """What was put right in time, or was not; what is not due yet is in neither."""

    opened: int
    in_time: int
    overdue: int
    timeliness: float | None


class Counted(Answer):
    """What a group of reviews comes to; a rate of nothing is null."""

    count: int = Field(description="first opinions; those that were set aside do not count")
    satisfaction: float | None = Field(description="the share of levels 5 to 3")
    levels: dict[str, int]
    follow_ups: dict[str, int] = Field(description="apart, by level")
    finished: int = Field(description="what could be reviewed")
    reviewed: int = Field(description="how much of that was")
    rate: float | None
    reasons: list[Reason]
    rectifications: Rectified
    set_aside: int


class Group(Answer):
    code: str = Field(description="`2026-11` of a month; empty for what is of no hall")
    name: Said
    figures: Counted


class Division(Answer):
    """The groups that may be published, the largest first, and the others together."""

    by: Cut
    groups: list[Group]
    others: Counted | None


class Satisfaction(Answer):
    of: Kind
    first: date
    last: date
    least: int = Field(description="groups of fewer reviews are not published by themselves")
    total: Counted | None = Field(description="null where there are fewer, or fewer could be worked out")
    divisions: list[Division] = Field(description="of a part, a department's items alone")


class SatisfactionResource(Resource):
    @operation(
        "Show what the reviews of the last twelve months come to",
        asks=SatisfactionQuery,
        answers=Satisfaction,
        errors=(NothingFound,),
    )
    async def get(self, asked: SatisfactionQuery) -> Satisfaction:
        today = local_date(self.now)
        found = await figures_for_all(self.services, asked.of, asked.place, self.locale.code, today)
        return Satisfaction(
            of=found.kind,
            first=found.first,
            last=found.last,
            least=found.least,
            total=counted(found.total) if found.total else None,
            divisions=[divided(found, cut) for cut in found.by] if found.total else [],
        )


def divided(found: Figures, cut: Cut) -> Division:
    groups = found.by[cut]
    return Division(
        by=cut,
        groups=[
            Group(code=key, name=found.name_of(cut, key), figures=counted(tally))
            for key, tally in groups.rows.items()
        ],
        others=counted(groups.rest) if groups.rest and groups.rest.count else None,
    )


def counted(tally: Tally) -> Counted:
    return Counted(
        count=tally.count,
        satisfaction=tally.satisfaction,
        levels={str(level): number for level, number in tally.levels.items()},
        follow_ups={str(level): number for level, number in tally.again.items()},
        finished=tally.finished,
        reviewed=tally.reviewed,
        rate=tally.rate,
        reasons=[
            Reason(code=tag, name=BAD_TAGS[tag].words, count=number) for tag, number in tally.reasons.items()
        ],
        rectifications=Rectified(
            opened=tally.opened,
            in_time=tally.in_time,
            overdue=tally.overdue,
            timeliness=tally.timeliness,
        ),
        set_aside=tally.set_aside,
    )


ENDPOINTS = [Endpoint("/satisfaction", SatisfactionResource)]
