"""How a request goes wrong: before GitHub has acted, after it, or in place of it.

    github.plan(cut_after, method="POST", path=r"/reviews$")        the review is there, the client never hears of it
    github.plan(cut_before)                                         the next request, whatever it is
    github.plan(status(502), status(502), path="/files", skip=1)    the second and the third request for files

A fault is a function of the exchange; `exchange.act()` lets GitHub do what was asked and gives its answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.doubles.github.answers import Answer, Refused

if TYPE_CHECKING:
    from tests.doubles.github.wire import Exchange, Request

Fault = Callable[["Exchange"], None]

UNICORN = (
    b"<!DOCTYPE html>\n<html><title>Unicorn! &middot; GitHub</title>"
    b"<body>We had issues producing the response to your request.</body></html>\n"
)


@dataclass
class Planned:
    faults: list[Fault]
    method: str | None
    path: str | None
    """A regular expression that is searched in the path."""
    skip: int
    """How many requests that fit are answered well before."""

    def next(self, request: Request) -> Fault | None:
        if not self.faults:
            return None
        if self.method not in (None, request.method) or not re.search(self.path or "", request.path):
            return None
        if self.skip:
            self.skip -= 1
            return None
        return self.faults.pop(0)


@dataclass
class Plan:
    planned: list[Planned] = field(default_factory=list)

    def next(self, request: Request) -> Fault | None:
        return next((fault for plan in self.planned if (fault := plan.next(request)) is not None), None)


def cut_before(exchange: Exchange) -> None:
    """The connection is reset before GitHub has read the request."""
    exchange.reset()


def cut_after(exchange: Exchange) -> None:
    """GitHub has done it, and the connection is reset before a word is said."""
    exchange.act()
    exchange.reset()


def cut_within(exchange: Exchange) -> None:
    """GitHub has done it; half of the answer arrives."""
    exchange.send(exchange.act(), cut=True)


def status(code: int, message: str = "Server Error", **headers: str) -> Fault:
    """A refusal in JSON, in place of the answer. `retry_after="1"` becomes a header."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda exchange: exchange.send(Refused(code, message, headers=given).answer)


def status_after(code: int, message: str = "Server Error") -> Fault:
    """GitHub has done it, and says that it failed: a gateway's timeout."""

    def fault(exchange: Exchange) -> None:
        exchange.act()
        exchange.send(Refused(code, message).answer)

    return fault


def html(code: int = 502) -> Fault:
    """The page of a proxy, where JSON was asked for."""
    return lambda exchange: exchange.send(Answer(code, UNICORN, content_type="text/html; charset=utf-8"))


def secondary_limit(retry_after: int | None = None, code: int = 403) -> Fault:
    return lambda exchange: exchange.send(exchange.server.limits.secondary(retry_after, code).answer)


def slow(seconds: float) -> Fault:
    """An answer that is late; nobody waits for the server's lock meanwhile."""

    def fault(exchange: Exchange) -> None:
        answer = exchange.act()
        exchange.wait(seconds)
        exchange.send(answer)

    return fault


def silent(exchange: Exchange) -> None:
    """Takes the request and never answers."""
    while exchange.wait(60):
        pass


def calling(before: Callable[[], None] | None = None, after: Callable[[], None] | None = None) -> Fault:
    """Answers well; the test does something before GitHub acts, or when it has acted and before it answers."""

    def fault(exchange: Exchange) -> None:
        if before is not None:
            before()
        answer = exchange.act()
        if after is not None:
            after()
        exchange.send(answer)

    return fault
