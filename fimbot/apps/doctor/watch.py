"""Sees what passes between an engine and its host: statuses, headers, and whether a key went."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from fimbot.http_client import UNSENT, open_client

_KEY_HEADERS = ("authorization", "x-api-key", "api-key")


@dataclass(frozen=True, slots=True)
class Exchanged:
    keyed: bool
    status: int | None
    """None where there was no answer."""
    headers: Mapping[str, str] = field(repr=False, default_factory=dict)


class Watch(httpx.BaseTransport):
    """Passes each request on as an engine's own client would, proxies included."""

    def __init__(self) -> None:
        self.exchanges: list[Exchanged] = []
        self._clients: dict[str, httpx.Client] = {}

    @property
    def last_status(self) -> int | None:
        return self.exchanges[-1].status if self.exchanges else None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        keyed = any(name in request.headers for name in _KEY_HEADERS)
        try:
            response = self._client(request.url.scheme).send(request, stream=True)
        except httpx.HTTPError as error:
            self.exchanges.append(Exchanged(keyed and not isinstance(error, UNSENT), None))
            raise
        headers = {name.lower(): value for name, value in response.headers.items()}
        self.exchanges.append(Exchanged(keyed, response.status_code, headers))
        return httpx.Response(
            response.status_code, headers=response.headers, stream=response.stream, extensions=response.extensions
        )

    def close(self) -> None:
        """An engine may close one channel, that of the list, and go on with another: the next request opens anew."""
        clients, self._clients = self._clients, {}
        for client in clients.values():
            client.close()

    def _client(self, scheme: str) -> httpx.Client:
        if scheme not in self._clients:
            self._clients[scheme] = open_client(scheme)
        return self._clients[scheme]
