"""Signs that several language modules read from a callable's surroundings."""

from __future__ import annotations

import re

from fimbot.stubs import markers
from fimbot.stubs.language import Site
from fimbot.stubs.patterns import pattern

_TEST_PATH = pattern(
    r"(?:^|[/._-])(?:tests?|specs?|fixtures?|mocks?|fakes?|dummies)(?=[/._-])"
    r"|(?:^|[/._a-z0-9-])(?:Tests?|Specs?|Fixtures?|Mocks?|Fakes?)(?=[/._A-Z-])"
)
_MESSAGE = pattern(
    r"(?:[\w:<>]+[\s*&]+)*\$?(?:msg|message|err|error|text)\s*(?::\s*\w+\s*)?=\s*(?:\"[^\"\n]*\"|'[^'\n]*')\s*;?"
)
_MARKUP = pattern(r"(?i)\{?@inherit_?doc\b|^\W*inherit_?doc", re.MULTILINE)


_REFUSAL = pattern(
    r"(?i)\bnot (?:currently )?supported\b(?! yet)|unsupported|\bnot (?:available|allowed|possible|expected|valid)\b"
    r"|\bonly (?:available|supports?|supported|implemented|works?)\b"
    r"|should(?: not|n't)|must(?: not|n't| first)"
    r"|cannot|can't|\bnever\b|\bnot implemented for\b|no longer|\b(?:does|do|did)(?: not|n't) implement|deprecated"
    r"|implemented(?:/\w+)? (?:by|on|for|in|to ensure)\b|\bplease use\b|\bat this time\b"
    r"|\bcheck that\b|\bon your\b|\binstead\b|\bthere (?:is|are) no\b"
)
"""A message that says no, where a stub's says not yet."""


def has_todo(site: Site) -> bool:
    """A comment in it or right above says that it is to do."""
    return says_so_inside(site) or markers.says_missing_above(site.above)


def says_so_inside(site: Site) -> bool:
    """A comment in it says that it is to do; the one above may be about its neighbours too."""
    return any(item.kind == "comment" and markers.says_missing(item.text) for item in site.items)


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
    """A not-implemented idiom that no comment calls a TODO, or `return false` below a comment that does.

    In the tests of two Kotlin projects all of some 160 idioms were doubles whose members nobody calls; of 7 trivial
    returns with a TODO above (puppet, monodevelop) all were finished, and so were 5 of 5 with the TODO below (jellyfin,
    serenity, CoreFoundation).
    """
    if site.has("trivial-return") and not site.has("missing"):
        if not says_so_inside(site):
            return "the TODO above it may be about something else"
        return "it returns before the TODO" if _returns_first(site) else None
    if has_todo(site) or not site.has("missing"):
        return None
    if refuses(site):
        return "its message refuses, and promises nothing"
    if re.search(r"(?i)not_?(?:yet_?)?(?:implemented|supported)|unimplemented|unsupported|^abstract$", site.name):
        return "a helper that raises for others"
    return "a test's double" if in_tests(site) else None


def refuses(site: Site) -> bool:
    """The message of its not-implemented idiom, or a comment in it, says no and never."""
    return any(_REFUSAL.search(item.text) for item in site.items if item.kind in ("missing", "comment"))


def _returns_first(site: Site) -> bool:
    first = site.items[0]
    todos = [item.node for item in site.items if item.kind == "comment" and markers.says_missing(item.text)]
    return first.kind == "trivial-return" and all(todo.start_point.row > first.node.end_point.row for todo in todos)


def inherits_documentation(site: Site) -> bool:
    """A member that somebody else declares: what it has to do, nothing included, is said there."""
    return _MARKUP.search(site.above) is not None


def is_name(expression: str) -> bool:
    """What may be discarded without a loss: `x`, `self.x`, `a->b`. A call does something."""
    return re.fullmatch(r"\(?[\w$.@&*]+(?:(?:->|::|\??\.)\w+)*\)?", expression.strip()) is not None


def is_message(statement: str) -> bool:
    """`msg = "..."`, in any notation."""
    return _MESSAGE.fullmatch(statement.strip()) is not None
