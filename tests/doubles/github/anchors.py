"""Where a comment may hang: GitHub's rules for path, line and side, and its words when one is broken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tests.doubles.github.diffs import FileDiff, Hunk
from tests.doubles.github.heads import commits_of, diff_of
from tests.doubles.github.limits import HardLimits
from tests.doubles.github.state import Anchor, PullRequest


@dataclass(frozen=True, slots=True)
class Fault:
    field: str
    text: str
    code: Literal["custom", "invalid", "missing_field"] = "custom"

    @property
    def sentence(self) -> str:
        """As the endpoints for reviews say it."""
        return f"Pull request review thread {self.field.replace('_', ' ')} {self.text}"

    @property
    def entry(self) -> dict[str, str]:
        """As the endpoint for single comments says it."""
        name = f"pull_request_review_thread.{self.field}"
        told = {"message": f"{name} {self.text}"} if self.code == "custom" else {}
        return {"code": self.code, "field": name, **told}


PATH = Fault("path", "is invalid", "invalid")
NO_HUNK = Fault("diff_hunk", "can't be blank", "missing_field")
NO_LINE = Fault("line", "can't be blank", "missing_field")
LINE = Fault("line", "must be part of the diff")
SIDE = Fault("side", "is not included in the list")
START_LINE = Fault("start_line", "must be part of the same hunk as the line.")
START_ORDER = Fault("start_line", "must precede the end line.")
COMMIT = Fault("end_commit_oid", "is not part of the pull request")
POSITION = Fault("position", "is closing down and not supported here: send line and side")


class BadAnchor(Exception):
    def __init__(self, *faults: Fault) -> None:
        super().__init__(*(fault.sentence for fault in faults))
        self.faults = faults

    @property
    def sentence(self) -> str:
        """Rails' `to_sentence`: "a", "a and b", "a, b, and c"."""
        *before, last = [fault.sentence for fault in self.faults]
        if len(before) < 2:
            return " and ".join([*before, last])
        return f"{', '.join(before)}, and {last}"


@dataclass(frozen=True, slots=True)
class Placed:
    anchor: Anchor
    diff_hunk: str
    """From the hunk's header to the commented line."""


def place(pull: PullRequest, commit: str, given: Mapping[str, Any], limits: HardLimits) -> Placed:
    """Raises BadAnchor where GitHub would not take the comment. `given` has passed the OpenAPI description."""
    if "position" in given:
        raise BadAnchor(POSITION)
    if commit not in commits_of(pull):
        raise BadAnchor(COMMIT, NO_HUNK)
    file = next((file for file in diff_of(pull, commit) if file.path == given["path"]), None)
    if file is None:
        raise BadAnchor(PATH, NO_HUNK)
    line, side = given.get("line"), given.get("side", "RIGHT")
    if given.get("subject_type") == "file":
        return Placed(Anchor(file.path, "RIGHT", None), "")
    if line is None:
        raise BadAnchor(NO_LINE, NO_HUNK)
    if side not in ("LEFT", "RIGHT"):
        raise BadAnchor(SIDE)
    found = file.find(line, side) if limits.shows_patch(file) else None
    start_line = given.get("start_line")
    if start_line is None:
        if found is None:
            raise BadAnchor(LINE, NO_HUNK)
        hunk, index = found
        return Placed(Anchor(file.path, side, line, position=hunk.position + index), _told(hunk, index))
    return _place_range(file, found, given, side)


def _place_range(
    file: FileDiff, found: tuple[Hunk, int] | None, given: Mapping[str, Any], side: Literal["LEFT", "RIGHT"]
) -> Placed:
    line, start_line, start_side = given["line"], given["start_line"], given.get("start_side")
    if start_side is None or (start_side == side and start_line >= line):
        raise BadAnchor(START_ORDER)
    if start_side not in ("LEFT", "RIGHT"):
        raise BadAnchor(SIDE)
    if found is None:
        raise BadAnchor(LINE, START_LINE, NO_HUNK)
    hunk, index = found
    start = hunk.numbers(start_side).get(start_line)
    if start is None:
        raise BadAnchor(START_LINE)
    if start >= index:
        raise BadAnchor(START_ORDER)
    anchor = Anchor(file.path, side, line, start_line, start_side, hunk.position + index)
    return Placed(anchor, _told(hunk, index))


def _told(hunk: Hunk, index: int) -> str:
    return b"\n".join(hunk.lines[: index + 1]).decode("utf-8", "replace")
