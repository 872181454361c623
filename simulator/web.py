"""What all handlers share: the simulator, JSON in and out, and failures on order."""

import asyncio
import json
from abc import ABC, abstractmethod
from typing import Any, NoReturn

from tornado.web import Application, Finish, RequestHandler

from simulator.errors import PlatformError
from simulator.faults import Fault
from simulator.state import Simulator


def simulator_of(application: Application) -> Simulator:
    simulator: Simulator = application.settings["simulator"]
    return simulator


class Handler(RequestHandler):
    @property
    def simulator(self) -> Simulator:
        return simulator_of(self.application)

    def reply(self, document: object, status: int = 200) -> NoReturn:
        """Answer in JSON and end."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(json.dumps(document, ensure_ascii=False))
        raise Finish

    def document(self) -> dict[str, Any] | None:
        """The JSON object in the body, None if there is none."""
        try:
            document = json.loads(self.request.body)
        except ValueError:
            return None
        return document if isinstance(document, dict) else None

    def set_default_headers(self) -> None:
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", "no-store")

    def log_exception(self, kind: Any, error: Any, trace: Any) -> None:
        if not isinstance(error, PlatformError):
            super().log_exception(kind, error, trace)


class PlatformHandler(Handler, ABC):
    """An endpoint of a platform: its calls are counted, and control can make the next ones fail."""

    lost = False

    @abstractmethod
    def operation(self) -> str:
        """What control calls it."""

    @abstractmethod
    def refuse(self, error: PlatformError) -> None:
        """Write an error in the platform's form."""

    async def prepare(self) -> None:
        self.simulator.called(self.operation())
        if fault := self.simulator.faults.take(self.operation()):
            await self._fail(fault)

    async def _fail(self, fault: Fault) -> None:
        await asyncio.sleep(fault.delay)
        if fault.errcode is not None:
            error = PlatformError(fault.errcode, "as ordered")
            self.refuse(error)
        if fault.http is not None:
            self.set_status(fault.http)
        if fault.errcode is not None or fault.http is not None:
            await self.finish()
            return
        self.lost = fault.lost

    def finish(self, chunk: Any = None) -> "asyncio.Future[None]":
        if not self.lost:
            return super().finish(chunk)
        self._auto_finish = False
        self.detach().close()
        self._finished = True
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None)
        return done

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs["exc_info"][1] if "exc_info" in kwargs else None
        if isinstance(error, PlatformError):
            self.set_status(200)
            self.refuse(error)
            self.finish()
        else:
            super().write_error(status_code, **kwargs)
