"""The steps joined: changes -> stubs -> windows -> engines -> fills -> patches -> report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from fimbot.changes import Blobs, Repository, Selection, changed_lines, generated_paths, read_changes
from fimbot.settings.values import Settings
from fimbot.stubs.collect import Earlier, Findings, collect
from fimbot.values import Deadline, Fill, Outcome, Report, Skip, SkippedFile, Suggestion, Usage, Window, stub_of

if TYPE_CHECKING:
    from fimbot.engines.pool import Answers
    from fimbot.engines.protocol import Engine

Progress = Callable[[int, int], None]  # how many are done, and of how many


def find(
    repository: Repository,
    selection: Selection,
    blobs: Blobs,
    settings: Settings,
    progress: Callable[[int], None] = lambda files: None,
) -> Findings:
    """Read the change and find its stubs; ask no engine. `progress`: told how many files were looked at."""
    narrowed = replace(selection, paths=selection.paths + excluded(settings))
    changes = read_changes(repository, narrowed, max_file_bytes=settings.max_file_bytes)
    earlier = Earlier(blobs.read_old, partial(changed_lines, repository, selection))
    return collect(changes, blobs.read, partial(generated_paths, repository), settings, progress, earlier)


def excluded(settings: Settings) -> tuple[str, ...]:
    """Return what the settings leave out as pathspecs for git."""
    return tuple(f":(top,exclude,glob){pattern}" for pattern in settings.exclude)


def windows_of(findings: Findings, blobs: Blobs, engine: Engine, settings: Settings) -> Iterator[Window | Skip]:
    """Build a window for each wanted stub, up to the limit of suggestions; a Skip where there is to be none."""
    from fimbot.windows.build import build_windows

    def read(path: str) -> bytes | None:
        content = blobs.read_path(path)
        return None if isinstance(content, SkippedFile) else content

    limit = settings.max_suggestions
    wanted = findings.wanted[:limit]
    yield from build_windows(wanted, findings.files, blobs.paths, read, settings.window_tokens or engine.window_tokens)
    yield from (Skip(stub, f"past the limit of {limit} suggestions") for stub in findings.wanted[len(wanted) :])


def suggest(
    findings: Findings,
    windows: Sequence[Window | Skip],
    engine: Engine | None,
    settings: Settings,
    deadline: Deadline,
    progress: Progress,
    begun: float,
) -> Report:
    """Ask, cut, prove; the most valuable first, since a deadline or a quota may end it.

    `begun` is on `time.monotonic`. Without an engine every window is a Skip. An interruption keeps what is there.
    """
    from fimbot.engines.pool import Answers, Job, answer_all
    from fimbot.engines.protocol import Question
    from fimbot.fills.make import fills_of, frames_of, hole_complete
    from fimbot.fills.together import prove_all
    from fimbot.patches.suggest import suggestion_of

    ready = sorted((each for each in windows if isinstance(each, Window)), key=lambda each: findings.worth(each.stub))
    frames, broken = frames_of(findings.files, ready)
    asked = [each for each in ready if each.stub.id in frames]
    answers = Answers()
    if engine is not None and asked:
        jobs = [Job(Question.of(each, settings), hole_complete(frames[each.stub.id], each)) for each in asked]
        answers = answer_all(engine, jobs, settings.concurrency, deadline, progress)
    fills = prove_all(findings.files, fills_of(frames, asked, answers.by_job))
    done = (suggestion_of(frames[each.stub.id], each) if isinstance(each, Fill) else each for each in fills)
    skips = (each for each in windows if isinstance(each, Skip))
    return report(findings, (*done, *broken, *skips), windows, engine, answers, begun)


def report(
    findings: Findings,
    outcomes: Sequence[Outcome],
    windows: Sequence[Window | Skip],
    engine: Engine | None,
    answers: Answers,
    begun: float,
) -> Report:
    from fimbot.engines.fallback import shares_of, stand_ins
    from fimbot.patches.store import combined_patch

    outcomes = sorted((*outcomes, *findings.listed), key=lambda each: (stub_of(each).path, stub_of(each).hole.start))
    asked = [each for each in answers.completions if not each.cached]
    usages = [each.usage for each in asked if each.usage]
    shares = shares_of(engine, answers.completions) if engine else ()
    most = max(shares, key=lambda share: share.answers, default=None)
    return Report(
        engine=most.engine if most else None,
        model=most.model if most else None,
        outcomes=tuple(outcomes),
        files=findings.scanned,
        skipped_files=findings.skipped_files,
        withheld=tuple(dict.fromkeys(kept for each in windows if isinstance(each, Window) for kept in each.withheld)),
        requests=answers.requests,
        usage=Usage(sum(each.prompt_tokens for each in usages), sum(each.completion_tokens for each in usages)),
        untold=len(asked) - len(usages),
        seconds=time.monotonic() - begun,
        patch=combined_patch([each for each in outcomes if isinstance(each, Suggestion)], findings.contents),
        problems=answers.problems,
        shares=shares,
        notices=stand_ins(engine, answers.completions) if engine else (),
        interrupted=answers.interrupted,
    )
