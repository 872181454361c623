"""Failures on order: how the next calls of an operation fail, as the control API was told."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Fault(BaseModel):
    """How the next `times` calls of `operation` fail; the parts go together (first the delay, then the rest).

    `delay` is seconds before anything is done; `errcode` the platform's own code; `http` a status;
    `lost`: the call is done, but its answer never arrives.
    """

    model_config = ConfigDict(extra="forbid")
    operation: str
    times: int = Field(1, ge=1)
    errcode: int | str | None = None
    http: int | None = Field(None, ge=400, le=599)
    delay: float = Field(0, ge=0, le=600)
    lost: bool = False

    def document(self) -> dict[str, Any]:
        return self.model_dump(exclude_none=True)


class Faults:
    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def order(self, fault: Fault) -> None:
        self.waiting.append(fault)

    def take(self, operation: str) -> Fault | None:
        """The fault for this call, if there is one; each is used up by `times` calls."""
        for fault in self.waiting:
            if fault.operation == operation:
                fault.times -= 1
                if not fault.times:
                    self.waiting.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        self.waiting.clear()
