"""The small parts that pages repeat, for `{% module Fact(…) %}` in a template.

Labels come translated; what the data say is translated here, or marked as Chinese on an English page. A part
of a form shows again what was filled in, and what is wrong with it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from tornado.escape import xhtml_escape
from tornado.web import UIModule

from handlers.web.pages import CitizenPage
from handlers.web.places import directions
from handlers.web.schematic import Schematic
from models.applications import How, Visit
from models.guides import Offered, Referral
from models.people import CURRENT_WORDING, WORDINGS
from models.places import Hall, Minutes, Near, Working
from models.workdays import local_date

PARTS = "citizen/parts"
FARTHEST_WALK = 60
"""In minutes; beyond it only the bicycle is told."""


class Part(UIModule):
    """A part of a citizen's or a kiosk's page."""

    handler: CitizenPage

    @property
    def errors(self) -> dict[str, str]:
        return dict(self.handler.on_page.get("errors", {}))

    def filled(self, name: str) -> list[str]:
        """What was sent for a field, if the form comes back."""
        return list(self.handler.on_page["given"].get(name, []))

    def part(self, template: str, /, **values: Any) -> bytes:
        return self.handler.render_string(f"{PARTS}/{template}.html", **values)


class Icon(Part):
    def render(self, name: str) -> bytes:
        return self.part("icon", icon=name)


class Fact(Part):
    """A row of a list of facts: what it is called, and what the data say."""

    def render(self, label: str, value: Any, *, code: bool = False) -> str:
        look = ' class="code"' if code else ""
        return f"<dt>{self.handler.said(label)}</dt><dd{look}>{self.handler.said(str(value))}</dd>"


class Look(Part):
    """A row of a list of facts; where only a part of the value is shown, one touch shows the whole."""

    def render(self, label: str, whole: str, part: str) -> str:
        named = f"<dt>{self.handler.said(label)}</dt>"
        return f"{named}<dd>{self.handler.looked(whole, part)}</dd>"


class Called(Part):
    """The name of what is asked for, and whether it may be left out."""

    def render(self, name: str, required: bool) -> str:
        optional = "" if required else f' <span class="faint">{self.locale.translate("（选填）")}</span>'
        return f"{self.handler.said(name)}{optional}"


class Call(Part):
    """A phone number that calls when it is touched."""

    def render(self, number: str, label: str = "", *, button: bool = False) -> str:
        look = ' class="button"' if button else ""
        shown = xhtml_escape(f"{label} {number}".strip())
        return f'<a{look} href="tel:{xhtml_escape(number)}">{shown}</a>'


class Bullets(Part):
    def render(self, texts: Iterable[str]) -> str:
        return f'<ul class="bullets">{"".join(f"<li>{self.handler.said(text)}</li>" for text in texts)}</ul>'


class Tag(Part):
    def render(self, text: str, look: str = "plain") -> str:
        kind = "tag" if look == "plain" else f"tag tag_{look}"
        return f'<span class="{kind}">{self.handler.said(text)}</span>'


class Empty(Part):
    """What an empty list says, and where to go on."""

    def render(self, text: str, link: str, action: str) -> bytes:
        return self.part("empty", text=text, link=link, action=action)


class Elsewhere(Part):
    """Who does what we do not, and how they are reached."""

    def render(self, referral: Referral) -> bytes:
        return self.part("elsewhere", referral=referral)


class Nothing(Part):
    """A search without a hit: whom to ask, and where to look instead. `path` is completed by a word."""

    def render(self, topics: Iterable[str], path: str, everything: str) -> bytes:
        return self.part("nothing", topics=topics, path=path, everything=everything)


class Ask(Part):
    """A step that cannot be taken back: its button opens the question whether to take it. `seen` are the ids
    of what it is taken with, as the page shows them."""

    def render(
        self,
        name: str,
        path: str,
        question: str,
        button: str,
        *,
        look: str = "",
        big: bool = False,
        seen: Sequence[str] = (),
    ) -> bytes:
        looks = {"look": look, "big": big}
        return self.part("ask", name=name, path=path, question=question, button=button, seen=seen, **looks)


class Search(Part):
    def render(self, label: str, hint: str, typed: str = "") -> bytes:
        return self.part("search", label=label, hint=hint, typed=typed)


class Field(Part):
    """A line to be filled in; `attributes` are those of its input, `kind` is that of a question."""

    def render(self, name: str, label: str, help_: str = "", kind: str = "", **attributes: Any) -> bytes:
        values = {"type": "text", "maxlength": 100, "autocomplete": "off", **attributes}
        typed = (self.filled(name) or [""])[-1]
        shown = {"typed": typed, "kind": kind, "error": self.errors.get(name)}
        return self.part("field", name=name, label=label, help=help_, attributes=values, **shown)


class Select(Part):
    """One of several; `options` are pairs of a code and what it is called."""

    def render(
        self, name: str, label: str, options: Iterable[tuple[str, str]], chosen: Collection[str] | None = None
    ) -> bytes:
        codes = self.filled(name) if chosen is None else chosen
        error = self.errors.get(name)
        return self.part("select", name=name, label=label, options=options, chosen=codes, error=error)


class Choice(Part):
    """A radio button, or a check box where `many` may be chosen; `tongue` is the language of its label."""

    def render(
        self,
        name: str,
        value: str,
        label: str,
        *,
        checked: bool,
        many: bool = False,
        bad: bool = False,
        tongue: str = "",
    ) -> bytes:
        kind = "checkbox" if many else "radio"
        return self.part(
            "choice", name=name, value=value, label=label, checked=checked, kind=kind, bad=bad, tongue=tongue
        )


class WayChoice(Part):
    """A way of receiving the result, and what one then comes for."""

    def render(self, how: How, visits: Sequence[Visit], *, checked: bool) -> bytes:
        return self.part("way", how=how, visits=visits, checked=checked)


class Coming(Part):
    """How often one comes, and what for; or that one need not."""

    def render(self, visits: Sequence[Visit]) -> bytes:
        return self.part("coming", visits=visits)


class Halls(Part):
    """Where to go: a hall with its address, or any of several."""

    def render(self, halls: Sequence[Hall]) -> bytes:
        return self.part("halls", halls=halls)


class Place(Part):
    """What one needs to know of a place before one goes there; `number` is the one on the map, `at_kiosks`
    has the items of kiosks by their codes."""

    def render(self, near: Near, at_kiosks: Mapping[str, Offered], number: int = 0) -> bytes:
        offered = [one for code, one in at_kiosks.items() if code in near.items]
        ways = directions(near.hall)
        return self.part("place", near=near, hall=near.hall, number=number, offered=offered, ways=ways)


class Works(Part):
    """What works at a place now, and when more does."""

    def render(self, working: Working) -> bytes:
        today = local_date(self.handler.now)
        opens = local_date(working.opens) if working.opens else today
        return self.part("works", works=working, opens_today=opens == today, opening_day=opens)


class OnTheWay(Part):
    """How long it takes to a place."""

    def render(self, way: Minutes) -> str:
        far = "骑车约{by_bicycle}分钟"  # nobody goes there on foot
        said = self.locale.translate(
            far if way.on_foot > FARTHEST_WALK else "步行约{on_foot}分钟，骑车约{by_bicycle}分钟"
        )
        return xhtml_escape(said.format(on_foot=way.on_foot, by_bicycle=way.by_bicycle))


class Map(Part):
    """A schematic map; `title` says of what."""

    def render(self, drawn: Schematic, title: str) -> bytes:
        return self.part("map", map=drawn, title=title)


class Marks(Part):
    """For the tag of an input: what describes it, and that it is at fault."""

    def render(self, name: str, *, helped: bool = True, invalid: bool = True) -> str:
        bad = name in self.errors
        described = " ".join([f"{name}-help"] * helped + [f"{name}-error"] * bad)
        about = f'aria-describedby="{described}"' if described else ""
        return f'{about} aria-invalid="true"' if bad and invalid else about


class Electronic(Part):
    """The question whether one agrees to electronic service; its answer names the words that were shown."""

    def render(self) -> bytes:
        checked = bool(self.filled("electronic"))
        return self.part(
            "electronic", wording=CURRENT_WORDING, sentences=WORDINGS[CURRENT_WORDING], checked=checked
        )


class Fault(Part):
    """What is wrong with a field."""

    def render(self, name: str) -> str:
        if name not in self.errors:
            return ""
        return f'<p class="field__error" id="{name}-error">{xhtml_escape(self.errors[name])}</p>'
