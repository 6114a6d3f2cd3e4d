"""From a fill to the one edit that is rendered everywhere."""

from __future__ import annotations

from fimbot.fills.frame import Frame, edit_of
from fimbot.fills.imports import needed_imports
from fimbot.patches.unified import unified_patch
from fimbot.values import Edit, Fill, Suggestion


def edits_of(frame: Frame, text: str) -> tuple[Edit, ...]:
    """Return the edit of the hole, then the import lines that the text needs."""
    return (edit_of(frame.stub, text), *needed_imports(frame, text))


def suggestion_of(frame: Frame, fill: Fill) -> Suggestion:
    edits = edits_of(frame, fill.text)
    return Suggestion(fill, edits, unified_patch(fill.stub.path, frame.file.source, edits))
