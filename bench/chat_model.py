"""The embedded model driven as a chat model, over HTTP, on the eight stubs of the demo. See CHAT.md.

    python -m bench.chat_model

llama.cpp's own server, which comes inside the runtime, speaks chat completions on loopback; the engine `openai-chat`
asks it as it would ask any other. Skipped where the model or the runtime is not there.
"""

from __future__ import annotations

import os
import re
import secrets
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from bench.chat_answers import NAIVE
from fimbot.apps.demo.check import run_demo_tests
from fimbot.apps.demo.make import make_demo_repository
from fimbot.changes import Selection, open_blobs, open_repository
from fimbot.engines import local
from fimbot.engines.chat import engine as chat_engine
from fimbot.engines.chat.align import align
from fimbot.engines.open import open_engine
from fimbot.engines.protocol import Question
from fimbot.fills.frame import edit_of, frame_of
from fimbot.fills.make import hole_complete, make_fill
from fimbot.model.store import find_model
from fimbot.pipeline import find, windows_of
from fimbot.settings.values import Settings
from fimbot.stubs.collect import Findings
from fimbot.stubs.language import load
from fimbot.values import Completion, Deadline, Fill, Window, apply_edits

KEY = secrets.token_hex(16)
SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Answered:
    window: Window
    question: Question
    raw: str
    completion: Completion
    hung_up: Completion
    """The same question, asked as the pipeline asks it."""


def main() -> int:
    path = find_model()
    if path is None:
        print("skipped: the embedded model is not there (`fimbot model pull`)")
        return 0
    began = time.monotonic()
    with mock.patch.object(secrets, "token_hex", lambda _: KEY):  # the key of its server is made up and thrown away
        server = local.load(path, 4096, max(1, (os.cpu_count() or 1) - 1))
    # Without a path of its own for models; any name will do.
    settings = Settings(
        engine=("openai-chat",),
        base_url=_address(server),
        model=path.stem,
        max_tokens=256,
        window_tokens=700,
        concurrency=1,
    )
    with tempfile.TemporaryDirectory() as directory:
        root = make_demo_repository(Path(directory) / "demo", os.environ)
        repository = open_repository(root)
        selection = Selection("HEAD~1")
        with open_blobs(repository, selection, max_file_bytes=settings.max_file_bytes) as blobs:
            findings = find(repository, selection, blobs, settings)
            engine = open_engine(settings, {"FIMBOT_API_KEY": KEY}).engine
            windows = [each for each in windows_of(findings, blobs, engine, settings) if isinstance(each, Window)]
        answers = [_answered(findings, each, Question.of(each, settings), engine) for each in windows]
        report(root, findings, answers, time.monotonic() - began)
    return 0


def _address(server: Any) -> str:
    found = re.search(r"[\w.]+:\d+", str(server.listening_address))
    if found is None:
        raise SystemExit(f"the server tells no address: {server.listening_address!r}")
    return f"http://127.0.0.1:{found[0].rpartition(':')[2]}"


def _answered(findings: Findings, window: Window, question: Question, engine: Any) -> Answered:
    raw: list[str] = []

    def aligned(text: str, prefix: str, suffix: str) -> str:
        raw.append(text)
        return align(text, prefix, suffix)

    with mock.patch.object(chat_engine, "align", aligned):
        whole = engine.ask(question, done=lambda text: False, deadline=Deadline.after(SECONDS))
    done = hole_complete(frame_of(findings.files[window.stub.path], window.stub), window)
    hung_up = engine.ask(question, done=done, deadline=Deadline.after(SECONDS))
    print(f"--- {window.stub.name}, {whole.finish_reason}, {whole.usage}\n{raw[0]}\n", file=sys.stderr, flush=True)
    return Answered(window, question, raw[0], whole, hung_up)


def report(root: Path, findings: Findings, answers: list[Answered], seconds: float) -> None:
    print(f"{len(answers)} stubs, {seconds:.0f} s")
    spent = [(a.completion.usage.completion_tokens if a.completion.usage else 0, a.hung_up.cancelled) for a in answers]
    print(
        f"tokens of the whole answers: {sum(tokens for tokens, _ in spent)}; hung up on: {sum(cut for _, cut in spent)}"
    )
    repeats = sum(_signature(a) in a.raw for a in answers)
    print(f"answers that repeat the signature: {repeats}; with a fence: {sum('```' in a.raw for a in answers)}")
    print("\n| rule | the file parses | a fill | passes its tests |\n|---|---|---|---|")
    rules: dict[str, Callable[[Answered], bytes | None]] = {}
    for name, naive in NAIVE.items():
        rules[name] = partial(_naively_spliced, findings, naive)
        rules[f"{name}, cut, prove"] = partial(_naively_made, findings, naive)
    rules["align, cut, prove"] = lambda a: _made(findings, a, a.completion.text, a.completion)
    rules["the same, hung up on"] = lambda a: _made(findings, a, a.hung_up.text, a.hung_up)
    for name, rule in rules.items():
        files = [(a, rule(a)) for a in answers]
        parses = sum(data is not None and not _broken(a, data) for a, data in files)
        passed = sum(data is not None and _passes(root, a, data) for a, data in files)
        print(f"| {name} | {parses} | {sum(data is not None for _, data in files)} | {passed} |", flush=True)


def _signature(answered: Answered) -> str:
    return answered.window.stub.name.rpartition(".")[2] + "("


def _naively_spliced(findings: Findings, rule: Callable[[str], str], answered: Answered) -> bytes:
    stub = answered.window.stub
    return apply_edits(findings.contents[stub.path], [edit_of(stub, rule(answered.raw).rstrip())])


def _naively_made(findings: Findings, rule: Callable[[str], str], answered: Answered) -> bytes | None:
    return _made(findings, answered, rule(answered.raw), answered.completion)


def _made(findings: Findings, answered: Answered, text: str, completion: Completion) -> bytes | None:
    stub = answered.window.stub
    told = Completion(text, completion.finish_reason, "bench", "bench")
    made = make_fill(frame_of(findings.files[stub.path], stub), answered.window, told)
    if not isinstance(made, Fill):
        print(f"SKIP {stub.name}: {made.reason}", file=sys.stderr)
        return None
    return apply_edits(findings.contents[stub.path], [edit_of(stub, made.text)])


def _broken(answered: Answered, data: bytes) -> bool:
    return load(answered.window.stub.language).parse(data).root_node.has_error


def _passes(root: Path, answered: Answered, data: bytes) -> bool:
    """Whether this stub's own tests pass with this file in place of the demo's."""
    stub = answered.window.stub
    path = root / stub.path
    before = path.read_bytes()
    path.write_bytes(data)
    try:
        results = run_demo_tests(root)
    finally:
        path.write_bytes(before)
    return any(r.passed is True for r in results if r.task.path == stub.path and r.task.name == stub.name)


if __name__ == "__main__":
    sys.exit(main())
