"""A stand-in for GitHub on loopback: its REST and GraphQL API over HTTP, with real git repositories behind it.

    with GitHubServer(tmp_path / "github") as github:              # as api.github.com; enterprise=True: /api/v3
        shop = github.create_repository("acme/shop")               # a bare repository: push to shop.git_dir, or
        shop.commit("main", {"a.py": "import re\\n"})               # let the server commit (None deletes a file)
        shop.branch("work")
        shop.commit("work", {"a.py": "import re\\n\\n\\ndef f(): ...\\n"})
        pull = github.open_pull("acme/shop", head="work", author="ann")
        token = github.add_token("github-actions[bot]")            # an installation's, as GITHUB_TOKEN is
        Github(base_url=github.api_url, auth=Auth.Token(token))

Forks: `fork = github.fork("acme/shop", "mallory/shop")`, then `open_pull("acme/shop", head="work",
head_repository=fork, …)`; `people.delete_fork(pull)` takes it away. A private repository is a 404 to whoever may not
know of it.

Tokens: `add_token(login, permissions={"contents": "read", "pull_requests": "write"}, installation=True)`. A permission
that is not named is none, as in a workflow; what is public can be read all the same. `installation=False` is a person's
(PAT), which may ask /user; an installation learns its name from GraphQL's `viewer { login }`. A Bot's login ends with
"[bot]" in REST and does not in GraphQL. Users are made where they are named ("…[bot]" is a Bot).

After a push with real git the server sees the new head at the next request; `github.refresh()` makes it see it at once
(refs/pull/N/head, refs/pull/N/merge, outdated comments). Numbers of comments do not fit 32 bits, as GitHub's today do
not: in GraphQL ask for `fullDatabaseId`, a string; `databaseId` is an error.

    github.requests         every request: method, path (without /api/v3), query, headers, body, status, login, acted
    github.writes           those of them that were to change something, GraphQL mutations included
    pull.reviews, pull.comments, pull.threads, pull.issue_comments      what stands there now
    github.people           what people do: reply, resolve, delete, edit, minimise, lock, close, apply_suggestion
    github.plan(fault, …)   the next request that fits goes wrong; see `faults`
    github.limits           rate limits; github.hard_limits: how much fits; both in `limits`
    apply_suggestion(before, start, end, body)      the Apply button's rule alone, bytes -> bytes; see `suggestion`

Every request is first held against GitHub's OpenAPI description (openapi.json) with no unknown key allowed in a body,
and every answer too: one that GitHub could not have given is a 500 of the stand-in. A query is held against GitHub's
GraphQL schema. Where a rule of GitHub's is not known the stricter guess was taken, and the place says so.
"""

from tests.doubles.github.server import READ_ONLY, WORKFLOW, GitHubServer
from tests.doubles.github.suggestion import SuggestionRefused, apply_suggestion

__all__ = ["READ_ONLY", "WORKFLOW", "GitHubServer", "SuggestionRefused", "apply_suggestion"]
