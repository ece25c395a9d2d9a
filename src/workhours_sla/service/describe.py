"""The description of the service in OpenAPI: from its operations, their types and their answers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from types import UnionType
from typing import Any, Final, get_args

import msgspec
from starlette.requests import Request

from workhours_sla.service import forms
from workhours_sla.service.api import JSON_TYPE, Limits, Operation, as_json
from workhours_sla.service.middleware import HEADERS
from workhours_sla.service.problems import BAD_REQUEST, MEDIA_TYPE, STATUSES, encoded
from workhours_sla.text.catalog import PROBLEMS
from workhours_sla.version import __version__

_REF: Final = "#/components/schemas/{name}"
_ALWAYS: Final = frozenset({"method-not-allowed", "too-many-requests", "internal"})
_OF_BODIES: Final = frozenset({"invalid-json", "body-timeout", "body-too-large"})
_PROBLEM: Final = {"schema": {"$ref": _REF.format(name="Problem")}}


def described(
    operations: Iterable[Operation],
    examples: Mapping[str, Mapping[str, Any]],
    limits: Limits,
    *,
    with_tokens: bool,
) -> dict[str, Any]:
    """Return the OpenAPI document. ``examples`` are answers by operation and name."""
    operations = list(operations)
    asked = [one.question for one in operations if _is_described(one)]
    answered = [kind for one in operations for kind in _forms(one.form) if _is_form(kind)]
    types = [*asked, *answered, forms.Answers, forms.Problem, forms.CloudEvent]
    _, schemas = msgspec.json.schema_components(types, ref_template=_REF)
    schemas["Event"] = forms.EVENT
    paths: dict[str, Any] = {}
    for one in operations:
        found = paths.setdefault(one.address, {})[one.method.lower()] = {
            "operationId": one.name,
            "summary": one.text,
            **({} if one.role else {"security": []}),
            **_asked(one, schemas, limits),
            "responses": _responses(one, examples.get(one.name, {})),
        }
        found.update(one.more)
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": "workhours_sla",
            "version": __version__,
            "description": "Working-time deadlines that are exact, explained and never guessed.",
        },
        "paths": paths,
        "components": {"schemas": schemas},
    }
    if with_tokens:
        scheme = {"type": "http", "scheme": "bearer"}
        document["components"]["securitySchemes"] = {"token": scheme}
        document["security"] = [{"token": []}]
    return document


def answers_of(operations: Iterable[Operation]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name of each operation, with the answers to its examples."""
    headers = {b"content-type": JSON_TYPE.encode()}
    request = Request({"type": "http", "headers": [*headers.items()], HEADERS: headers})
    for one in operations:
        found = {}
        for name, example in one.examples.items():
            if one.method == "POST":
                asked = one.parse(request, json.dumps(example).encode())
            else:
                asked = one.question and msgspec.convert(example, one.question)
            answer = one.answer(request, asked)
            found[name] = answer if isinstance(answer, str) else _parsed(answer)
        yield one.name, found


def _parsed(answer: Any) -> Any:
    return json.loads(answer if isinstance(answer, bytes) else encoded(answer))


def _forms(form: Any) -> tuple[Any, ...]:
    return get_args(form) if isinstance(form, UnionType) else (form,)


def _is_form(kind: Any) -> bool:
    return hasattr(kind, "__annotations__")


def _is_described(one: Operation) -> bool:
    return one.question is not None and (one.method == "GET" or one.parse is as_json)


def _schema(kinds: Iterable[Any]) -> dict[str, Any]:
    found = [
        {"$ref": _REF.format(name=kind.__name__)} if _is_form(kind) else msgspec.json.schema(kind)
        for kind in kinds
    ]
    return found[0] if len(found) == 1 else {"oneOf": found}


def _asked(one: Operation, schemas: dict[str, Any], limits: Limits) -> dict[str, Any]:
    """Return the parameters of a GET, or the body of a POST with questions."""
    if not _is_described(one):
        return {}
    if one.method == "GET":
        schema = schemas.pop(one.question.__name__)
        return {
            "parameters": [
                {
                    "name": name,
                    "in": "path" if f"{{{name}" in one.path else "query",
                    "required": name in schema["required"],
                    "description": of.pop("description", name),
                    "schema": of,
                }
                for name, of in schema["properties"].items()
            ]
        }
    question = _schema([one.question])
    many = {"type": "array", "items": question, "minItems": 1, "maxItems": limits.questions}
    content = {"schema": {"oneOf": [question, many]}, "examples": _values(one.examples)}
    return {"requestBody": {"required": True, "content": {JSON_TYPE: content}}}


def _values(examples: Mapping[str, Any]) -> dict[str, Any]:
    return {name: {"value": value} for name, value in examples.items()}


def _responses(one: Operation, examples: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answer, and the problems that the operation may have, by their status."""
    kinds, is_batch = _forms(one.form), "answers" in examples.get("several", ())
    if is_batch:
        kinds += (forms.Answers,)
    content = {"schema": _schema(kinds), **({"examples": _values(examples)} if examples else {})}
    text = kinds[0].__doc__ if _is_form(kinds[0]) else "The answer."
    types = {one.partition(";")[0]: content for one in one.media_types}
    found: dict[str, Any] = {str(one.status): {"description": text, "content": types}}
    titles: dict[int, list[str]] = {}
    for kind in PROBLEMS:
        if kind in _problems(one):
            titles.setdefault(STATUSES.get(kind, BAD_REQUEST), []).append(PROBLEMS[kind])
    for status, some in sorted(titles.items()):
        found[str(status)] = {"description": "; ".join(some), "content": {MEDIA_TYPE: _PROBLEM}}
    if is_batch:
        refused = examples["several"]["answers"][1]
        found[str(BAD_REQUEST)]["content"] = {MEDIA_TYPE: {**_PROBLEM, "example": refused}}
    return found


def _problems(one: Operation) -> set[str]:
    found = {*_ALWAYS, *one.problems}
    if one.method == "POST":
        found |= _OF_BODIES
    if one.parse is as_json and one.method == "POST":
        found.add("media-type")
    if _is_described(one):
        found.add("invalid-request")
    if one.role is not None:
        found.add("unauthorized")
    return found | ({"forbidden"} if one.role == "write" else set())
