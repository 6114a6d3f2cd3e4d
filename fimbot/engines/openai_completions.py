"""`/v1/completions` of vLLM, LM Studio and whatever else speaks OpenAI's older API.

Few of these servers honour `suffix`: vLLM refuses it, llama.cpp passes it over and goes on from the prompt. So a model
whose FIM tokens are known gets them in one text; of any other one the server has to prove first that the suffix counts.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from fimbot.engines.answer import Answer, read_answer
from fimbot.engines.completions_wire import COMPLETIONS_RANGES, completions_body
from fimbot.engines.fim_engine import FimEngine, Wire
from fimbot.engines.fim_tokens import FAMILIES, LAYOUT, broken, family_of, in_one_text, stops_of, under_paths
from fimbot.engines.fim_wire import check_ranges
from fimbot.engines.http import Incoming
from fimbot.engines.in_front import InFront
from fimbot.engines.own_server import OwnServer
from fimbot.engines.protocol import Outside, Question
from fimbot.errors import EngineError, EngineRefused, SettingsError
from fimbot.settings.values import Settings
from fimbot.values import Completion, Deadline

ROUTE = "v1/completions"
MODELS = "v1/models"
# Only the suffix tells this word, and a model that reads it has every reason to write it.
SECRET = "swordfish7361"  # noqa: S105
PROBE = Question(
    prefix='PASSWORD = "',
    suffix=f'"\n\n\ndef test_password():\n    assert PASSWORD == "{SECRET}"\n',
    max_tokens=16,
    temperature=0.0,
)


def open_vllm(settings: Settings, outside: Outside) -> CompletionsEngine:
    return _opened("vllm", settings, outside, "http://127.0.0.1:8000")


def open_lmstudio(settings: Settings, outside: Outside) -> CompletionsEngine:
    return _opened("lmstudio", settings, outside, "http://127.0.0.1:1234")


def open_openai_completions(settings: Settings, outside: Outside) -> CompletionsEngine:
    if settings.base_url is None:
        raise SettingsError("openai-completions has no host of its own: set base-url")
    return _opened("openai-completions", settings, outside, settings.base_url)


def _opened(name: str, settings: Settings, outside: Outside, default_url: str) -> CompletionsEngine:
    check_ranges(name, settings, COMPLETIONS_RANGES)
    server = OwnServer.of(name, settings, outside, default_url)
    server.url(ROUTE)  # a base-url that no code may go to is refused before anything is asked
    model = server.model(MODELS)
    wire = Wire(_renderer(model), _payload, ranges=COMPLETIONS_RANGES, layout=LAYOUT)
    return CompletionsEngine(FimEngine(name, model, server.channel(ROUTE, model), wire))


def _renderer(model: str) -> Callable[[Question], tuple[str, str]]:
    family = family_of(model)

    def render(question: Question) -> tuple[str, str]:
        if family is not None:
            return in_one_text(family, question), ""
        return broken(under_paths(question)), broken(question.suffix)

    return render


def _payload(engine: str, model: str, question: Question) -> dict[str, object]:
    check_ranges(engine, question, COMPLETIONS_RANGES)
    prompt, suffix = _renderer(model)(question)
    family = family_of(model)
    if family is not None:
        return completions_body(model, prompt, None, question, stop=stops_of(family, question))
    return completions_body(model, prompt, suffix, question)


class CompletionsEngine(InFront):
    """Asks first whether the suffix counts, where that is not known."""

    def __init__(self, engine: FimEngine) -> None:
        super().__init__(engine)
        self.channel = engine.channel
        self._lock = threading.Lock()
        # None: not asked yet.
        self._honours = True if family_of(self.model) is not None else None

    def ask(self, question: Question, *, done: Callable[[str], bool], deadline: Deadline) -> Completion:
        asked = self._ask_for_proof(deadline)
        try:
            answer = self._engine.ask(question, done=done, deadline=deadline)
        except EngineError as error:
            error.requests += asked
            raise
        return answer._replace(requests=answer.requests + asked)

    def _ask_for_proof(self, deadline: Deadline) -> int:
        """The number of requests that it took. Raises `EngineRefused` where the suffix does not count."""
        with self._lock:
            asked = 0
            if self._honours is None:
                self._honours, asked = self._proved(deadline)
            if self._honours:
                return asked
        names = ", ".join(family.name for family in FAMILIES)
        refused = EngineRefused(
            f"{self.host}: it does not heed the suffix, and the FIM tokens of {self.model} are not known; "
            f"choose a model of {names}, or change engine"
        )
        refused.requests = asked
        raise refused

    def _proved(self, deadline: Deadline) -> tuple[bool, int]:
        try:
            answer, requests = self.channel.post(_payload(self.name, self.model, PROBE), _read_probe, deadline)
        except EngineRefused as error:
            if "suffix" not in str(error):
                raise  # the key, the model or the address
            return False, error.requests
        return SECRET in answer.text, requests


def _read_probe(incoming: Incoming) -> Answer:
    return read_answer(incoming, lambda text: SECRET in text)
