"""`fimbot doctor`: whether each engine that is set up is as it should be."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from fimbot.changes import open_repository
from fimbot.cli import options
from fimbot.cli.output import write_bytes
from fimbot.cli.session import say, wants_color
from fimbot.engines.choose import Choice, candidates
from fimbot.engines.open import limits_of, of_place, open_choice, without_any_key
from fimbot.engines.protocol import Engine, Outside
from fimbot.engines.table import UNMETERED
from fimbot.errors import EngineError, GitError, ModelError, SettingsError
from fimbot.reporters.style import Style, count
from fimbot.settings.continue_config import Unusable
from fimbot.settings.keys import CHAT_KEY_NAMES, KEY_NAMES, named_key
from fimbot.settings.load import files_in, load_settings, user_file
from fimbot.settings.values import Settings
from fimbot.values import Deadline

if TYPE_CHECKING:
    from fimbot.apps.doctor.values import Seen
    from fimbot.apps.doctor.watch import Watch


@click.command(short_help="Check each engine that is set up.")
@options.engine
@click.option("--model", metavar="NAME", help="The engine's model; for local, a .gguf file.")
@click.option("--base-url", metavar="URL", help="Where the engine is; the key goes there.")
@click.option("--deadline", type=click.FloatRange(0.1), default=60.0, metavar="SECONDS", help="For everything.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="How it is reported.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colours (NO_COLOR).")
def doctor(
    engine: str | None, model: str | None, base_url: str | None, deadline: float, format_: str, color: str
) -> int:
    """Asks each engine that is set up, or those that are named: whether it is reachable, takes the key, has the model,
    reads the suffix, streams, how fast it is, and what is left of the quota. Three requests to each, at most; some
    more to a server whose model is not set, and to a model that does not take every parameter.

    Exits with 0 where all is good, 1 where something is not, 3 where none answers.
    """
    from fimbot.apps.doctor.judge import exit_status, judge
    from fimbot.apps.doctor.report import as_json, as_text

    settings = _settings(options.given(engine=engine, model=model, base_url=base_url))
    found = list(candidates(settings, os.environ))
    found = found if settings.engine else list(_set_up(found, os.environ))
    notes = [each.why for each in found if isinstance(each, Unusable)]
    choices = [each for each in found if isinstance(each, Choice)]
    if not choices:
        notes.append("no engine is set up: set LANGDOCK_API_KEY, or get the embedded model with `fimbot model pull`")
    examined = [judge(seen, settings.hook_deadline) for seen in _examined(choices, settings, Deadline.after(deadline))]
    status = exit_status(examined)
    if format_ == "json":
        write_bytes(as_json(examined, notes, status).encode("ascii"), "-")
        return status
    style = Style(color=wants_color(color, sys.stdout))
    write_bytes(as_text(examined, style).encode("utf-8", "replace"), "-")
    for note in notes:
        say(note)
    return status


def _settings(given: dict[str, Any]) -> Settings:
    try:
        files = files_in(open_repository(Path.cwd()).root)
    except GitError:
        files = None  # engines are set up outside of any repository as well
    return load_settings(given, os.environ, files, user_file()).settings


def _set_up(found: Iterable[Choice | Unusable], environ: Mapping[str, str]) -> Iterator[Choice | Unusable]:
    """Each engine once. A key that names no engine is for the one that is used, the first: it is sent to no other."""
    names: list[str] = []
    for each in found:
        if isinstance(each, Choice) and each.taken_over is None:
            variable = (KEY_NAMES | CHAT_KEY_NAMES).get(each.name)
            if each.name in names or (names and variable and not named_key(variable, environ)):
                continue
            names.append(each.name)
        yield each


def _examined(choices: Sequence[Choice], settings: Settings, deadline: Deadline) -> list[Seen]:
    """All at the same time: one that is silent takes no time from another."""
    from fimbot.apps.doctor.examine import REQUESTS, examine

    patients = [_opened(choice, settings, place) for place, choice in enumerate(choices)]
    asked = [each for each in patients if isinstance(each, _Patient)]
    if asked:
        whom = ", ".join(f"{each.engine.name} at {each.engine.host}" for each in asked)
        say(f"asking {whom}: about {count(REQUESTS, 'request')} to each")
    with ThreadPoolExecutor(max_workers=max(1, len(asked))) as pool, ExitStack() as engines:
        for each in asked:
            engines.enter_context(closing(each.engine))  # before the threads are waited for: Ctrl-C hangs up
        runs = [pool.submit(examine, each.engine, each.why, each.watch, deadline) for each in asked]
        results = [run.result() for run in runs]
    seen = iter(replace(_counted(each, settings), temperature_sent=settings.temperature) for each in results)
    return [next(seen) if isinstance(each, _Patient) else each for each in patients]


def _counted(seen: Seen, settings: Settings) -> Seen:
    """With what is left of the quota by fimbot's own count."""
    from fimbot.apps.doctor.values import Remaining
    from fimbot.quota.open import open_quota

    if seen.engine in UNMETERED:
        return seen
    with closing(open_quota(seen.host, seen.model, limits_of(settings), settings.quota_store)) as quota:
        now = quota.standing()
        if quota.problem:
            return replace(seen, miscounted=quota.problem)
    return replace(seen, counted=Remaining(now.left_requests, now.requests, now.left_tokens, now.tokens))


@dataclass(frozen=True, slots=True)
class _Patient:
    engine: Engine
    why: str
    watch: Watch


def _opened(choice: Choice, settings: Settings, place: int) -> _Patient | Seen:
    from fimbot.apps.doctor.examine import no_second_try
    from fimbot.apps.doctor.values import Seen
    from fimbot.apps.doctor.watch import Watch

    watch = Watch()
    outside = Outside(os.environ, sleep=no_second_try, alone=False, transport=watch)
    if settings.engine:
        settings, outside = of_place(settings, outside, place)
    elif place > 0:  # what the user has set is for the engine that is used, and no key of another may go there
        settings, outside = without_any_key(replace(settings, model=None, base_url=None), outside)
    try:
        return _Patient(open_choice(choice, settings, outside), choice.why, watch)
    except (SettingsError, ModelError, EngineError) as error:
        return Seen(choice.name, choice.why, not_ready=str(error))
