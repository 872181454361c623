"""What all citizens' pages share: forms that keep their input, answers to scripts, QR pictures."""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from tornado.escape import xhtml_escape

from handlers.web import words
from handlers.web.answers import in_part
from handlers.web.base import InputInvalid
from handlers.web.html import PageHandler
from handlers.web.names import english_names, title_of
from handlers.web.qr import qr_png
from models import applications
from models.errors import BadInput, DomainError, InvalidForm
from models.guides import Department, Guide, Offered, Referral
from models.people import Applicant, shown_name
from models.people.binding import NotAgent
from models.places import Hall

DOCUMENT_ID = r"([0-9a-f]{32})"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


class Unreadable(InputInvalid):
    """`InputInvalid` as people read it: without the name of the field, which is for programs."""

    message = "填写的内容有误或不完整，请返回核对后重试"


class CitizenPage(PageHandler):
    """A citizen's page with its words; `errors` maps each field at fault to what is wrong with it,
    `labels` fields to what they are called."""

    def get_template_namespace(self) -> dict[str, Any]:
        return super().get_template_namespace() | {
            "errors": {},
            "labels": {},
            "words": words,
            "title_of": self.title_of,
            "name_of": self.name_of,
            "said": self.said,
            "day_named": self.day_named,
            "offered_ways": applications.offered,
            "visits": applications.visits,
            "looked": self.looked,
            "in_part": in_part,
        }

    def title_of(self, named: Guide | Hall | Department | Referral | Offered) -> str:
        """Its name in the visitor's language, else in Chinese."""
        return title_of(named, self.locale.code)

    def name_of(self, applicant: Applicant) -> str:
        return shown_name(self.services.applicants.privacy, applicant)

    def day_named(self, day: date) -> str:
        """A day with its weekday."""
        weekday = self.locale.translate(words.WEEKDAYS[day.weekday()])
        return f"{self.expected_mark(day)}{day.month}-{day.day} {weekday}"

    def said(self, text: str) -> str:
        """What the data say, as HTML: in the visitor's language, or marked as Chinese on an English page."""
        shown = xhtml_escape(self.locale.translate(text) if text else "")
        foreign = self.locale.code == "en" and CHINESE.search(shown)
        return f'<span lang="zh-CN">{shown}</span>' if foreign else shown

    def looked(self, whole: str, part: str) -> str:
        """A value as HTML: what is shown of it at first, and the whole when that is touched."""
        if part == whole:
            return self.said(whole)
        return self.render_string("citizen/parts/look.html", whole=whole, part=part).decode()

    async def names(self, *documents: Mapping[str, Any]) -> dict[str, str]:
        """On an English page the names of the guides, halls and departments of these documents, by code."""
        return await english_names(self.services, *documents) if self.locale.code == "en" else {}

    def text(self, error: DomainError) -> str:
        """As for every page, but without the name of a field, which is for programs."""
        return super().text(Unreadable() if isinstance(error, InputInvalid) else error)

    @property
    def by_script(self) -> bool:
        """Whether the page's own script sent the request; it is answered in JSON."""
        return self.request.headers.get("X-Requested-With") == "fetch"

    async def check_role(self) -> None:
        """Nothing is begun for another than the form says, whose page was opened in another role.

        Raises:
            OtherRole, NotAgent
        """
        party, role = self.bound_party(), self.get_body_argument("role", "")
        if role and role != party.id:
            raise await self.services.binding.explained(party.agent, role, NotAgent())

    def errors_of(self, error: DomainError) -> dict[str, str]:
        if isinstance(error, InvalidForm):
            return {name: self.text(fault) for name, fault in error.faults.items()}
        if isinstance(error, BadInput) and error.field:
            return {error.field: self.text(error)}
        return {}

    def again(self, template: str, error: DomainError, **values: Any) -> None:
        """The form once more, with what was filled in and what is wrong with it."""
        if self.by_script:
            return self.tell_error(error)
        return self.show(template, error=error, given=self.given(), errors=self.errors_of(error), **values)

    def tell(self, value: Mapping[str, Any]) -> None:
        """JSON for the page's own script."""
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(json.dumps(value, ensure_ascii=False))

    def tell_error(self, error: DomainError) -> None:
        self.set_error_status(error)
        self.tell({"code": error.code, "message": self.text(error), "fields": self.errors_of(error)})

    def write_domain_error(self, error: DomainError) -> None:
        if self.by_script:
            return self.tell_error(error)
        return super().write_domain_error(error)

    def picture(self, url: str, *, kept: bool = True) -> None:
        """A QR that leads to `url`; `kept` by the browser for an hour, where it is no secret."""
        self.set_header("Content-Type", "image/png")
        self.set_header("Cache-Control", "private, max-age=3600" if kept else "no-store")
        self.finish(qr_png(url))


def steps_of(guide: Guide) -> dict[str, list[str]]:
    """The window way and the online way, each as the names of its steps."""
    return {
        "window": [step.name for step in guide.window_steps],
        "online": [step.name for step in guide.online_steps],
    }
