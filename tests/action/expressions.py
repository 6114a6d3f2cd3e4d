"""GitHub's expressions, as far as action.yml uses them; anything else is an error rather than an empty text.

https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>\d+)|(?P<name>[A-Za-z_][\w-]*)|(?P<sign>&&|\|\||==|!=|[!().]))"
)

Functions = Mapping[str, Callable[..., Any]]


def expand(text: str, contexts: Mapping[str, Any]) -> str:
    """The text with each `${{ }}` replaced, as the runner does before anybody else reads it."""
    return _EXPRESSION.sub(lambda found: to_text(evaluate(found[1], contexts, {})), text)


def evaluate(expression: str, contexts: Mapping[str, Any], functions: Functions) -> Any:
    """Also takes an `if` that stands without its braces."""
    whole = _EXPRESSION.fullmatch(expression.strip())
    parser = _Parser(whole[1] if whole else expression, contexts, functions)
    value = parser.either()
    parser.end()
    return value


def to_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


class _Parser:
    def __init__(self, source: str, contexts: Mapping[str, Any], functions: Functions) -> None:
        self._tokens = _tokens(source)
        self._at = 0
        self._contexts = contexts
        self._functions = functions

    def either(self) -> Any:
        value = self._both()
        while self._takes("||"):
            other = self._both()
            value = value or other
        return value

    def end(self) -> None:
        assert self._at == len(self._tokens), f"not understood: {self._tokens[self._at :]}"

    def _both(self) -> Any:
        value = self._equality()
        while self._takes("&&"):
            other = self._equality()
            value = value and other
        return value

    def _equality(self) -> Any:
        value = self._single()
        if self._takes("=="):
            return _same(value, self._single())
        if self._takes("!="):
            return not _same(value, self._single())
        return value

    def _single(self) -> Any:
        if self._takes("!"):
            return not self._single()
        if self._takes("("):
            value = self.either()
            assert self._takes(")"), "a bracket is open"
            return value
        kind, text = self._next()
        if kind == "text":
            return text[1:-1].replace("''", "'")
        if kind == "number":
            return int(text)
        assert kind == "name", f"unexpected {text}"
        if self._takes("("):
            assert self._takes(")"), f"{text}() takes nothing here"
            return self._functions[text]()
        return self._member(text)

    def _member(self, name: str) -> Any:
        value: Any = self._contexts[name]
        path = name
        while self._takes("."):
            _, key = self._next()
            path += f".{key}"
            assert isinstance(value, Mapping) and key in value, f"there is no {path}"
            value = value[key]
        return value

    def _takes(self, sign: str) -> bool:
        found = self._at < len(self._tokens) and self._tokens[self._at] == ("sign", sign)
        self._at += found
        return found

    def _next(self) -> tuple[str, str]:
        token = self._tokens[self._at]
        self._at += 1
        return token


def _tokens(source: str) -> Sequence[tuple[str, str]]:
    tokens, at = [], 0
    source = source.rstrip()
    while at < len(source):
        found = _TOKEN.match(source, at)
        assert found and found.lastgroup, f"not understood: {source[at:]}"
        tokens.append((found.lastgroup, found[found.lastgroup]))
        at = found.end()
    return tokens


def _same(one: Any, other: Any) -> bool:
    """Texts are compared without regard to case."""
    return to_text(one).lower() == to_text(other).lower()
