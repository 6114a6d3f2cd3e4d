"""Which engine answers, and why: the one that is chosen, or the first that is ready."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fimbot.engines.table import ENGINES, known
from fimbot.errors import SettingsError
from fimbot.settings.keys import ANY_ENGINE, CHAT_KEY_NAMES, KEY_NAMES, named_key
from fimbot.settings.values import Settings

if TYPE_CHECKING:
    from fimbot.engines.nearby import Nearby
    from fimbot.engines.taken_over import TakenOver
    from fimbot.settings.continue_config import Autocomplete, Unusable

FindModel = Callable[[], Path | None]
FindServer = Callable[[Mapping[str, str]], "Nearby | None"]


@dataclass(frozen=True, slots=True)
class Choice:
    name: str
    why: str
    """One line for people: "langdock: LANGDOCK_API_KEY is set"."""
    taken_over: TakenOver | None = None
    """Where it was set up for another program: its model, host and key are used as they are."""


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
    raise nothing_ready(unused)


def candidates(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    find_model: FindModel | None = None,
    find_server: FindServer | None = None,
) -> Iterator[Choice | Unusable]:
    """The engines that are chosen or, without a choice, set up; the first is the one that answers."""
    if settings.engine:
        yield from [chosen(known(name)) for name in settings.engine]
        return
    keyed = list(_with_key(settings, environ))
    yield from keyed
    taken_over = list(_from_continue(environ)) if settings.base_url is None else []
    yield from taken_over
    lacking = "" if keyed else "no key in the environment, and "
    server = (find_server or _server_nearby)(environ)
    if server is not None:
        yield Choice(server.engine, f"{server.engine}: {lacking}it answers at {server.host}")
    model = (find_model or _embedded_model)()
    if model is not None:
        yield Choice("local", f"local: {lacking}the embedded model is at {_from_home(model)}")
    ready = [*keyed, *(each for each in taken_over if isinstance(each, Choice)), server, model]
    last = "" if any(ready) else ", and nothing else is ready"
    for engine, variable in CHAT_KEY_NAMES.items():
        # A base-url without an engine is that of a FIM endpoint: no other host's key goes there.
        if settings.base_url is None and named_key(variable, environ):
            yield Choice(engine, f"{engine}: {variable} is set{last}")


def _with_key(settings: Settings, environ: Mapping[str, str]) -> Iterator[Choice]:
    for engine, variable in KEY_NAMES.items():
        if engine in ENGINES and named_key(variable, environ):
            yield Choice(engine, f"{engine}: {variable} is set")
    if named_key(ANY_ENGINE, environ):
        yield Choice("langdock", f"langdock: {ANY_ENGINE} is set, and no engine is chosen")
    if settings.api_key_command:
        yield Choice("langdock", "langdock: api-key-command is set, and no engine is chosen")


def _from_continue(environ: Mapping[str, str]) -> Iterator[Choice | Unusable]:
    """The key in its file is for the host in that file."""
    from fimbot.settings.continue_config import Autocomplete, read_continue

    for found in read_continue(environ):
        yield _taken_over(found) if isinstance(found, Autocomplete) else found


def chosen(name: str) -> Choice:
    return Choice(name, f"{name}: chosen in the settings")


def _taken_over(found: Autocomplete) -> Choice | Unusable:
    from fimbot.engines.taken_over import take_over
    from fimbot.settings.continue_config import Unusable

    taken = take_over(found)
    if taken is None or taken.engine not in ENGINES:
        wants = "which fimbot does not know" if taken is None else f"for which fimbot has no engine {taken.engine!r}"
        return Unusable(f"{found.source} is not used: its provider is {found.provider!r}, {wants}")
    return Choice(taken.engine, f"{taken.engine}: set up in {found.source}", taken)


def nothing_ready(unused: Sequence[str]) -> SettingsError:
    return SettingsError(
        "; ".join(
            [
                f"no engine is ready: set LANGDOCK_API_KEY (or {', '.join(list(KEY_NAMES.values())[1:])}; for a chat "
                f"model {', '.join(CHAT_KEY_NAMES.values())}), "
                "start Ollama or llama.cpp's server, or get the embedded model with `fimbot model pull`",
                *unused,
            ]
        )
    )


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
