"""The link of a short message that asks for a review: that one matter, without signing in (article 17)."""

from typing import Any

from handlers.web.pages import CitizenPage
from handlers.web.reviewing import opinion_of
from models.errors import BadInput, Refused
from models.voices import tags_on, where_and_when
from models.voices.invitations import LinkUsed
from models.workdays import local_date


class InvitedPage(CitizenPage):
    """GET and POST /r/{token}: to look uses nothing up, so that what opens links beforehand takes nothing."""

    async def get(self, token: str) -> None:
        try:
            values = await self.values(token)
        except LinkUsed:
            return self.show("citizen/invited.html", thanks=True, **await self.following(token))
        return self.show("citizen/invited.html", **values)

    async def post(self, token: str) -> None:
        values = await self.values(token)
        try:
            said = opinion_of(self)
            await self.services.asking.answer(token, self.address, *said, self.cause())
        except (BadInput, Refused) as error:
            return self.again("citizen/invited.html", error, **values)
        return self.see_other(self.request.path)

    async def following(self, token: str) -> dict[str, Any]:
        """The next matter of the same visit to review, by its own link."""
        following = await self.services.asking.next_of(token, self.now)
        link = self.services.invitations.token(following["_id"]) if following else ""
        return {"following": following, "link": link}

    async def values(self, token: str) -> dict[str, Any]:
        """What the page shows: what was done, where and when, and not who it is.

        Raises:
            DomainError: see `models.voices.Asking.open`.
        """
        invited = await self.services.asking.open(token, self.address, self.now)
        place, at = where_and_when(invited.asked["_id"], invited.about)
        return {
            "thanks": False,
            "about": invited.about,
            "names": await self.names(invited.about),
            "place": place,
            "at": at,
            "until": invited.asked["until"],
            "tags": tags_on(local_date(self.now)).tags,
        }


ROUTES = [(r"/r/([0-9a-f]{32})", InvitedPage)]
