"""From a suggestion to what is posted: comments on lines, each proved, or the reason why there is none.

Code is never altered to make it fit. What the button would not write exactly as it is meant is withheld, and shown as
a patch.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from fimbot.apps.review.anchors import Hunk, anchored
from fimbot.apps.review.button import code_of, press
from fimbot.apps.review.github.values import Thread
from fimbot.apps.review.identity import Mark, comment_line, import_line
from fimbot.patches.lines import LineEdit
from fimbot.reporters.fixes import fix_of
from fimbot.reporters.style import code_span
from fimbot.values import Fill, Stub, Suggestion, apply_edits

# Characters. Of a comment, and of a review. GitHub's own limit is 65,536; a mark grows by a word when its stub is gone.
LONGEST_BODY = 65_500


@dataclass(frozen=True, slots=True)
class Comment:
    """On the lines of its edit, in the file at the head."""

    path: str
    edit: LineEdit
    body: str

    def payload(self) -> dict[str, Any]:
        """`start_line` only where it is smaller: GitHub refuses the same line twice."""
        place: dict[str, Any] = {"path": self.path, "line": self.edit.end, "side": "RIGHT"}
        if self.edit.start < self.edit.end:
            place |= {"start_line": self.edit.start, "start_side": "RIGHT"}
        return place | {"body": self.body}


@dataclass(frozen=True, slots=True)
class Draft:
    """A suggestion that can be posted: its imports first, where they have lines in the diff, and its hole last."""

    suggestion: Suggestion
    mark: Mark
    comments: tuple[Comment, ...]

    @property
    def stub(self) -> Stub:
        return self.suggestion.fill.stub


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A suggestion that no button can commit, and why."""

    suggestion: Suggestion
    mark: Mark
    reason: str


def compose(suggestion: Suggestion, source: bytes, hunks: Sequence[Hunk], mark: Mark) -> Draft | Unplaced:
    """`source`: the file at the head. `hunks`: its diff as GitHub shows it, none where it shows none."""
    fix = fix_of(suggestion)
    if isinstance(fix, str):
        return Unplaced(suggestion, mark, fix)
    *imports, hole = fix
    if not hunks:
        return Unplaced(suggestion, mark, "GitHub shows no diff of this file")
    if not anchored(hunks, hole.start, hole.end):
        return Unplaced(suggestion, mark, "its lines are not part of the diff")
    if any(code_of(edit) is None for edit in fix):
        return Unplaced(suggestion, mark, "a line holds characters that a comment would not keep")
    if not _proved(suggestion, source, imports, hole):
        return Unplaced(suggestion, mark, "the button would not give exactly the intended file")
    placed = [edit for edit in imports if anchored(hunks, edit.start, edit.end)]
    comments = [_on(suggestion, edit, _import_body(suggestion.fill, edit, mark)) for edit in placed]
    body = _body(suggestion, hole, mark, beside=len(placed) == len(imports))
    comments.append(_on(suggestion, hole, body))
    if any(len(comment.body) > LONGEST_BODY for comment in comments):
        return Unplaced(suggestion, mark, "it is too long for a comment")
    return Draft(suggestion, mark, tuple(comments))


def without_repeats(drafts: Sequence[Draft], threads: Sequence[Thread] = ()) -> tuple[Draft, ...]:
    """Two fills of a file may need the same import, which one suggestion adds: of these, or of an earlier run."""
    seen: set[tuple[str, LineEdit]] = set()
    kept = []
    for draft in drafts:
        *imports, hole = draft.comments
        new = [
            comment
            for comment in imports
            if (comment.path, comment.edit) not in seen and not any(_says(thread, comment) for thread in threads)
        ]
        seen |= {(comment.path, comment.edit) for comment in imports}
        kept.append(replace(draft, comments=(*new, hole)))
    return tuple(kept)


def _says(thread: Thread, comment: Comment) -> bool:
    says = fenced(code_of(comment.edit) or "", "suggestion") in thread.body
    return says and thread.path == comment.path and not thread.hidden


def _proved(suggestion: Suggestion, source: bytes, imports: Sequence[LineEdit], hole: LineEdit) -> bool:
    """The hole alone, and everything together, become by the button's rule exactly what was meant."""
    alone = suggestion.edits[:1] if imports else suggestion.edits
    return press(source, [hole]) == apply_edits(source, alone) and press(source, [*imports, hole]) == apply_edits(
        source, suggestion.edits
    )


def _on(suggestion: Suggestion, edit: LineEdit, body: str) -> Comment:
    return Comment(suggestion.fill.stub.path, edit, body)


def fenced(text: str, info: str) -> str:
    """`text` ends with a line feed. The fence is longer than any run of backticks in it, wherever the run stands."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence}{info}\n{text}{fence}"


def _body(suggestion: Suggestion, hole: LineEdit, mark: Mark, *, beside: bool) -> str:
    fill = suggestion.fill
    parts = [
        f"A body for {code_span(fill.stub.name)}, which is a stub ({fill.stub.why}).",
        fenced(code_of(hole) or "", "suggestion"),
        _needed(suggestion, beside=beside),
        _checked(fill),
        comment_line(mark),
    ]
    return "\n\n".join(part for part in parts if part)


def _needed(suggestion: Suggestion, *, beside: bool) -> str:
    lines = [line.strip() for edit in suggestion.edits[1:] for line in edit.replacement.decode().splitlines()]
    if not any(lines):
        return ""
    names = ", ".join(code_span(line) for line in lines if line)
    return f"It needs {names}: {'a suggestion of its own' if beside else 'its place is not part of this diff'}."


def _import_body(fill: Fill, edit: LineEdit, mark: Mark) -> str:
    sentence = f"An import that the body for {code_span(fill.stub.name)} needs, to be committed with it."
    return "\n\n".join((sentence, fenced(code_of(edit) or "", "suggestion"), import_line(mark)))


def _checked(fill: Fill) -> str:
    tests = {None: "not run", True: "pass", False: "fail"}[fill.checks.tests]
    by = f"{code_span(fill.completion.engine)}, model {code_span(fill.completion.model)}"
    lines = (
        f"- By {by}.",
        "- It fills exactly the stub's hole, parses, and is complete; every other byte of the file stays as it is.",
        f"- Tests: {tests}. Read it before you commit it.",
        f"- Id `{fill.stub.id}`. Resolve this, or answer `fimbot: ignore`: it stays away until the stub changes.",
    )
    return "<details><summary>How it was checked</summary>\n\n" + "\n".join(lines) + "\n\n</details>"
