"""The embedded model, in this process: nothing leaves the machine.

The runtime is llama.cpp by way of xllamacpp (`fimbot[local]`); it is loaded upon the first question, since a run
in which every answer is cached needs none.
"""

from __future__ import annotations

import os
import re
import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fimbot.engines.fim_tokens import under_paths
from fimbot.engines.protocol import Outside, Question
from fimbot.errors import EngineError, EngineUnavailable, ModelError, SettingsError
from fimbot.model.known import EMBEDDED
from fimbot.model.store import find_model, is_verified
from fimbot.settings.values import Settings
from fimbot.values import Completion, Deadline, FinishReason, Usage

# Qwen2.5-Coder's vocabulary: the ids, since as text they could not be told from what stands in a user's file.
FIM_PREFIX, FIM_MIDDLE, FIM_SUFFIX = 151659, 151660, 151661
SPECIAL = re.compile(r"<\|[a-z0-9_]{1,32}\|>")
STOPS = (
    "<|endoftext|>",
    "<|fim_prefix|>",
    "<|fim_suffix|>",
    "<|fim_middle|>",
    "<|file_sep|>",
    "<|repo_name|>",
    "<|im_end|>",
)
MODEL_TOKENS = 32_768
# The prompt is read in steps of this many tokens, and between two of them it can be stopped: 1 to 2 s on one
# core. Larger steps are not faster there (37 tokens/s with 128 as with 2,048; 28 with 32 on busy cores).
STEP_TOKENS = 64
# One core reads some 40 tokens a second: 20 s a stub.
WINDOW_TOKENS = 700
# A stub that takes longer is not worth the wait; one body takes 2 to 40 s on one core.
SECONDS_PER_STUB = 120.0
# The same question gives the same answer.
DEFAULT_SEED = 1
# Changes when the prompt is laid out in another way, so that the cache forgets what the old layout gave.
LAYOUT = 1

INSTALL = "the embedded model needs its runtime: pip install 'fimbot[local]'"
PULL = "the embedded model is not there: `fimbot model pull` fetches it (1.1 GB, once)"


def open_local(settings: Settings, outside: Outside, directory: Path | None = None) -> LocalEngine:
    """The embedded model in `directory` (by default the platform's), or `settings.model`, a .gguf file.

    Raises ModelError: no runtime, no model; SettingsError: a model name that is neither.
    """
    if find_spec("xllamacpp") is None:
        raise ModelError(INSTALL)
    path = find_model(_own_file(settings.model), directory)
    if path is None:
        raise ModelError(PULL)
    context = _context_tokens(settings)
    return LocalEngine(path=path, context_tokens=context, threads=max(1, (os.cpu_count() or 1) - 1))


@dataclass
class LocalEngine:
    """One question at a time: a second one would only take the first one's cores."""

    path: Path
    context_tokens: int
    threads: int
    name: str = "local"
    host: str = "this machine"
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _closed: threading.Event = field(default_factory=threading.Event, repr=False)
    _server: Any = field(default=None, repr=False)

    @property
    def model(self) -> str:
        return self.path.stem

    @property
    def fingerprint(self) -> str:
        if is_verified(self.path):
            return f"{EMBEDDED.sha256} layout {LAYOUT}"
        stat = self.path.stat()
        return f"{self.path} {stat.st_size} {stat.st_mtime_ns} layout {LAYOUT}"

    @property
    def window_tokens(self) -> int:
        return WINDOW_TOKENS

    @property
    def revises(self) -> bool:
        return False

    def render(self, question: Question) -> tuple[str, str]:
        return render(question)

    def ask(self, question: Question, *, done: Callable[[str], bool], deadline: Deadline) -> Completion:
        """See `Engine.ask`. Also raises ModelError where the model's file cannot be loaded."""
        if not self._lock.acquire(timeout=deadline.remaining()):
            raise EngineUnavailable("the embedded model was busy until the time was up")
        deadline = deadline.within(SECONDS_PER_STUB)
        answer = _Answer(done, lambda: self._stop_if(deadline))

        def work() -> None:
            try:
                answer.guard(lambda: self._run(question, answer))
            finally:
                self._lock.release()

        # In a thread of its own: the runtime swallows a Ctrl-C that arrives while it calls back. No daemon, whoever
        # asks: the runtime aborts a process that ends while it calls back.
        worker = threading.Thread(target=work, name="fimbot-model", daemon=False)
        worker.start()
        try:
            while worker.is_alive():
                worker.join(0.1)  # on Windows a wait without a limit cannot be interrupted
        except BaseException:
            answer.abandon()
            raise
        return answer.completion(self.name, self.model)

    def close(self) -> None:
        """Ends the question under way at its next token; the memory goes with the process."""
        self._closed.set()

    def _run(self, question: Question, answer: _Answer) -> None:
        answer.check()
        if self._server is None:
            self._server = load(self.path, self.context_tokens, self.threads)
        self._server.handle_completions(request(question), answer.take)

    def _stop_if(self, deadline: Deadline) -> None:
        if self._closed.is_set():
            raise EngineUnavailable("the embedded model was stopped")
        if not deadline.remaining():
            raise EngineUnavailable(
                "the embedded model did not finish in time: a smaller `window-tokens` or a larger `deadline` helps"
            )


def render(question: Question) -> tuple[str, str]:
    return under_paths(question), question.suffix


def request(question: Question) -> dict[str, Any]:
    """What the runtime is asked: the FIM tokens as ids, the user's text as text that no token hides in."""
    before, after = render(question)
    prompt = [FIM_PREFIX, *plain(before), FIM_SUFFIX, *plain(after), FIM_MIDDLE]
    asked: dict[str, Any] = {
        "prompt": prompt,
        "max_tokens": question.max_tokens,
        "temperature": question.temperature or 0.0,
        "seed": DEFAULT_SEED if question.random_seed is None else question.random_seed,
        "stop": [*STOPS, *question.stop],
        "stream": True,
        # A step that is reported is a step at which this can be stopped.
        "return_progress": True,
        # What an earlier question left in memory may change the last digits, and so the answer.
        "cache_prompt": False,
    }
    if question.top_p is not None:
        asked["top_p"] = question.top_p
    return asked


def plain(text: str) -> Iterator[str]:
    """`text` in pieces that the tokenizer reads one by one, cut inside whatever looks like a control token.

    A file may hold `<|fim_middle|>` or `<|im_end|>` in a string; as one piece it would end the prompt there.
    """
    text = re.sub("[\ud800-\udfff]", "\ufffd", text)
    start = 0
    for match in SPECIAL.finditer(text):
        yield text[start : match.start() + 1]
        start = match.start() + 1
    if start < len(text):
        yield text[start:]


def load(path: Path, context_tokens: int, threads: int) -> Any:
    """The runtime with the model loaded: 1.6 s from the page cache, 5 s from disk. Raises ModelError."""
    # Waiting threads must not spin: on contended cores 1 to 4 tokens/s against 10 to 14. Read upon import.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    try:
        runtime = import_module("xllamacpp")
    except ImportError as error:  # no wheel for this libc, or a damaged one
        raise ModelError(f"{INSTALL} ({error})") from error
    params = runtime.CommonParams()
    params.model.path = str(path)
    params.n_ctx = context_tokens
    params.n_batch = params.n_ubatch = STEP_TOKENS
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    params.warmup = False
    params.verbosity = 0  # llama.cpp writes to standard error by itself
    params.cache_ram_mib = 0
    # The runtime always listens on a loopback port as well: nobody else shall get in.
    params.api_keys = [secrets.token_hex(32)]
    try:
        return runtime.Server(params)
    except RuntimeError as error:
        raise ModelError(
            f"cannot load {path}: it is damaged, no model for this runtime, or does not fit into memory; "
            "`fimbot model remove` and `fimbot model pull` fetch the embedded one anew"
        ) from error


class _Answer:
    """Puts the pieces together, and keeps what is raised meanwhile: the runtime would swallow it."""

    def __init__(self, done: Callable[[str], bool], check: Callable[[], None]) -> None:
        self._done = done
        self.check = check
        self._text = ""
        self._cancelled = False
        self._abandoned = False
        self._finish: str | None = None
        self._usage: Usage | None = None
        self._raised: BaseException | None = None

    def guard(self, step: Callable[[], None]) -> None:
        try:
            step()
        except BaseException as error:
            self._raised = error

    def take(self, piece: dict[str, Any]) -> bool:
        """True: stop here."""
        self.guard(self.check)
        if self._raised is None and not self._abandoned:
            self.guard(lambda: self._read(piece))
        return self._cancelled or self._abandoned or self._raised is not None

    def abandon(self) -> None:
        """Nobody waits for it any more."""
        self._abandoned = True

    def completion(self, engine: str, model: str) -> Completion:
        if self._raised is not None:
            raise self._raised
        reasons: dict[str | None, FinishReason] = {"stop": "stop", "length": "length"}
        reason = "cancelled" if self._cancelled else reasons.get(self._finish, "unknown")
        return Completion(self._text, reason, engine, model, self._usage, self._cancelled, requests=0)

    def _read(self, piece: dict[str, Any]) -> None:
        if "error" in piece:
            raise EngineError(_explain(piece["error"]))
        if usage := piece.get("usage"):
            self._usage = Usage(usage["prompt_tokens"], usage["completion_tokens"])
        for choice in piece.get("choices", ()):
            self._finish = choice.get("finish_reason") or self._finish
            if choice.get("text"):
                self._text += choice["text"]
                self._cancelled = self._cancelled or self._done(self._text)


def _explain(error: dict[str, Any]) -> str:
    if error.get("type") == "exceed_context_size_error":
        return (
            f"the window takes {error['n_prompt_tokens']} tokens, and the embedded model was given room for "
            f"{error['n_ctx']}: a smaller `window-tokens` helps"
        )
    return f"the embedded model: {error.get('message', 'unknown fault')}"


def _own_file(model: str | None) -> Path | None:
    if model is None or model == Path(EMBEDDED.name).stem:
        return None
    if not model.endswith(".gguf"):
        raise SettingsError(f"the embedded engine has no model {model!r}: name the path of a .gguf file, or none")
    return Path(model).expanduser()


def _context_tokens(settings: Settings) -> int:
    """Room for the window and the answer. Memory is taken for all of it: 28 KB a token with the embedded model."""
    # The estimate of a window is at times too low (0.65 % of windows), hence a quarter more.
    wanted = (settings.window_tokens or WINDOW_TOKENS) * 5 // 4 + settings.max_tokens + 64
    return min(MODEL_TOKENS, -(-wanted // 256) * 256)
