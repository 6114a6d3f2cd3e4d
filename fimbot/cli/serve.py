"""`fimbot serve`: the FIM endpoint for a team, and the keys to it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from fimbot.cli.main import INTERRUPTED
from fimbot.cli.options import given
from fimbot.cli.session import CACHE_BYTES, say
from fimbot.errors import FimbotError, UsageError
from fimbot.settings.load import load_settings, user_file
from fimbot.settings.values import Settings

if TYPE_CHECKING:
    from fimbot.apps.serve.app import Endpoint
    from fimbot.apps.serve.keys import KeyStore
    from fimbot.apps.serve.service import Answers
    from fimbot.engines.open import Opened
    from fimbot.engines.protocol import Engine

EXTRA = frozenset({"starlette", "uvicorn", "prometheus_client", "redis", "h11"})
INSTALL = "`fimbot serve` needs its server: pip install 'fimbot[serve]'"
# What the documentation of the endpoint calls the model; the answer says which one it was.
DOCUMENTED_MODEL = "codestral-2501"
# Clients, fimbot's own among them, give up after 30 s of silence: by then the engine has begun, or they have a 429.
PATIENCE_SECONDS = 20.0
# It answers one question at a time, in some 10 s; a client on the same machine is patient.
PATIENCE_SECONDS_FOR_LOCAL = 120.0
# Room for an editor's question, which is larger than that of one stub; 28 KB each of the embedded model's memory.
WINDOW_TOKENS = 3_000

_store = click.option(
    "--store",
    metavar="URL",
    help="redis://… for keys and cache that several servers share; else files of this machine.",
)


@click.group(invoke_without_command=True, short_help="Serve the FIM endpoint to a team: one key, quota and cache.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen; others need keys.")
@click.option("--port", type=click.IntRange(0, 65535), default=8440, show_default=True, help="0 for one that is free.")
@click.option("--engine", metavar="NAME", help="Who answers.")
@click.option("--model", metavar="NAME", help="The engine's model; for local, a .gguf file.")
@click.option("--base-url", metavar="URL", help="Where the engine is; the key goes there.")
@click.option("--alias", "aliases", multiple=True, metavar="NAME", help=f"Names for the model [{DOCUMENTED_MODEL}].")
@click.option("--places", type=click.IntRange(1), help="Questions at once at the engine [64, or 1 for local].")
@click.option("--queue", type=click.IntRange(0), default=256, show_default=True, help="Questions that wait.")
@click.option("--patience", type=click.FloatRange(0), help="Seconds that one waits [20, or 120 for local].")
@click.option("--deadline", type=click.FloatRange(1), default=120, show_default=True, help="Seconds for an answer.")
@click.option("--grace", type=click.IntRange(0), default=30, show_default=True, help="Seconds to finish when stopped.")
@click.option("--no-cache", is_flag=True, help="Ask again what was answered before.")
@_store
@click.pass_context
def serve(ctx: click.Context, /, store: str | None, **chosen: Any) -> int:
    """The documented endpoint, in front of any engine:

    \b
    POST /mistral/eu/v1/fim/completions, /v1/fim/completions
    GET  /mistral/eu/v1/models, /v1/models, /healthz/live, /healthz/ready, /metrics
    """
    if ctx.invoked_subcommand is not None:
        return 0
    with _extra():
        return _serve(store, chosen)


@serve.group(short_help="Add, list or remove the keys to it.")
def key() -> None:
    """The keys to the endpoint. A running server notices a change within seconds."""


@key.command()
@click.argument("name")
@_store
def add(name: str, store: str | None) -> int:
    """Makes a key and prints it, this once: only its hash is kept."""
    from fimbot.apps.serve.keys import new_key

    made = new_key(_keys(_chosen(store)), name)
    say(f"the key {name}, which is shown this once:")
    click.echo(made)
    return 0


@key.command("list")
@_store
def list_(store: str | None) -> int:
    """Prints the names of the keys."""
    for each in _keys(_chosen(store)).all():
        click.echo(f"{each.name}  since {datetime.fromtimestamp(each.created, UTC):%Y-%m-%d}")
    return 0


@key.command()
@click.argument("name")
@_store
def remove(name: str, store: str | None) -> int:
    """Makes a key worthless."""
    if not _keys(_chosen(store)).remove(name):
        raise UsageError(f"there is no key {name}: `fimbot serve key list` lists them")
    say(f"the key {name} is worth nothing any more")
    return 0


def _serve(store: str | None, chosen: dict[str, Any]) -> int:
    from fimbot.apps.serve.app import create_app
    from fimbot.apps.serve.server import Server, find_place, url_of
    from fimbot.engines.open import open_engine

    settings = load_settings(
        given(engine=chosen["engine"], model=chosen["model"], base_url=chosen["base_url"]),
        os.environ,
        None,
        user_file(),
    ).settings
    settings = replace(settings, window_tokens=settings.window_tokens or WINDOW_TOKENS)
    store = store or settings.quota_store
    settings = replace(settings, quota_store=settings.quota_store or store)
    keys, place = _keys(store), find_place(chosen["host"], chosen["port"])
    if not place.is_loopback and not keys.all():
        raise UsageError(f"{chosen['host']} is open to others, and there is no key: `fimbot serve key add NAME` first")
    if len(settings.engine) > 1:
        # What stands in for an engine that was down does so until the end of a run, and a server has none.
        raise UsageError("`fimbot serve` is in front of one engine: name one")
    # Nor does it go over to a chat model: that would last until a restart, under the name of the FIM model.
    opened = open_engine(settings, os.environ, alone=False)
    with closing(opened.engine), closing(place.listen()) as listener:
        say(f"engine {opened.why}")
        if opened.engine.name == "local":
            _warm(opened.engine)
        answers = _answers(store) if settings.cache and not chosen["no_cache"] else None
        endpoint = _endpoint(opened, answers, keys, place.is_loopback, settings, chosen)
        started = f"{opened.engine.model} is served at {url_of(listener)}; Ctrl-C stops it"
        stop = endpoint.service.gate.stop
        server = Server(create_app(endpoint), chosen["grace"], started=lambda: say(started), stopping=stop)
        try:
            server.run(sockets=[listener])
        finally:
            if answers is not None:
                answers.close()
            endpoint.tell_problems()
    return INTERRUPTED if server.force_exit else 0


def _endpoint(
    opened: Opened,
    answers: Answers | None,
    keys: KeyStore,
    on_loopback: bool,
    settings: Settings,
    chosen: dict[str, Any],
) -> Endpoint:
    from fimbot.apps.serve.app import Endpoint
    from fimbot.apps.serve.gate import Gate
    from fimbot.apps.serve.keys import KeyRing
    from fimbot.apps.serve.metrics import Metrics
    from fimbot.apps.serve.service import Service

    engine = opened.engine
    places, patience = chosen["places"], chosen["patience"]
    if patience is None:
        patience = PATIENCE_SECONDS_FOR_LOCAL if engine.name == "local" else PATIENCE_SECONDS
    gate = Gate(places or (1 if engine.name == "local" else 64), chosen["queue"], patience)
    service = Service(
        engine=engine,
        quota=opened.quota,
        answers=answers,
        gate=gate,
        metrics=Metrics(lambda: gate.running, lambda: gate.waiting),
        deadline=chosen["deadline"],
        patience=patience,
    )
    return Endpoint(
        service=service,
        keys=KeyRing(keys),
        open=on_loopback,
        models=tuple(dict.fromkeys((engine.model, *(chosen["aliases"] or [DOCUMENTED_MODEL])))),
        settings=settings,
        say=say,
        begun=int(time.time()),
    )


def _warm(engine: Engine) -> None:
    """Loads the embedded model, so that nobody's first question pays for it."""
    from fimbot.engines.protocol import Question
    from fimbot.values import Deadline

    say("loading the model")
    engine.ask(Question("def ", "", max_tokens=1), done=lambda text: True, deadline=Deadline.after(600))


def _chosen(store: str | None) -> str | None:
    """The setting where the option was not given."""
    return store or load_settings({}, os.environ, None, user_file()).settings.quota_store


@contextmanager
def _extra() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in EXTRA:
            raise
        raise FimbotError(INSTALL) from None


def _keys(store: str | None) -> KeyStore:
    if store is not None:
        with _extra():
            from fimbot.apps.serve.shared import SharedKeys, connect

        return SharedKeys(connect(store))
    from platformdirs import user_data_path

    from fimbot.apps.serve.embedded import EmbeddedKeys

    return EmbeddedKeys(user_data_path("fimbot", appauthor=False) / "serve.sqlite")


def _answers(store: str | None) -> Answers:
    if store is not None:
        from fimbot.apps.serve.shared import SharedAnswers, connect

        return SharedAnswers(connect(store))
    from platformdirs import user_cache_path

    from fimbot.engines.cache import CompletionCache

    path = user_cache_path("fimbot", appauthor=False) / "completions.sqlite"
    return CompletionCache(path, max_bytes=CACHE_BYTES, clock=time.time)
