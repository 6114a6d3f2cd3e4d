"""What the formats for machines have in common: which stubs are told, and the lines that a suggestion replaces."""

from __future__ import annotations

from collections.abc import Iterator

from fimbot.patches.lines import LineEdit, line_edits
from fimbot.reporters.style import Style
from fimbot.values import Outcome, Report, Skip, Suggestion, stub_of

UNVERIFIED = "unverified: read it, and run your tests"


def told(report: Report, style: Style) -> Iterator[Outcome]:
    """What is exempt or reported only would be noise in a review, unless it was asked for."""
    for outcome in report.outcomes:
        if isinstance(outcome, Suggestion) or style.verbose or stub_of(outcome).tier != "report":
            yield outcome


def fix_of(outcome: Outcome) -> tuple[LineEdit, ...] | str:
    """The edits in the order of the file, that of the hole last; or why there are none, "" where none was asked for."""
    if isinstance(outcome, Skip):
        return outcome.reason
    if not isinstance(outcome, Suggestion):
        return ""
    edits = line_edits(outcome.patch)
    if not edits:
        return "its lines cannot be replaced as UTF-8 text; the patch does it"
    if any(_secrets(edit.text) for edit in edits):
        return "the lines that it replaces seem to hold a secret; the patch does it"
    return edits


def _secrets(text: str) -> bool:
    """A fill holds none, since the engine saw none; but the rest of the line that it stands in may."""
    from fimbot.secrets import redact_line

    return any(redact_line(line)[1] for line in text.split("\n"))
