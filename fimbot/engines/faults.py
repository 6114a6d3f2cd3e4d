"""What went wrong at a server, decided from plain values: whether to try again, when, and what to say."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable

from fimbot.errors import EngineUnavailable
from fimbot.settings.keys import Key

# https://docs.mistral.ai/api: what its own clients retry.
RETRIED = frozenset({429, 500, 502, 503, 504})

TRIES = 4
# A quota is counted by the minute, so the pauses of 429 must add up to more than one.
TRIES_WHEN_THROTTLED = 7
# Where a commit waits for it.
TRIES_WHEN_HASTY = 2
FIRST_PAUSE = 0.5
FIRST_PAUSE_WHEN_THROTTLED = 2.0
LONGEST_PAUSE = 30.0

LONGEST_QUOTE = 200
_TOO_LARGE = re.compile(r"tokens|token (?:limit|count)|context|too l(?:arge|ong)")


class Passing(EngineUnavailable):
    """A fault that another try may cure: a broken connection, 429, 5xx, an answer that was cut short."""

    def __init__(
        self,
        message: str,
        *,
        throttled: bool = False,
        unreachable: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.unreachable = unreachable
        self.throttled = throttled
        self.retry_after = retry_after
        """Seconds that the server asked for."""


def pause_before(tries: int, fault: Passing, jitter: Callable[[], float], *, hasty: bool = False) -> float | None:
    """Seconds to wait after `tries` tries, None to give up. `jitter` is evenly spread over 0..1."""
    if hasty and (fault.unreachable or tries >= TRIES_WHEN_HASTY):
        return None
    if tries >= (TRIES_WHEN_THROTTLED if fault.throttled else TRIES):
        return None
    if fault.retry_after is not None:
        # Never sooner than asked; spread so that concurrent requests do not come back as one.
        return fault.retry_after + 0.5 * jitter()
    first = FIRST_PAUSE_WHEN_THROTTLED if fault.throttled else FIRST_PAUSE
    return min(LONGEST_PAUSE, first * 2.0 ** (tries - 1)) * (0.5 + 0.5 * jitter())


def retry_after(value: str, date: str, now: float) -> float | None:
    """Seconds that a Retry-After header asks for; None where it says nothing that can be understood.

    It may be an HTTP date: taken against the same answer's `Date`, since this machine's clock may be off;
    against `now` (Unix time) where there is none.
    """
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value.strip()):
        return float(value)
    then = _unix_time(value)
    if then is None:
        return None
    sent = _unix_time(date)
    return max(0.0, then - (now if sent is None else sent))


def _unix_time(date: str) -> float | None:
    from email.utils import parsedate_to_datetime  # 6 ms, for a header that hardly any server sends

    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError, OSError):
        return None


def refusal(status: int, key: Key, model: str) -> str:
    """What to change, for a status that no retry cures; said of the host that the line begins with."""
    source = key.source if key else "FIMBOT_API_KEY"
    # A variable's name; or a file, or the setting of a command.
    change = f"set {source} to" if source.isupper() else f"see that {source} gives"
    advice = {
        401: f"{change} a key of this host, or change engine or base-url",
        402: "its account must be paid for or topped up, or change engine",
        403: f"it may not use this endpoint or the model {model}; change model, or ask its administrator",
        404: f"there is no such endpoint or no model {model}; check base-url, region and model, or change engine",
        422: f"the parameters are not taken; check the model {model} and the sampling settings",
    }
    what = advice.get(status, f"the request is not taken; check base-url and the model {model}")
    return f"{status} {f'with the key from {key.source}' if key else 'without a key'}: {what}"


def is_too_large(status: int, quote: str) -> bool:
    """Whether a refusal is about the size of this one window. Mistral says 400 for that ("Prompt contains
    40000 tokens ...") as well as for a model that it does not know. One token may be what others call a key."""
    return status == 413 or (status == 400 and _TOO_LARGE.search(quote) is not None)


def said(body: bytes, key: Key) -> str:
    """The server's own message in brackets, or "". Never the key, not even where the server echoes it."""
    try:
        message = message_in(json.loads(body))
    except (ValueError, RecursionError):
        text = body.decode("utf-8", "replace").strip()
        message = "" if text.startswith("<") else text  # an HTML page is a proxy's, and says nothing
    message = quoted(message, key)
    return f' (it says: "{message}")' if message else ""


def quoted(text: str, key: Key) -> str:
    """Foreign text as part of one line. Cleaned before the key is looked for, since an invisible character
    inside it would hide it; cut last, since half a key is still a secret."""
    visible = "".join(" " if char.isspace() else char for char in text if _visible(char))
    line = key.mask(" ".join(visible.split()))
    return line if len(line) <= LONGEST_QUOTE else line[:LONGEST_QUOTE] + "…"


def _visible(char: str) -> bool:
    return char.isspace() or not unicodedata.category(char).startswith("C")


def message_in(value: object, depth: int = 8) -> str:
    """What an error says, as the server wrote it; "" where that lies more than `depth` deep.

    Mistral answers {message, type, code}, {message: {detail: [...]}}, {detail: [{loc, msg}]} or
    {detail: "..."}; others {error: {message}}. What FastAPI adds as `input` is our own code: left out."""
    if isinstance(value, str):
        return value
    if not depth:
        return ""
    if isinstance(value, list):
        return "; ".join(filter(None, (message_in(each, depth - 1) for each in value[:5])))
    if not isinstance(value, dict):
        return ""
    if isinstance(value.get("msg"), str):
        where = ".".join(map(str, value["loc"])) if isinstance(value.get("loc"), list) else ""
        return f"{where}: {value['msg']}" if where else value["msg"]
    said = (message_in(value.get(name), depth - 1) for name in ("message", "detail", "error"))
    return next(filter(None, said), "")
