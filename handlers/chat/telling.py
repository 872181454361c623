"""A guide and the progress of an application, told in the chat in the language of the reader: Chinese
sentences that go through gettext, as those of the pages do."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import tornado.locale
from tornado.locale import Locale

from handlers.web.names import title_of
from handlers.web.sentences import filled
from models.applications import Application, Case, status_of, what_next
from models.errors import DomainError
from models.guides import HANDLING, Found, Guide
from models.typed import HAN

REFERRED = 3
"""Referrals in one answer, which is 2000 bytes at most."""


def locale_of(*, english: bool) -> Locale:
    return tornado.locale.get("en" if english else "zh_CN")


def fault_text(error: DomainError, locale: Locale) -> str:
    """The sentence of an error, with the words that fill it."""
    values = {
        name: locale.translate(value) if isinstance(value, str) and value else value
        for name, value in error.values.items()
    }
    return filled(locale, error.message, **values)


@dataclass(frozen=True)
class Telling:
    """`link` makes an address of ours and words into a link of the chat."""

    link: Callable[[str, str], str]
    locale: Locale

    @property
    def english(self) -> bool:
        return self.locale.code == "en"

    def guide(self, guide: Guide, applying: Sequence[str]) -> str:
        """The short form of a guide, with the lines on how to apply. What the data say in Chinese alone is
        said where one has to say it at the window, as the names of materials, and else left out."""
        say, asked = self.locale.translate, guide.online_materials()
        materials = [f"{number}. {say(one.name)}" for number, one in enumerate(asked, 1)]
        handling = HANDLING[guide.handling]
        return "\n".join(
            [
                f"【{title_of(guide, self.locale.code)}】",
                *self.own(guide.summary),
                "",
                self.line("办理方式：{way}", way=say(handling.long) if self.english else handling.in_chat),
                self.line("跑动次数：{visits}次", visits=str(guide.visits)),
                self.line("办结时间：{limit}", limit=self.limit(guide)),
                self.line("收费：{amount}", amount=say(guide.fees.amount)),
                say("要准备的材料：") if materials else say("不需要准备材料。"),
                *materials,
                "",
                *applying,
                self.line("咨询电话：{phone}", phone=guide.consult_phone),
            ]
        )

    def limit(self, guide: Guide) -> str:
        """How long it takes, counted as the law counts."""
        if guide.time_limit.on_the_spot:
            return self.locale.translate("当场办结")
        days = guide.time_limit.decision
        return self.line("{count} 个工作日", count=days) if self.english else f"{days}个工作日"

    def own(self, text: str) -> list[str]:
        """What the data say, if the reader can read it."""
        said = self.locale.translate(text) if text else ""
        return [] if self.english and re.search(f"[{HAN}]", said) else [said]

    def whole(self, guide: Guide) -> str:
        return self.link(f"/guides/{guide.item}", self.locale.translate("看完整指南，马上办理"))

    def under_way(self, application: Application) -> str:
        """That there is one already, and the way to it."""
        page = self.link(f"/applications/{application['_id']}", self.locale.translate("看进度"))
        return self.line("您已有一件正在办理，不用再申请：{page}", page=page)

    def barred(self, error: DomainError) -> list[str]:
        """Why one cannot apply, and what one can do."""
        say = self.locale.translate
        return [
            fault_text(error, self.locale) + say("："),
            self.link("/appointments/new", say("预约到大厅办")),
            self.link("/blacklist", say("查看决定，提出申诉")),
        ]

    def progress(self, case: Case, serial: str) -> str:
        """How an application stands, as anyone who knows its serial number may see it."""
        say, ahead = self.locale.translate, what_next(case)
        item = title_of(case.guide, "en") if self.english else case.application["item_name"]
        page = self.link(f"/progress?serial={quote(serial)}", say("查看详细进度"))
        return "\n".join(
            [
                self.line("申请流水号：{serial}", serial=serial),
                self.line("事项：{item}", item=item),
                self.line("当前进度：{status}", status=say(status_of(case.application))),
                *([f"{say('接下来：')}{say(ahead)}"] if ahead else []),
                "",
                page,
            ]
        )

    def elsewhere(self, found: Found) -> str:
        """Who does what we do not, and how they are reached."""
        say, code = self.locale.translate, self.locale.code
        return "\n".join(
            self.line(
                "【{name}】不在这里办，由{who}办理。{where}。电话：{phone}",
                name=title_of(one, code),
                who=say(one.who),
                where=say(one.where).rstrip("。."),
                phone=one.phone,
            )
            for one in found.referrals[:REFERRED]
        )

    def line(self, text: str, **values: str | int) -> str:
        return filled(self.locale, text, **values)
