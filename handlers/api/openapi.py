"""The API described (OpenAPI 3.1), from the declarations that drive it."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from handlers.api.contract import (
    PARAMETERS,
    PREFIX,
    Endpoint,
    Failure,
    File,
    Media,
    Operation,
    Resource,
    Versioned,
    operation,
)
from handlers.web.site import Site
from handlers.web.visitor import Auth

REFERENCE = "#/components/schemas/{model}"
JSON = "application/json"
TAG = {"type": "string", "pattern": '^"[0-9]{1,9}"$'}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "the version that was seen, as its `ETag` gave it; another one is 409 `draft_changed`",
    "schema": TAG,
}
ETAG = {"ETag": {"description": "`version`, in quotes", "schema": TAG}}

SECURITY: Mapping[Auth, list[dict[str, list[str]]]] = {
    Auth.ANYONE: [],
    Auth.ACCOUNT: [{"session": []}],
    Auth.APPLICANT: [{"session": []}],
    Auth.DEVICE: [{"device": []}],
}
Schemas = Mapping[Any, dict[str, Any]]
"""(model, direction) → reference to its schema."""


class OpenApiResource(Resource):
    @operation("This description", answers=Media((JSON,)))
    async def get(self) -> File:
        return File(written(tuple(self.endpoints), self.services.site), JSON)


@cache
def written(endpoints: tuple[Endpoint, ...], site: Site) -> bytes:
    """The whole document as JSON; making it takes long, and it never changes while the service runs."""
    return json.dumps(describe(endpoints, site), ensure_ascii=False).encode()


def describe(endpoints: Sequence[Endpoint], site: Site) -> dict[str, Any]:
    """The whole document."""
    references, definitions = models_json_schema(sorted_models(endpoints), ref_template=REFERENCE)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "番禺智慧政务",
            "version": "1",
            "description": "Times are ISO 8601 in UTC; numbers of credentials and phones come masked.",
        },
        "servers": [{"url": site.base_url + PREFIX}],
        "paths": {endpoint.path: _path(endpoint, references) for endpoint in endpoints},
        "components": {
            "schemas": definitions.get("$defs", {}),
            "securitySchemes": {
                "session": {"type": "http", "scheme": "bearer"},
                "device": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-Signature",
                    "description": "with `X-Kiosk`, `X-Timestamp` and `X-Nonce`; see docs/devices.md",
                },
            },
        },
    }


def sorted_models(endpoints: Iterable[Endpoint]) -> list[tuple[type[BaseModel], JsonSchemaMode]]:
    """Every schema with its direction, always in the same order."""
    found: set[tuple[type[BaseModel], JsonSchemaMode]] = {(Failure, "serialization")}
    for endpoint in endpoints:
        for _, declared in endpoint.operations():
            if isinstance(declared.asks, type):
                found.add((declared.asks, "validation"))
            if isinstance(declared.answers, type):
                found.add((declared.answers, "serialization"))
    return sorted(found, key=lambda pair: (pair[0].__module__, pair[0].__qualname__, pair[1]))


def _path(endpoint: Endpoint, references: Schemas) -> dict[str, Any]:
    names = re.findall(r"\{(\w+)\}", endpoint.path)
    described: dict[str, Any] = {
        method: _operation(endpoint, method, declared, references)
        for method, declared in endpoint.operations()
    }
    if names:
        described["parameters"] = [
            {
                "name": name,
                "in": "path",
                "required": True,
                "schema": {"type": "string", "pattern": f"^{PARAMETERS[name]}$"},
            }
            for name in names
        ]
    return described


def _operation(endpoint: Endpoint, method: str, declared: Operation, references: Schemas) -> dict[str, Any]:
    words = re.findall(r"\w+", endpoint.path)
    parameters: list[dict[str, Any]] = [IF_MATCH] if declared.if_match else []
    described: dict[str, Any] = {
        "operationId": "_".join((method, *words)),
        "summary": declared.summary,
        "tags": [words[0]],
        "security": SECURITY[declared.auth],
        "responses": {str(declared.status): _success(declared, references)}
        | {
            str(status): _failure(status, codes)
            for status, codes in declared.all_errors(method, endpoint.path).items()
        },
    }
    if isinstance(declared.asks, Media):
        file = {"type": "string", "format": "binary"}
        described["requestBody"] = {
            "required": True,
            "content": {
                kind: {
                    "schema": {"type": "object", "properties": {"file": file}}
                    if "multipart" in kind
                    else file
                }
                for kind in declared.asks.types
            },
        }
        parameters += [
            {"name": name, "in": "header", "description": why, "schema": {"type": "string"}}
            for name, why in declared.asks.headers.items()
        ]
    elif declared.asks and method == "get":
        parameters += _query(declared.asks)
    elif declared.asks:
        schema = references[declared.asks, "validation"]
        described["requestBody"] = {"required": True, "content": {JSON: {"schema": schema}}}
    if parameters:
        described["parameters"] = parameters
    return described


def _query(schema: type[BaseModel]) -> Iterable[dict[str, Any]]:
    shape = schema.model_json_schema()
    definitions = shape.get("$defs", {})
    for name, field in shape["properties"].items():
        reference = field.get("$ref") or next((o["$ref"] for o in field.get("anyOf", []) if "$ref" in o), "")
        yield {
            "name": name,
            "in": "query",
            "required": name in shape.get("required", []),
            "schema": definitions[reference.rsplit("/", 1)[-1]] if reference else field,
        }


def _success(declared: Operation, references: Schemas) -> dict[str, Any]:
    described: dict[str, Any] = {"description": HTTPStatus(declared.status).phrase}
    if isinstance(declared.answers, Media):
        described["content"] = {kind: {} for kind in declared.answers.types}
    elif declared.answers:
        if issubclass(declared.answers, Versioned):
            described["headers"] = ETAG
        described["content"] = {JSON: {"schema": references[declared.answers, "serialization"]}}
    return described


def _failure(status: int, codes: Sequence[str]) -> dict[str, Any]:
    return {
        "description": f"{HTTPStatus(status).phrase}: {', '.join(codes)}",
        "content": {
            JSON: {
                "schema": {
                    "allOf": [
                        {"$ref": REFERENCE.format(model=Failure.__name__)},
                        {"properties": {"error": {"properties": {"code": {"enum": list(codes)}}}}},
                    ]
                }
            }
        },
    }


ENDPOINTS = [Endpoint("/openapi.json", OpenApiResource)]
