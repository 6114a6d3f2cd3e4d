"""The engines that there are, and which one answers. A new engine is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from fimbot.engines.fallback import Fallback
from fimbot.engines.metered import Listener, Metered
from fimbot.engines.protocol import Engine, Factory, Outside
from fimbot.engines.taken_over import TakenOver, take_over
from fimbot.errors import EngineError, FimbotError, ModelError, NoKey, SettingsError
from fimbot.quota import RUN, Limits, Quota
from fimbot.quota.open import open_quota
from fimbot.settings.continue_config import Autocomplete, Unusable, read_continue
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

# As Langdock documents them, per workspace and model; what another server says of its own is believed.
LIMITS = Limits(requests=500, tokens=60_000)

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
    taken_over: TakenOver | None = None
    """Where it was set up for another program: its model, host and key are used as they are."""


@dataclass(frozen=True, slots=True)
class Opened:
    engine: Engine
    why: str
    quotas: tuple[Quota, ...] = ()
    """Of those of its engines that somebody counts."""

    @property
    def quota(self) -> Quota | None:
        """Of the engine that answers nearly every question; None where nobody counts."""
        return self.quotas[0] if self.quotas else None


def open_engine(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    hasty: bool = False,
    priority: int = RUN,
    metered: bool = True,
    sleep: Callable[[float], object] | None = None,
    transport: Any = None,
    find_model: FindModel | None = None,
    find_server: FindServer | None = None,
) -> Opened:
    """Opens the engines that the settings name, or else the first that is ready.

    `priority` is that of its requests among all that share the quota; not `metered`: they are not counted.

    Raises `SettingsError`: unknown name, no engine ready, no key, a value out of its documented range; whatever else an
    engine's factory raises where no other one is left.
    """
    outside = Outside(environ, sleep=sleep, hasty=hasty, transport=transport)
    counted = priority if metered else None
    if settings.engine:
        return _open_chosen(settings, outside, counted)
    unused: list[str] = []
    for choice in candidates(settings, environ, find_model=find_model, find_server=find_server):
        if isinstance(choice, Unusable):
            unused.append(choice.why)
            continue
        try:
            opened = _open_counted(choice, settings, outside, counted)
        except (SettingsError, EngineError) as error:
            if choice.taken_over is None:
                raise
            unused.append(f"{choice.taken_over.source} is not used: {error}")
            continue
        return replace(opened, why="; ".join([choice.why, *unused]))
    raise _nothing_ready(unused)


def open_choice(choice: Choice, settings: Settings, outside: Outside) -> Engine:
    """The engine itself, without a quota."""
    module, _, factory = ENGINES[choice.name].partition(":")
    open_it = cast(Factory, getattr(import_module(module), factory))
    if choice.taken_over is not None:
        settings, outside = choice.taken_over.apply(settings, outside)
    return open_it(settings, outside)


def _open_counted(choice: Choice, settings: Settings, outside: Outside, priority: int | None) -> Opened:
    """With its quota, unless `priority` is None."""
    listener = Listener()
    engine = open_choice(choice, settings, replace(outside, meter=listener))
    asked_for_it = choice.name in SERVERS and settings.model is None
    why = f"{choice.why}; of its models it is {engine.model}" if asked_for_it else choice.why
    if choice.name in UNMETERED or priority is None:
        return Opened(engine, why)
    quota = open_quota(engine.host, engine.model, limits_of(settings), settings.quota_store)
    return Opened(Metered(engine, quota, listener, priority), why, (quota,))


def limits_of(settings: Settings) -> Limits:
    return Limits(settings.rpm or LIMITS.requests, settings.tpm or LIMITS.tokens, fixed=settings.tpm is not None)


def _open_chosen(settings: Settings, outside: Outside, priority: int | None) -> Opened:
    names = [_known(name) for name in settings.engine]
    opened: list[Opened] = []
    faults: list[FimbotError] = []
    unready: list[str] = []
    for place, name in enumerate(names):
        own, around = of_place(settings, outside, place)
        if opened:
            # All are asked the same question, and the embedded model takes memory for its window beforehand.
            own = replace(own, window_tokens=own.window_tokens or opened[0].engine.window_tokens)
        # Where another one waits, it is the better second try.
        around = replace(around, hasty=around.hasty or place < len(names) - 1)
        try:
            opened.append(_open_counted(_chosen(name), own, around, priority))
        except (NoKey, ModelError, EngineError) as error:
            faults.append(error)
            own_key = place > 0 and isinstance(error, NoKey) and name in KEY_NAMES
            unready.append(f"{name} is not ready: {f'{KEY_NAMES[name]} is not set' if own_key else error}")
    if not opened:
        raise faults[0]
    if len(opened) == 1:
        return replace(opened[0], why="; ".join([opened[0].why, *unready]))
    engines = [each.engine for each in opened]
    why = f"{', then '.join(engine.name for engine in engines)}: chosen in the settings"
    quotas = tuple(quota for each in opened for quota in each.quotas)
    return Opened(Fallback.of(engines), "; ".join([why, *unready]), quotas)


def of_place(settings: Settings, outside: Outside, place: int) -> tuple[Settings, Outside]:
    """The settings of one engine out of several. A key without an engine's name on it is the first one's: to the
    others' hosts it must not go."""
    if len(settings.engine) < 2:
        return settings, outside
    own = replace(settings, model=_part(settings.model, place), base_url=_part(settings.base_url, place))
    if place == 0:
        return own, outside
    named = {name: value for name, value in outside.environ.items() if name != ANY_ENGINE}
    return replace(own, api_key_command=()), replace(outside, environ=named)


def _part(value: str | None, place: int) -> str | None:
    parts = (value or "").split(",")
    return (parts[place].strip() or None) if place < len(parts) else None


def choose_engine(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    find_model: FindModel | None = None,
    find_server: FindServer | None = None,
) -> Choice:
    """Which engine comes first, and why. Starts no key command, and without a key asks on this machine only."""
    unused = []
    for choice in candidates(settings, environ, find_model=find_model, find_server=find_server):
        if isinstance(choice, Choice):
            return choice
        unused.append(choice.why)
    raise _nothing_ready(unused)


def candidates(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    find_model: FindModel | None = None,
    find_server: FindServer | None = None,
) -> Iterator[Choice | Unusable]:
    """The engines that are chosen or, without a choice, set up; the first is the one that answers."""
    if settings.engine:
        yield from [_chosen(_known(name)) for name in settings.engine]
        return
    for engine, variable in KEY_NAMES.items():
        if engine in ENGINES and named_key(variable, environ):
            yield Choice(engine, f"{engine}: {variable} is set")
    if named_key(ANY_ENGINE, environ):
        yield Choice("langdock", f"langdock: {ANY_ENGINE} is set, and no engine is chosen")
    if settings.api_key_command:
        yield Choice("langdock", "langdock: api-key-command is set, and no engine is chosen")
    if settings.base_url is None:  # the key in Continue's file is for the host in that file
        for found in read_continue(environ):
            yield _taken_over(found) if isinstance(found, Autocomplete) else found
    server = (find_server or _server_nearby)(environ)
    if server is not None:
        yield Choice(server.engine, f"{server.engine}: no key in the environment, and it answers at {server.host}")
    model = (find_model or _embedded_model)()
    if model is not None:
        yield Choice("local", f"local: no key in the environment, and the embedded model is at {_from_home(model)}")


def _chosen(name: str) -> Choice:
    return Choice(name, f"{name}: chosen in the settings")


def _taken_over(found: Autocomplete) -> Choice | Unusable:
    taken = take_over(found)
    if taken is None or taken.engine not in ENGINES:
        wants = "which fimbot does not know" if taken is None else f"for which fimbot has no engine {taken.engine!r}"
        return Unusable(f"{found.source} is not used: its provider is {found.provider!r}, {wants}")
    return Choice(taken.engine, f"{taken.engine}: set up in {found.source}", taken)


def _nothing_ready(unused: Sequence[str]) -> SettingsError:
    return SettingsError(
        "; ".join(
            [
                f"no engine is ready: set LANGDOCK_API_KEY (or {', '.join(list(KEY_NAMES.values())[1:])}), "
                "start Ollama or llama.cpp's server, or get the embedded model with `fimbot model pull`",
                *unused,
            ]
        )
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
