"""The server on loopback: tokens, limits and faults around the routes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Literal

from tests.doubles.github import faults, graphql
from tests.doubles.github.answers import Answer, Refused, invalid_request, not_found
from tests.doubles.github.git_payloads import GitPayloads
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
from tests.doubles.github.wire import Exchange, LoopbackServer, NotJson, Request, handler_for

WORKFLOW: Mapping[str, Permission] = {"contents": "read", "pull_requests": "write"}
"""What the workflow of the README grants its GITHUB_TOKEN."""
READ_ONLY: Mapping[str, Permission] = {
    "metadata": "read",
    "contents": "read",
    "pull_requests": "read",
    "issues": "read",
}
"""What the token of a fork's `pull_request` run may do."""


class GitHubServer:
    def __init__(self, root: Path, *, enterprise: bool = False, clock: Callable[[], float] = time.time) -> None:
        """`root`: where the bare repositories are kept. `enterprise`: the paths of GitHub Enterprise Server."""
        self.world = World(root, Clock(clock))
        self.hard_limits = HardLimits()
        self.limits = RateLimits(self.world.clock)
        self.requests: list[Request] = []
        self.broken: list[Exception] = []
        """Faults of the stand-in's own; they end the `with` block with an error."""
        self.closing = threading.Event()
        self._faults = faults.Plan()
        self._lock = threading.RLock()
        self._http = LoopbackServer(("127.0.0.1", 0), handler_for(self))
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._prefix = "/api/v3" if enterprise else ""
        self.api_url = self.url + self._prefix
        self._graphql_path = "/api/graphql" if enterprise else "/graphql"
        self.graphql_url = self.url + self._graphql_path
        self._payloads = Payloads(self.api_url, self.url)
        self._contents = GitPayloads(self.api_url, self.url, self.hard_limits, self._payloads)
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
            base_sha, tip = home.store.branch(base), (head_repository or home).store.branch(head)
            assert base_sha is not None and tip is not None, f"there is no branch {base} or {head}"
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
            take_head(pull, tip, base_sha)
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
                failed = isinstance(answer.payload, dict) and "errors" in answer.payload
                request.acted = answer.status < 400 and not failed
                return answer
            except Refused as refused:
                return refused.answer
            except Exception as error:
                self.broken.append(error)
                return Refused(500, f"The stand-in is broken: {error!r}").answer

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
            graph = Graph(self.world, self.limits, grant, self.url, self.hard_limits.body)
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
        if isinstance(request.body, NotJson):
            raise Refused(400, "Problems parsing JSON")
        if not isinstance(request.body, dict | None):
            raise Refused(400, "Body should be a JSON object")
        if (request.method, template) in CREATES_CONTENT:
            self.limits.create(grant)
        call = Call(
            self.world,
            self._payloads,
            self._contents,
            self.hard_limits,
            self.limits,
            self._reviews,
            grant,
            self.api_url + request.path,
            arguments,
            request.query,
            request.body or {},
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
                raise AssertionError(f"an answer to {request.method} {template} that GitHub does not describe: {wrong}")
        return answer

    def inner_path(self, path: str) -> str:
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
        if kind is None and self.broken:
            raise self.broken[0]


def _is_write(request: Request) -> bool:
    if request.path == "/graphql":
        return any(graphql.fields_of_mutations(request.body))
    return request.method != "GET"
