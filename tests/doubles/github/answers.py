"""What GitHub says: an answer, or a refusal in its own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

DOCUMENTATION = "https://docs.github.com/rest"
JSON = "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    payload: Any = None
    """What becomes JSON; bytes go out as they are; None is an empty body."""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = JSON


class Refused(Exception):
    def __init__(
        self,
        status: int,
        message: str,
        errors: Sequence[object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message, errors)
        payload: dict[str, object] = {"message": message}
        if errors is not None:
            payload["errors"] = list(errors)
        payload |= {"documentation_url": DOCUMENTATION, "status": str(status)}
        self.answer = Answer(status, payload, headers or {})


def not_found() -> Refused:
    return Refused(404, "Not Found")


def invalid_request(*problems: str) -> Refused:
    return Refused(422, "Invalid request.\n\n" + "\n".join(problems))


def unprocessable(*errors: str) -> Refused:
    """As the endpoints for reviews say it: sentences."""
    return Refused(422, "Unprocessable Entity", errors)


def validation_failed(resource: str, *errors: Mapping[str, str]) -> Refused:
    """As the endpoints for single comments say it: fields."""
    return Refused(422, "Validation Failed", [{"resource": resource, **error} for error in errors])
