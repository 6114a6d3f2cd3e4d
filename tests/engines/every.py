"""Each engine of the table beside the strict server of its protocol. A new engine is one line of CASES here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.doubles.anthropic import AnthropicServer
from tests.doubles.completions import deepseek_server, lmstudio_server, suffix_server, vllm_server
from tests.doubles.exchange import StrictServer
from tests.doubles.langdock import LangdockServer
from tests.doubles.llama_cpp import LlamaCppServer
from tests.doubles.ollama import OllamaServer
from tests.doubles.openai import OpenAIServer

Place = tuple[str | int, ...]
"""Where in the body: ("options", "seed"), ("messages", 0, "content")."""


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
    """Whether the server makes one text of prefix and suffix, so that control tokens in them have to be broken.
    A chat has none of a fixed name: its markers carry a number that the texts do not hold."""
    messages: tuple[Place, ...] = ()
    """Of a chat: where its texts stand. What is shown of it are these, a blank line between two."""
    by_line: bool = False
    """Whether `done` is asked when a line has come, not at each piece: a chat model may begin with prose, a fence or
    the code before the hole, and what a line is shows once it is there."""
    model: str | None = None
    """Where the engine has none of its own."""
    base: str = ""
    """The path of its base-url."""

    def __str__(self) -> str:
        return self.engine


def _mistral() -> LangdockServer:
    return LangdockServer(route="/v1/fim/completions", models=frozenset({"codestral-latest"}))


_OPENAI: tuple[Place, ...] = (("messages", 0, "content"), ("messages", 1, "content"))
_ANTHROPIC: tuple[Place, ...] = (("system",), ("messages", 0, "content"))


def _openai_case(
    engine: str, route: str, model: str, limit: str = "max_completion_tokens", *, base: str = "", named: bool = False
) -> Case:
    return Case(
        engine,
        lambda: OpenAIServer(route=route, models=frozenset({model})),
        (limit,),
        ("seed",),
        suffix=None,
        messages=_OPENAI,
        by_line=True,
        model=model if named else None,
        base=base,
    )


def _anthropic_case(engine: str, serve: Callable[[], StrictServer]) -> Case:
    """Its protocol has no seed."""
    stop = ("stop_sequences",)
    return Case(engine, serve, ("max_tokens",), None, stop, suffix=None, messages=_ANTHROPIC, by_line=True)


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
    _openai_case("langdock-chat", "/openai/eu/v1/chat/completions", "gpt-4o-mini"),
    _anthropic_case("langdock-anthropic", lambda: AnthropicServer(route="/anthropic/eu/v1/messages", bearer=True)),
    _anthropic_case("anthropic", AnthropicServer),
    _openai_case("openai", "/v1/chat/completions", "gpt-6-luna"),
    _openai_case("openrouter", "/api/v1/chat/completions", "openai/gpt-6-luna", "max_tokens", base="/api"),
    _openai_case("openai-chat", "/v1/chat/completions", "house-model", "max_tokens", named=True),
)


def at(body: Any, place: Place) -> Any:
    for name in place:
        body = body[name]
    return body
