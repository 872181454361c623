"""JSON for the mini-program and other clients."""

import json
from datetime import datetime
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ValidationError

from handlers.web.base import Schema, first_fault, misfilled
from handlers.web.request_limits import MOST_VALUES
from handlers.web.visitor import Visitor
from models.errors import BadInput, DomainError, InvalidForm
from models.events import Channel


class JsonInvalid(BadInput):
    code = "json_invalid"
    message = "请求内容不是有效的JSON"


class PreconditionRequired(DomainError):
    """The request does not say which version it is for."""

    status = 428
    code = "precondition_required"
    message = "请在If-Match中写明所依据的版本"


class TooManyValues(DomainError):
    status = 413
    code = "too_many_values"
    message = "提交的内容项数过多"


class ApiHandler(Visitor):
    """JSON for the mini-program and other clients; a bearer token says who asks."""

    @property
    def channel(self) -> Channel:
        """That of the session; the mini-program's before there is one."""
        return Channel(self.session["channel"]) if self.session else Channel.MINIPROGRAM

    async def token(self) -> str | None:
        scheme, _, token = self.request.headers.get("Authorization", "").partition(" ")
        return token if scheme.lower() == "bearer" else None

    def check_xsrf_cookie(self) -> None:
        """Nothing to check: no cookie signs a client in here, so no other site can use one."""

    def body(self, schema: type[Schema]) -> Schema:
        """The JSON body as `schema`.

        Raises:
            BadInput: `json_invalid` or `input_invalid`.
            TooManyValues
        """
        if self.request.body.count(b",") > MOST_VALUES:
            raise TooManyValues
        try:
            return schema.model_validate_json(self.request.body or b"{}")
        except ValidationError as error:
            if first_fault(error)["type"] == "json_invalid":
                raise JsonInvalid from None
            raise misfilled(error) from None

    def reply(self, value: Any, status: int = HTTPStatus.OK) -> None:
        """`value` is a dict, or a pydantic model."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.set_header("Content-Language", self.locale.code.replace("_", "-"))
        self.set_header("Vary", "Accept-Language, Authorization")
        if isinstance(value, BaseModel):
            self.finish(value.model_dump_json(context={"translate": self.locale.translate}))
        else:
            self.finish(json.dumps(value, ensure_ascii=False, default=jsonable))

    def write_domain_error(self, error: DomainError) -> None:
        details: dict[str, Any] = {"code": error.code, "message": self.text(error)}
        details |= error.details
        if isinstance(error, InvalidForm):
            details["fields"] = {name: self.text(fault) for name, fault in error.faults.items()}
        self.reply({"error": details, "request": self.request_id}, error.status)


def jsonable(value: object) -> str:
    """What `json` does not know of itself: a time in ISO 8601."""
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not JSON")
