"""The routes, as an ASGI application: who asks, what is asked, and the answer in the documented shape."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fimbot.apps.serve import answers, refusals
from fimbot.apps.serve.events import BrokenOff, Events
from fimbot.apps.serve.incoming import TooLarge, TooSlow, UnlessGone, read_body
from fimbot.apps.serve.keys import KeyRing
from fimbot.apps.serve.refusals import Busy, Refusal, Refused, Stopping, refusal, told
from fimbot.apps.serve.request import FimRequest, Invalid, read_request
from fimbot.apps.serve.service import Service
from fimbot.engines.http import is_loopback
from fimbot.errors import StoreError
from fimbot.settings.values import Settings
from fimbot.values import Completion

Piece = str | Completion

_HUNG_UP = 499
"""As nginx calls it; nobody gets it."""
_NOBODY = "anybody"


@dataclass(frozen=True, slots=True)
class Endpoint:
    service: Service
    keys: KeyRing
    open: bool
    """Whether everybody may ask as long as there is no key: on loopback only."""
    models: Sequence[str]
    settings: Settings
    say: Callable[[str], None]
    """For the log: one line that holds no key and nothing of a question."""
    begun: int
    _told: set[str] = field(default_factory=set)

    async def complete(self, request: Request) -> Response:
        who = _NOBODY
        try:
            who = await self._owner(request)
            fim = await self._request(request)
            response = await (self._stream(request, who, fim) if fim.stream else self._whole(request, who, fim))
        except ClientDisconnect:
            self.service.metrics.hung_up()
            response = Response(status_code=_HUNG_UP)
        except Refused as refused:
            response = _refused(refused.refusal)
        except Invalid as found:
            response = JSONResponse(answers.invalid(found), 422)
        except Exception as error:
            self._failed(error)
            response = _refused(refusal(error))
        self.service.metrics.requested(who, response.status_code)
        self.tell_problems()
        return response

    def tell_problems(self) -> None:
        """With the stores of its service, each once, and as soon as a question has met it: a server runs for weeks."""
        for problem in self.service.problems:
            if problem not in self._told:
                self._told.add(problem)
                self.say(problem)

    async def list_models(self, request: Request) -> Response:
        try:
            await self._owner(request)
            self._check_region(request)
        except Refused as refused:
            return _refused(refused.refusal)
        return JSONResponse(answers.models(self.models, self.begun, self.settings.temperature))

    async def metrics(self, request: Request) -> Response:
        try:
            await self._owner(request)
        except Refused as refused:
            return _refused(refused.refusal)
        return Response(self.service.metrics.page(), media_type=self.service.metrics.content_type)

    async def live(self, request: Request) -> Response:
        return JSONResponse({"status": "live"})

    async def ready(self, request: Request) -> Response:
        try:
            await self.keys.had_none_yet()
        except StoreError:
            return JSONResponse({"status": "its keys cannot be read"}, 503)
        if self.service.gate.stopped:
            return JSONResponse({"status": "stopping"}, 503)
        return JSONResponse({"status": "ready"})

    async def _owner(self, request: Request) -> str:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        try:
            if self.open and await self.keys.had_none_yet():
                return self._anybody(request)
            owner = await self.keys.owner(key.strip()) if scheme.lower() == "bearer" else None
        except StoreError as error:
            raise Refused(refusal(error)) from None
        if owner is None:
            raise Refused(refusals.NO_KEY)
        return owner

    def _anybody(self, request: Request) -> str:
        # A page in somebody's browser may have been led here by another name (DNS rebinding). Not `request.url`,
        # which puts this server's own address in the place of a name that cannot be.
        if not _is_this_machine(request.headers.get("Host", "")):
            raise Refused(refusals.MISLED)
        return _NOBODY

    def _check_region(self, request: Request) -> None:
        region = request.path_params.get("region", self.settings.region)
        if region != self.settings.region:
            raise Refused(refusals.NOT_FOUND)

    async def _request(self, request: Request) -> FimRequest:
        self._check_region(request)
        # A page in somebody's browser can send other types to a server on loopback without being asked.
        if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
            raise Refused(refusals.NOT_JSON)
        try:
            body = await read_body(request)
        except TooLarge:
            raise Refused(refusals.TOO_LARGE) from None
        except TooSlow:
            raise Refused(refusals.TOO_SLOW) from None
        return read_request(body, self.models, self.settings)

    async def _whole(self, request: Request, who: str, fim: FimRequest) -> Response:
        async with UnlessGone(request.receive):
            return await self._collected(who, fim)

    async def _collected(self, who: str, fim: FimRequest) -> Response:
        begun = time.monotonic()
        async with aclosing(self.service.ask(who, fim.question)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Completion):
                    return self._answer(who, piece, begun)
        raise AssertionError("an answer without an end")

    def _answer(self, who: str, answer: Completion, begun: float) -> Response:
        assert answer.usage is not None  # noqa: S101
        self.service.metrics.answered(who, answer.usage, time.monotonic() - begun)
        head = answers.Head(answer.model)
        return JSONResponse(answers.whole(head, answer.text, answer.finish_reason, answer.usage))

    async def _stream(self, request: Request, who: str, fim: FimRequest) -> Response:
        """The head is sent once there is a first piece: until then a refusal has its own status."""
        begun = time.monotonic()
        pieces = self.service.ask(who, fim.question)
        async with UnlessGone(request.receive):
            first = await anext(pieces)
        return Events(self._events(who, first, pieces, begun), pieces, self.service.metrics.hung_up)

    async def _events(
        self, who: str, first: Piece, pieces: AsyncGenerator[Piece, None], begun: float
    ) -> AsyncGenerator[bytes, None]:
        head = answers.Head(self.service.engine.model)
        piece = first
        try:
            while isinstance(piece, str):
                yield answers.piece(head, piece)
                piece = await anext(pieces)
        except Exception as error:
            self._failed(error)
            yield answers.broken_off(refusal(error).message)
            raise BrokenOff from None
        assert piece.usage is not None  # noqa: S101
        self.service.metrics.answered(who, piece.usage, time.monotonic() - begun)
        yield answers.last(head, piece.finish_reason, piece.usage) + answers.DONE

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, Busy | Stopping):
            self.service.metrics.failed(error)
            self.say(told(error))


def create_app(endpoint: Endpoint) -> Starlette:
    routes = [
        Route("/healthz", endpoint.live),
        Route("/healthz/live", endpoint.live),
        Route("/healthz/ready", endpoint.ready),
        Route("/metrics", endpoint.metrics),
    ]
    for base in ("/v1", "/mistral/{region}/v1"):
        routes.append(Route(f"{base}/fim/completions", endpoint.complete, methods=["POST"]))
        routes.append(Route(f"{base}/models", endpoint.list_models))
    app = Starlette(routes=routes, exception_handlers={HTTPException: _no_route})
    # An address made up here would be one without TLS, where a proxy in front speaks it.
    app.router.redirect_slashes = False
    return app


def _is_this_machine(host: str) -> bool:
    try:
        return is_loopback(urlsplit(f"//{host}").hostname or "")
    except ValueError:
        return False


async def _no_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    return JSONResponse(answers.error(error.detail, "invalid_request_error"), error.status_code, error.headers)


def _refused(found: Refusal) -> Response:
    return JSONResponse(answers.error(found.message, found.kind), found.status, found.headers)
