"""The blacklist at a glance, and all that is kept of one person or body (article 28)."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from handlers.admin.appeals import APPEALS, AppealRows
from handlers.admin.appeals import wanted as wanted_appeals
from handlers.admin.bans import BANS, SITUATIONS, BanRows, month_choice
from handlers.admin.bans import wanted as wanted_bans
from handlers.admin.flags import FLAGS, FlagRows
from handlers.admin.flags import wanted as wanted_flags
from handlers.admin.lists import PanelList, Shown, figure
from handlers.web.pages import DOCUMENT_ID
from handlers.web.staff import needs
from models.blacklist import OVER
from models.concurrency import all_to_their_end
from models.staff import Scope, scopes_of


@dataclass(frozen=True)
class Figure:
    """How many, and the list that has them; one that is `bad` should be 0."""

    label: str
    address: str
    count: int
    bad: bool = False

    @property
    def shown(self) -> str:
        return figure(self.count)


@dataclass(frozen=True)
class Asked:
    label: str
    address: str
    count: Awaitable[int]
    bad: bool = False


async def counted(asked: Sequence[Asked]) -> list[Figure]:
    counts = await all_to_their_end(one.count for one in asked)
    pairs = zip(asked, counts, strict=True)
    return [Figure(one.label, one.address, count, one.bad) for one, count in pairs]


def plain(of: PanelList[Any], empty: str) -> PanelList[Any]:
    """A list without what leads through it."""
    return replace(of, filters={}, empty=empty)


class FiguresPage(BanRows):
    """GET /admin/blacklist"""

    @needs(Scope.BLACKLIST_DECIDE)
    async def get(self) -> None:
        self.show(
            "admin/blacklist/figures.html",
            numbers=await counted(self.numbers()),
            grounds=[(label, await counted(self.of_ground(ground))) for ground, label in SITUATIONS.items()],
            months=await counted(self.of_months()),
        )

    def numbers(self) -> list[Asked]:
        member = self.signed_in_member()
        flags, bans = self.services.flags, self.services.bans
        labels = (("proposed", "待复核的决定"), ("unread", "待送达的决定"), ("in_force", "生效中的决定"))
        found = [
            Asked("待处理的线索", FLAGS.at(show="open"), flags.count(member, wanted_flags("open"))),
            *(
                Asked(label, BANS.at(show=show), bans.count(member, wanted_bans(show, self.now)))
                for show, label in labels
            ),
        ]
        if Scope.APPEALS_DECIDE in scopes_of(member):
            found += [
                Asked(
                    label,
                    APPEALS.at(show=show),
                    bans.count_appeals(member, wanted_appeals(show, self.now)),
                    bad,
                )
                for show, label, bad in (("open", "待答复的申诉", False), ("overdue", "超期的申诉", True))
            ]
        return found

    def of_ground(self, ground: str) -> list[Asked]:
        return [
            self.made(label, show, ground=ground)
            for show, label in (("made", "已作出"), ("in_force", "生效中"))
        ]

    def of_months(self) -> list[Asked]:
        options = month_choice(self.now).options
        return [self.made(label, "made", month=month) for month, label in options.items()]

    def made(self, label: str, show: str, **narrowed: str) -> Asked:
        sought = wanted_bans(show, self.now, **narrowed)
        count = self.services.bans.count(self.signed_in_member(), sought)
        return Asked(label, BANS.at(show=show, **narrowed), count)


class PersonPage(FlagRows, BanRows, AppealRows):
    """GET /admin/blacklist/{applicant}"""

    @needs(Scope.BLACKLIST_DECIDE)
    async def get(self, key: str) -> None:
        history = await self.services.decisions.history(key, self.signed_in_member())
        decides_appeals = Scope.APPEALS_DECIDE in scopes_of(self.signed_in_member())
        self.show(
            "admin/blacklist/person.html",
            person=history.person,
            is_free=all(one["state"] in OVER for one in history.decisions),
            bans=Shown(plain(BANS, "没有对该对象的决定。"), self.ban_rows(history.decisions)),
            flags=Shown(plain(FLAGS, "没有关于该对象的线索。"), await self.flag_rows(history.flags)),
            appeals=Shown(plain(APPEALS, "该对象没有申诉。"), self.appeal_rows(history.decisions))
            if decides_appeals
            else None,
        )


ROUTES = [
    ("/admin/blacklist", FiguresPage),
    (rf"/admin/blacklist/{DOCUMENT_ID}", PersonPage),
]
