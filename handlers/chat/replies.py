"""What the account says in the chat: from a message to words, in short sentences for everybody."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from handlers.chat import small_talk
from handlers.chat.dialogue.heard import hear, is_english, plain
from handlers.chat.dialogue.roles import speaks_english
from handlers.chat.dialogue.state import Goal, State, Step
from handlers.chat.dialogue.talk import Talk
from handlers.chat.envelope import Message
from handlers.chat.finding import Finding
from handlers.chat.numbers import Numbers
from handlers.chat.once import Once
from handlers.chat.opinions import Opinions
from handlers.chat.places import Nearby
from handlers.chat.questions import Questions
from handlers.chat.screens import Screens, scene_in
from handlers.chat.small_talk import Question, Topic
from handlers.chat.telling import Telling, locale_of
from handlers.chat.visits import Visits
from handlers.web.services import Services
from models import typed
from models.chat import BOOK_KEY, HELP_KEY
from models.events import Cause
from models.guides import Found
from models.workdays import local_date

BUSY = "系统繁忙，请稍后再试。"
REACHED = "success"
"""What TEMPLATESENDJOBFINISH says of a message that was delivered."""


@dataclass(frozen=True)
class Chat:
    """What the account says to one message; `numbers` takes what those of a list in it stand for."""

    services: Services
    numbers: Numbers

    @cached_property
    def once(self) -> Once:
        return Once(self.services)

    async def answer(self, message: Message, by: Cause) -> str | None:
        """The reply to a message; None where nothing needs to be said."""
        if not message.sender:
            return None
        if message.kind == "event":
            answer = EVENTS.get(message.event)
            return await answer(self, message, by) if answer else None
        if message.kind == "text" or (message.kind == "voice" and message.text):
            return await self.text(message, by)
        if message.kind == "location":
            return await self.located(message, by)
        if not message.kind:
            return None
        english = await self.in_english(message.sender, by)
        return self.not_text(message.kind, english=english) + await self.talk.reminder(message.sender, by)

    async def located(self, message: Message, by: Cause) -> str:
        """Halls to choose from where something is booked, else the nearest places."""
        if talked := await self.talk.located(message, by):
            return talked
        locale = locale_of(english=await self.in_english(message.sender, by))
        return await Nearby(self.services, self.anchor, locale).answer(message, by.at)

    async def text(self, message: Message, by: Cause) -> str:
        """What was written, or said and understood: the first that knows an answer gives it."""
        heard = await self.heard(message, by)
        said = await self.said(heard, by)
        told = heard.written is not heard.before and not (heard.state.is_open and is_stray(heard.words))
        if heard.written is not None and told:
            await self.talk.spoken(message.sender, by, english=heard.written)
        return said

    async def said(self, heard: "Text", by: Cause) -> str:
        for answer in ANSWERS:
            if (said := await answer(self, heard, by)) is not None:
                return said
        sender = heard.message.sender
        found = await heard.finding(self).search(heard.words[:LONGEST])
        return found + await self.talk.reminder(sender, by)

    async def heard(self, message: Message, by: Cause) -> "Text":
        words, whole = typed.line(typed.narrow(message.text)), typed.words(message.text)
        account = await self.once.account(message.sender)
        state = await self.talk.state(message.sender, by.at)
        written, before = is_english(plain(words)), speaks_english(state, account)
        return Text(
            message,
            words.rstrip(ENDS) or words,
            whole.rstrip(ENDS) if message.kind == "voice" else whole,
            before if written is None else written,
            written,
            before,
            state,
        )

    async def visit(self, heard: "Text", by: Cause) -> str | None:
        return await Visits(self.services, self.anchor).answer(heard.message.sender, heard.whole, by)

    async def asked(self, heard: "Text", by: Cause) -> str | None:
        """Small talk, unless it answers what is asked just now; words of anger may be the reason of a review
        that was asked for."""
        if heard.state.is_open and hear(heard.words, local_date(by.at)).sign:
            return None
        question = await self.question(heard.words)
        if question is None or question.topic is Topic.COMPLAINT:
            return None
        return await self.told(question, heard, by)

    async def complaint(self, heard: "Text", by: Cause) -> str | None:
        question = await self.question(heard.words)
        is_angry = question is not None and question.topic is Topic.COMPLAINT
        return await self.told(question, heard, by) if question and is_angry else None

    async def told(self, question: Question, heard: "Text", by: Cause) -> str:
        said = await self.small(question, by.at, english=heard.english, within=heard.state.is_open)
        return said + await self.talk.reminder(heard.message.sender, by)

    async def opinion(self, heard: "Text", by: Cause) -> str | None:
        """The reply to what a review asked for; who plainly begins to book means that."""
        sender = heard.message.sender
        if hear(heard.words, local_date(by.at)).plain:
            if (await self.once.conversation(sender, by.at)).question:
                await self.services.dialogues.answered(sender)
            return None
        opinions = Opinions(self.services, self.anchor, self.numbers, self.once)
        return await opinions.answer(sender, heard.whole, by)

    async def progress(self, heard: "Text", by: Cause) -> str | None:
        said = await heard.finding(self).progress(heard.words)
        return said + await self.talk.reminder(heard.message.sender, by) if said else None

    async def booking(self, heard: "Text", by: Cause) -> str | None:
        said = await self.talk.answer(heard.message, heard.words, by)
        angry = said is not None and small_talk.SORRY.search(heard.words)
        return f"{PARDON[heard.english]}\n{said}" if angry else said

    async def beside(self, heard: "Text", by: Cause) -> str | None:
        """What is asked in the midst of a booking, and where one was."""
        nothing_listed = heard.state.step is Step.BIND and heard.words.isdigit()
        if not heard.state.is_open or nothing_listed:
            return None
        sender, asks = heard.message.sender, hear(heard.words, local_date(by.at)).asks
        if asks and heard.state.step in (Step.CONFIRM, Step.DROP):
            told = await self.loosely(heard, by)
            said = "\n".join(filter(None, [told, await self.talk.instead(sender, by)]))
            return said + await self.talk.reminder(sender, by)
        named = await heard.finding(self).beside(heard.words[:LONGEST])
        english = heard.before if is_stray(heard.words) else heard.english
        said = named or await self.loosely(heard, by) or UNCLEAR[english]
        return said + await self.talk.reminder(heard.message.sender, by)

    async def number(self, heard: "Text", by: Cause) -> str | None:
        """What a number alone is for: the last list, or the matter that was finished after it."""
        if not re.fullmatch(r"[0-9]{1,2}", heard.words):
            return None
        number, sender, found = int(heard.words), heard.message.sender, heard.finding(self)
        opinions = Opinions(self.services, self.anchor, self.numbers, self.once)
        waiting = await opinions.waiting(sender, number, by)
        since = waiting.at if waiting else None
        if item := await self.services.inbox.chosen(sender, number, by.at, since):
            return await found.guide(item, sender, by)
        return await opinions.rate(waiting, sender, number, by) if waiting else found.nothing_to_choose()

    async def sentence(self, heard: "Text", by: Cause) -> str | None:
        """What a longer sentence asks of us, where it names no item."""
        if await heard.finding(self).beside(heard.words[:LONGEST]):
            return None
        said = await self.loosely(heard, by)
        return said + await self.talk.reminder(heard.message.sender, by) if said else None

    async def loosely(self, heard: "Text", by: Cause) -> str | None:
        """The answers to what a sentence asks besides; None where it asks nothing that is known."""
        questions = small_talk.loosely(heard.words, await self.once.halls())
        answers = [
            await self.small(question, by.at, english=heard.english, within=False) for question in questions
        ]
        return "\n\n".join(answers) or None

    async def question(self, words: str) -> Question | None:
        """What is asked of us rather than to be done."""
        if not plain(words):
            return Question(Topic.HELP)
        first = small_talk.asked(words)
        if first:
            return first
        if not small_talk.may_name_hall(words):
            return None
        return small_talk.asked(words, await self.once.halls())

    async def small(self, question: Question, now: datetime, *, english: bool, within: bool) -> str:
        """The answer to small talk, short `within` a conversation."""
        if question.topic is Topic.HELP:
            return self.help(english=english)
        if question.topic is Topic.GREETING and not within:
            return self.welcome(english=english)
        return await Questions(self.services, self.anchor).said(question, local_date(now), english=english)

    async def followed(self, message: Message, by: Cause) -> str:
        """A newcomer who came by the QR of a kiosk goes on there."""
        await self.services.accounts.follow(message.sender, by, message.at)
        return await self.scanned(message, by) or self.welcome()

    async def scanned(self, message: Message, by: Cause) -> str | None:
        screens = Screens(self.services, self.anchor)
        return await screens.answer(scene_in(message.event_key), message.sender, by)

    async def unfollowed(self, message: Message, by: Cause) -> None:
        await self.services.accounts.unfollow(message.sender, by, message.at)

    async def revoked(self, message: Message, by: Cause) -> None:
        """A user has taken back an authorization, or is no user any more: what it gave of a member of the
        staff, the openid, is kept no more."""
        if message.openid:
            await self.services.staff_wechats.forget(message.openid, by)

    async def clicked(self, message: Message, by: Cause) -> str | None:
        if message.event_key == HELP_KEY:
            return self.help(english=await self.in_english(message.sender, by))
        if message.event_key == BOOK_KEY:
            return await self.talk.answer(message, "", by, Goal.BOOK)
        return None

    async def template_finished(self, message: Message, by: Cause) -> None:
        """What became of a template message: `success`, `failed:user block` or `failed: system failed`.

        Raises:
            NotFound: `delivery_not_found`; it may be that we have not yet noted that it was sent.
        """
        deliveries = self.services.deliveries
        if not await deliveries.reported(message.id, message.status, message.status == REACHED, by):
            raise deliveries.missing

    @property
    def talk(self) -> Talk:
        return Talk(self.services, self.anchor, self.elsewhere, self.once)

    def elsewhere(self, found: Found, *, english: bool) -> str:
        return Telling(self.anchor, locale_of(english=english)).elsewhere(found)

    def welcome(self, *, english: bool = False) -> str:
        if english:
            return "\n".join(
                [
                    "Hello, and welcome to Panyu's government services!",
                    "",
                    "You can:",
                    f"① {self.anchor('/guides', 'look up guides')}",
                    "② reply “book” to make an appointment, here in the chat",
                    f"③ {self.anchor('/progress', 'check progress')}",
                    "",
                    "Or just write what you want to do, e.g. residence permit",
                    self.phone_line(english=True),
                ]
            )
        return "\n".join(
            [
                "您好，欢迎来到番禺智慧政务！",
                "",
                "您可以这样办事：",
                f"① {self.anchor('/guides', '查办事指南')}",
                f"② 回复“预约”，就在这里约；或{self.anchor('/appointments/new', '预约到大厅办')}",
                f"③ {self.anchor('/progress', '查办件进度')}",
                "",
                "也可以直接把要办的事发给我，例如：居住证",
                "第一次使用，请先" + self.anchor("/binding", "实名认证") + "。",
                "字太小？" + self.anchor("/elder", "打开大字版") + "。",
                self.phone_line(),
            ]
        )

    def help(self, *, english: bool = False) -> str:
        if english:
            return "\n".join(
                [
                    "What you can do here:",
                    "· Write what you want to do, e.g. residence permit",
                    "· Reply “book” to make an appointment, “my appointments” to see, move or cancel one",
                    "· Send the serial number of an application to see its progress",
                    "· Send your location (tap +, then Location) to see the nearest places",
                    self.phone_line(english=True),
                ]
            )
        return "\n".join(
            [
                "这样使用：",
                "· 发送要办的事，例如：老年人优待证",
                "· 发送“预约”，在这里约时间，例如：预约居住证 明天上午",
                "· 发送“我的预约”，改时间或取消",
                "· 发送申请流水号，查进度",
                "· 发送位置（点＋，再点“位置”），看最近的网点",
                "· 点下面的菜单，预约、申请、查询",
                "· 字太小？" + self.anchor("/elder", "打开大字版"),
                "· 办完后评价这次服务，发送“评价”",
                "· 预约的到场记录与事实不符，发送“异议”",
                "",
                self.phone_line(),
            ]
        )

    async def in_english(self, sender: str, by: Cause) -> bool:
        """Whether one is answered in English where the message has no words."""
        account = await self.once.account(sender)
        return speaks_english(await self.talk.state(sender, by.at), account)

    def not_text(self, kind: str, *, english: bool = False) -> str:
        if english:
            return f"{NO_TEXT_ENGLISH[kind == 'voice']}\n{self.phone_line(english=True)}"
        if kind == "voice":
            return f"这段语音没听清。请再说一次，或用文字告诉我，例如：预约居住证\n{self.phone_line()}"
        return f"我还看不懂图片和视频。请用文字告诉我要办什么事，例如：居住证\n{self.phone_line()}"

    def phone_line(self, *, english: bool = False) -> str:
        phone = self.services.site.help_phone
        return f"For help please call {phone}" if english else f"需要人工帮助，请拨打 {phone}"

    def anchor(self, path: str, words: str) -> str:
        return f'<a href="{self.services.site.base_url}{path}">{words}</a>'


ENDS = "!！。.~～?？, ，"
"""With what a message may end, a voice above all."""


@dataclass(frozen=True)
class Text:
    """A message with its `words` in the form for short answers, and `whole` as prose. `english` is the tongue
    of the answer, `written` that of the message, None where nothing tells, `before` what it was; the `state`
    of the conversation is idle where nothing was asked lately."""

    message: Message
    words: str
    whole: str
    english: bool
    written: bool | None
    before: bool
    state: State

    def finding(self, chat: Chat) -> Finding:
        phone = chat.phone_line(english=self.english)
        return Finding(chat.services, chat.anchor, chat.once, chat.numbers, phone, self.english)


ANSWERS: Sequence[Callable[[Chat, Text, Cause], Awaitable[str | None]]] = (
    Chat.visit,
    Chat.asked,
    Chat.opinion,
    Chat.complaint,
    Chat.progress,
    Chat.booking,
    Chat.beside,
    Chat.number,
    Chat.sentence,
)
"""Who may know the answer to a text, in this order; else it is looked for."""
LONGEST = 120
"""Characters of a sentence in which something is looked for."""
PARDON = {False: "很抱歉给您添麻烦了。", True: "We are sorry for the trouble."}
NO_TEXT_ENGLISH = {
    False: "I cannot read pictures and films yet. Please write what you want to do, e.g. residence permit",
    True: "I did not hear that well. Please say it again, or write, e.g. book a residence permit",
}
"""To a message without words; True stands for a voice."""
UNCLEAR = {False: "抱歉，没听明白。", True: "Sorry, I did not understand."}


def is_stray(words: str) -> bool:
    """Whether it is one word in Latin letters, which tells of no tongue where nothing is known of it."""
    return words.isascii() and len(words.split()) == 1


EVENTS: Mapping[str, Callable[[Chat, Message, Cause], Awaitable[str | None]]] = {
    "subscribe": Chat.followed,
    "scan": Chat.scanned,
    "unsubscribe": Chat.unfollowed,
    "click": Chat.clicked,
    "templatesendjobfinish": Chat.template_finished,
    "user_authorization_revoke": Chat.revoked,
    "user_authorize_invalidation": Chat.revoked,
    "user_authorization_cancellation": Chat.revoked,
}
