"""The server on loopback: tokens, limits and faults around the routes."""

from __future__ import annotations

import json
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from tests.doubles.github import faults, graphql
from tests.doubles.github.answers import Answer, Refused, invalid_request, not_found
from tests.doubles.github.git_store import GitStore
from tests.doubles.github.graph import Graph
from tests.doubles.github.heads import refresh, take_head
from tests.doubles.github.limits import HardLimits, RateLimits
from tests.doubles.github.openapi import operations
from tests.doubles.github.payloads import Payloads
from tests.doubles.github.people import People
from tests.doubles.github.reviews import Reviews
from tests.doubles.github.routes import CREATES_CONTENT, Call, find
from tests.doubles.github.state import (
    Association,
    Clock,
    Grant,
    Permission,
    PullRequest,
    Repository,
    User,
    World,
)

WORKFLOW: Mapping[str, Permission] = {"metadata": "read", "contents": "read", "pull_requests": "write"}
"""What the workflow of the README grants its GITHUB_TOKEN."""
READ_ONLY: Mapping[str, Permission] = {
    "metadata": "read",
    "contents": "read",
    "pull_requests": "read",
    "issues": "read",
}
"""What the token of a fork's `pull_request` run may do."""


@dataclass(slots=True)
class Request:
    method: str
    path: str
    """Without the prefix of the API and without the query."""
    query: dict[str, str]
    headers: Message
    body: Any
    """JSON, parsed; None if there is none."""
    at: float
    """time.monotonic() when it arrived."""
    login: str | None = None
    status: int | None = None
    """None: the client was never answered."""
    acted: bool = False
    """What was asked for has happened."""

    @property
    def resource(self) -> str:
        """Which of GitHub's budgets it is paid from."""
        return "graphql" if self.path == "/graphql" else "core"


class Exchange:
    """One request, and the means to answer it well or badly."""

    def __init__(self, handler: BaseHTTPRequestHandler, server: GitHubServer, request: Request) -> None:
        self.server = server
        self.request = request
        self._handler = handler

    def act(self) -> Answer:
        return self.server.act(self.request)

    def send(self, answer: Answer, *, cut: bool = False) -> None:
        """`cut`: half of the answer, then the connection is reset."""
        body = answer.payload if isinstance(answer.payload, bytes) else b""
        if answer.payload is not None and not isinstance(answer.payload, bytes):
            body = json.dumps(answer.payload).encode()
        headers = {
            "Content-Type": answer.content_type,
            "Content-Length": str(len(body)),
            "X-GitHub-Request-Id": f"{id(self):X}",
            "X-GitHub-Media-Type": "github.v3; format=json",
            **self.server.limits.headers(self.server.grant_of(self.request), self.request.resource),
            **answer.headers,
            "Connection": "close",
        }
        try:
            self._handler.send_response(answer.status)
            for name, value in headers.items():
                self._handler.send_header(name, value)
            self._handler.end_headers()
            self._handler.wfile.write(body[: len(body) // 2] if cut else body)
            self._handler.wfile.flush()
        except OSError:
            return
        if cut:
            self.reset()
        else:
            self.request.status = answer.status

    def wait(self, seconds: float) -> bool:
        """False once the server is closed."""
        return not self.server.closing.wait(seconds)

    def reset(self) -> None:
        """Closes with RST in place of FIN."""
        linger = struct.pack("HH" if sys.platform == "win32" else "ii", 1, 0)
        self._handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._handler.connection.close()


class GitHubServer:
    def __init__(self, root: Path, *, enterprise: bool = False, clock: Callable[[], float] = time.time) -> None:
        """`root`: where the bare repositories are kept. `enterprise`: the paths of GitHub Enterprise Server."""
        self.world = World(root, Clock(clock))
        self.hard_limits = HardLimits()
        self.limits = RateLimits(self.world.clock)
        self.requests: list[Request] = []
        self.closing = threading.Event()
        self._faults = faults.Plan()
        self._lock = threading.RLock()
        self._http = _Server(("127.0.0.1", 0), _handler_for(self))
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._prefix = "/api/v3" if enterprise else ""
        self.api_url = self.url + self._prefix
        self._graphql_path = "/api/graphql" if enterprise else "/graphql"
        self.graphql_url = self.url + self._graphql_path
        self._payloads = Payloads(self.api_url, self.url, self.hard_limits)
        self._reviews = Reviews(self.world, self.hard_limits)
        self.people = People(self.world, self._reviews, self._lock)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    # What a test sets up.

    def create_repository(self, name: str, *, private: bool = False) -> Repository:
        """One commit on main that holds a README.md."""
        repository = self._add_repository(name, GitStore.create(self._path(name)), private)
        repository.commit("main", {"README.md": f"# {name}\n"}, message="Initial commit")
        return repository

    def fork(self, name: str, into: str) -> Repository:
        parent = self._repository(name)
        fork = self._add_repository(into, GitStore.create(self._path(into), alternate=parent.git_dir), parent.private)
        fork.parent = parent
        for branch, sha in parent.store.branches().items():
            fork.store.set_ref(f"refs/heads/{branch}", sha)
        return fork

    def add_user(self, login: str, *, type: Literal["User", "Bot"] | None = None) -> User:
        return self.world.user(login, type)

    def add_token(
        self,
        login: str,
        *,
        permissions: Mapping[str, Permission] = WORKFLOW,
        installation: bool = True,
        repositories: Iterable[str] | None = None,
    ) -> str:
        """`repositories`: full names of those that the token is for; all of them if it is not said."""
        kind = "ghs" if installation else "ghp"
        token = f"{kind}_planted{len(self.world.tokens):029}"
        limited = None if repositories is None else frozenset(repositories)
        self.world.tokens[token] = Grant(self.world.user(login), installation, dict(permissions), limited)
        return token

    def open_pull(
        self,
        repository: str,
        *,
        head: str,
        author: str = "ann",
        base: str = "main",
        head_repository: Repository | None = None,
        title: str = "A change",
        body: str | None = None,
        draft: bool = False,
        labels: Iterable[str] = (),
        association: Association = "CONTRIBUTOR",
    ) -> PullRequest:
        with self._lock:
            home = self._repository(repository)
            base_sha = home.store.branch(base)
            assert base_sha is not None, f"{repository} has no branch {base}"
            user = self.world.user(author)
            home.associations.setdefault(author, association)
            pull = PullRequest(
                max(home.pulls, default=0) + 1,
                self.world.next_id(),
                home,
                user,
                head,
                head_repository or home,
                "",
                base,
                base_sha,
                title,
                body,
                association,
                self.world.clock.now(),
                draft,
                labels=list(labels),
            )
            assert take_head(pull), f"there is no branch {head}"
            home.pulls[pull.number] = pull
            refresh(self.world)
            return pull

    def plan(self, *planned: faults.Fault, method: str | None = None, path: str | None = None, skip: int = 0) -> None:
        self._faults.planned.append(faults.Planned(list(planned), method, path, skip))

    def refresh(self) -> None:
        """Sees what was pushed."""
        with self._lock:
            refresh(self.world)

    @property
    def pulls(self) -> list[PullRequest]:
        return self.world.pulls

    @property
    def writes(self) -> list[Request]:
        """Requests that were to change something, refused ones included."""
        return [request for request in self.requests if _is_write(request)]

    # What a request meets.

    def answer(self, exchange: Exchange) -> None:
        with self._lock:
            self.requests.append(exchange.request)
            fault = self._faults.next(exchange.request)
        if fault is not None:
            fault(exchange)
        else:
            exchange.send(exchange.act())

    def act(self, request: Request) -> Answer:
        with self._lock:
            try:
                answer = self._act(request)
                request.acted = answer.status < 400
            except Refused as refused:
                answer = refused.answer
            return answer

    def grant_of(self, request: Request) -> Grant | None:
        """Raises Refused for a token that is none."""
        given = request.headers.get("Authorization", "")
        kind, _, token = given.partition(" ")
        return self.world.tokens.get(token) if kind.lower() in ("bearer", "token") else None

    def _act(self, request: Request) -> Answer:
        if not request.headers.get("User-Agent"):
            raise Refused(
                403, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header"
            )
        grant = self.grant_of(request)
        if request.headers.get("Authorization") and grant is None:
            raise Refused(401, "Bad credentials")
        request.login = None if grant is None else grant.user.login
        refresh(self.world)
        if request.path == "/graphql" and request.method == "POST":
            graph = Graph(self.world, self.limits, grant, self.url)
            return self.limits.spend_graphql(grant) or graphql.answer(graph, request.body)
        return self._act_rest(request, grant)

    def _act_rest(self, request: Request, grant: Grant | None) -> Answer:
        if request.path != "/rate_limit":
            self.limits.spend(grant)
        found = find(request.method, request.path)
        if found is None:
            raise not_found()
        template, route, arguments = found
        operation = operations().get((request.method, template))
        body = request.body if request.body is not None else {}
        if isinstance(request.body, _NotJson):
            raise Refused(400, "Problems parsing JSON")
        if not isinstance(body, dict):
            raise Refused(400, "Body should be a JSON object")
        if (request.method, template) in CREATES_CONTENT:
            self.limits.create(grant)
        call = Call(
            self.world,
            self._payloads,
            self.hard_limits,
            self.limits,
            self._reviews,
            grant,
            self.api_url + request.path,
            arguments,
            request.query,
            body,
            request.headers.get("Accept", ""),
        )
        if operation is not None:
            problems = [*operation.faults_of_query(request.query), *operation.faults_of_body(request.body)]
            if problems:
                raise invalid_request(*problems)
        answer = route(call)
        if operation is not None and not isinstance(answer.payload, bytes):
            wrong = operation.fault_of_answer(answer.status, answer.payload)
            if wrong is not None:
                raise Refused(500, f"The stand-in's own answer is not what GitHub describes: {wrong}")
        return answer

    def read(self, handler: BaseHTTPRequestHandler) -> Request:
        """`path` loses the API's prefix; without it nothing is found."""
        target = urlsplit(handler.path)
        length = int(handler.headers.get("Content-Length") or 0)
        raw = handler.rfile.read(length)
        body: Any = None
        if raw:
            try:
                body = json.loads(raw)
            except ValueError:
                body = _NotJson(raw)
        path = self._inner_path(target.path)
        query = dict(parse_qsl(target.query, keep_blank_values=True))
        return Request(handler.command, path, query, handler.headers, body, time.monotonic())

    def _inner_path(self, path: str) -> str:
        """Without the prefix of the API; what is outside of it is found nowhere."""
        if path == self._graphql_path:
            return "/graphql"
        if path == "/graphql" or not path.startswith(f"{self._prefix}/"):
            return f"/-{path}"
        return path.removeprefix(self._prefix)

    def _add_repository(self, name: str, store: GitStore, private: bool) -> Repository:
        repository = Repository(name, self.world.next_id(), store, self.world.clock, private)
        self.world.repositories[name] = repository
        return repository

    def _repository(self, name: str) -> Repository:
        found = self.world.repository(name)
        assert found is not None, f"there is no repository {name}"
        return found

    def _path(self, name: str) -> Path:
        path = self.world.root / f"{name}.git"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def close(self) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def __enter__(self) -> GitHubServer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _NotJson(bytes):
    pass


def _is_write(request: Request) -> bool:
    if request.path == "/graphql":
        return any(graphql.fields_of_mutations(request.body))
    return request.method != "GET"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no error of the server's; what it saw is in `requests`."""


def _handler_for(server: GitHubServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "github.com"
        sys_version = ""
        timeout = 30

        def handle_any(self) -> None:
            self.close_connection = True
            server.answer(Exchange(self, server, server.read(self)))

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_any

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
