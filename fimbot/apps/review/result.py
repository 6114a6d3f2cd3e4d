"""What became of each stub: the same rows for the terminal, the workflow's page and annotations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fimbot.apps.review.comments import Draft, Unplaced
from fimbot.apps.review.post import Posted
from fimbot.apps.review.work import Work
from fimbot.reporters.style import count
from fimbot.values import Outcome, Skip, SkippedFile, Stub, stub_of


@dataclass(frozen=True, slots=True)
class Row:
    stub: Stub
    fate: str
    """What became of it, or the reason why there is no suggestion."""
    told: bool
    """A review holds it, of this run or of one before."""
    exempt: bool = False
    """It is left as it is, for the reason that is told; nobody is to be warned of it."""


@dataclass(frozen=True, slots=True)
class Result:
    title: str
    rows: tuple[Row, ...]
    skipped: tuple[SkippedFile, ...]
    notes: tuple[str, ...]
    unposted: tuple[Unplaced, ...]
    """Suggestions that no review holds, to be shown as patches."""


def result_of(
    work: Work,
    outcomes: Sequence[Outcome],
    composed: Sequence[Draft | Unplaced],
    posted: Posted,
    notes: Sequence[str],
    *,
    summary_only: bool,
) -> Result:
    why = "not posted: summary only" if summary_only else f"not posted: {posted.problem}" if posted.problem else ""
    unposted = tuple(_unposted(composed, posted, why))
    fates = {draft.stub.id: "suggested" for draft in posted.drafts}
    fates |= {each.mark.id: f"in the review's text, as a patch: {each.reason}" for each in posted.told}
    fates |= {each.mark.id: f"as a patch: {each.reason}" for each in unposted}
    done = {draft.mark.id for draft in posted.drafts} | {each.mark.id for each in posted.told}
    done |= {each.stub.id for each in work.plan.silent}
    rows = []
    listed = {stub_of(each).id for each in work.findings.listed}
    asked = (each for each in outcomes if stub_of(each).id not in listed)
    for each in (*asked, *work.beyond, *work.plan.silent):
        stub = stub_of(each)
        reason = each.reason if isinstance(each, Skip) else ""
        rows.append(Row(stub, fates.get(stub.id, reason), stub.id in done))
    for each in work.findings.listed:
        if isinstance(each, Skip):
            rows.append(Row(each.stub, each.reason, told=False, exempt=True))
        elif each.tier != "report":
            rows.append(Row(each, "not asked for", told=False))
    rows.sort(key=lambda row: (row.stub.path, row.stub.hole.start))
    title = f"{count(work.found, 'stub')}, {count(len(posted.drafts) + len(posted.told), 'new suggestion')}"
    return Result(title, tuple(rows), work.findings.skipped_files, tuple(notes), unposted)


def _unposted(composed: Sequence[Draft | Unplaced], posted: Posted, why: str) -> Iterator[Unplaced]:
    done = {draft.mark.id for draft in posted.drafts} | {each.mark.id for each in posted.told}
    refused = {each.mark.id: each for each in posted.refused}
    for each in composed:
        if each.mark.id in done:
            continue
        if each.mark.id in refused:
            yield refused[each.mark.id]
        elif isinstance(each, Unplaced):
            yield each
        else:
            yield Unplaced(each.suggestion, each.mark, why or "not posted")
