"""Signs that several language modules read from a callable's surroundings."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fimbot.stubs import markers
from fimbot.stubs.language import Item, Site, text_of
from fimbot.stubs.patterns import pattern

if TYPE_CHECKING:
    from tree_sitter import Node

_TEST_PATH = pattern(
    r"(?:^|[/._-])(?:tests?|specs?|fixtures?|mocks?|fakes?|dummies)(?=[/._-])"
    # `TestUtils/`, `TrackTest.java`; `TestTrack.java` may keep the track of a test.
    r"|(?:^|[/._a-z0-9-])(?:Tests?|Specs?|Fixtures?|Mocks?|Fakes?)(?=[/._-]|[A-Z][^/]*/)"
)
_MESSAGE = pattern(
    r"(?:[\w:<>]+[\s*&]+)*\$?(?:msg|message|err|error|text)\s*(?::\s*\w+\s*)?=\s*(?:\"[^\"\n]*\"|'[^'\n]*')\s*;?"
)
_TELLS = pattern(
    r"(?i)(?:[\w.$]{1,30}(?:\.|::|->))?(?:console|log\w*|_?logg(?:er|ing)|slog|klog|puts|print\w*|eprintln!|println!|echo"
    r"|system\.(?:out|err)|fmt|io|warnings|debug|Console|trace)"
    r"(?:(?:\.|::)(?:print\w*|write_?line|log|debug|info\w*|warn\w*|error\w*|trace|puts))?\s*[(\"']"
)
_ONE_STRING = pattern(r"\(?\s*[A-Za-z@$]{0,3}(?:\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`)\s*\)?\s*;?")
_CALLS = pattern(r"[\w$]\(|`")
_LONGEST_TELLING = 300
_MARKUP = pattern(r"(?i)\{?@inherit_?doc\b|^\W*inherit_?doc", re.MULTILINE)


def has_todo(site: Site) -> bool:
    """A comment in it or right above says that it is to do."""
    return says_so_inside(site) or markers.says_missing_above(site.above)


def says_so_inside(site: Site) -> bool:
    """A comment in it says that it is to do; the one above may be about its neighbours too."""
    return markers.says_missing("\n".join(item.text for item in site.items if item.kind == "comment"))


def is_marked(site: Site) -> bool:
    """A comment in it or right above, or the message of its not-implemented idiom, says that it is to do."""
    return has_todo(site) or any(markers.says_missing(item.text) for item in site.items if item.kind == "missing")


def promises(site: Site) -> bool:
    """A TODO, or a message that says more than that something is not implemented."""
    idioms = [item for item in site.items if item.kind == "missing"]
    return has_todo(site) or any(markers.PROMISE.search(text_of(item.node)) for item in idioms)


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
    if any(markers.REFUSAL.search(item.text) for item in site.items if item.kind == "missing"):
        return "its message refuses, and promises nothing"
    if re.search(r"(?i)not_?(?:yet_?)?(?:implemented|supported)|unimplemented|unsupported|^abstract$", site.name):
        return "a helper that raises for others"
    return "a test's double" if in_tests(site) else None


def refuses(site: Site) -> bool:
    """The message of its not-implemented idiom, or a comment in it, says no and never."""
    return any(markers.REFUSAL.search(item.text) for item in site.items if item.kind in ("missing", "comment"))


def _returns_first(site: Site) -> bool:
    first = site.items[0]
    todos = [item.node for item in site.items if item.kind == "comment" and markers.says_missing(item.text)]
    return first.kind == "trivial-return" and all(todo.start_point.row > first.node.end_point.row for todo in todos)


def inherits_documentation(site: Site) -> bool:
    """A member that somebody else declares: what it has to do, nothing included, is said there."""
    return _MARKUP.search(site.above) is not None


def telling(node: Node) -> Item | None:
    """A statement that tells somebody something and does nothing else: a log call, a print.

    Alone it is a stub's where it says that something is to do; else it counts as the message of the idiom below it.
    """
    if node.end_byte - node.start_byte > _LONGEST_TELLING or node.end_point.row != node.start_point.row:
        return None
    text = text_of(node)
    tells = _TELLS.match(text)
    if tells is None or _CALLS.search(text, tells.end()):
        return None
    found = markers.MESSAGE.search(text)
    # "todo" is a word of its own in programs that keep lists of them.
    says = found is not None and (found[0].lower() != "todo" or found[0] == "TODO")
    alone = _ONE_STRING.fullmatch(text, tells.end() - 1) is not None
    return Item("missing" if says and alone else "message", node, text)


def is_name(expression: str) -> bool:
    """What may be discarded without a loss: `x`, `self.x`, `a->b`. A call does something."""
    return re.fullmatch(r"\(?[\w$.@&*]+(?:(?:->|::|\??\.)\w+)*\)?", expression.strip()) is not None


def is_message(statement: str) -> bool:
    """`msg = "..."`, in any notation."""
    return _MESSAGE.fullmatch(statement.strip()) is not None
