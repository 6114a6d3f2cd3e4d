"""Each engine of the table beside the strict server of its protocol. A new engine is one line of CASES here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.doubles.completions import deepseek_server, lmstudio_server, suffix_server, vllm_server
from tests.doubles.exchange import StrictServer
from tests.doubles.langdock import LangdockServer
from tests.doubles.llama_cpp import LlamaCppServer
from tests.doubles.ollama import OllamaServer

Place = tuple[str, ...]
"""Where in the body: ("options", "seed")."""


@dataclass(frozen=True, slots=True)
class Case:
    engine: str
    serve: Callable[[], StrictServer]
    # Where the protocol has it; None: it has none.
    limit: Place
    seed: Place | None
    stop: Place = ("stop",)
    suffix: Place | None = ("suffix",)
    """None: the suffix stands in one text with the prefix, or in a message."""
    tells_models: bool = True
    """Whether a model that the server does not have is refused."""
    one_text: bool = False
    """Whether the server makes one text of prefix and suffix, so that control tokens in them have to be broken."""

    def __str__(self) -> str:
        return self.engine


def _mistral() -> LangdockServer:
    return LangdockServer(route="/v1/fim/completions", models=frozenset({"codestral-latest"}))


CASES = (
    Case("langdock", LangdockServer, ("max_tokens",), ("random_seed",)),
    Case("mistral", _mistral, ("max_tokens",), ("random_seed",)),
    Case("codestral", _mistral, ("max_tokens",), ("random_seed",)),
    Case("deepseek", deepseek_server, ("max_tokens",), None, one_text=True),
    Case("llama.cpp", LlamaCppServer, ("n_predict",), ("seed",), suffix=("input_suffix",), tells_models=False),
    Case("ollama", OllamaServer, ("options", "num_predict"), ("options", "seed"), ("options", "stop"), one_text=True),
    Case("vllm", vllm_server, ("max_tokens",), ("seed",), suffix=None, one_text=True),
    Case("lmstudio", lmstudio_server, ("max_tokens",), ("seed",), suffix=None, one_text=True),
    Case("openai-completions", suffix_server, ("max_tokens",), ("seed",), one_text=True),
)


def at(body: Any, place: Place) -> Any:
    for name in place:
        body = body[name]
    return body
