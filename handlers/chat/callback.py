"""WeChat's callback: chat messages, menu clicks, follows, and what became of template messages."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import structlog

from handlers.chat.envelope import Envelope, Message, Opened, parse, text_reply
from handlers.chat.numbers import Numbers
from handlers.chat.replies import BUSY, Chat
from handlers.web.base import BaseHandler
from handlers.web.services import Services
from models.chat import Inbox, Listed, Repeated, Turn
from models.claims import claiming
from models.concurrency import wait_at_most
from models.database_trouble import is_trouble
from models.errors import BadInput, DomainError, Forbidden, NotFound, Unavailable
from models.events import Cause, Channel


class TimestampStale(Forbidden):
    code = "timestamp_stale"
    message = "请求已过期"


class AnswerLate(Unavailable):
    """There is no reply in time; it will be there when WeChat asks again."""

    code = "answer_late"
    message = "暂时无法回复，请稍后再试"


log = structlog.get_logger("panyu.callback")

SUCCESS = "success"
"""Tells WeChat that the message has arrived and that there is nothing to say."""
PATIENCE = 4.5
"""Seconds; WeChat asks again after five."""
LINGER = 600.0
"""Seconds that an event may still be worked on after WeChat went away."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Seconds between two attempts at an event, doubling."""
EARLY = 5
"""How often an event is tried whose subject is not recorded yet."""
SKEW = timedelta(minutes=10)
LARGEST = 32 * 1024
"""Bytes of a message; WeChat's own are some thousands."""


@dataclass(frozen=True)
class Callback:
    """One request of WeChat's, and what answering it needs."""

    envelope: Envelope
    services: Services
    request: str

    @property
    def inbox(self) -> Inbox:
        return self.services.inbox

    def now(self) -> datetime:
        return self.services.clock()

    async def reply(self, query: dict[str, str], body: bytes) -> str:
        """The body of the answer to one request of WeChat's.

        Raises:
            Forbidden: `signature_invalid`, `timestamp_stale`, `nonce_repeated`, `encryption_required`.
            Unavailable: `answer_late`, `database_unavailable`; WeChat sends the message again.
        """
        if query.get("encrypt_type") != "aes" or "signature" in query:
            self.envelope.check(query)
        self.check_time(query)
        if not body.strip():
            return SUCCESS
        try:
            opened = self.envelope.open(query, body)
            message = parse(opened.xml)
        except BadInput as error:
            log.warning("message_unreadable", reason=error.code)
            return SUCCESS
        words = await self._in_time(query, message)
        return self._sealed(opened, message, words, query) if words else SUCCESS

    async def spend(self, query: dict[str, str]) -> None:
        """Note the request's nonce, so that no message can use it. WeChat is answered even if the database
        fails."""
        try:
            await wait_at_most(PATIENCE / 2, self.inbox.spend(nonce_of(query), self.now()))
        except Exception:
            log.exception("nonce_not_kept")

    def check_time(self, query: dict[str, str]) -> None:
        """
        Raises:
            Forbidden: `timestamp_stale`.
        """
        stamp = query.get("timestamp", "")
        sent = int(stamp) if stamp.isascii() and stamp.isdigit() and len(stamp) <= 12 else 0
        if abs(self.now().timestamp() - sent) > SKEW.total_seconds():
            raise TimestampStale

    async def _in_time(self, query: dict[str, str], message: Message) -> str | None:
        """The reply. Work that is late goes on, and its reply is there when WeChat asks again.

        Raises:
            Forbidden, Unavailable: see `reply`.
        """
        is_event = message.kind == "event"
        work = self._until_done(query, message) if is_event else self._words(query, message)
        try:
            return await wait_at_most(PATIENCE, work)
        except Forbidden:
            raise
        except DomainError as error:
            return None if is_event else str(error)
        except TimeoutError:
            log.warning("answer_late", kind=message.kind, event_name=message.event)
            raise AnswerLate from None
        except Exception as error:
            if is_trouble(error):
                raise
            log.exception("answer_failed", kind=message.kind, event_name=message.event)
        return None if is_event else BUSY

    async def _until_done(self, query: dict[str, str], message: Message) -> str | None:
        """WeChat sends an event again only a few times: try for LINGER until it is done.

        It may come before we have noted what it is about; that is waited for EARLY times.
        """
        pause, early = FIRST_PAUSE, 0
        end = monotonic() + LINGER
        while monotonic() < end:
            try:
                return await self._words(query, message)
            except NotFound:
                log.info("event_early", event_name=message.event, message=message.id)
                early += 1
                if early > EARLY:
                    log.warning("event_about_nothing", event_name=message.event, message=message.id)
                    return None
            except DomainError:
                raise
            except Exception:
                log.exception("event_failed", event_name=message.event)
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, 2 * pause)
        log.error("event_given_up", event_name=message.event, message=message.id)
        return None

    async def _words(self, query: dict[str, str], message: Message) -> str | None:
        """The reply to a message, made once."""
        nonce, now = nonce_of(query), self.now()
        cause = Cause(f"openid:{message.sender}", now, Channel.CHAT, self.request)
        try:
            turn = Turn(self.inbox, message.key, nonce, self.now, self.request)
            return await self._first(turn, message, cause)
        except Repeated:
            return await self._again(nonce, message, cause)

    async def _first(self, turn: Turn, message: Message, by: Cause) -> str | None:
        """
        Raises:
            Repeated: somebody else answers, or has answered; this one has changed nothing.
        """
        try:
            with claiming(turn.claim):
                words, listed = await self._made(message, by)
        except Exception:
            await turn.claim()  # the message and its nonce are spent, though nothing came of it
            raise
        await turn.keep(words, listed)
        return words

    async def _again(self, nonce: str, message: Message, by: Cause) -> str | None:
        """The reply that another one makes or has made, or, where they died, our own."""
        before = await self.inbox.before(message.key, nonce)
        before = before or await self.inbox.begin(message.key, nonce, by.at, self.request)
        if before is not None:
            return before["reply"]
        words, listed = await self._made(message, by)
        await self.inbox.finish(message.key, words, self.request, listed)
        return words

    async def _made(self, message: Message, by: Cause) -> tuple[str | None, Listed | None]:
        numbers = Numbers()
        words = await Chat(self.services, numbers).answer(message, by)
        log.info("message_answered", kind=message.kind, event_name=message.event, answered=bool(words))
        return words, numbers.listed(message.sender, by.at)

    def _sealed(self, opened: Opened, message: Message, words: str, query: dict[str, str]) -> str:
        stamp = str(int(self.now().timestamp()))
        xml = text_reply(message, words, stamp)
        if opened.key is None:
            return xml
        return self.envelope.seal(xml, opened.key, stamp, query.get("nonce", ""))


class CallbackHandler(BaseHandler):
    """GET and POST /wechat/callback: WeChat's own door; it signs, and has no session and no form token."""

    channel = Channel.CHAT
    largest_body = LARGEST

    def initialize(self, envelope: Envelope) -> None:
        self.envelope = envelope
        self.needs_database = self.request.method != "GET"

    @property
    def callback(self) -> Callback:
        return Callback(self.envelope, self.services, self.request_id)

    def check_xsrf_cookie(self) -> None:
        """WeChat signs instead."""

    def set_default_headers(self) -> None:
        """No browser shows the answers, so policies for browsers are left out."""
        if not hasattr(self, "request_id"):
            self.begin()
        self.set_header("X-Request-Id", self.request_id)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.clear_header("Server")

    async def get(self) -> None:
        """WeChat asks whether this is us."""
        query = self._query()
        self.envelope.check(query)
        self.callback.check_time(query)
        await self.callback.spend(query)
        self._say(query.get("echostr", ""))

    async def post(self) -> None:
        self._say(await self.callback.reply(self._query(), self.request.body))

    def write_domain_error(self, error: DomainError) -> None:
        log.warning("callback_refused", code=error.code)
        self._say(error.code)

    def _query(self) -> dict[str, str]:
        names = ("signature", "msg_signature", "timestamp", "nonce", "echostr", "encrypt_type")
        found = {name: self.get_query_argument(name, None) for name in names}
        return {name: value for name, value in found.items() if value is not None}

    def _say(self, text: str) -> None:
        kind = "application/xml" if text.startswith("<xml>") else "text/plain"
        self.set_header("Content-Type", f"{kind}; charset=utf-8")
        self.finish(text)


def routes(keys: Mapping[str, Any]) -> list[Any]:
    """`keys` are the arguments of `Envelope`: appid, token, aes_keys and encrypted_only."""
    return [(r"/wechat/callback", CallbackHandler, {"envelope": Envelope(**keys)})]


def nonce_of(query: dict[str, str]) -> str:
    return f"{query.get('timestamp')}\n{query.get('nonce')}"
