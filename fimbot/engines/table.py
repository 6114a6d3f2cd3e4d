"""The engines that there are, and which one answers. A new engine is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from fimbot.engines.fallback import Fallback
from fimbot.engines.protocol import Engine, Factory, Outside
from fimbot.engines.quota import Metered, Quota
from fimbot.engines.taken_over import TakenOver, take_over
from fimbot.errors import EngineError, FimbotError, ModelError, NoKey, SettingsError
from fimbot.settings.continue_config import Autocomplete, Unusable, read_continue
from fimbot.settings.keys import ANY_ENGINE, KEY_NAMES, named_key
from fimbot.settings.values import Settings

# Named, not imported: httpx and the embedded runtime cost 100 ms each, and `fimbot scan` needs neither.
ENGINES: Mapping[str, str] = {
    "langdock": "fimbot.engines.langdock:open_langdock",
    "mistral": "fimbot.engines.mistral:open_mistral",
    "codestral": "fimbot.engines.mistral:open_codestral",
    "local": "fimbot.engines.local:open_local",
}

# Nobody counts what runs on this machine.
UNMETERED = frozenset({"local"})

FindModel = Callable[[], Path | None]


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


def open_engine(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    hasty: bool = False,
    sleep: Callable[[float], object] | None = None,
    transport: Any = None,
    find_model: FindModel | None = None,
) -> Opened:
    """Opens the engines that the settings name, or else the first that is ready.

    Raises `SettingsError`: unknown name, no engine ready, no key, a value out of its documented range; whatever else an
    engine's factory raises where no other one is left.
    """
    outside = Outside(environ, sleep=sleep, hasty=hasty, transport=transport)
    if settings.engine:
        return _open_chosen(settings, outside)
    unused: list[str] = []
    for choice in candidates(settings, environ, find_model=find_model):
        if isinstance(choice, Unusable):
            unused.append(choice.why)
            continue
        try:
            engine = open_choice(choice, settings, outside)
        except (SettingsError, EngineError) as error:
            if choice.taken_over is None:
                raise
            unused.append(f"{choice.taken_over.source} is not used: {error}")
            continue
        return Opened(_metered(engine, settings), "; ".join([choice.why, *unused]))
    raise _nothing_ready(unused)


def open_choice(choice: Choice, settings: Settings, outside: Outside) -> Engine:
    """The engine itself, without a quota."""
    module, _, factory = ENGINES[choice.name].partition(":")
    open_it = cast(Factory, getattr(import_module(module), factory))
    if choice.taken_over is not None:
        settings, outside = choice.taken_over.apply(settings, outside)
    return open_it(settings, outside)


def _metered(engine: Engine, settings: Settings) -> Engine:
    return engine if engine.name in UNMETERED else Metered(engine, Quota(settings.rpm, settings.tpm))


def _open_chosen(settings: Settings, outside: Outside) -> Opened:
    names = [_known(name) for name in settings.engine]
    engines: list[Engine] = []
    faults: list[FimbotError] = []
    unready: list[str] = []
    for place, name in enumerate(names):
        own, around = of_place(settings, outside, place)
        if engines:
            # All are asked the same question, and the embedded model takes memory for its window beforehand.
            own = replace(own, window_tokens=own.window_tokens or engines[0].window_tokens)
        # Where another one waits, it is the better second try.
        around = replace(around, hasty=around.hasty or place < len(names) - 1)
        try:
            engine = open_choice(Choice(name, ""), own, around)
        except (NoKey, ModelError, EngineError) as error:
            faults.append(error)
            own_key = place > 0 and isinstance(error, NoKey) and name in KEY_NAMES
            unready.append(f"{name} is not ready: {f'{KEY_NAMES[name]} is not set' if own_key else error}")
            continue
        engines.append(_metered(engine, own))
    if not engines:
        raise faults[0]
    why = f"{', then '.join(engine.name for engine in engines)}: chosen in the settings"
    return Opened(engines[0] if len(engines) == 1 else Fallback.of(engines), "; ".join([why, *unready]))


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


def choose_engine(settings: Settings, environ: Mapping[str, str], *, find_model: FindModel | None = None) -> Choice:
    """Which engine comes first, and why. Sends nothing and starts no key command."""
    unused = []
    for choice in candidates(settings, environ, find_model=find_model):
        if isinstance(choice, Choice):
            return choice
        unused.append(choice.why)
    raise _nothing_ready(unused)


def candidates(
    settings: Settings, environ: Mapping[str, str], *, find_model: FindModel | None = None
) -> Iterator[Choice | Unusable]:
    """The engines that are chosen or, without a choice, set up; the first is the one that answers."""
    if settings.engine:
        chosen = [Choice(_known(name), f"{name}: chosen in the settings") for name in settings.engine]
        yield from chosen
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
    model = (find_model or _embedded_model)()
    if model is not None:
        yield Choice("local", f"local: no key in the environment, and the embedded model is at {_from_home(model)}")


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
                "no engine is ready: set LANGDOCK_API_KEY (or MISTRAL_API_KEY, CODESTRAL_API_KEY), "
                "or get the embedded model with `fimbot model pull`",
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


def _embedded_model() -> Path | None:
    from fimbot.model.store import find_model  # only a machine without a key looks for the file

    return find_model()
