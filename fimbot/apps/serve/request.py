"""The body of a FIM request, held against its documentation.

https://docs.langdock.com/api-endpoints/codestral names the fields, their types and ranges. What does not fit is told in
the `detail` list that Mistral and Langdock answer with 422, all faults at once. Fields that no documentation names are
passed over, since editors send some; what somebody wrote is never quoted, since it is their code.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from fimbot.engines.protocol import Question
from fimbot.settings.values import Settings

# What every reader of JSON takes exactly.
_LARGEST = 2**53 - 1

_NUMBERS: Mapping[str, float] = {"temperature": 1.5, "top_p": 1}
"""Each from 0 to its maximum."""
_COUNTS = ("max_tokens", "min_tokens", "random_seed")


@dataclass(frozen=True, slots=True)
class Fault:
    loc: tuple[str | int, ...]
    msg: str
    type: str


class Invalid(Exception):
    """Answered with 422 and one `detail` for each fault."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


@dataclass(frozen=True, slots=True)
class FimRequest:
    question: Question
    stream: bool


def read_request(body: bytes, models: Collection[str], defaults: Settings) -> FimRequest:
    """Raises `Invalid`. Where the documentation leaves a default to the model, that of `defaults` holds."""
    fields = _object(body)
    faults: list[Fault] = []
    _check_texts(fields, models, faults)
    for name, high in _NUMBERS.items():
        _check_number(fields, name, high, faults)
    for name in _COUNTS:
        _check_count(fields, name, faults)
    stop = _stop(fields, faults)
    stream = fields.get("stream")
    if stream is not None and not isinstance(stream, bool):
        faults.append(_fault("stream", "Input should be a valid boolean", "bool_type"))
    if faults:
        raise Invalid(*faults)
    given = {name: value for name, value in fields.items() if value is not None}
    question = Question(
        prefix=given["prompt"],
        suffix=given.get("suffix", ""),
        max_tokens=int(given.get("max_tokens", defaults.max_tokens)),
        temperature=given.get("temperature", defaults.temperature),
        top_p=given.get("top_p", defaults.top_p),
        min_tokens=_whole(given.get("min_tokens")),
        stop=stop,
        random_seed=_whole(given.get("random_seed")),
    )
    return FimRequest(question, bool(stream))


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Invalid(Fault(("body",), "JSON decode error", "json_invalid")) from None
    if not isinstance(value, dict):
        raise Invalid(Fault(("body",), "Input should be a valid object", "model_attributes_type"))
    return value


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _check_texts(fields: Mapping[str, Any], models: Collection[str], faults: list[Fault]) -> None:
    for name in ("model", "prompt"):
        if name not in fields:
            faults.append(_fault(name, "Field required", "missing"))
        elif not isinstance(fields[name], str):
            faults.append(_fault(name, "Input should be a valid string", "string_type"))
    model, suffix = fields.get("model"), fields.get("suffix")
    if isinstance(model, str) and model not in models:
        faults.append(_fault("model", f"Input should be {' or '.join(map(repr, models))}", "enum"))
    if suffix is not None and not isinstance(suffix, str):
        faults.append(_fault("suffix", "Input should be a valid string", "string_type"))


def _check_number(fields: Mapping[str, Any], name: str, high: float, faults: list[Fault]) -> None:
    value = fields.get(name)
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        faults.append(_fault(name, "Input should be a valid number", "float_type"))
    elif value < 0:
        faults.append(_fault(name, "Input should be greater than or equal to 0", "greater_than_equal"))
    elif value > high:
        faults.append(_fault(name, f"Input should be less than or equal to {high:g}", "less_than_equal"))


def _check_count(fields: Mapping[str, Any], name: str, faults: list[Fault]) -> None:
    value = fields.get(name)
    if value is None:
        return
    if isinstance(value, bool) or not (isinstance(value, int) or (isinstance(value, float) and value.is_integer())):
        faults.append(_fault(name, "Input should be a valid integer", "int_type"))
    elif value < 0:
        faults.append(_fault(name, "Input should be greater than or equal to 0", "greater_than_equal"))
    elif value > _LARGEST:
        faults.append(_fault(name, f"Input should be less than or equal to {_LARGEST}", "less_than_equal"))


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)


def _stop(fields: Mapping[str, Any], faults: list[Fault]) -> tuple[str, ...]:
    value = fields.get("stop")
    if value is None:
        return ()
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        faults.append(_fault("stop", "Input should be a valid string or a list of strings", "string_type"))
        return ()
    if "" in texts:
        faults.append(_fault("stop", "String should have at least 1 character", "string_too_short"))
    if any("\ud800" <= character <= "\udfff" for text in texts for character in text):
        # JSON can write half a character; UTF-8, in which it would be sent on, cannot.
        faults.append(_fault("stop", "Input should be a valid string, without lone surrogates", "string_unicode"))
    return tuple(texts)


def _fault(name: str, message: str, kind: str) -> Fault:
    return Fault(("body", name), message, kind)
