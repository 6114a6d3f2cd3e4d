"""What became of each stub, for the workflow's page: a table, and the patches that were not posted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fimbot.apps.review.post import patch_section
from fimbot.apps.review.result import Result, Row
from fimbot.reporters.style import code_span, count, one_line

# A larger summary is dropped whole: 1 MiB a step.
# https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits
LARGEST = 1_000_000
ANNOTATIONS = 10
"""Warnings a step; GitHub shows no more."""


def summary(result: Result) -> str:
    """Markdown."""
    parts = [f"## fimbot: {result.title}\n", *(f"{code_span(note)}\n" for note in result.notes)]
    left = LARGEST - sum(len(part.encode()) for part in parts)
    if result.rows or result.skipped:
        lines = ["| Where | Stub | What became of it |", "|---|---|---|", *map(_line, result.rows)]
        lines += [f"| {_cell(file.path)} | | file skipped: {_cell(file.reason)} |" for file in result.skipped]
        parts.append(_fitting(lines, left // 2))
        left -= len(parts[-1].encode())
    for each in result.unposted:
        section = patch_section(each)
        if section is not None and len(section.encode()) + 3 < left:
            left -= len(section.encode()) + 3
            parts.append(f"\n{section}\n")
    return "\n".join(parts)


def _line(row: Row) -> str:
    place = f"{one_line(row.stub.path)}:{row.stub.start_line}"
    return f"| {_cell(place)} | {_cell(row.stub.name)} | {_cell(row.fate)} |"


def _cell(text: str) -> str:
    """A table's cell ends at a bar, even within a code span: https://github.github.com/gfm/#example-200"""
    return code_span(text).replace("|", "\\|")


def _fitting(lines: Sequence[str], room: int) -> str:
    kept: list[str] = []
    for at, line in enumerate(lines):
        room -= len(line.encode()) + 1
        if room < 0:
            return "\n".join([*kept, "", f"and {count(len(lines) - at, 'line')} more"]) + "\n"
        kept.append(line)
    return "\n".join(kept) + "\n"


def warnings_for(rows: Iterable[Row]) -> list[str]:
    """Workflow commands, one a line, for the lines of the stubs; as many as GitHub shows."""
    found = []
    for row in [row for row in rows if not row.told and not row.exempt][:ANNOTATIONS]:
        stub = row.stub
        place = f"file={_property(stub.path)},line={stub.hole_start_line},endLine={stub.hole_end_line}"
        text = f"{one_line(stub.name)} is a stub ({stub.why}): {one_line(row.fate)}"
        found.append(f"::warning {place},title=fimbot::{_data(text)}")
    return found


def _data(text: str) -> str:
    """https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts"""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    shown = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return _data(shown).replace(":", "%3A").replace(",", "%2C")
