"""A stand-in for GitHub on loopback: its REST and GraphQL API over HTTP, with real git repositories behind it.

    with GitHubServer(tmp_path / "github") as github:              # like api.github.com; enterprise=True: /api/v3
        shop = github.create_repository("acme/shop")               # a bare repository: push to shop.git_dir, or
        shop.commit("main", {"a.py": b"import re\\n"})              # let the server commit (None deletes, renames=…)
        shop.branch("work", at="main")
        shop.commit("work", {"a.py": b"import re\\n\\n\\ndef f(): ...\\n"})
        pull = github.open_pull("acme/shop", head="work", author="ann")
        token = github.add_token("github-actions[bot]")            # an installation's, as GITHUB_TOKEN is
        Github(base_url=github.api_url, auth=Auth.Token(token))

Forks: `fork = github.fork("acme/shop", "mallory/shop")`, then `open_pull("acme/shop", head="work", head_repository=fork, …)`;
`pull.head_repository = None` is a fork that was deleted. Repository.private decides between 404 and 403.

Tokens: `add_token(login, permissions={"contents": "read", "pull_requests": "write"}, installation=True)`. A permission
that is not named is none, as in a workflow. `add_token(login, installation=False)` is a person's (PAT), which may answer /user.
Users: `add_user("renovate[bot]", type="Bot")`; whoever is named elsewhere is made on the way ("…[bot]" is a Bot).

After a push with real git the server sees the new head at the next request; `github.refresh()` makes it see it at once
(refs/pull/N/head, refs/pull/N/merge, outdated comments).

    github.requests                 every request: method, path, query, headers, body, status, login
    github.writes                   those of them that made something, GraphQL mutations included
    github.pulls / pull.reviews / pull.comments / pull.threads / pull.issue_comments    what stands there now
    github.people                   what people do: reply, comment, resolve, delete, edit, minimise, lock, close, apply_suggestion
    github.plan(fault, …)           the next request that fits goes wrong; see `faults`
    github.limits                   rate limits and hard limits; see `limits`
    apply_suggestion(before, start, end, body)    the Apply button's rule alone, bytes -> bytes; see `suggestion`

Every request is first held against GitHub's OpenAPI description (openapi.json) with no unknown key allowed in a body, and
every answer too: one that GitHub could not have given is a 500 of the stand-in. A query is held against GitHub's GraphQL schema.
"""

from tests.doubles.github.server import READ_ONLY, WORKFLOW, GitHubServer

__all__ = ["READ_ONLY", "WORKFLOW", "GitHubServer"]
