"""From a fill to the one edit that is rendered everywhere."""

from __future__ import annotations

from fimbot.fills.imports import needed_imports
from fimbot.fills.prove import edit_of
from fimbot.patches.unified import unified_patch
from fimbot.values import Edit, Fill, Stub, Suggestion


def edits_of(source: bytes, stub: Stub, text: str) -> tuple[Edit, ...]:
    """The hole, then the import lines that the text needs."""
    return (edit_of(stub, text), *needed_imports(source, stub, text, stub.language))


def suggestion_of(source: bytes, fill: Fill) -> Suggestion:
    edits = edits_of(source, fill.stub, fill.text)
    return Suggestion(fill, edits, unified_patch(fill.stub.path, source, edits))
