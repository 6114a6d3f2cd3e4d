"""A pull request on the stand-in GitHub with something of everything in it, and a client that hides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.doubles.github import GitHubServer
from tests.doubles.github.state import PullRequest, Repository

LINES = [f"line {number}\n" for number in range(1, 61)]
BEFORE = "".join(LINES)
AFTER = "".join([*LINES[:9], "changed 10\n", *LINES[10:50], "new 51\n", "new 52\n", *LINES[50:]])
"""Two hunks: lines 7 to 13, of which 10 was changed, and lines 48 to 55, of which 51 and 52 are new."""


@dataclass
class Desk:
    github: GitHubServer
    shop: Repository
    pull: PullRequest
    token: str
    client: httpx.Client

    def ask(
        self, method: str, path: str, body: object = None, *, token: str | None = None, **more: Any
    ) -> httpx.Response:
        """`path` is relative to the API; `token=""` asks without one."""
        headers = {"Authorization": f"Bearer {self.token if token is None else token}", **more.pop("headers", {})}
        if token == "":
            del headers["Authorization"]
        given: dict[str, Any] = {} if body is None else {"json": body}
        url = path if path.startswith("http") else self.github.api_url + path
        return self.client.request(method, url, headers=headers, **given, **more)

    def of_pull(self, method: str, rest: str = "", body: object = None, **more: Any) -> httpx.Response:
        return self.ask(method, f"/repos/acme/shop/pulls/{self.pull.number}{rest}", body, **more)

    def review(self, *comments: Mapping[str, object], token: str | None = None, **changed: object) -> httpx.Response:
        """A COMMENT review; a field that is None is left out."""
        given = {"event": "COMMENT", "body": "A body.", "comments": list(comments), **changed}
        body = {name: value for name, value in given.items() if value is not None}
        return self.of_pull("POST", "/reviews", body, token=token)

    def graphql(self, query: str, token: str | None = None, **variables: object) -> dict[str, Any]:
        given = {"query": query, "variables": variables}
        answer = self.ask("POST", self.github.graphql_url, given, token=token)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


def on(line: object, path: str = "a.py", **more: object) -> dict[str, object]:
    """A comment as the API takes it; a field that is None is left out."""
    given = {"path": path, "line": line, "side": "RIGHT", "body": "A comment.", **more}
    return {name: value for name, value in given.items() if value is not None}


@contextmanager
def open_desk(root: Path, *, enterprise: bool = False) -> Iterator[Desk]:
    with GitHubServer(root, enterprise=enterprise) as github:
        shop = github.create_repository("acme/shop")
        shop.commit("main", {"a.py": BEFORE, "gone.py": "a\nb\n", "old.py": BEFORE, "image": b"\0\1\n"})
        shop.branch("work")
        shop.commit("work", {"a.py": AFTER, "gone.py": None, "new.py": "1\n2\n3\n", "image": b"\0\2\n"})
        shop.commit("work", {"old.py": None, "moved.py": BEFORE})
        pull = github.open_pull("acme/shop", head="work", author="ann")
        with httpx.Client(trust_env=False, timeout=20) as client:
            yield Desk(github, shop, pull, github.add_token("github-actions[bot]"), client)
