"""A strict server on loopback that speaks Langdock's FIM protocol, for tests and for `bench/`.

    from tests.doubles.langdock import LangdockServer

(both run from the repository's root; the fixture `langdock_server` opens one). Each request is held against
the documentation first: method, path, Bearer key, content type, every field's type and range, no unknown
field. What does not fit is answered as Langdock would (401, 404, 405, 415, 422) whatever is scripted. Then the
next script of `server.scripts` answers, or `fill(server.text)` when there is none; see
`tests.doubles.scripts`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.doubles.exchange import (
    EVENTS,
    INFINITE,
    NUMBER,
    Dialect,
    Exchange,
    Numbers,
    Received,
    Refusal,
    Script,
    StrictServer,
    is_number,
    is_stop,
)
from tests.doubles.scripts import chunk, event, whole

__all__ = ["KEY", "ROUTE", "Exchange", "LangdockServer", "Received", "Script"]

KEY = "lang-planted-key-4f6b1c9d"
ROUTE = "/mistral/eu/v1/fim/completions"

_NUMBERS: Numbers = {
    "temperature": (NUMBER, 0, 1.5),
    "top_p": (NUMBER, 0, 1),
    "max_tokens": ((int,), 0, INFINITE),
    "min_tokens": ((int,), 0, INFINITE),
    "random_seed": ((int,), 0, INFINITE),
}


class LangdockDialect:
    stream_type = EVENTS
    opening = b""

    def whole(self, text: str, finish: str) -> object:
        return whole(text, finish)

    def piece(self, text: str, finish: str | None) -> bytes:
        return event(chunk(text, finish))

    def end(self) -> bytes:
        return b"data: [DONE]\n\n"

    def error(self, status: int, message: str) -> object:
        return {"message": message}


@dataclass
class LangdockServer(StrictServer):
    key: str = KEY
    route: str = ROUTE
    models: frozenset[str] = frozenset({"codestral-2501"})
    dialect: Dialect = field(default=LangdockDialect(), init=False, repr=False)
    listing: object = None
    """What `GET .../v1/models` answers; None: there is no such endpoint."""

    def at_once(self, request: Received) -> Refusal | None:
        keyed = request.headers.get("Authorization") == f"Bearer {self.key}"
        models = self.route.replace("/fim/completions", "/models")
        if self.listing is not None and keyed and (request.method, request.path) == ("GET", models):
            return 200, self.listing
        if request.path != self.route:
            return 404, {"message": f"Cannot {request.method} {request.path}"}
        if request.method != "POST":
            return 405, {"message": "Method Not Allowed"}
        if not keyed:
            return 401, {"message": "Invalid API key"}
        if request.headers.get_content_type() != "application/json":
            return 415, {"message": "Unsupported Media Type"}
        details = list(_faults_of(request.body, self.models))
        return (422, {"detail": details}) if details else None


def _faults_of(body: object, models: frozenset[str]) -> Iterable[dict[str, object]]:
    if not isinstance(body, dict):
        yield _detail("body", "Input should be a valid object")
        return
    for name in ("model", "prompt"):
        if name not in body:
            yield _detail(name, "Field required")
    for name, value in body.items():
        if name in _NUMBERS:
            if not is_number(_NUMBERS, name, value):
                yield _detail(name, "Input should be between {1} and {2}".format(*_NUMBERS[name]))
        elif not _fits(name, value, models):
            yield _detail(name, "Extra inputs are not permitted, or this value is not")


def _fits(name: str, value: object, models: frozenset[str]) -> bool:
    match name:
        case "model":
            return value in models
        case "prompt" | "suffix":
            return isinstance(value, str)
        case "stream":
            return isinstance(value, bool)
        case "stop":
            return is_stop(value)
        case _:
            return False


def _detail(name: str, message: str) -> dict[str, object]:
    return {"loc": ["body", name], "msg": message, "type": "value_error"}
