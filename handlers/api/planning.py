"""When several matters of one visit can be had (article 9); nothing is booked by that."""

from datetime import datetime

from pydantic import Field

from handlers.api.appointment import TAKING
from handlers.api.contract import Answer, Asked, Endpoint, Resource, operation
from handlers.web.dates import Moment
from handlers.web.visitor import Auth
from models.appointments import MOST_A_DAY
from models.appointments.matters import ItemTwice, VisitDoesNotFit
from models.guides import ItemCode


class PlanQuery(Asked):
    item: ItemCode
    hall: str = Field(max_length=64)
    start: Moment
    also: list[ItemCode] = Field([], max_length=MOST_A_DAY, description="the further items, in their order")


class Planned(Answer):
    item: str
    item_name: str
    start: datetime


class Plan(Answer):
    matters: list[Planned] = Field(description="in the order of their times; the first is the one asked for")


class PlanResource(Resource):
    @operation(
        "When several matters of one visit can be had, one after the other; nothing is booked by that",
        auth=Auth.APPLICANT,
        asks=PlanQuery,
        answers=Plan,
        errors=(*TAKING, ItemTwice, VisitDoesNotFit),
    )
    async def get(self, asked: PlanQuery) -> Plan:
        services, party = self.services, self.bound_party()
        guides = [await services.guides.published(item) for item in (asked.item, *asked.also)]
        hall = await services.halls.get(asked.hall)
        found = await services.several.plan(
            party, guides, hall, asked.start, services.calendar, self.by_party()
        )
        english = self.locale.code == "en"
        return Plan(
            matters=[
                Planned(
                    item=one.guide.item,
                    item_name=(english and one.guide.name_en) or one.guide.name,
                    start=one.start,
                )
                for one in found
            ]
        )


ENDPOINTS = [Endpoint("/appointments/plan", PlanResource)]
