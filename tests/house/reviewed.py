"""A bad review, its rectification and its dispute, made through the models alone."""

from datetime import datetime

from models.guides import Guide
from models.people import Party
from models.schedule import Due
from models.staff import Role
from models.voices import RECTIFY, GivenReview, Rectification, Said, guide_matter
from tests.house.guides import USCC
from tests.house.house import House
from tests.house.staff import Post

POSTS = {
    "rectifier": Post((Role.CONTACT,), USCC),
    "supervisor": Post((Role.SUPERVISOR,), USCC),
    "management": Post((Role.SERVICE_MANAGEMENT,)),
}


async def bad_review(house: House, party: Party, level: int = 1) -> GivenReview:
    """Of a visit that `centre` recorded as served."""
    visit = await house.served(await house.booking(party))
    by = house.by(f"applicant:{party.id}")
    matter = f"appointment:{visit['_id']}"
    tags = ["108" if level == 1 else "214"]
    return await house.stores.reviews.give(matter, party, level, tags, "等了一天", by, visit)


async def bad_review_of_guide(house: House, party: Party, guide: Guide) -> GivenReview:
    """Apart from any service; nobody handled anything."""
    about = guide_matter(guide, party)
    by = house.by(f"applicant:{party.id}")
    return await house.stores.reviews.give(
        f"guide:{about['_id']}", party, 1, ["108"], "条件没写全", by, about
    )


def due(review: GivenReview, what: str = RECTIFY, at: datetime | None = None) -> Due:
    """A plan of a review, as a worker looks at it."""
    return Due(f"{review['_id']}:{what}:{at}", what, review["_id"], at or review["at"], 1, "lease")


async def rectification(house: House, party: Party, level: int = 1) -> Rectification:
    """That of a bad review, opened."""
    review = await bad_review(house, party, level)
    assert await house.stores.rectifying.open(due(review), house.by())
    return await house.stores.rectifications.get(review["_id"])


async def moderated(
    house: House, review: GivenReview, which: Said = Said.FIRST, *, shown: bool = True
) -> GivenReview:
    """Its uncivil words are read by service management."""
    member, by = await house.member("management"), house.by_staff("management")
    return await house.stores.moderation.decide(review["ref"], which, member, "辱骂", by, shown=shown)


async def set_aside(house: House, review: GivenReview, party: Party) -> GivenReview:
    """Disputed by its department, heard, and set aside by service management."""
    supervisor = await house.member("supervisor", POSTS["supervisor"])
    management, by = await house.member("management"), house.by_staff("management")
    disputes, ref = house.stores.disputes, review["ref"]
    await disputes.raise_(ref, supervisor, "未到窗口", "叫号系统记录", house.by_staff("supervisor"))
    await disputes.ask(ref, management, by)
    await disputes.word(review["_id"], party, "我记错了窗口", house.by(f"applicant:{party.id}"))
    return await disputes.decide(ref, management, "记录属实", by, set_aside=True)
