"""What every page of the panel shares: the rail of rooms open to its member, and a form shown again."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import tornado.locale

from handlers.admin.channels import closure_text
from handlers.admin.rooms import ACCOUNT, rail, room_of
from handlers.web import words
from handlers.web.base import Nowhere, PageExpired, safe_next
from handlers.web.protection import Cookie
from handlers.web.staff import CONFIRM_AT, ActsAsAnother, StaffHandler
from handlers.web.visitor import Auth, declared
from models.applications import decision_words, written
from models.clocks import source_of
from models.errors import DomainError
from models.guides import ItemType
from models.outgoing import Closure
from models.sessions import Session
from models.staff import Absence, Member, NotFresh, Scope, away, is_let_in, owed, proof_of, scopes_of
from models.store import Line
from models.workdays import local_date

STAFF = "staff:"
TYPED: Mapping[str, str] = {
    **written(),
    "reason": "理由、说明",
    "words": "情况",
    "facts": "事实和理由",
    "name": "姓名",
    "number": "证件号码",
    "phone": "手机",
}
"""The fields whose text is shown again where a form cannot be sent, so that it need not be written again."""


class PanelPage(StaffHandler):
    """A page of the panel, in Chinese whatever the browser prefers."""

    closed: Sequence[Closure] = ()
    """The channels that are down, of which every page says so."""

    async def prepare(self) -> None:
        await super().prepare()
        if self.member:
            self.closed = await self.services.closures.closed()

    def get_user_locale(self) -> tornado.locale.Locale:
        return tornado.locale.get("zh_CN")

    def signed_in_member(self) -> Member:
        """The member who asks, in a method that `needs` guards."""
        assert self.member
        return self.member

    def signed_in_person(self) -> Member:
        """The member who is signed in, also while they act for another; as above."""
        assert self.person
        return self.person

    def get_template_namespace(self) -> dict[str, Any]:
        own: frozenset[Scope] = scopes_of(who) if (who := self.absent or self.member) else frozenset()
        owes = self.person and self.member and owed(self.person, self.member)
        return super().get_template_namespace() | {
            "member": self.member,
            "rail": [] if owes else rail(own),
            "room": room_of(self.request.path),
            "account_room": ACCOUNT,
            "person": self.person,
            "personal": self.personal,
            "absent": self.absent,
            "absence": away(self.absent, local_date(self.now)) if self.absent else None,
            "until": until,
            "whereabouts": self.whereabouts,
            "may": own,
            "Scope": Scope,
            "words": words,
            "source_of": source_of,
            "calendar_ends": self.calendar_ends(own),
            "closed": [
                closure_text(one, self.now, repairs=Scope.DELIVERIES_RETRY in own) for one in self.closed
            ],
            "said": self.said,
            "scanning": False,
        }

    def open_session_of(self) -> Session:
        """The session in which the member asks."""
        assert self.session
        return self.session

    async def sessions_of(self, member: Member) -> list[Session]:
        """Where a member is signed in, the latest first."""
        if not is_let_in(member):
            return []
        subject, proof = f"{STAFF}{member['_id']}", proof_of(member["password_hash"])
        return await self.services.sessions.of_member(subject, proof, self.now)

    async def open_session(self, member: Member, confirmed_at: datetime | None) -> None:
        """Let this browser in as a member; `confirmed_at` is when they gave a code."""
        subject, proof = f"{STAFF}{member['_id']}", proof_of(member["password_hash"])
        by = self.cause(subject)
        self.keep_cookie(Cookie.STAFF, await self.services.sessions.open(subject, by, proof, confirmed_at))

    async def go_on_confirmed(self) -> None:
        """The member has given a code: the session goes on under another token."""
        token = await self.services.sessions.confirmed(self.open_session_of(), self.cause())
        self.keep_cookie(Cookie.STAFF, token)

    async def called(self, actors: Collection[str]) -> dict[str, str]:
        """What staff call those who did something, by `Cause.actor`: members by their names."""
        names = await self.services.staff.names(
            actor.removeprefix(STAFF) for actor in actors if actor.startswith(STAFF)
        )
        return {actor: _called(actor, names) for actor in actors}

    async def held_by(self, usernames: Collection[str]) -> dict[str, str]:
        """What the members are called whose something is, and who stands in for them today."""
        substitutes = await self.services.staff.substitutes(usernames, local_date(self.now))
        actors = {f"{STAFF}{one}" for one in (*usernames, *substitutes.values())}
        called = {actor.removeprefix(STAFF): name for actor, name in (await self.called(actors)).items()}
        return {
            one: f"{called[one]}（{called[substitutes[one]]}代）" if one in substitutes else called[one]
            for one in usernames
        }

    def whereabouts(self, member: Member) -> str:
        """What a member is called, and until when they are away."""
        absence = away(member, local_date(self.now))
        return f"{member['name']}（{until(absence)}前不在岗）" if absence else member["name"]

    @property
    def said(self) -> str:
        """What the action before this page has done, in words; said once."""
        return unpacked(self.get_cookie(self.cookie(Cookie.SAID)) or "")

    def show(self, template: str, **values: Any) -> None:
        if self.said:
            self.drop_cookie(Cookie.SAID)
        super().show(template, **values)

    def see_other(self, path: str, said: str = "") -> None:
        """Redirect after a change, and say there that it is done."""
        if said:
            self.keep_cookie(Cookie.SAID, packed(said))
        super().see_other(path)

    def calendar_ends(self, own: frozenset[Scope]) -> int | None:
        """The last year of a calendar that is running out, for those who keep it."""
        calendar = self.services.calendar
        warned = Scope.CALENDAR_KEEP in own and calendar.ending(local_date(self.now))
        return calendar.through if warned else None

    def typed(self, kind: ItemType = ItemType.OTHER) -> list[tuple[str, str]]:
        """Name and text of what was written in the form, to be copied where it cannot be sent again; a
        decision in the words of the item's `kind`."""
        decisions = decision_words(kind)
        texts = ((label, self.get_body_argument(name, "")) for name, label in TYPED.items())
        return [(label, decisions.get(text, text)) for label, text in texts if text]

    def form_page(self) -> str:
        """The page that has the form which was sent here."""
        return self.request.path

    def write_domain_error(self, error: DomainError) -> None:
        over = error.status == HTTPStatus.UNAUTHORIZED
        expired, another = isinstance(error, PageExpired), isinstance(error, ActsAsAnother)
        own = self.from_own_page if expired else over or another  # behind the check of the form's own token
        door = CONFIRM_AT if isinstance(error, NotFresh) else "/admin/sign-in"
        self.show(
            "admin/error.html",
            error=error,
            typed=self.typed() if own else [],
            sign_in=f"{door}?{urlencode({'next': self.form_page()})}" if over else "",
            form_page=self.form_page() if expired or another else "",
        )


def until(absence: Absence) -> str:
    """The last day of an absence, in words."""
    day = date.fromisoformat(absence["last"])
    return f"{day.month}月{day.day}日"


def doer(line: Line, called: Mapping[str, str]) -> str:
    """Who did something, and for whom; `called` has the names by `Cause.actor`."""
    absent = line.get("on_behalf_of")
    return f"{called[line['actor']]}（代{called[absent]}）" if absent else called[line["actor"]]


def doers(lines: Iterable[Line]) -> set[str]:
    """The actors whose names `doer` needs."""
    return {actor for line in lines for actor in (line["actor"], line.get("on_behalf_of")) if actor}


def _called(actor: str, names: Mapping[str, str]) -> str:
    if not actor.startswith(STAFF):
        return "系统" if actor in ("system", "cli") else "申请人"
    username = actor.removeprefix(STAFF)
    return names.get(username) or f"已离岗人员（{username}）"


def destination(path: str) -> str:
    """A page of the panel to go on to; its home for anything else."""
    return path if safe_next(path) == path and path.startswith("/admin") else "/admin"


def packed(words: str) -> str:
    """As a cookie's value."""
    return urlsafe_b64encode(words.encode()).decode()


def unpacked(value: str) -> str:
    """What was `packed`; nothing for any other value."""
    try:
        return urlsafe_b64decode(value).decode()
    except ValueError:
        return ""


class FormAction(PanelPage):
    """The address to which a form of the panel is sent; opening it in the browser leads to the form."""

    @declared(Auth.ANYONE)
    async def get(self, *_: str) -> None:
        self.redirect(self.form_page())


class PersonalPage(PanelPage):
    """What it shows and does is the person's own, also while they act for another."""

    personal = True


class UnknownPage(Nowhere, PanelPage):
    """Any path of the panel that no route knows."""
