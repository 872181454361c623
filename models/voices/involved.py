"""Who handled what a review is about: they neither moderate, rectify nor decide on it (article 17)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.applications import Applications
from models.appointments import Appointments
from models.errors import Refused
from models.events import Cause
from models.store import Store


class HandledIt(Refused):
    code = "handled_it"
    message = "您办理过这件事，须由没有办理过的同事处理"


@dataclass(frozen=True)
class Involved:
    applications: Applications
    appointments: Appointments

    async def check(self, matter: str, by: Cause) -> None:
        """
        Raises:
            Refused: `handled_it`.
        """
        kind, _, key = matter.partition(":")
        stores: Mapping[str, Store[Any]] = {
            "application": self.applications,
            "appointment": self.appointments,
        }
        if kind in stores and any(map(by.is_by, handlers_of(await stores[kind].get(key)))):
            raise HandledIt


def handlers_of(about: Mapping[str, Any]) -> set[str]:
    """The members who did something with an application or appointment, or whose it is to handle."""
    lines = [*about.get("timeline", ()), *about.get("internal", ())]
    actors = {line.get(name, "") for line in lines for name in ("actor", "on_behalf_of")}
    assigned = f"staff:{about['assigned']}" if about.get("assigned") else ""
    return {actor for actor in (*actors, assigned) if actor.startswith("staff:")}
