"""Each person has a phone of their own, with cookies of its own.

Cookies belong to a host, whatever the port: this page gets the service's cookies too. When the person
changes, the cookies of the old phone are put away here and those of the new one are set in their place.
"""

from collections.abc import Iterable, Mapping

PERSON = "simulator_person"


class Jars:
    """`desk` names the cookies that are not the phone's: they belong to the computer that it is shown on."""

    def __init__(self, desk: Iterable[str]) -> None:
        self.desk = frozenset(desk) | {PERSON}
        self.kept: dict[str, dict[str, str]] = {}

    def change(self, old: str, new: str, cookies: Mapping[str, str]) -> dict[str, str | None]:
        """Keep the cookies of the person `old` ("" for nobody).

        Returns what to do now: name → value to set, or None to clear it.
        """
        own = {name: value for name, value in cookies.items() if self._of_phone(name)}
        self.kept[old] = own
        coming = self.kept.get(new, {})
        cleared: dict[str, str | None] = {name: None for name in own if name not in coming}
        return cleared | coming

    def clear(self) -> None:
        self.kept.clear()

    def _of_phone(self, name: str) -> bool:
        return name.removeprefix("__Host-") not in self.desk
