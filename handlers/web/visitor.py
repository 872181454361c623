"""Who is visiting: their account, and the person or body for whom they act (article 7)."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from enum import StrEnum
from functools import wraps

from handlers.web.base import SAFE, BaseHandler
from models.errors import DomainError, Forbidden, Unauthenticated
from models.events import Cause
from models.guides import NotForApplicant
from models.people import Account, NotTheirs, Party
from models.sessions import Session


class NotSignedIn(Unauthenticated):
    code = "not_signed_in"
    message = "请先登录"


class NotBound(Forbidden):
    code = "not_bound"
    message = "请先完成实名认证"


Method = Callable[..., Awaitable[None]]


class Auth(StrEnum):
    """Whom a method is for; an applicant is an account bound by the real name (article 7)."""

    ANYONE = "anyone"
    ACCOUNT = "account"
    APPLICANT = "applicant"
    DEVICE = "device"  # of a kiosk; its key has signed the request
    MEMBER = "member"  # of staff, whatever their role


def declared(who: StrEnum) -> Callable[[Method], Method]:
    """Note on a method whom it is for: an `Auth`, or a `Scope` of staff. It checks nothing.

    The guards below and `handlers.web.staff.needs` declare what they check; `handlers.routes` reads it.
    """

    def decorate(method: Method) -> Method:
        setattr(method, "who", who)  # noqa: B010 - a function has no such attribute to mypy
        return method

    return decorate


class Visitor(BaseHandler, ABC):
    """A handler that may know the account and for whom it acts."""

    session: Session | None = None
    account: Account | None = None
    party: Party | None = None

    @abstractmethod
    async def token(self) -> str | None:
        """What the client signed in with; None if it sent nothing."""

    async def at_kiosk(self) -> str:
        """The kiosk whose device the request comes from; "" for any other."""
        return ""

    async def prepare(self) -> None:
        await super().prepare()
        kiosk, token = await self.at_kiosk(), await self.token()
        accounts, sessions = self.services.accounts, self.services.sessions
        found = await accounts.signed_in(sessions, token, self.cause()) if token else None
        if found and await self.services.paired.holds(found[0], kiosk):
            self.session, self.account = found  # a session whose account is gone signs nobody in

    def signed_in_account(self) -> Account:
        if self.account is None:
            raise NotSignedIn
        return self.account

    def by_account(self) -> Cause:
        return self.cause(f"account:{self.signed_in_account()['_id']}")

    async def find_party(self) -> Party | None:
        """The applicant for whom the account acts: its own person, or a body it is an agent of."""
        return await self.services.binding.party(self.signed_in_account())

    def bound_party(self) -> Party:
        if self.party is None:
            raise NotBound
        return self.party

    def by_party(self) -> Cause:
        return self.cause(f"applicant:{self.bound_party().agent['_id']}")

    def turn_away(self, error: DomainError, page: str) -> None:  # noqa: ARG002
        """Answer a visitor who must first go to `page`; by default with the error itself."""
        raise error


def signed_in(method: Method) -> Method:
    """Only for a visitor whose account is known."""

    @declared(Auth.ACCOUNT)
    @wraps(method)
    async def guarded(self: Visitor, *args: str) -> None:
        if self.account is None:
            return self.turn_away(NotSignedIn(), "/sign-in")
        return await method(self, *args)

    return guarded


def bound(method: Method) -> Method:
    """Only for a visitor bound by the real name (article 7); `self.party` is set.

    A person who is no longer an agent of the body acts for themselves from now on. A change that was meant
    for the body is refused, and is not made for the person. What belongs to another role of the person says
    so; who acts for somebody whom an item is not for is told for whom else they may act.
    """

    @declared(Auth.APPLICANT)
    @wraps(method)
    async def guarded(self: Visitor, *args: str) -> None:
        if self.account is None:
            return self.turn_away(NotSignedIn(), "/sign-in")
        self.party = await _party_now(self, self.account)
        if self.party is None:
            return self.turn_away(NotBound(), "/binding")
        return await _as_party(self, self.party, method(self, *args))

    return guarded


def known(method: Method) -> Method:
    """For anybody; for a visitor who is bound `self.party` is set, and all is as `bound` has it."""

    @declared(Auth.ANYONE)
    @wraps(method)
    async def guarded(self: Visitor, *args: str) -> None:
        if self.account:
            self.party = await _party_now(self, self.account)
        if self.party is None:
            return await method(self, *args)
        return await _as_party(self, self.party, method(self, *args))

    return guarded


async def _party_now(visitor: Visitor, account: Account) -> Party | None:
    try:
        return await visitor.find_party()
    except Forbidden:
        await visitor.services.accounts.act_for(account["_id"], None, visitor.by_account())
        account["acting"] = None
        if visitor.request.method not in SAFE:
            raise
        return await visitor.find_party()


async def _as_party(visitor: Visitor, party: Party, answer: Awaitable[None]) -> None:
    try:
        await answer
    except NotTheirs as error:
        raise await visitor.services.binding.explained(party.agent, error.owner, error) from None
    except NotForApplicant as error:
        error.others = await visitor.services.binding.others(party, error.audience)
        raise
