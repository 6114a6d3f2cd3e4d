"""The steps joined: changes -> stubs -> windows -> engines -> fills -> patches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from fimbot.changes import Blobs, Repository, Selection, generated_paths, read_changes
from fimbot.errors import ParseError
from fimbot.settings.values import Settings
from fimbot.stubs.find import find_stubs
from fimbot.stubs.table import language_of
from fimbot.values import (
    WHOLE_FILE,
    Completion,
    FileChange,
    Fill,
    Outcome,
    Skip,
    SkippedFile,
    Stub,
    Suggestion,
    Tier,
    Window,
    Withheld,
    stub_of,
)

if TYPE_CHECKING:
    from fimbot.engines.pool import Answer, Job
    from fimbot.engines.protocol import Deadline, Engine, Question

GeneratedOf = Callable[[Iterable[str]], frozenset[str]]
"""Those of these paths that .gitattributes call generated."""

_TIERS: tuple[Tier, ...] = ("fill", "suggest", "report")

Progress = Callable[[int, int], None]
"""Called with how many are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Findings:
    """The stubs of a change: those to fill, and those that are listed only."""

    wanted: tuple[Stub, ...]
    listed: tuple[Stub | Skip, ...]
    contents: Mapping[str, bytes]
    """Of the files that hold wanted stubs, as they were read."""
    files: int
    skipped_files: tuple[SkippedFile, ...]
    added: Mapping[str, int] = field(default_factory=dict)
    """Lines that the change adds, of the same files."""


def find(repository: Repository, selection: Selection, blobs: Blobs, settings: Settings) -> Findings:
    """Reads the change and finds its stubs; asks no engine."""
    narrowed = replace(selection, paths=selection.paths + excluded(settings))
    changes = read_changes(repository, narrowed, max_file_bytes=settings.max_file_bytes)
    return find_in(changes, partial(generated_paths, repository), blobs, settings)


def excluded(settings: Settings) -> tuple[str, ...]:
    """As pathspecs for git."""
    return tuple(f":(top,exclude,glob){pattern}" for pattern in settings.exclude)


def find_in(
    changes: Iterable[FileChange | SkippedFile], generated_of: GeneratedOf, blobs: Blobs, settings: Settings
) -> Findings:
    """As `find`, for a change that was read elsewhere."""
    found: list[Stub | Skip] = []
    contents: dict[str, bytes] = {}
    added: dict[str, int] = {}
    skipped: list[SkippedFile] = []
    files = 0
    for change in changes:
        if isinstance(change, SkippedFile):
            skipped += [change] if language_of(change.path) else []
            continue
        files += 1
        if language_of(change.path) is None:
            continue
        source = blobs.read(change)
        if isinstance(source, SkippedFile):
            skipped.append(source)
            continue
        try:
            here = find_stubs(change.path, source, change.added)
        except ParseError as error:
            skipped.append(SkippedFile(change.path, str(error)))
            continue
        if here:
            from fimbot.windows.secrets import withheld_file  # 5 ms
        if here and (reason := withheld_file(change.path)):
            skipped.append(SkippedFile(change.path, reason))
        elif here:
            found += here
            contents[change.path] = source
            added[change.path] = _lines(change, source)
    generated = generated_of(contents) if settings.skip_generated else frozenset[str]()
    found = [_generated(each) if stub_of(each).path in generated else each for each in found]
    wanted: list[Stub] = []
    listed: list[Stub | Skip] = []
    for each in found:
        if isinstance(each, Stub) and is_wanted(each, settings):
            wanted.append(each)
        else:
            listed.append(each)
    paths = {stub.path for stub in wanted}
    kept = {path: content for path, content in contents.items() if path in paths}
    return Findings(tuple(wanted), tuple(listed), kept, files, tuple(skipped), added)


def _lines(change: FileChange, source: bytes) -> int:
    last = source.count(b"\n") + 1  # a range may be the whole file, whatever its length
    return sum(min(each.end, last) - each.start + 1 for each in change.added)


def _generated(found: Stub | Skip) -> Skip:
    return Skip(stub_of(found)._replace(tier="report"), "in a file that .gitattributes calls generated")


def is_wanted(stub: Stub, settings: Settings) -> bool:
    """Whether it is to be filled. What only `--kinds` asks for is asked for whatever its tier."""
    if stub.kind not in settings.kinds:
        return False
    return stub.tier in settings.tiers or stub.kind in ("todo", "expression")


@dataclass(frozen=True, slots=True)
class Asked:
    """A stub with the window that was built for it and the question that came of it."""

    stub: Stub
    window: Window
    question: Question


@dataclass(frozen=True, slots=True)
class Filled:
    outcomes: tuple[Outcome, ...]
    completions: tuple[Completion, ...]
    requests: int
    """Those that were sent in vain included."""
    withheld: tuple[Withheld, ...]
    problems: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    interrupted: bool = False


def ask(findings: Findings, blobs: Blobs, engine: Engine, settings: Settings) -> Iterator[Asked | Skip]:
    """A window and a question for each wanted stub; a Skip where the window cannot hold it."""
    from fimbot.engines.protocol import Question
    from fimbot.windows.context import gather_context
    from fimbot.windows.window import build_window

    def read(path: str) -> bytes | None:
        content = blobs.read_path(path)
        return None if isinstance(content, SkippedFile) else content

    unfilled: dict[str, tuple[Stub, ...]] = {}
    budget = settings.window_tokens or engine.window_tokens
    for at, stub in enumerate(findings.wanted):
        if settings.max_suggestions is not None and at >= settings.max_suggestions:
            yield Skip(stub, f"past the limit of {settings.max_suggestions} suggestions")
            continue
        source = findings.contents[stub.path]
        context = gather_context(stub, source, blobs.paths(), read, budget=budget)
        if stub.path not in unfilled:
            unfilled[stub.path] = tuple(_unfilled(stub.path, source))
        others = [other for other in unfilled[stub.path] if other.start != stub.start]
        window = build_window(source, stub, budget=budget, context=context, others=others)
        if isinstance(window, Skip):
            yield window
        else:
            yield Asked(stub, window, Question.of(window, settings))


def _unfilled(path: str, source: bytes) -> Iterator[Stub]:
    """Every stub of the file, also those that the change does not touch."""
    for found in find_stubs(path, source, (WHOLE_FILE,)):
        if isinstance(found, Stub) and found.kind in ("empty-body", "placeholder") and found.tier != "report":
            yield found


def fill(
    findings: Findings,
    asked: Sequence[Asked],
    engine: Engine,
    settings: Settings,
    deadline: Deadline,
    progress: Progress,
) -> Filled:
    """Asks, cuts, proves; the most valuable first, since a deadline or a quota may end it.

    An interruption keeps what is there.
    """
    from fimbot.fills.make import make_fill

    answers: dict[int, Answer] = {}
    interrupted = False
    progress(0, len(asked))
    try:
        for at, answer in _answers(findings, asked, engine, settings, deadline):
            answers[at] = answer
            progress(len(answers), len(asked))
    except KeyboardInterrupt:
        interrupted = True
    outcomes: list[Fill | Skip] = []
    for place, each in enumerate(asked):
        found = answers.get(place)  # None: interrupted before it came
        if found is None:
            outcomes.append(Skip(each.stub, "interrupted"))
        elif isinstance(found, Completion):
            try:
                outcomes.append(make_fill(findings.contents[each.stub.path], each.stub, each.window, found))
            except ParseError as error:
                outcomes.append(Skip(each.stub, f"the answer {error}"))
        else:
            outcomes.append(Skip(each.stub, str(found)))
    completions = tuple(answer for answer in answers.values() if isinstance(answer, Completion))
    requests = sum(answer.requests for answer in answers.values())
    withheld = tuple(dict.fromkeys(each for one in asked for each in one.window.withheld))
    return Filled(
        _proved(findings, outcomes),
        completions,
        requests,
        withheld,
        _problems(answers.values()),
        _notices(engine, completions),
        interrupted,
    )


def _problems(answers: Iterable[Answer]) -> tuple[str, ...]:
    """Each once. What became of a question that was asked tells more than that another one was not any more."""
    errors = sorted((each for each in answers if not isinstance(each, Completion)), key=lambda each: not each.requests)
    return tuple(dict.fromkeys(map(str, errors)))


def _notices(engine: Engine, completions: Sequence[Completion]) -> tuple[str, ...]:
    """Who answered in the place of the engine that was asked."""
    from fimbot.engines.fallback import each_of

    asked = {each.name for each in each_of(engine)}
    others = dict.fromkeys((each.engine, each.model) for each in completions if each.engine not in asked)
    return tuple(
        f"the model that was asked for is not there: {name} answered in its place, with {model}"
        for name, model in others
    )


def _answers(
    findings: Findings, asked: Sequence[Asked], engine: Engine, settings: Settings, deadline: Deadline
) -> Iterator[tuple[int, Answer]]:
    """(place in `asked`, its answer). The same question twice is asked once."""
    from fimbot.engines.pool import ask_all

    places: dict[Question, list[int]] = {}
    for at, each in enumerate(asked):
        places.setdefault(each.question, []).append(at)
    same = sorted(places.values(), key=lambda at: _value(findings, asked[at[0]].stub))
    jobs = [_job(findings, asked[first]) for first, *_ in same]
    for index, answer in ask_all(engine, jobs, concurrency=settings.concurrency, deadline=deadline):
        first, *others = same[index]
        yield first, answer
        for other in others:
            yield other, answer._replace(requests=0, cached=True) if isinstance(answer, Completion) else answer


def _value(findings: Findings, stub: Stub) -> tuple[int, int]:
    """The most valuable sorts first: what is surely a stub, then what is in the files that the change is most about."""
    return _TIERS.index(stub.tier), -findings.added.get(stub.path, 0)


def _job(findings: Findings, asked: Asked) -> Job:
    from fimbot.engines.pool import Job
    from fimbot.fills.stream import hole_complete

    return Job(asked.question, hole_complete(findings.contents[asked.stub.path], asked.stub, asked.window))


def _proved(findings: Findings, outcomes: Sequence[Fill | Skip]) -> tuple[Suggestion | Skip, ...]:
    """Fills of one file are proved together; what breaks the others is dropped."""
    from fimbot.fills.prove import prove_together
    from fimbot.patches.suggest import suggestion_of

    by_path: dict[str, list[Fill]] = {}
    for outcome in outcomes:
        if isinstance(outcome, Fill):
            by_path.setdefault(outcome.stub.path, []).append(outcome)
    proved: dict[str, Fill | Skip] = {}
    for path, fills in by_path.items():
        good, dropped = prove_together(findings.contents[path], fills)
        proved |= {each.stub.id: each for each in good}
        proved |= {each.stub.id: each for each in dropped}
    results: list[Suggestion | Skip] = []
    for outcome in outcomes:
        final = proved[outcome.stub.id] if isinstance(outcome, Fill) else outcome
        results.append(suggestion_of(findings.contents[final.stub.path], final) if isinstance(final, Fill) else final)
    return tuple(results)
