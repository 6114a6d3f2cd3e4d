"""Opens what was chosen: an engine with its quota, or several of which the next one steps in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import cast

from fimbot.engines.choose import Choice, FindModel, FindServer, candidates, chosen, nothing_ready
from fimbot.engines.fallback import Fallback
from fimbot.engines.metered import Counter
from fimbot.engines.protocol import Engine, Factory, Outside
from fimbot.engines.table import ENGINES, LIMITS, SERVERS, UNMETERED, known
from fimbot.errors import EngineError, FimbotError, ModelError, NoKey, SettingsError
from fimbot.quota import RUN, Limits, Quota
from fimbot.settings.keys import ANY_ENGINE, CHAT_KEY_NAMES, KEY_NAMES
from fimbot.settings.values import Settings


@dataclass(frozen=True, slots=True)
class Opened:
    engine: Engine
    why: str
    counters: tuple[Counter, ...] = ()
    """Of those of its engines that somebody counts."""

    @property
    def quotas(self) -> tuple[Quota, ...]:
        """As far as is known by now: an engine may go over to another model on the way."""
        return tuple(quota for counter in self.counters for quota in counter.quotas)

    @property
    def quota(self) -> Quota | None:
        """Of the model that answers nearly every question; None where nobody counts."""
        return self.quotas[0] if self.quotas else None


def open_engine(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    hasty: bool = False,
    priority: int = RUN,
    metered: bool = True,
    alone: bool = True,
    sleep: Callable[[float], object] | None = None,
    find_model: FindModel | None = None,
    find_server: FindServer | None = None,
) -> Opened:
    """Opens the engines that the settings name, or else the first that is ready.

    `priority` is that of its requests among all that share the quota; not `metered`: they are not counted; not `alone`:
    the engine does not go over to what else its host has.

    Raises `SettingsError`: unknown name, no engine ready, no key, a value out of its documented range; whatever else an
    engine's factory raises where no other one is left.
    """
    outside = Outside(environ, sleep=sleep, hasty=hasty, alone=alone)
    counted = priority if metered else None
    if settings.engine:
        return _open_chosen(settings, outside, counted)
    unused: list[str] = []
    for choice in candidates(settings, environ, find_model=find_model, find_server=find_server):
        if not isinstance(choice, Choice):
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
    raise nothing_ready(unused)


def open_choice(choice: Choice, settings: Settings, outside: Outside) -> Engine:
    """The engine itself, without a quota."""
    module, _, factory = ENGINES[choice.name].partition(":")
    open_it = cast(Factory, getattr(import_module(module), factory))
    if choice.taken_over is not None:
        settings, outside = choice.taken_over.apply(settings, outside)
    return open_it(settings, outside)


def _open_counted(choice: Choice, settings: Settings, outside: Outside, priority: int | None) -> Opened:
    """With its quota, unless `priority` is None."""
    if choice.name in UNMETERED or priority is None:
        return _opened(choice, settings, open_choice(choice, settings, outside))
    from fimbot.quota.open import open_quota  # sqlite3

    limits = limits_of(settings)
    counter = Counter(lambda host, model: open_quota(host, model, limits, settings.quota_store), priority)
    engine = open_choice(choice, settings, replace(outside, meter=counter.listener, counted=counter.counted))
    if not counter.quotas:  # the factory has not counted by itself
        engine = counter.counted(engine)
    return _opened(choice, settings, engine, counter)


def _opened(choice: Choice, settings: Settings, engine: Engine, *counters: Counter) -> Opened:
    asked_for_it = choice.name in SERVERS and settings.model is None
    why = f"{choice.why}; of its models it is {engine.model}" if asked_for_it else choice.why
    return Opened(engine, why, counters)


def limits_of(settings: Settings) -> Limits:
    return Limits(settings.rpm or LIMITS.requests, settings.tpm or LIMITS.tokens, fixed=settings.tpm is not None)


def _open_chosen(settings: Settings, outside: Outside, priority: int | None) -> Opened:
    names = [known(name) for name in settings.engine]
    opened: list[Opened] = []
    faults: list[FimbotError] = []
    unready: list[str] = []
    for place, name in enumerate(names):
        own, around = of_place(settings, outside, place)
        if opened:
            # All are asked the same question, and the embedded model takes memory for its window beforehand.
            own = replace(own, window_tokens=own.window_tokens or opened[0].engine.window_tokens)
        # Where another one waits, it is the better second try.
        another_waits = place < len(names) - 1
        around = replace(around, hasty=around.hasty or another_waits, alone=around.alone and not another_waits)
        try:
            opened.append(_open_counted(chosen(name), own, around, priority))
        except (NoKey, ModelError, EngineError) as error:
            faults.append(error)
            variable = (KEY_NAMES | CHAT_KEY_NAMES).get(name) if place > 0 and isinstance(error, NoKey) else None
            unready.append(f"{name} is not ready: {f'{variable} is not set' if variable else error}")
    if not opened:
        raise faults[0]
    if len(opened) == 1:
        only = opened[0]
        if only.engine.name != names[-1]:  # opened as if another one were waiting
            only.engine.close()
            place = names.index(only.engine.name)
            only = _open_counted(chosen(names[place]), *of_place(settings, outside, place), priority)
        return replace(only, why="; ".join([only.why, *unready]))
    engines = [each.engine for each in opened]
    why = f"{', then '.join(engine.name for engine in engines)}: chosen in the settings"
    counters = tuple(counter for each in opened for counter in each.counters)
    return Opened(Fallback.of(engines), "; ".join([why, *unready]), counters)


def of_place(settings: Settings, outside: Outside, place: int) -> tuple[Settings, Outside]:
    """The settings of one engine out of several. A key without an engine's name on it is the first one's: to the
    others' hosts it must not go."""
    if len(settings.engine) < 2:
        return settings, outside
    own = replace(settings, model=_part(settings.model, place), base_url=_part(settings.base_url, place))
    return (own, outside) if place == 0 else without_any_key(own, outside)


def without_any_key(settings: Settings, outside: Outside) -> tuple[Settings, Outside]:
    """For an engine that is not the first: none but a key with its own name on it."""
    named = {name: value for name, value in outside.environ.items() if name != ANY_ENGINE}
    return replace(settings, api_key_command=()), replace(outside, environ=named)


def _part(value: str | None, place: int) -> str | None:
    parts = (value or "").split(",")
    return (parts[place].strip() or None) if place < len(parts) else None
