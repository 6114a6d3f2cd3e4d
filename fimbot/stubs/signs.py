"""Signs that several language modules read from a callable's surroundings."""

from __future__ import annotations

import re

from fimbot.stubs import markers
from fimbot.stubs.language import Site

_TEST_PATH = re.compile(
    r"(?:^|[/._-])(?:tests?|specs?|fixtures?|mocks?|fakes?)(?=[/._-])"
    r"|(?:^|[/._a-z0-9-])(?:Tests?|Specs?|Fixtures?|Mocks?|Fakes?)(?=[/._A-Z-])"
)
_MESSAGE = re.compile(
    r"(?:[\w:<>]+[\s*&]+)*\$?(?:msg|message|err|error|text)\s*(?::\s*\w+\s*)?=\s*(?:\"[^\"\n]*\"|'[^'\n]*')\s*;?"
)
_MARKUP = re.compile(r"(?i)\{?@inherit_?doc\b|^\W*inherit_?doc", re.MULTILINE)


_REFUSAL = re.compile(
    r"(?i)\bnot (?:currently )?supported\b(?! yet)|unsupported|\bnot (?:available|allowed|possible|expected|valid)\b"
    r"|\bonly (?:available|supported|implemented|works?)\b|should(?: not|n't)|must(?: not|n't)|cannot|can't|\bnever\b"
    r"|no longer|deprecated|\bimplemented(?:/\w+)? (?:by|on)\b|\bon your\b|\binstead\b|\bthere (?:is|are) no\b"
)
"""A message that says no, where a stub's says not yet."""


def has_todo(site: Site) -> bool:
    """A comment in it or right above says that it is to do."""
    texts = [item.text for item in site.items if item.kind == "comment"]
    return any(markers.says_missing(text) for text in (*texts, site.above))


def is_marked(site: Site) -> bool:
    """A comment in it or right above, or the message of its not-implemented idiom, says that it is to do."""
    return has_todo(site) or any(markers.says_missing(item.text) for item in site.items if item.kind == "missing")


def is_bare(site: Site) -> bool:
    """Neither a marker nor a not-implemented idiom: an empty body, and no more is known."""
    return not site.has("missing") and not has_todo(site)


def in_tests(site: Site) -> bool:
    """In test code, where bodies are empty, or raise, because a test needs no more of them."""
    return _TEST_PATH.search(site.path) is not None


def doubt_of_idiom(site: Site) -> str | None:
    """A not-implemented idiom that no comment calls a TODO.

    In the tests of two Kotlin projects all of some 160 were doubles whose members nobody calls.
    """
    if has_todo(site) or not site.has("missing"):
        return None
    if any(_REFUSAL.search(item.text) for item in site.items if item.kind == "missing"):
        return "its message refuses, and promises nothing"
    return "a test's double" if in_tests(site) else None


def inherits_documentation(site: Site) -> bool:
    """A member that somebody else declares: what it has to do, nothing included, is said there."""
    return _MARKUP.search(site.above) is not None


def is_message(statement: str) -> bool:
    """`msg = "..."`, in any notation."""
    return _MESSAGE.fullmatch(statement.strip()) is not None
