"""Langdock: its FIM route, and the chat routes of the same host and key.

https://docs.langdock.com/api-endpoints/codestral; https://docs.langdock.com/en/developer/completion-api/openai
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from fimbot.engines.fim_engine import FimEngine, open_fim
from fimbot.engines.http import Channel, Headers, Incoming, bearer, endpoint
from fimbot.engines.in_front import InFront
from fimbot.engines.protocol import Engine, Outside, Question
from fimbot.errors import EngineError, EngineRefused, SettingsError
from fimbot.settings.keys import find_key
from fimbot.settings.values import Settings
from fimbot.values import Completion, Deadline

if TYPE_CHECKING:
    from fimbot.engines.chat.engine import ChatEngine  # 20 ms, and the FIM route needs nothing of it

# A dedicated deployment is at {deployment}/api/public instead.
BASE_URL = "https://api.langdock.com"
REGIONS = ("eu",)
CHAT_REGIONS = ("eu", "us", "global", "ch")
DEFAULT_MODEL = "codestral-2501"
# Where the workspace does not say what it has: the model of the documentation's example, in November 2026.
DEFAULT_CHAT_MODEL = "gpt-4o-mini"
# Cheap and quick ones first; as they are named in November 2026.
_PREFERRED = ("gpt-6-luna", "gpt-5.6-luna", "gpt-5.4-mini", "gpt-5-mini", "gpt-4.1-mini", "gpt-4o-mini", "gpt-4.1")
_NO_CHAT = re.compile(
    r"embed|audio|realtime|image|dall|tts|whisper|transcri|moderation|search|codestral", re.IGNORECASE
)
_LARGEST_LIST = 1_000_000


def open_langdock(settings: Settings, outside: Outside) -> FimEngine | FimOrChat:
    region = _region(settings, "mistral", REGIONS)
    key = find_key("langdock", outside.environ, settings.api_key_command)
    route = f"mistral/{region}/v1/fim/completions"
    fim = open_fim("langdock", settings, outside, base_url=BASE_URL, route=route, default_model=DEFAULT_MODEL, key=key)
    # Who names a model means that one, and who names a second engine means that one.
    if settings.model is not None or not outside.alone:
        return fim
    # Whatever of the FIM route the base-url has already is not part of the chat route.
    url = endpoint(settings.base_url or BASE_URL, route)
    root = str(url.copy_with(path=url.path.removesuffix(f"/{route}") or "/"))
    rooted, chat = replace(settings, base_url=root), f"openai/{region}"

    def open_chat_route(model: str) -> Engine:
        from fimbot.engines.openai import OPENAI_WIRE, ROUTE, open_chat

        return outside.counted(
            open_chat("langdock-chat", rooted, outside, root, f"{chat}/{ROUTE}", model, OPENAI_WIRE, key=key)
        )

    return FimOrChat(outside.counted(fim), fim.channel, open_chat_route, endpoint(root, f"{chat}/v1/models").path)


def open_langdock_chat(settings: Settings, outside: Outside) -> ChatEngine:
    from fimbot.engines.openai import OPENAI_WIRE, ROUTE, open_chat

    route = f"openai/{_region(settings, 'openai', CHAT_REGIONS)}/{ROUTE}"
    return open_chat("langdock-chat", settings, outside, BASE_URL, route, DEFAULT_CHAT_MODEL, OPENAI_WIRE)


def open_langdock_anthropic(settings: Settings, outside: Outside) -> ChatEngine:
    """With the key as a Bearer token, as Langdock's routes all take it."""
    from fimbot.engines import anthropic
    from fimbot.engines.openai import open_chat

    route = f"anthropic/{_region(settings, 'anthropic', CHAT_REGIONS)}/{anthropic.ROUTE}"
    wire, auth = anthropic.WIRE, _bearer_of_anthropic
    return open_chat("langdock-anthropic", settings, outside, BASE_URL, route, anthropic.MODEL, wire, auth=auth)


def _bearer_of_anthropic(secret: str) -> Headers:
    from fimbot.engines.anthropic import VERSION

    return {**bearer(secret), "anthropic-version": VERSION}


class FimOrChat(InFront):
    """The FIM route; and the chat route from the first answer on that says that the workspace has no FIM model.

    "No Mistral model is available at the moment", newer copies of the page say. The completion names who answered.
    """

    def __init__(self, fim: Engine, channel: Channel, open_chat: Callable[[str], Engine], models_path: str) -> None:
        """`channel`: of `fim`. `open_chat`: given a model's name."""
        super().__init__(fim)
        self.channel, self.revises = channel, True
        self._open_chat, self._models_path = open_chat, models_path
        self._chat: Engine | None = None
        # The chat not before it has answered: until then the first refusal is what is wrong.
        self._answers = fim
        self._lock = threading.Lock()

    def ask(self, question: Question, *, done: Callable[[str], bool], deadline: Deadline) -> Completion:
        engine = self._answers
        try:
            return engine.ask(question, done=done, deadline=deadline)
        except EngineRefused as refused:
            if engine is not self._engine or not has_no_model(refused):
                raise
            return self._go_over(refused, question, done, deadline)

    def close(self) -> None:
        super().close()
        with self._lock:
            if self._chat is not None:
                self._chat.close()

    def _go_over(
        self, refused: EngineRefused, question: Question, done: Callable[[str], bool], deadline: Deadline
    ) -> Completion:
        chat, requests = self._chat_route(deadline)
        requests += refused.requests
        try:
            answer = chat.ask(question, done=done, deadline=deadline)
        except EngineError as error:
            # Of two refusals the first says better what is wrong with the workspace or the key.
            told = refused if isinstance(error, EngineRefused) else error
            told.requests = requests + error.requests
            raise told from None
        self._answers = chat
        return answer._replace(requests=answer.requests + requests)

    def _chat_route(self, deadline: Deadline) -> tuple[Engine, int]:
        """And the requests that it took to find out."""
        with self._lock:
            requests = 0
            if self._chat is None:
                models: tuple[str, ...] = ()
                try:
                    models, requests = self.channel.get(self._models_path, _model_names, deadline)
                except EngineError as error:  # it has no list, or shows it to nobody
                    requests = error.requests
                self._chat = self._open_chat(chat_model(models))
            return self._chat, requests


def has_no_model(refused: EngineRefused) -> bool:
    """A 404 for a wrong base-url speaks of the path, a 403 for a key's scope of the key."""
    return refused.status in (400, 403, 404, 422) and re.search(r"models?\b", refused.said, re.IGNORECASE) is not None


def chat_model(models: Sequence[str]) -> str:
    for preferred in _PREFERRED:
        for model in models:
            if model == preferred or model.endswith(f"/{preferred}"):
                return model
    chats = [model for model in models if not _NO_CHAT.search(model)]
    return next((model for model in chats if "gpt" in model), next(iter(chats), DEFAULT_CHAT_MODEL))


def _model_names(incoming: Incoming) -> tuple[str, ...]:
    """Of a list without a stable schema: whatever is called id, model or name in it."""
    body = b""
    for chunk in incoming.chunks():
        body += chunk
        if len(body) > _LARGEST_LIST:
            return ()
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return ()
    if not isinstance(value, (dict, list)):
        return ()
    return tuple(dict.fromkeys(name for name in _names(value, 4) if name.isprintable() and len(name) < 100))


def _names(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and depth:
        for each in value:
            yield from _names(each, depth - 1)
    elif isinstance(value, dict) and depth:
        own = next((value[key] for key in ("id", "model", "name") if isinstance(value.get(key), str)), None)
        if own is not None:
            yield own
            return
        for each in value.values():
            if isinstance(each, (list, dict)):
                yield from _names(each, depth - 1)


def _region(settings: Settings, api: str, regions: tuple[str, ...]) -> str:
    """Where the base-url goes on with one, as the pages of the documentation have it to copy, it is that one."""
    copied = re.search(rf"/{api}/([a-z0-9-]+)(?:/|$)", settings.base_url or "")
    if copied is not None:
        return copied[1]
    region = settings.region
    if settings.base_url is None and region not in regions:
        raise SettingsError(f"region is {region!r}, but {BASE_URL} has {', '.join(regions)}")
    if not region.isascii() or not region.replace("-", "").isalnum():
        raise SettingsError(f"region {region!r} is not a name of letters, digits and dashes")
    return region
