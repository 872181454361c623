"""What every page of the panel shares: the menu that its member may use, and a form shown again."""

from typing import Any

import tornado.locale

from handlers import words
from handlers.base import StaffHandler
from models.errors import DomainError, TooMany
from models.staff import scopes
from models.store import Document

MENU = (
    ("applications:read", "/admin/applications", "办件"),
    ("appointments:record", "/admin/appointments", "预约"),
    ("applicants:verify", "/admin/verify", "窗口核验"),
    ("deliveries:read", "/admin/deliveries", "发送记录"),
)
"""Scope → page → name; a member sees what their roles allow."""


class PanelPage(StaffHandler):
    """A page of the panel, in Chinese whatever the browser prefers."""

    def get_user_locale(self) -> tornado.locale.Locale:
        return tornado.locale.get("zh_CN")

    def somebody(self) -> Document:
        """The member, where `needs` has let one in."""
        assert self.member
        return self.member

    def get_template_namespace(self) -> dict[str, Any]:
        own: frozenset[str] = scopes(self.member) if self.member else frozenset()
        return super().get_template_namespace() | {
            "member": self.member,
            "menu": [(path, name) for scope, path, name in MENU if scope in own],
            "may": own,
            "words": words,
        }

    def given(self) -> dict[str, list[str]]:
        """What was filled in, to be shown again; a password never is."""
        hidden = ("_xsrf", "password")
        return {
            name: self.get_body_arguments(name) for name in self.request.body_arguments if name not in hidden
        }

    def write_domain_error(self, error: DomainError) -> None:
        if isinstance(error, TooMany):
            self.set_header("Retry-After", str(error.retry_after))
        self.show("admin/error.html", error=error)
