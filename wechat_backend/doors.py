"""The sockets at which a web server is asked. All its processes have the same ones."""

from dataclasses import dataclass
from socket import socket

from tornado.netutil import bind_sockets

from wechat_backend.settings import Settings

BACKLOG = 4096
"""Connections that may wait for a loop's next turn; one too many comes again a second later."""


@dataclass(frozen=True)
class Doors:
    """One for visitors, and one for who keeps the service running."""

    visitors: list[socket]
    operators: list[socket]

    def addresses(self) -> dict[str, str | int]:
        """For the log."""
        address, port = self.visitors[0].getsockname()[:2]
        return {"address": address, "port": port, "operations_port": self.operators[0].getsockname()[1]}

    def close(self) -> None:
        for each in (*self.visitors, *self.operators):
            each.close()


def open_doors(settings: Settings) -> Doors:
    """
    Raises:
        OSError: another program is asked there.
    """
    return Doors(
        visitors=bind_sockets(settings.port, settings.bind, backlog=BACKLOG),
        operators=bind_sockets(settings.operations_port, settings.operations_bind),
    )
