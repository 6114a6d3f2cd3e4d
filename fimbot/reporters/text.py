"""For people: each suggestion as a diff, a line for each skip, the totals."""

from __future__ import annotations

import shlex
from collections import Counter

from fimbot.reporters.style import Style, count, one_line, printable
from fimbot.values import Outcome, Report, Skip, Stub, Suggestion, stub_of


def render(report: Report, style: Style) -> str:
    blocks = [_suggestion(outcome, style) for outcome in report.outcomes if isinstance(outcome, Suggestion)]
    if report.engine is None:
        lines = _found(report, style)
    else:
        lines = [_skip(outcome, style) for outcome in report.outcomes if _worth_a_line(outcome, style)]
    if not style.quiet:
        lines += [f"{one_line(f.path)}: skipped, {one_line(f.reason)}" for f in report.skipped_files]
        lines += _totals(report, style)
    blocks += ["\n".join(lines) + "\n"] if lines else []
    return "\n".join(blocks)


def place(stub: Stub) -> str:
    return f"{one_line(stub.path)}:{stub.start_line}"


def _suggestion(suggestion: Suggestion, style: Style) -> str:
    stub = suggestion.fill.stub
    title = f"{style.paint(place(stub), 'bold')}  {one_line(stub.name)}  {style.paint(stub.id, 'dim')}"
    # The two lines that name the files say again what the title says.
    lines = suggestion.patch.decode("utf-8", "replace").split("\n")[3:]
    return "\n".join([title, *(_diff_line(line, style) for line in lines)])


def _diff_line(line: str, style: Style) -> str:
    color = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
    shown = printable(line.removesuffix("\r"))
    return style.paint(shown, color) if color else shown


def _found(report: Report, style: Style) -> list[str]:
    """A scan's lines: the report tier and what is exempt only when asked for more."""
    lines = []
    for outcome in report.outcomes:
        stub = stub_of(outcome)
        if isinstance(outcome, Skip):
            if _worth_a_line(outcome, style):
                lines.append(_skip(outcome, style))
        elif stub.tier != "report" or style.verbose:
            tier = style.paint(stub.tier, "yellow" if stub.tier != "report" else "dim")
            lines.append(f"{style.paint(place(stub), 'bold')}: {one_line(stub.name)}: {one_line(stub.why)} [{tier}]")
    return lines


def _worth_a_line(outcome: Outcome, style: Style) -> bool:
    """A stub that was to be filled and was not; what is exempt by its nature would be noise."""
    return isinstance(outcome, Skip) and (style.verbose or outcome.stub.tier != "report")


def _skip(outcome: Outcome, style: Style) -> str:
    stub = stub_of(outcome)
    reason = outcome.reason if isinstance(outcome, Skip) else ""
    skipped = style.paint("skipped", "yellow")
    return f"{style.paint(place(stub), 'bold')}: {one_line(stub.name)}: {skipped}, {one_line(reason)}"


def _totals(report: Report, style: Style) -> list[str]:
    filled = sum(isinstance(outcome, Suggestion) for outcome in report.outcomes)
    hidden = Counter(
        "exempt" if isinstance(outcome, Skip) else "report only"
        for outcome in report.outcomes
        if stub_of(outcome).tier == "report" and not isinstance(outcome, Suggestion)
    )
    asked = len(report.outcomes) - hidden.total()
    if report.engine is None:
        line = f"{count(asked, 'stub')} in {count(report.files, 'file')}"
    else:
        line = f"{filled} of {count(asked, 'stub')} filled by {_engines(report)}"
        known = sum(isinstance(each, Suggestion) and each.fill.completion.cached for each in report.outcomes)
        line += f", {known} known from before" if known else ""
        line += f", {count(report.requests, 'request')}, {_tokens(report)}, {report.seconds:.1f} s"
    lines = [line]
    if hidden and not style.verbose:
        lines[0] += f"; {' and '.join(f'{n} {what}' for what, n in hidden.items())} not shown (-v)"
    if report.withheld:
        lines.append(f"{count(len(report.withheld), 'place')} that may hold secrets withheld from the engine")
    if filled:
        lines += _next_steps(style)
    return lines


def _tokens(report: Report) -> str:
    known = report.usage.prompt_tokens + report.usage.completion_tokens
    if not report.untold:
        return f"{known:,} tokens"
    return f"at least {known:,} tokens" if known else "tokens not told"


def _engines(report: Report) -> str:
    """One engine; or those that answered, with how many answers each gave."""
    answered = [share for share in report.shares if share.answers]
    if len(answered) < 2:
        return f"{report.engine} ({report.model})"
    return " and ".join(f"{share.engine} ({share.model}, {count(share.answers, 'answer')})" for share in answered)


def _next_steps(style: Style) -> list[str]:
    """Not run by anybody yet: plausible but wrong is common, so this is said each time."""
    lines = ["unverified: read each, and run your tests"]
    if style.patches:
        at = f" -C {shlex.quote(style.root)}" if style.root else ""
        lines.append(f"apply: fimbot apply --all    or: git{at} apply {shlex.quote(style.patches + '/all.patch')}")
    return lines
