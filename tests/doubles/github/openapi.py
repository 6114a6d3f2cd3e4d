"""GitHub's own description (openapi.json), which requests and the stand-in's answers are held against.

jsonschema and not openapi-core: paths are matched by the routes anyway, and what is left is JSON Schema once
`nullable` is spelt out. Stricter than the description: no key of a body and no parameter that it does not name.
Looser in one place, `_WIDENED`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

_FILE = Path(__file__).with_name("openapi.json")

# GitHub answers null here, whatever its description says: an outdated comment has no line. So it does for the
# repository of a deleted fork.
_WIDENED = (
    ("pull-request-review-comment", "line"),
    ("pull-request-review-comment", "original_line"),
    ("pull-request-review-comment", "position"),
    ("review-comment", "line"),
    ("review-comment", "original_line"),
)


class Operation:
    def __init__(self, method: str, template: str, described: dict[str, Any], components: dict[str, Any]) -> None:
        self.method = method.upper()
        self.template = template
        parameters = [_resolved(parameter, components) for parameter in described.get("parameters", [])]
        self._query = {p["name"]: p["schema"] for p in parameters if p["in"] == "query"}
        self._required = [p["name"] for p in parameters if p["in"] == "query" and p.get("required")]
        content = described.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        self._body = _validator(_closed(schema), components) if schema is not None else None
        self._body_required = described.get("requestBody", {}).get("required", False)
        self._answers = {
            int(status): _validator(schema, components)
            for status, answer in described["responses"].items()
            if (schema := _json_schema(_resolved(answer, components))) is not None
        }

    def faults_of_query(self, query: Mapping[str, str]) -> Iterator[str]:
        for name in self._required:
            if name not in query:
                yield f'"{name}" wasn\'t supplied.'
        for name, value in query.items():
            schema = self._query.get(name)
            if schema is None:
                yield f'"{name}" is not a permitted key.'
            elif schema.get("type") == "integer" and not re.fullmatch(r"\d{1,9}", value):
                yield f"For '{name}', {json.dumps(value)} is not an integer."
            elif "enum" in schema and value not in schema["enum"]:
                yield f"For '{name}', {json.dumps(value)} is not a member of {json.dumps(schema['enum'])}."

    def faults_of_body(self, body: object) -> Iterator[str]:
        if self._body is None:
            if body not in (None, {}):
                yield "This operation takes no body."
        elif body is None:
            if self._body_required:
                yield "A body wasn't supplied."
        else:
            yield from _told(self._body.iter_errors(body))

    def fault_of_answer(self, status: int, payload: object) -> str | None:
        validator = self._answers.get(status)
        if validator is None:
            return None
        error = best_match(validator.iter_errors(json.loads(json.dumps(payload))))
        return None if error is None else f"{error.json_path}: {error.message[:300]}"


@cache
def operations() -> Mapping[tuple[str, str], Operation]:
    """(method, path template) -> what is known of it."""
    described = json.loads(_FILE.read_bytes())
    components = described["components"]
    for schema, name in _WIDENED:
        components["schemas"][schema]["properties"][name]["nullable"] = True
    head = components["schemas"]["pull-request"]["properties"]["head"]["properties"]
    head["repo"] = {"nullable": True, "allOf": [head["repo"]]}
    components = _spelt_out(components)
    return {
        (method.upper(), template): Operation(method, template, _spelt_out(operation), components)
        for template, methods in described["paths"].items()
        for method, operation in methods.items()
    }


def _told(errors: Iterable[ValidationError]) -> Iterator[str]:
    """In the words of GitHub's own check of a body."""
    missing = []
    for error in errors:
        place = "/".join(["properties", *map(str, error.absolute_path)])
        if error.validator == "required":
            missing.append(error.message.partition("'")[2].partition("'")[0])
        elif error.validator == "additionalProperties":
            known = cast(dict[str, Any], error.schema)["properties"]
            yield from (
                f'"{name}" is not a permitted key.'
                for name in cast(dict[str, Any], error.instance)
                if name not in known
            )
        elif error.validator == "type":
            article = "an" if str(error.validator_value)[0] in "aeiou" else "a"
            value = "nil" if error.instance is None else json.dumps(error.instance)
            yield f"For '{place}', {value} is not {article} {error.validator_value}."
        elif error.validator == "enum":
            members = json.dumps(error.validator_value)
            yield f"For '{place}', {json.dumps(error.instance)} is not a member of {members}."
        else:
            yield f"For '{place}', {error.message}."
    if missing:
        yield ", ".join(f'"{name}"' for name in missing) + (" weren't" if missing[1:] else " wasn't") + " supplied."


def _validator(schema: dict[str, Any], components: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": components})


def _json_schema(answer: dict[str, Any]) -> dict[str, Any] | None:
    found: dict[str, Any] | None = answer.get("content", {}).get("application/json", {}).get("schema")
    return found


def _resolved(value: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in value:
        return value
    _, _, kind, name = value["$ref"].split("/")
    found: dict[str, Any] = components[kind][name]
    return found


def _closed(schema: Any) -> Any:
    """No key but the named ones."""
    if isinstance(schema, list):
        return [_closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        closed.setdefault("additionalProperties", False)
    return closed


def _spelt_out(schema: Any) -> Any:
    """OpenAPI 3.0's `nullable` in JSON Schema's words."""
    if isinstance(schema, list):
        return [_spelt_out(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    spelt = {key: _spelt_out(value) for key, value in schema.items()}
    if spelt.pop("nullable", None) is not True:
        return spelt
    return {"anyOf": [spelt, {"type": "null"}]}
