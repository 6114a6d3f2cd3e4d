"""Why a request is not answered, with what the client is told: never what the server knows of keys and hosts."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import PurePath

from fimbot.errors import EngineError, EngineRefused, EngineUnavailable, FimbotError, SettingsError

# An engine that is down may be back by then.
_RETRY_SECONDS = 5


class Busy(Exception):
    """Too many wait already, or the quota has no room soon enough."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"busy for {retry_after} s")
        self.retry_after = retry_after


class Stopping(Exception):
    """The server takes no new questions."""


class Refused(Exception):
    """This request, whatever it asks."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    kind: str
    message: str
    retry_after: int | None = None
    close: bool = False
    """The connection is of no use any more."""

    @property
    def headers(self) -> dict[str, str]:
        headers = {"Retry-After": str(self.retry_after)} if self.retry_after is not None else {}
        if self.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return headers | ({"Connection": "close"} if self.close else {})


NOT_FOUND = Refusal(404, "invalid_request_error", "Not Found")
MISLED = Refusal(421, "invalid_request_error", "without a key this is served as localhost only")
NO_KEY = Refusal(401, "authentication_error", "no valid key: send `Authorization: Bearer KEY`")
TOO_LARGE = Refusal(413, "invalid_request_error", "the request is too large", close=True)
TOO_SLOW = Refusal(408, "invalid_request_error", "the request did not come in time", close=True)
NOT_JSON = Refusal(415, "invalid_request_error", "the Content-Type must be application/json", close=True)
UNEXPECTED = Refusal(500, "server_error", "this should not have happened; the server's log says more")


def refusal(error: Exception) -> Refusal:
    """For what was raised on the way to an answer. The details are for the server's own log."""
    match error:
        case Busy():
            return Refusal(429, "rate_limit_error", "too many requests: try again later", error.retry_after)
        case Stopping():
            return Refusal(503, "server_error", "the server is stopping: try again", 1, close=True)
        case SettingsError():
            return Refusal(422, "invalid_request_error", "the engine does not take these parameters")
        case EngineRefused():
            return Refusal(502, "server_error", "the engine refuses this server; its log says why")
        case EngineUnavailable():
            return Refusal(503, "server_error", "the engine gives no answer: try again later", _RETRY_SECONDS)
        case EngineError():
            return Refusal(400, "invalid_request_error", "the engine does not take this question; it may be too long")
        case FimbotError():
            return Refusal(503, "server_error", "the engine is not ready; the server's log says why", _RETRY_SECONDS)
        case _:
            return UNEXPECTED


def told(error: Exception) -> str:
    """A line for the log. Of what nobody expected only the place, since its text may quote a question."""
    if isinstance(error, FimbotError):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}, which should not have happened"
