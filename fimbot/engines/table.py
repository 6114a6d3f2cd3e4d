"""The engines that there are, and which one answers. A new engine is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from fimbot.engines.protocol import Engine, Factory, Outside
from fimbot.engines.quota import Metered, Quota
from fimbot.errors import SettingsError
from fimbot.settings.keys import ANY_ENGINE, KEY_NAMES, named_key
from fimbot.settings.values import Settings

if TYPE_CHECKING:
    from fimbot.engines.nearby import Nearby

# Named, not imported: httpx and the embedded runtime cost 100 ms each, and `fimbot scan` needs neither.
ENGINES: Mapping[str, str] = {
    "langdock": "fimbot.engines.langdock:open_langdock",
    "mistral": "fimbot.engines.mistral:open_mistral",
    "codestral": "fimbot.engines.mistral:open_codestral",
    "deepseek": "fimbot.engines.deepseek:open_deepseek",
    "llama.cpp": "fimbot.engines.llama_cpp:open_llama_cpp",
    "ollama": "fimbot.engines.ollama:open_ollama",
    "vllm": "fimbot.engines.openai_completions:open_vllm",
    "lmstudio": "fimbot.engines.openai_completions:open_lmstudio",
    "openai-completions": "fimbot.engines.openai_completions:open_openai_completions",
    "local": "fimbot.engines.local:open_local",
}

# What has no model of its own name: the server is asked which it has.
SERVERS = frozenset({"llama.cpp", "ollama", "vllm", "lmstudio", "openai-completions"})
# Nobody counts what runs on one's own machines.
UNMETERED = SERVERS - {"openai-completions"} | {"local"}

FindModel = Callable[[], Path | None]
FindServer = Callable[[Mapping[str, str]], "Nearby | None"]


@dataclass(frozen=True, slots=True)
class Choice:
    name: str
    why: str
    """One line for people: "langdock: LANGDOCK_API_KEY is set"."""


@dataclass(frozen=True, slots=True)
class Opened:
    engine: Engine
    why: str


def open_engine(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    hasty: bool = False,
    sleep: Callable[[float], object] | None = None,
    transport: Any = None,
    find_model: FindModel | None = None,
    find_server: FindServer | None = None,
) -> Opened:
    """Opens the engine that the settings name, or else the first that is ready.

    Raises `SettingsError`: unknown name, no engine ready, no key, a value out of its documented range; `EngineError`
    where a server of one's own is asked for its models and is down or has none.
    """
    choice = choose_engine(settings, environ, find_model=find_model, find_server=find_server)
    module, _, factory = ENGINES[choice.name].partition(":")
    open_it = cast(Factory, getattr(import_module(module), factory))
    engine = open_it(settings, Outside(environ, sleep=sleep, hasty=hasty, transport=transport))
    asked_for_it = choice.name in SERVERS and settings.model is None
    why = f"{choice.why}; of its models it is {engine.model}" if asked_for_it else choice.why
    if choice.name in UNMETERED:
        return Opened(engine, why)
    return Opened(Metered(engine, Quota(settings.rpm, settings.tpm)), why)


def choose_engine(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    find_model: FindModel | None = None,
    find_server: FindServer | None = None,
) -> Choice:
    """Which engine, and why. Starts no key command, and without a key asks on this machine only (see `nearby`)."""
    if settings.engine is not None:
        return Choice(_known(settings.engine), f"{settings.engine}: chosen in the settings")
    for engine, variable in KEY_NAMES.items():
        if engine in ENGINES and named_key(variable, environ):
            return Choice(engine, f"{engine}: {variable} is set")
    if named_key(ANY_ENGINE, environ):
        return Choice("langdock", f"langdock: {ANY_ENGINE} is set, and no engine is chosen")
    if settings.api_key_command:
        return Choice("langdock", "langdock: api-key-command is set, and no engine is chosen")
    server = (find_server or _server_nearby)(environ)
    if server is not None:
        return Choice(server.engine, f"{server.engine}: no key in the environment, and it answers at {server.host}")
    model = (find_model or _embedded_model)()
    if model is not None:
        return Choice("local", f"local: no key in the environment, and the embedded model is at {_from_home(model)}")
    raise SettingsError(
        f"no engine is ready: set LANGDOCK_API_KEY (or {', '.join(list(KEY_NAMES.values())[1:])}), "
        "start Ollama or llama.cpp's server, or get the embedded model with `fimbot model pull`"
    )


def _known(name: str) -> str:
    if name in ENGINES:
        return name
    near = get_close_matches(name, ENGINES, n=1)
    hint = f"did you mean {near[0]!r}?" if near else "there are " + ", ".join(ENGINES)
    raise SettingsError(f"unknown engine {name!r}: {hint}")


def _from_home(path: Path) -> str:
    try:
        return f"~/{path.relative_to(Path.home()).as_posix()}"
    except (ValueError, RuntimeError):  # elsewhere, or no home
        return str(path)


def _server_nearby(environ: Mapping[str, str]) -> Nearby | None:
    from fimbot.engines.nearby import find_server  # only a machine without a key listens around

    return find_server(environ)


def _embedded_model() -> Path | None:
    from fimbot.model.store import find_model  # only a machine without a key looks for the file

    return find_model()
