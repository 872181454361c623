"""The suspensions of kiosks that are announced (article 21, item 4)."""

from datetime import datetime

from pydantic import Field

from handlers.api.contract import Answer, Asked, Endpoint, Resource, Said, operation


class SuspensionsQuery(Asked):
    hall: str | None = Field(None, pattern="^[a-z0-9-]{1,64}$", description="only of this place")


class Suspension(Answer):
    """A kiosk stops, or has stopped where it is `running`."""

    hall: str
    name: Said = Field(description="of the kiosk")
    position: Said = Field(description="in the hall's layout")
    start: datetime
    end: datetime | None = Field(description="null where it does not come back")
    reason: Said
    running: bool


class SuspensionList(Answer):
    suspensions: list[Suspension]


class SuspensionsResource(Resource):
    @operation(
        "List the suspensions of kiosks that are announced, the earliest first",
        asks=SuspensionsQuery,
        answers=SuspensionList,
    )
    async def get(self, asked: SuspensionsQuery) -> SuspensionList:
        found = await self.services.announcing.all([asked.hall] if asked.hall else None)
        return SuspensionList(suspensions=[Suspension.model_validate(one) for one in found])


ENDPOINTS = [Endpoint("/suspensions", SuspensionsResource)]
