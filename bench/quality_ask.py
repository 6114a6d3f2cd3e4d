"""The questions of the tasks, and the embedded model's answers to them, kept in a JSON lines file.

An answer is kept under its question, so that a rule that changes is measured without asking again, and a window that
changes is asked about anew.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from bench.quality_check import Task
from fimbot.changes import Blobs, Selection, open_blobs, open_repository
from fimbot.engines.local import WINDOW_TOKENS
from fimbot.engines.protocol import Engine, Question
from fimbot.errors import EngineUnavailable
from fimbot.fills.frame import frame_of
from fimbot.fills.make import hole_complete
from fimbot.pipeline import find
from fimbot.settings.values import Settings
from fimbot.stubs.collect import Findings
from fimbot.stubs.parsed import ParsedFile
from fimbot.values import Completion, Deadline, SkippedFile, Stub, Window
from fimbot.windows.context import ContextChoice, Neighbourhood, Read, gather_context
from fimbot.windows.window import build_window

SETTINGS = Settings(engine=("local",), window_tokens=WINDOW_TOKENS, max_tokens=256)
FURTHER = 64
"""Tokens that an answer goes on for after the hole is complete: what the other rules have to cut off."""
SECOND_SEED = 7
TEMPERATURE = 0.6

VARIANTS = {
    "full": ContextChoice(),
    "none": ContextChoice(definitions=False, calls=False, tests=False),
    "no definitions": ContextChoice(definitions=False),
    "no tests": ContextChoice(tests=False),
    "no calls": ContextChoice(calls=False),
}


@dataclass(frozen=True, slots=True)
class Asking:
    """A task with the question that fimbot asks about it."""

    task: Task
    file: ParsedFile
    stub: Stub
    window: Window
    question: Question

    @property
    def source(self) -> bytes:
        return self.file.source

    @property
    def key(self) -> str:
        return hashlib.sha256(json.dumps(asdict(self.question)).encode()).hexdigest()

    def sampled(self) -> Asking:
        """Another try, by chance."""
        return replace(self, question=replace(self.question, temperature=TEMPERATURE, random_seed=SECOND_SEED))


@dataclass(frozen=True, slots=True)
class Answer:
    key: str
    task: str
    text: str
    finish: str
    """"stop", "length", "further" (left FURTHER tokens behind the hole's end) or "time"."""
    tokens: int
    seconds: float
    complete: int | None
    """Characters after which `hole_complete` hung up; None where it never did."""
    complete_tokens: int
    complete_seconds: float
    prompt_tokens: int

    def completion(self) -> Completion:
        """What the pipeline would have got: hung up on where the hole was complete."""
        if self.complete is not None:
            return Completion(self.text[: self.complete], "cancelled", "local", "embedded", cancelled=True)
        return self.whole()

    def whole(self) -> Completion:
        reasons = {"stop": "stop", "further": "cancelled"}
        return Completion(self.text, reasons.get(self.finish, "length"), "local", "embedded")  # type: ignore[arg-type]


@contextmanager
def staged(task: Task) -> Iterator[tuple[Findings, Blobs]]:
    """The task's repository as a real one with all of it staged, and what fimbot finds there."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        root = Path(directory)
        shutil.copytree(task.repository, root, dirs_exist_ok=True)
        for command in (("init", "--quiet", "--template="), ("add", "--all")):
            subprocess.run(["git", *command], cwd=root, check=True, capture_output=True)
        repository = open_repository(root)
        selection = Selection(staged=True)
        with open_blobs(repository, selection, max_file_bytes=SETTINGS.max_file_bytes) as blobs:
            yield find(repository, selection, blobs, SETTINGS), blobs


def askings(task: Task, choices: dict[str, ContextChoice]) -> dict[str, Asking]:
    """The task's question with each choice of context; with all of it as the pipeline asks it."""
    with staged(task) as (found, blobs):
        (stub,) = found.wanted
        file = found.files[stub.path]
        paths = list(blobs.paths())

        def read(path: str) -> bytes | None:
            content = blobs.read_path(path)
            return None if isinstance(content, SkippedFile) else content

        return {name: _asking(task, file, stub, choice, paths, read) for name, choice in choices.items()}


def _asking(task: Task, file: ParsedFile, stub: Stub, choice: ContextChoice, paths: list[str], read: Read) -> Asking:
    budget = WINDOW_TOKENS
    context = gather_context(stub, Neighbourhood(file, lambda: paths, read, choice), budget=budget)
    window = build_window(file, stub, budget=budget, context=context)
    assert isinstance(window, Window)
    return Asking(task, file, stub, window, Question.of(window, SETTINGS))


class Answers:
    """The JSON lines file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        self._known = {answer.key: answer for answer in (Answer(**json.loads(line)) for line in lines)}

    def get(self, asking: Asking) -> Answer | None:
        return self._known.get(asking.key)

    def ask(self, asking: Asking, engine: Engine, *, go_on: bool) -> Answer:
        """`go_on`: for FURTHER tokens behind the hole's end."""
        answer = self.get(asking)
        if answer is None:
            answer = _ask(asking, engine, FURTHER if go_on else 0)
            self._known[asking.key] = answer
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(answer)) + "\n")
        return answer


def _ask(asking: Asking, engine: Engine, further: int) -> Answer:
    complete = hole_complete(frame_of(asking.file, asking.stub), asking.window)
    seen: list[tuple[str, float]] = []
    ends: list[int] = []
    start = time.monotonic()

    def done(text: str) -> bool:
        seen.append((text, time.monotonic() - start))
        if not ends and complete(text):
            ends.append(len(seen))
        return bool(ends) and len(seen) >= ends[0] + further

    usage = None
    try:
        completion = engine.ask(asking.question, done=done, deadline=Deadline.after(600.0))
        text, usage = completion.text, completion.usage
        finish = "further" if completion.cancelled else str(completion.finish_reason)
    except EngineUnavailable:
        text, finish = (seen[-1][0] if seen else ""), "time"
    at = ends[0] if ends else len(seen)
    return Answer(
        key=asking.key,
        task=asking.task.name,
        text=text,
        finish=finish,
        tokens=len(seen),
        seconds=time.monotonic() - start,
        complete=len(seen[at - 1][0]) if ends else None,
        complete_tokens=at,
        complete_seconds=seen[at - 1][1] if seen else 0.0,
        prompt_tokens=usage.prompt_tokens if usage else 0,
    )
