"""What can be wrong, in the domain's own words. `handlers.web.base` alone turns these into answers.

Each fault is a class of its own, in the concept that raises it, and is raised fresh each time: an instance
that is kept and raised again keeps every traceback, and so every request with its body.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class DomainError(Exception):
    """A request that cannot be met.

    `code` is stable and for programs; `message` is Chinese, for people, and may hold `{names}` that the
    keyword arguments fill, so that the sentence can be translated whole.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str]
    message: ClassVar[str]

    def __init__(self, **values: Any) -> None:
        super().__init__(self.message.format(**values))
        self.values = values

    @property
    def details(self) -> dict[str, Any]:
        """What programs are told besides code and message, by the names of `handlers.api.contract.Fault`."""
        return {}


class BadInput(DomainError):
    """What was sent cannot be understood; `field` names the part at fault where there is one."""

    field: str | None = None

    def __init__(self, *, field: str | None = None, **values: Any) -> None:
        self.field = field or self.field
        super().__init__(field=self.field, **values)

    @property
    def details(self) -> dict[str, Any]:
        return {"field": self.field} if self.field else {}


class InvalidForm(BadInput):
    """Several answers are wrong; `faults` maps each question to what is wrong with its answer."""

    code = "form_invalid"
    message = "有{count}处需要修改，请按提示核对"

    def __init__(self, faults: Mapping[str, BadInput]) -> None:
        super().__init__(count=len(faults))
        self.faults = faults

    @property
    def fields(self) -> dict[str, str]:
        """Each question with its own message, in Chinese."""
        return {name: str(fault) for name, fault in self.faults.items()}


class Unauthenticated(DomainError):
    """We do not know who is asking."""

    status = 401


class Forbidden(DomainError):
    """We know who is asking, and it is not theirs to ask."""

    status = 403


class NotFound(DomainError):
    status = 404


class Conflict(DomainError):
    """Another request was first, or the thing is no longer in the state that the request expects."""

    status = 409


class Refused(DomainError):
    """The regulation does not allow it."""

    status = 422


class TooMany(DomainError):
    """Asked too often; `retry_after` is in seconds."""

    status = 429

    def __init__(self, *, retry_after: int, **values: Any) -> None:
        super().__init__(**values)
        self.retry_after = retry_after


class Unavailable(DomainError):
    """Something that we depend on does not answer; trying again in `retry_after` seconds may help."""

    status = 503
    retry_after: ClassVar[int] = 30
