"""A channel to one endpoint, for one key; what httpx raises ends here. Safe to use from many threads.

A connection whose answer was read to its end is kept for the next request; one that was hung up on, at the hole's end
or at the deadline, is closed.
"""

from __future__ import annotations

import json
import random
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TypeVar

import httpx

from fimbot import __version__
from fimbot.engines.call import Call, Calls
from fimbot.engines.connections import KEPT_SECONDS, Connections
from fimbot.engines.faults import RETRIED, Passing, is_too_large, pause_before, quoted, refusal, retry_after, said
from fimbot.engines.protocol import Meter, Outside
from fimbot.errors import EngineError, EngineRefused, EngineUnavailable, SettingsError
from fimbot.http_client import UNSENT, open_client, proxy_for, trusted
from fimbot.settings.keys import Key
from fimbot.values import Deadline

CONNECT_SECONDS = 5.0
CONNECT_SECONDS_WHEN_HASTY = 2.0
# A model that is at work sends something every second; after this long, another try is the better bet.
SILENCE_SECONDS = 30.0
# A server of one's own reads a window of 1,500 tokens before it says anything, 40 s on one core, or has others wait
# in line first, as `fimbot serve` in front of the embedded model does.
SILENCE_SECONDS_OF_OWN = 300.0
# After the finish reason only [DONE] can follow, and some servers leave the connection open instead.
END_SECONDS = 2.0
# After the last event only the end of the body, which nearly every server sends with it.
LAST_BYTES_SECONDS = 0.1
# 4,096 tokens, each in an event of 300 bytes, are 1.2 MB.
MAX_ANSWER_BYTES = 4_000_000
MAX_ERROR_BYTES = 64_000

Answer = TypeVar("Answer")
Headers = Mapping[str, str]


def bearer(secret: str) -> Headers:
    return {"Authorization": f"Bearer {secret}"}


def endpoint(base_url: str, route: str, *, keyed: bool = True) -> httpx.URL:
    """`base_url` with `route` behind it; what the base has of the route already is not repeated, since people
    paste `https://api.mistral.ai/v1` as well as `https://api.mistral.ai`.

    Raises `SettingsError` for what is no URL, or one that a key must not be sent to: plain HTTP is for this machine,
    and without a key (`keyed`) for the own network, where people have their servers of models.
    """
    if "@" in base_url:  # before anything quotes it
        raise SettingsError("base-url holds a user name or password; the key belongs in the environment")
    shown, *more = re.split("[?#]", base_url.strip())  # what is behind may be a key as well
    try:
        url = httpx.URL(shown)
    except (httpx.InvalidURL, ValueError):
        raise SettingsError(f"base-url {shown!r} is not a URL") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise SettingsError(f"base-url {shown!r} must begin with https:// and a host")
    if not url.path.isprintable() or re.search("[?#]", url.path) or (url.port or 0) > 65535:
        raise SettingsError(f"base-url {shown!r} has a path or a port that there cannot be")
    if more:
        raise SettingsError(f"base-url {shown!r} must end with its path, without ? or #")
    if url.scheme == "http" and not (is_loopback(url.host) or (not keyed and _is_private(url.host))):
        what = "key" if keyed else "code"
        raise SettingsError(f"base-url {shown!r} would send the {what} unencrypted; use https://")
    has = [part for part in url.path.split("/") if part]
    wants = route.split("/")
    shared = next(n for n in range(len(wants), -1, -1) if has[len(has) - n :] == wants[:n])
    return url.copy_with(path="/" + "/".join(has + wants[shared:]))


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


# RFC 6762, RFC 8375, and what is kept out of the public tree for this; a name without a dot is looked up at home.
_PRIVATE_NAMES = (".local", ".internal", ".home.arpa", ".lan")


def _is_private(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return "." not in host or host.lower().rstrip(".").endswith(_PRIVATE_NAMES)
    return address.is_private and not address.is_unspecified


def _is_compressed(response: httpx.Response) -> bool:
    return response.headers.get("Content-Encoding", "").strip().lower() not in ("", "identity")


class Incoming:
    """The body of an answer: bounded in size and time, its transport's errors translated."""

    def __init__(
        self,
        response: httpx.Response,
        call: Call,
        deadline: Deadline,
        quote: Callable[[str], str],
        own: Callable[[httpx.HTTPError, Call, Deadline], EngineError],
    ) -> None:
        self.content_type = quote(response.headers.get("Content-Type", ""))
        self.quote = quote
        self._response = response
        self._raw = response.iter_raw()
        self._nearly_over = False
        self._call = call
        self._deadline = deadline
        self._own = own

    def chunks(self) -> Iterator[bytes]:
        size = 0
        try:
            for chunk in self._raw:
                size += len(chunk)
                if size > MAX_ANSWER_BYTES:
                    raise EngineUnavailable(f"the answer is larger than {MAX_ANSWER_BYTES // 1_000_000} MB")
                yield chunk
                if self._call.hung_up or not self._deadline.remaining():
                    raise EngineUnavailable("no whole answer before the deadline")
        except httpx.HTTPError as error:
            raise self._own(error, self._call, self._deadline) from None

    def expect_end(self) -> None:
        self._nearly_over = True
        self._call.allow(END_SECONDS)

    def reach_end(self) -> bool:
        """Reads what is behind the last event, without which the connection cannot be used again; False where it does
        not come."""
        if not self._nearly_over or self._response.headers.get("Connection", "").lower() == "close":
            return True  # it was hung up on, or will be
        self._call.allow(LAST_BYTES_SECONDS)
        try:
            size = 0
            for chunk in self._raw:
                size += len(chunk)
                if size > MAX_ERROR_BYTES:
                    return False
        except httpx.HTTPError:
            return False
        return True

    def beginning(self) -> bytes:
        """As much of an error's text as there is to have soon."""
        self.expect_end()
        body = b""
        try:
            for chunk in self.chunks():
                body += chunk
                if len(body) >= MAX_ERROR_BYTES:
                    break
        except EngineUnavailable:
            pass  # the status has said what matters
        return body[:MAX_ERROR_BYTES]


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    url: httpx.URL
    content: bytes | None


class Channel:
    def __init__(
        self,
        url: httpx.URL,
        key: Key,
        model: str,
        *,
        auth: Callable[[str], Headers] = bearer,
        silence: float = SILENCE_SECONDS,
        hasty: bool = False,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], object] | None = None,
        jitter: Callable[[], float] = random.random,
        meter: Meter | None = None,
    ) -> None:
        """`url` is one that `endpoint` made. `model` is only told in messages. `auth`: the headers with the key.
        `silence`: seconds after which an answer is given up."""
        self.host = url.netloc.decode("ascii")
        self.path = url.path
        self._url = url
        self._key = key
        self._model = quoted(model, key)  # a file of the repository may have named it
        self._hasty = hasty
        self._silence = silence
        self._connect_seconds = CONNECT_SECONDS_WHEN_HASTY if hasty else CONNECT_SECONDS
        self._jitter = jitter
        self._meter = meter
        self._closed = threading.Event()
        self._sleep = self._closed.wait if sleep is None else sleep
        self._reaches_end = True
        headers = {
            **(auth(key.reveal()) if key else {}),
            "Content-Type": "application/json",
            "Accept": "text/event-stream, application/json",
            "Accept-Encoding": "identity",  # what is compressed could grow past any limit
            "User-Agent": f"fimbot/{__version__}",
        }
        trust = None if transport else trusted(url.scheme)
        self._connections = Connections(
            lambda: open_client(
                url.scheme, headers=headers, transport=transport, trust=trust, kept_seconds=KEPT_SECONDS
            )
        )
        self._calls = Calls(self._connections)

    @classmethod
    def of(
        cls,
        url: httpx.URL,
        key: Key,
        model: str,
        outside: Outside,
        *,
        auth: Callable[[str], Headers] = bearer,
        silence: float = SILENCE_SECONDS,
    ) -> Channel:
        """An engine's, as its factory was told; with its meter, without which nobody counts its retries and 429s."""
        if is_loopback(url.host):
            silence = SILENCE_SECONDS_OF_OWN
        return cls(
            url,
            key,
            model,
            auth=auth,
            silence=silence,
            hasty=outside.hasty,
            transport=outside.transport,
            sleep=outside.sleep,
            meter=outside.meter,
        )

    def post(
        self,
        body: Mapping[str, object],
        read: Callable[[Incoming], Answer],
        deadline: Deadline,
        *,
        path: str | None = None,
    ) -> tuple[Answer, int]:
        """What `read` makes of the answer, and the number of requests that it took.

        `path` is another one than the channel's, on the same host.
        Raises `EngineRefused`, `EngineUnavailable` or `EngineError`, with the requests counted in them.
        """
        content = json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
        return self._asked("POST", path, content, read, deadline)

    def get(self, path: str, read: Callable[[Incoming], Answer], deadline: Deadline) -> tuple[Answer, int]:
        """As `post`: what else the same host tells, such as which models it has."""
        return self._asked("GET", path, None, read, deadline)

    def _asked(
        self,
        method: str,
        path: str | None,
        content: bytes | None,
        read: Callable[[Incoming], Answer],
        deadline: Deadline,
    ) -> tuple[Answer, int]:
        request = Request(method, self._url if path is None else self._url.copy_with(path=path), content)
        tries = 0
        try:
            while True:
                if self._closed.is_set():
                    raise EngineUnavailable(f"{self.host}: not asked, interrupted")
                if not deadline.remaining():
                    raise EngineUnavailable(f"{self.host}: not asked, the deadline has passed")
                tries += 1
                try:
                    return self._attempt(request, read, deadline), tries
                except Passing as fault:
                    self._rest(tries, fault, deadline)
                    if self._meter:
                        self._meter.again(deadline)
        except EngineError as error:
            error.requests = tries
            raise

    def close(self) -> None:
        self._closed.set()
        self._calls.hang_up()
        self._connections.close()

    def _attempt(self, request: Request, read: Callable[[Incoming], Answer], deadline: Deadline) -> Answer:
        left = deadline.remaining()
        timeout = httpx.Timeout(min(self._silence, left), connect=min(self._connect_seconds, left))
        with self._calls.under_way(deadline) as call:
            try:
                if self._closed.is_set():  # before the call could be hung up on
                    raise EngineUnavailable("not asked, interrupted")
                with call.connection.client.stream(
                    request.method,
                    request.url,
                    content=request.content,
                    timeout=timeout,
                    extensions={"trace": call.trace},
                ) as response:
                    if self._meter:
                        self._meter.answered(response.status_code, response.headers)
                    incoming = Incoming(response, call, deadline, self._quote, self._own)
                    if not response.is_success:
                        raise self._refused(response, incoming)
                    if _is_compressed(response):
                        raise EngineUnavailable("the answer is compressed, which was not asked for")
                    answer = read(incoming)
                    # A server that leaves it open makes nobody wait for it again.
                    self._reaches_end = self._reaches_end and incoming.reach_end()
                    return answer
            except httpx.HTTPError as error:
                if self._meter and isinstance(error, UNSENT):
                    self._meter.unreached()
                raise self._named(self._own(error, call, deadline)) from None
            except EngineError as error:
                raise self._named(error) from None

    def _rest(self, tries: int, fault: Passing, deadline: Deadline) -> None:
        pause = pause_before(tries, fault, self._jitter, hasty=self._hasty)
        if pause is None:
            after = f"; given up after {tries} tries" if tries > 1 else ""
            raise EngineUnavailable(f"{fault}{after}") from None
        left = deadline.remaining()
        if pause >= left:
            wants = f"it asks for {fault.retry_after:.0f} s, " if fault.retry_after is not None else ""
            raise EngineUnavailable(f"{fault}; {wants}too long for the {left:.0f} s before the deadline")
        self._sleep(pause)

    def _refused(self, response: httpx.Response, incoming: Incoming) -> EngineError:
        status = response.status_code
        quote = "" if _is_compressed(response) else said(incoming.beginning(), self._key)
        error = self._refusal(status, response, quote)
        error.status, error.said = status, quote
        return error

    def _refusal(self, status: int, response: httpx.Response, quote: str) -> EngineError:
        if 300 <= status < 400:
            target = self._quote(response.headers.get("Location", "nowhere"))
            return EngineRefused(f"{status}, it redirects to {target}; the key does not follow, set base-url")
        if status in RETRIED:
            asked, date = response.headers.get("Retry-After", ""), response.headers.get("Date", "")
            pause = retry_after(asked, date, time.time())
            return Passing(f"{status}{quote}", throttled=status == 429, retry_after=pause)
        if is_too_large(status, quote):
            return EngineError(f"{status}, it does not take this window; try fewer window-tokens{quote}")
        if 400 <= status < 500:
            return EngineRefused(refusal(status, self._key, self._model) + quote)
        return EngineUnavailable(f"{status}{quote}")

    def _own(self, error: httpx.HTTPError, call: Call, deadline: Deadline) -> EngineError:
        words = self._quote(str(error))
        if self._closed.is_set():
            return EngineUnavailable("hung up, interrupted")
        if call.hung_up or not deadline.remaining():
            return EngineUnavailable("no whole answer before the deadline")
        if "CERTIFICATE_VERIFY_FAILED" in words:
            return EngineRefused(f"its certificate is not trusted; set SSL_CERT_FILE to your CA's ({words})")
        if isinstance(error, httpx.ProxyError):
            return EngineRefused(f"the proxy on the way refuses; check HTTPS_PROXY ({words})")
        if isinstance(error, httpx.ConnectTimeout):
            return Passing(f"no connection{self._by_way()} within {self._connect_seconds:.0f} s", unreachable=True)
        if isinstance(error, httpx.ConnectError):
            return Passing(f"cannot be reached{self._by_way()} ({words})", unreachable=True)
        if isinstance(error, httpx.TimeoutException):
            return Passing(f"silent for {self._silence:.0f} s")
        if isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError):
            return Passing(f"the connection broke ({words})")
        return EngineUnavailable(words)

    def _by_way(self) -> str:
        proxy = proxy_for(self._url)
        return f" through the proxy {self._quote(proxy)}, see HTTPS_PROXY" if proxy else ""

    def _quote(self, text: str) -> str:
        return quoted(text, self._key)

    def _named(self, error: EngineError) -> EngineError:
        error.args = (f"{self.host}: {error}",)
        return error
