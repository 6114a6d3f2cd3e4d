"""What a hook prints: which stubs, what is suggested for each, and what to do now. At most a screenful.

Read through the capture of pre-commit and others, so without colours unless somebody asks for them, and without a
terminal's width.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from fimbot.apps.hook.stage import Stage
from fimbot.reporters.style import Style, count, one_line, printable
from fimbot.reporters.text import place
from fimbot.values import Report, Skip, Stub, Suggestion, stub_of

LINES = 24
WIDTH = 100
# Header, blank lines, what is left out, what to do: the rest is for the suggestions.
_AROUND = 9
_LINES_EACH = 6
_MORE = "    ..."


@dataclass(frozen=True, slots=True)
class Advice:
    """What is true of this machine and of who runs the hook."""

    program: str
    """How the user can start fimbot: "fimbot" where it is on their PATH, else a path, quoted for a shell."""
    hook: str | None
    """The id by which pre-commit or prek know the hook; None where another runner started it."""


def on_screen(report: Report) -> tuple[Suggestion, ...]:
    """Those that `suggested` has room for; the others it counts."""
    return _suggestions(report)[: max(1, (LINES - _AROUND) // 2)]


def suggested(report: Report, stage: Stage, style: Style, advice: Advice) -> str:
    """`report` has at least one suggestion. Without `style.patches` they could not be written."""
    suggestions = _suggestions(report)
    where = "push" if stage.pushing else "commit"
    engine = f"{one_line(report.engine or '')}, {one_line(report.model or '')}"
    head = f"fimbot: {count(len(suggestions), 'stub')} in this {where} can be filled; unverified, read first ({engine})"
    lines = [style.paint(_short(head, WIDTH), "bold"), ""]
    shown = on_screen(report)
    room = (LINES - _AROUND) // len(shown) - 1
    for suggestion in shown:
        lines.append(_title(suggestion.fill.stub, style, WIDTH))
        lines += [style.paint(line, "green") for line in _body(suggestion.fill.text, min(room, _LINES_EACH))]
    hidden = len(suggestions) - len(shown)
    if hidden:
        listing = "apply --list" if style.patches else f"suggest {_change(stage)}"
        lines.append(f"... and {hidden} more: {advice.program} {listing}")
    unfilled = sum(isinstance(each, Skip) and each.stub.tier != "report" for each in report.outcomes)
    if unfilled:
        these = f"{count(unfilled, 'stub')} without a suggestion"
        lines.append(f"... and {these}: {advice.program} suggest -v {_change(stage)}")
    return "\n".join([*lines, "", *_what_to_do(where, stage, style, advice)]) + "\n"


def on_list(stubs: Sequence[Stub]) -> Sequence[Stub]:
    """Those that `found` has room for; the others it counts."""
    fits = LINES - _AROUND + 2
    return stubs if len(stubs) <= fits else stubs[: fits - 1]


def found(stubs: Sequence[Stub], stage: Stage, style: Style, advice: Advice) -> str:
    """For a scan. `stubs` is not empty."""
    where = "push" if stage.pushing else "commit"
    lines = [style.paint(f"fimbot: {count(len(stubs), 'stub')} in this {where}", "bold")]
    shown = on_list(stubs)
    for stub in shown:
        why = _short(one_line(stub.why), WIDTH // 3)
        lines.append(f"{_title(stub, style, WIDTH - len(why) - 2)}  {why}")
    if len(shown) < len(stubs):
        lines.append(f"... and {len(stubs) - len(shown)} more")
    return "\n".join(
        [
            *lines,
            "",
            f"fill:  {advice.program} suggest {_change(stage)}",
            f"keep:  {advice.program} dismiss ID      or a comment `fimbot: ignore` above it",
            _anyway(where, advice),
            "",
        ]
    )


def _change(stage: Stage) -> str:
    return shlex.quote(stage.selection.revision) if stage.selection.revision else "--staged"


def _suggestions(report: Report) -> tuple[Suggestion, ...]:
    return tuple(each for each in report.outcomes if isinstance(each, Suggestion))


def _what_to_do(where: str, stage: Stage, style: Style, advice: Advice) -> list[str]:
    at = f" -C {shlex.quote(style.root)}" if style.root else ""
    apply = f"{advice.program} apply --all"
    patch = f"git{at} apply {shlex.quote(f'{style.patches}/all.patch')}"
    # Where fimbot lives in a runner's own environment, git's command is the one that people type.
    commands = [apply, patch] if advice.program == "fimbot" else [patch, apply]
    if not style.patches:
        commands = [f"{advice.program} suggest --apply {_change(stage)}"]
    then = "then commit, and push again" if where == "push" else "then `git add` and commit again"
    lines = [f"apply:  {commands[0]}      {then}"]
    lines += [f"   or:  {command}" for command in commands[1:]]
    return [*lines, f"keep:   {advice.program} dismiss ID      it is not shown again", _anyway(where, advice)]


def _anyway(where: str, advice: Advice) -> str:
    skip = f"SKIP={advice.hook} git {where}      or " if advice.hook else ""
    return f"{where} anyway:  {skip}git {where} --no-verify"


def _title(stub: Stub, style: Style, width: int) -> str:
    """Where it is, what it is called, and its id, which is needed whole."""
    name = _short(one_line(stub.name), width // 3)
    at, left = place(stub), width - len(name) - len(stub.id) - 4
    # The end of a path tells more than its beginning.
    at = at if len(at) <= left else f"…{at[len(at) - left + 1 :]}"
    return f"{style.paint(at, 'bold')}  {name}  {style.paint(stub.id, 'dim')}"


def _body(text: str, room: int) -> list[str]:
    """The first lines of a fill, as deep as they stand among themselves."""
    lines = [line.expandtabs(4).rstrip() for line in text.splitlines()] or [""]
    lines = [line for line in lines if line] or [""]
    margin = min(len(line) - len(line.lstrip()) for line in lines)
    shown = lines if len(lines) <= room else lines[: max(1, room - 1)]
    body = [_short(f"    {printable(line[margin:])}", WIDTH) for line in shown]
    left = len(lines) - len(shown)
    if left and room > 1:
        body.append(f"{_MORE} {count(left, 'more line')}")
    return body


def _short(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def unanswered(report: Report) -> str:
    """Why there is no suggestion, in one line; the first reason stands for all."""
    skips = [each for each in report.outcomes if isinstance(each, Skip) and stub_of(each).tier != "report"]
    return f"{count(len(skips), 'stub')} not filled: {skips[0].reason}" if skips else ""
