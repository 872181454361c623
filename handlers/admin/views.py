"""Views of a list: what a member asks for again and again, kept under a name beside the filters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handlers.admin.lists import SEARCH, PanelList
from models.staff import Member, views_of


@dataclass(frozen=True)
class KeptView:
    name: str
    address: str
    chosen: bool


@dataclass(frozen=True)
class ShownViews:
    """What `admin/views.html` shows. `keep` is where the form goes that keeps what is asked for now; "" where
    there is nothing to keep: it is a view already, or has what was searched for, which no view keeps."""

    kept: list[KeptView]
    keep: str
    remove: str


def shown_views(member: Member, of: PanelList[Any], asked: Mapping[str, str]) -> ShownViews:
    """A member's views of a list that is asked for this."""
    kept = [
        KeptView(one["name"], of.at(**one["asked"]), one["asked"] == asked)
        for one in views_of(member, of.address)
    ]
    new = SEARCH not in asked and len(asked) > 1 and not any(one.chosen for one in kept)
    query = of.at(**asked).removeprefix(of.address)
    return ShownViews(kept, f"{of.address}/views{query}" if new else "", f"{of.address}/views/remove{query}")
