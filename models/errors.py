"""What can be wrong, in the domain's own words. `handlers.base` alone turns these into answers."""

from typing import Any


class DomainError(Exception):
    """A request that cannot be met.

    `code` is stable and for programs. `message` is Chinese and for people; it may hold `{names}`
    that `values` fills, so that the sentence can be translated whole.
    """

    status = 400

    def __init__(self, code: str, message: str, **values: Any) -> None:
        super().__init__(message.format(**values))
        self.code, self.message, self.values = code, message, values


class BadInput(DomainError):
    """What was sent cannot be understood; `field` names the part at fault where there is one."""

    def __init__(self, code: str, message: str, field: str | None = None, **values: Any) -> None:
        super().__init__(code, message, field=field, **values)
        self.field = field


class InvalidForm(BadInput):
    """Several answers are wrong; `faults` maps each question to what is wrong with its answer."""

    def __init__(self, faults: dict[str, BadInput]) -> None:
        super().__init__("form_invalid", "有{count}处需要修改，请按提示核对", count=len(faults))
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
    """Somebody else was first, or the thing is no longer in the state that the request expects."""

    status = 409


class Refused(DomainError):
    """The regulation does not allow it."""

    status = 422


class TooMany(DomainError):
    """Asked too often; `retry_after` is in seconds."""

    status = 429

    def __init__(self, code: str, message: str, retry_after: int, **values: Any) -> None:
        super().__init__(code, message, **values)
        self.retry_after = retry_after


class Unavailable(DomainError):
    """Something that we depend on does not answer; trying again later may help."""

    status = 503
