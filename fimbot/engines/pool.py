"""Several questions at once, with threads: the answers come as they are ready."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import NamedTuple

from fimbot.engines.protocol import Engine, Question
from fimbot.errors import EngineError, EngineRefused, EngineUnavailable, QuotaExhausted
from fimbot.values import Completion, Deadline

# An engine that failed so often, with no success in between, is not asked for the rest: a dead host would
# cost its retries for every single stub.
FAILURES_IN_A_ROW = 3
# For an engine to notice its own deadline and say what happened, before it is said for it.
GRACE_SECONDS = 0.5
# Windows does not let Ctrl-C through a longer wait.
LONGEST_WAIT = 0.2


class Job(NamedTuple):
    question: Question
    done: Callable[[str], bool]


Answer = Completion | EngineError


@dataclass(frozen=True, slots=True)
class Answers:
    by_job: Mapping[int, Answer] = field(default_factory=dict)
    """By the job's place among those that were asked; without those that an interruption was too early for."""
    interrupted: bool = False

    @property
    def completions(self) -> tuple[Completion, ...]:
        return tuple(answer for answer in self.by_job.values() if isinstance(answer, Completion))

    @property
    def requests(self) -> int:
        """How many were sent, those in vain included."""
        return sum(answer.requests for answer in self.by_job.values())

    @property
    def problems(self) -> tuple[str, ...]:
        """Each once. What became of a question that was asked tells more than that another one was not any more."""
        errors = (each for each in self.by_job.values() if not isinstance(each, Completion))
        return tuple(dict.fromkeys(map(str, sorted(errors, key=lambda each: not each.requests))))


def answer_all(
    engine: Engine, jobs: Sequence[Job], concurrency: int, deadline: Deadline, progress: Callable[[int, int], None]
) -> Answers:
    """Ask as `ask_all` does, the same question only once. An interruption keeps what is there."""
    places: dict[Question, list[int]] = {}
    for at, job in enumerate(jobs):
        places.setdefault(job.question, []).append(at)
    same = list(places.values())
    answers: dict[int, Answer] = {}
    progress(0, len(jobs))
    try:
        firsts = [jobs[first] for first, *_ in same]
        for index, answer in ask_all(engine, firsts, concurrency=concurrency, deadline=deadline):
            first, *others = same[index]
            answers[first] = answer
            again = answer._replace(requests=0, cached=True) if isinstance(answer, Completion) else answer
            answers |= dict.fromkeys(others, again)
            progress(len(answers), len(jobs))
    except KeyboardInterrupt:
        return Answers(answers, interrupted=True)
    return Answers(answers)


@dataclass(slots=True)
class _Rounds:
    """What the threads share."""

    engine: Engine
    jobs: Sequence[Job]
    deadline: Deadline
    results: SimpleQueue[tuple[int, Completion | Exception]] = field(default_factory=SimpleQueue)
    stopped: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    next: int = 0
    failures: int = 0
    verdict: EngineError | None = None
    """Why nothing more is asked."""
    exhausted: QuotaExhausted | None = None
    """What is still waiting at the deadline waits for this."""

    def work(self) -> None:
        while not self.stopped.is_set():
            with self.lock:
                index, self.next = self.next, self.next + 1
                verdict = self.verdict
            if index >= len(self.jobs):
                return
            self.results.put((index, verdict or self.answer(self.jobs[index])))

    def answer(self, job: Job) -> Completion | Exception:
        def done(text: str) -> bool:
            return self.stopped.is_set() or job.done(text)

        try:
            answer = self.engine.ask(job.question, done=done, deadline=self.deadline)
        except Exception as error:
            self.judge(error)
            return error
        with self.lock:
            self.failures = 0
        return answer

    def judge(self, error: Exception) -> None:
        with self.lock:
            if isinstance(error, QuotaExhausted):  # nothing was sent, and a smaller question may still have room
                self.exhausted = error
                return
            self.failures += isinstance(error, EngineUnavailable)
            final = isinstance(error, EngineRefused) or self.failures >= FAILURES_IN_A_ROW
            if final and self.verdict is None and isinstance(error, EngineError):
                self.verdict = type(error)(*error.args)  # a new one: no request was sent for the rest


def ask_all(
    engine: Engine, jobs: Sequence[Job], *, concurrency: int, deadline: Deadline
) -> Generator[tuple[int, Answer], None, None]:
    """(index of the job, its completion or why there is none), each once, in the order of completion.

    Those that come first in `jobs` are asked first. After a refusal (key, host, model), or several failures in a row,
    the rest is not asked and has the same error. At the deadline, whatever is still missing has an `EngineUnavailable`.
    On Ctrl-C the engine is closed, and what was answered by then is given out before `KeyboardInterrupt` goes on. Other
    errors than `EngineError` go through. `done` of a job is called in another thread.
    """
    rounds = _Rounds(engine, jobs, deadline)
    threads = [
        threading.Thread(target=rounds.work, name=f"ask-{n}", daemon=True)
        for n in range(max(1, min(concurrency, len(jobs))))
    ]
    for thread in threads:
        thread.start()
    missing = set(range(len(jobs)))
    try:
        while missing:
            try:
                index, answer = _next(rounds)
            except Empty:
                break
            missing.discard(index)
            yield index, _checked(answer)
        late = rounds.exhausted or EngineUnavailable(f"{engine.host}: no answer before the deadline")
        yield from ((index, late) for index in sorted(missing))
    except KeyboardInterrupt:
        rounds.stopped.set()
        ready = list(_ready(rounds))
        engine.close()
        yield from ready
        raise
    finally:
        rounds.stopped.set()
        # Those that still read are left behind (they are daemons) until `Engine.close` hangs up on them.
        grace = Deadline.after(GRACE_SECONDS)
        for thread in threads:
            thread.join(grace.remaining())


def _next(rounds: _Rounds) -> tuple[int, Completion | Exception]:
    """The next answer. Raises `Empty` at the deadline."""
    while True:
        try:
            return rounds.results.get(timeout=LONGEST_WAIT)
        except Empty:
            if not rounds.deadline.remaining():
                return rounds.results.get(timeout=GRACE_SECONDS)


def _ready(rounds: _Rounds) -> Iterator[tuple[int, Answer]]:
    while not rounds.results.empty():
        index, answer = rounds.results.get()
        yield index, _checked(answer)


def _checked(answer: Completion | Exception) -> Answer:
    if isinstance(answer, Completion | EngineError):
        return answer
    raise answer
