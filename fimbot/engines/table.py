"""The engines that there are, and which one answers. A new engine is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from fimbot.engines.protocol import Engine, Factory, Outside
from fimbot.engines.quota import Metered, Quota
from fimbot.errors import SettingsError
from fimbot.settings.keys import ANY_ENGINE, CHAT_KEY_NAMES, GITHUB_TOKENS, KEY_NAMES, named_key
from fimbot.settings.values import Settings

# Named, not imported: httpx and the embedded runtime cost 100 ms each, and `fimbot scan` needs neither.
ENGINES: Mapping[str, str] = {
    "langdock": "fimbot.engines.langdock:open_langdock",
    "mistral": "fimbot.engines.mistral:open_mistral",
    "codestral": "fimbot.engines.mistral:open_codestral",
    "langdock-chat": "fimbot.engines.langdock:open_langdock_chat",
    "langdock-anthropic": "fimbot.engines.langdock:open_langdock_anthropic",
    "anthropic": "fimbot.engines.anthropic:open_anthropic",
    "openai": "fimbot.engines.openai:open_openai",
    "openrouter": "fimbot.engines.openai:open_openrouter",
    "github-models": "fimbot.engines.github_models:open_github_models",
    "openai-chat": "fimbot.engines.openai:open_openai_chat",
    "local": "fimbot.engines.local:open_local",
}

# In a workflow without any key, its own token is one.
IN_A_WORKFLOW = "github-models"
# Requests and tokens a minute, where no setting says so and the host gives less than Langdock: 10 to 15 requests by
# tier, 8,000 tokens each (https://docs.github.com/en/github-models/use-github-models/prototyping-with-ai-models#rate-limits).
LIMITS: Mapping[str, tuple[int, int]] = {"github-models": (10, 60_000)}
# Nobody counts what runs on this machine.
UNMETERED = frozenset({"local"})

FindModel = Callable[[], Path | None]


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
) -> Opened:
    """Opens the engine that the settings name, or else the first that is ready.

    Raises `SettingsError`: unknown name, no engine ready, no key, a value out of its documented range.
    """
    choice = choose_engine(settings, environ, find_model=find_model)
    module, _, factory = ENGINES[choice.name].partition(":")
    open_it = cast(Factory, getattr(import_module(module), factory))
    engine = open_it(settings, Outside(environ, sleep=sleep, hasty=hasty, transport=transport))
    if choice.name in UNMETERED:
        return Opened(engine, choice.why)
    usual = Settings()
    rpm, tpm = LIMITS.get(choice.name, (usual.rpm, usual.tpm))
    quota = Quota(
        rpm if settings.rpm == usual.rpm else settings.rpm, tpm if settings.tpm == usual.tpm else settings.tpm
    )
    return Opened(Metered(engine, quota), choice.why)


def choose_engine(settings: Settings, environ: Mapping[str, str], *, find_model: FindModel | None = None) -> Choice:
    """Which engine, and why. Sends nothing and starts no key command."""
    if settings.engine is not None:
        return Choice(_known(settings.engine), f"{settings.engine}: chosen in the settings")
    for engine, variable in KEY_NAMES.items():
        if engine in ENGINES and named_key(variable, environ):
            return Choice(engine, f"{engine}: {variable} is set")
    if named_key(ANY_ENGINE, environ):
        return Choice("langdock", f"langdock: {ANY_ENGINE} is set, and no engine is chosen")
    if settings.api_key_command:
        return Choice("langdock", "langdock: api-key-command is set, and no engine is chosen")
    model = (find_model or _embedded_model)()
    if model is not None:
        return Choice("local", f"local: no key in the environment, and the embedded model is at {_from_home(model)}")
    for engine, variable in CHAT_KEY_NAMES.items():
        if named_key(variable, environ):
            return Choice(engine, f"{engine}: {variable} is set, and nothing else is ready")
    if _workflow_token(settings, environ):
        return Choice(IN_A_WORKFLOW, f"{IN_A_WORKFLOW}: the workflow's own token, since no key is set")
    raise SettingsError(
        "no engine is ready: set LANGDOCK_API_KEY (or MISTRAL_API_KEY, CODESTRAL_API_KEY, or for a chat model "
        "ANTHROPIC_API_KEY, OPENAI_API_KEY, OPENROUTER_API_KEY), "
        "or get the embedded model with `fimbot model pull`"
    )


def _workflow_token(settings: Settings, environ: Mapping[str, str]) -> bool:
    """Only on github.com: the token of an Enterprise Server opens that server, and is nothing for another host. With a
    base-url somebody had another engine in mind."""
    on_github = (environ.get("GITHUB_SERVER_URL") or "https://github.com").rstrip("/") == "https://github.com"
    in_workflow = environ.get("GITHUB_ACTIONS") == "true" and on_github and settings.base_url is None
    return in_workflow and any(named_key(name, environ) for name in GITHUB_TOKENS)


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


def _embedded_model() -> Path | None:
    from fimbot.model.store import find_model  # only a machine without a key looks for the file

    return find_model()
