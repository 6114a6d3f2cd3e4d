"""The FIM request that Langdock, Mistral and the Codestral host share. Strict in what is sent.

https://docs.mistral.ai/api/#tag/fim; Langdock documents the same body with ranges, which are checked here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from fimbot.engines.protocol import Question
from fimbot.errors import SettingsError
from fimbot.settings.values import Settings

# How Codestral was taught where a file begins; Continue sends its context the same way.
FILE_MARKER = "+++++ "
# Changes when a question is laid out in another way, so that the cache forgets what the old layout gave.
LAYOUT = 1

Ranges = Mapping[str, tuple[type, tuple[float, float | None]]]
"""Of a setting: whole number or not, and from where to where."""

_AT_LEAST_0 = (0, None)
RANGES: Ranges = {
    "temperature": (float, (0, 1.5)),
    "top_p": (float, (0, 1)),
    "max_tokens": (int, _AT_LEAST_0),
    "min_tokens": (int, _AT_LEAST_0),
    "random_seed": (int, _AT_LEAST_0),
}

_SURROGATE = re.compile("[\ud800-\udfff]")


def render(question: Question) -> tuple[str, str]:
    prefix, suffix = sendable(question.prefix), sendable(question.suffix)
    if not question.context:
        return prefix, suffix
    files = [(part.path, sendable(part.text)) for part in question.context]
    files.append((question.path, prefix))
    return "\n\n".join(f"{FILE_MARKER}{shown_path(path)}\n{text}" for path, text in files), suffix


def payload(engine: str, model: str, question: Question) -> dict[str, object]:
    """The body to send. Raises `SettingsError` for a value out of its documented range."""
    check_ranges(engine, question)
    prompt, suffix = render(question)
    stop = list(question.stop)
    if question.context:
        stop.append(f"\n{FILE_MARKER}")  # having read several files, the model may go on to write the next
    body: dict[str, object] = {
        "model": model,
        "prompt": prompt,
        "suffix": suffix,
        "max_tokens": question.max_tokens,
        "stream": True,
        "temperature": question.temperature,
        "top_p": question.top_p,
        "min_tokens": question.min_tokens,
        "stop": stop or None,
        "random_seed": question.random_seed,
    }
    return known(body)


def known(body: Mapping[str, object]) -> dict[str, object]:
    """Without what is not set: the server's own default holds there."""
    return {name: value for name, value in body.items() if value is not None}


def check_ranges(engine: str, values: Question | Settings, ranges: Ranges = RANGES) -> None:
    for name, (kind, (low, high)) in ranges.items():
        value = getattr(values, name)
        if value is None:
            continue
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not (whole or (kind is float and isinstance(value, float))):
            raise SettingsError(f"{name} is {value!r}, but {engine} takes a {_KINDS[kind]}")
        if not (low <= value and (high is None or value <= high)):  # NaN is in no range
            takes = f"{low} to {high}" if high is not None else f"{low} or more"
            raise SettingsError(f"{name} is {value!r}, but {engine} takes {takes}")
    if not all(isinstance(stop, str) and stop for stop in values.stop):
        raise SettingsError("stop holds an empty text, which would end every answer at once")


_KINDS = {int: "whole number", float: "number"}


def sendable(text: str) -> str:
    """`text` without lone surrogates (undecodable bytes of a file), which JSON cannot carry."""
    return _SURROGATE.sub("\ufffd", text)


def shown_path(path: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in sendable(path))
