"""GitHub's JSON of what it knows. Every URL is on the host that was asked: PyGithub refuses any other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests.doubles.github.heads import commits_of, diff_of
from tests.doubles.github.state import (
    Anchor,
    Clock,
    Comment,
    IssueComment,
    PullRequest,
    Repository,
    Review,
    User,
)

Payload = dict[str, Any]

_USER_LINKS = (
    *("followers", "following", "gists", "starred", "subscriptions", "organizations", "repos", "events"),
    "received_events",
)
_REPOSITORY_LINKS = (
    *("archive", "assignees", "blobs", "branches", "collaborators", "comments", "commits", "compare", "contents"),
    *("contributors", "deployments", "downloads", "events", "forks", "git_commits", "git_refs", "git_tags", "hooks"),
    *("issue_comment", "issue_events", "issues", "keys", "labels", "languages", "merges", "milestones"),
    *("notifications", "pulls", "releases", "stargazers", "statuses", "subscribers", "subscription", "tags", "teams"),
    "trees",
)
_COUNTS = (
    *("forks", "forks_count", "open_issues", "open_issues_count", "size", "stargazers_count", "watchers"),
    "watchers_count",
)
_FLAGS = ("has_downloads", "has_issues", "has_projects", "has_wiki", "has_pages", "archived", "disabled")
_NOT_LISTED = frozenset(
    (
        *("merged", "mergeable", "rebaseable", "mergeable_state", "merged_by", "comments", "review_comments"),
        *("maintainer_can_modify", "commits", "additions", "deletions", "changed_files"),
    )
)
_NOTHING = ("description", "homepage", "language", "mirror_url", "license")


def node_id(prefix: str, number: int) -> str:
    """What GraphQL calls a thing by. Its form is GitHub's secret; here it can be read back."""
    return f"{prefix}_kwDO{number:012x}"


@dataclass(frozen=True)
class Payloads:
    api: str
    html: str

    def user(self, user: User) -> Payload:
        url = f"{self.api}/users/{quote(user.login)}"
        return {
            "login": user.login,
            "id": user.id,
            "node_id": node_id("BOT" if user.is_bot else "U", user.id),
            "avatar_url": f"{self.html}/avatars/{user.id}",
            "gravatar_id": "",
            "url": url,
            "html_url": f"{self.html}/{quote(user.login.removesuffix('[bot]'))}",
            **{f"{name}_url": f"{url}/{name}" for name in _USER_LINKS},
            "type": user.type,
            "user_view_type": "public",
            "site_admin": False,
        }

    def authenticated_user(self, user: User) -> Payload:
        zero = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
        none = dict.fromkeys(("name", "company", "location", "email", "hireable", "bio"))
        dates = dict.fromkeys(("created_at", "updated_at"), Clock.text(0))
        return {**self.user(user), **zero, **none, **dates, "blog": ""}

    def repository(self, repository: Repository) -> Payload:
        url = f"{self.api}/repos/{repository.name}"
        owner = User(repository.owner, repository.id, "User")
        return {
            "id": repository.id,
            "node_id": node_id("R", repository.id),
            "name": repository.name.partition("/")[2],
            "full_name": repository.name,
            "owner": self.user(owner),
            "private": repository.private,
            "visibility": "private" if repository.private else "public",
            "fork": repository.parent is not None,
            "url": url,
            "html_url": f"{self.html}/{repository.name}",
            **{f"{name}_url": f"{url}/{name.replace('_', '/')}" for name in _REPOSITORY_LINKS},
            **{f"{kind}_url": f"{self.html}/{repository.name}.git" for kind in ("clone", "git", "ssh", "svn")},
            "default_branch": "main",
            **dict.fromkeys(_COUNTS, 0),
            **dict.fromkeys(_FLAGS, False),
            **dict.fromkeys(_NOTHING),
            **dict.fromkeys(("pushed_at", "created_at", "updated_at"), Clock.text(0)),
        }

    def pull_url(self, pull: PullRequest) -> str:
        return f"{self.api}/repos/{pull.repository.name}/pulls/{pull.number}"

    def pull_html(self, pull: PullRequest) -> str:
        return f"{self.html}/{pull.repository.name}/pull/{pull.number}"

    def pull(self, pull: PullRequest) -> Payload:
        url, html = self.pull_url(pull), self.pull_html(pull)
        issue = url.replace("/pulls/", "/issues/")
        repo = f"{self.api}/repos/{pull.repository.name}"
        files = diff_of(pull)
        links = {
            "self": url,
            "html": html,
            "issue": issue,
            "comments": f"{issue}/comments",
            "review_comments": f"{url}/comments",
            "review_comment": f"{repo}/pulls/comments{{/number}}",
            "commits": f"{url}/commits",
            "statuses": f"{repo}/statuses/{pull.head_sha}",
        }
        return {
            "url": url,
            "id": pull.id,
            "node_id": node_id("PR", pull.id),
            "html_url": html,
            "diff_url": f"{html}.diff",
            "patch_url": f"{html}.patch",
            "issue_url": issue,
            "commits_url": links["commits"],
            "review_comments_url": links["review_comments"],
            "review_comment_url": links["review_comment"],
            "comments_url": links["comments"],
            "statuses_url": links["statuses"],
            "number": pull.number,
            "state": pull.state,
            "locked": pull.locked,
            "active_lock_reason": None,
            "title": pull.title,
            "user": self.user(pull.author),
            "body": pull.body,
            "labels": [self._label(repo, name) for name in pull.labels],
            "milestone": None,
            "created_at": Clock.text(pull.created_at),
            "updated_at": Clock.text(pull.created_at),
            "closed_at": Clock.text(pull.created_at) if pull.state == "closed" else None,
            "merged_at": Clock.text(pull.created_at) if pull.merged else None,
            "merge_commit_sha": pull.merge_sha,
            "assignee": None,
            "assignees": [],
            "requested_reviewers": [],
            "requested_teams": [],
            "head": self._side(pull.head_repository, pull.head_ref, pull.head_sha, pull.author),
            "base": self._side(pull.repository, pull.base_ref, pull.base_sha, pull.author),
            "_links": {name: {"href": href} for name, href in links.items()},
            "author_association": pull.association,
            "auto_merge": None,
            "draft": pull.draft,
            "merged": pull.merged,
            "mergeable": None if pull.state == "closed" else pull.merge_sha is not None,
            "rebaseable": None,
            "mergeable_state": "unknown" if pull.state == "closed" else "draft" if pull.draft else "clean",
            "merged_by": None,
            "comments": len(pull.issue_comments),
            "review_comments": len(pull.comments),
            "maintainer_can_modify": pull.maintainer_can_modify,
            "commits": len(commits_of(pull)),
            "additions": sum(file.count(b"+") for file in files),
            "deletions": sum(file.count(b"-") for file in files),
            "changed_files": len(files),
        }

    def listed_pull(self, pull: PullRequest) -> Payload:
        """As a list holds it: without what costs GitHub a look at the commits."""
        return {name: value for name, value in self.pull(pull).items() if name not in _NOT_LISTED}

    def _label(self, repo: str, name: str) -> Payload:
        return {
            "id": 1,
            "node_id": node_id("LA", 1),
            "url": f"{repo}/labels/{quote(name)}",
            "name": name,
            "description": None,
            "color": "ededed",
            "default": False,
        }

    def _side(self, repository: Repository | None, ref: str, sha: str, author: User) -> Payload:
        owner = author if repository is None else User(repository.owner, repository.id, "User")
        known = None if repository is None else self.repository(repository)
        return {"label": f"{owner.login}:{ref}", "ref": ref, "sha": sha, "user": self.user(owner), "repo": known}

    def review(self, pull: PullRequest, review: Review) -> Payload:
        html = f"{self.pull_html(pull)}#pullrequestreview-{review.id}"
        found = {
            "id": review.id,
            "node_id": node_id("PRR", review.id),
            "user": self.user(review.author),
            "body": review.body,
            "state": review.state,
            "html_url": html,
            "pull_request_url": self.pull_url(pull),
            "author_association": review.association,
            "_links": {"html": {"href": html}, "pull_request": {"href": self.pull_url(pull)}},
            "commit_id": review.commit_id,
        }
        if review.submitted_at is not None:
            found["submitted_at"] = Clock.text(review.submitted_at)
        return found

    def comment(self, pull: PullRequest, comment: Comment) -> Payload:
        thread = comment.thread
        url = f"{self.api}/repos/{pull.repository.name}/pulls/comments/{comment.id}"
        html = f"{self.pull_html(pull)}#discussion_r{comment.id}"
        now, first = thread.current, thread.original
        path = first.path if now is None else now.path
        found: Payload = {
            "url": url,
            "pull_request_review_id": None if comment.review is None else comment.review.id,
            "id": comment.id,
            "node_id": node_id("PRRC", comment.id),
            "diff_hunk": thread.diff_hunk,
            "path": path,
            "commit_id": thread.commit,
            "original_commit_id": thread.original_commit,
            "user": self.user(comment.author),
            "body": comment.body,
            "created_at": Clock.text(comment.created_at),
            "updated_at": Clock.text(comment.updated_at),
            "html_url": html,
            "pull_request_url": self.pull_url(pull),
            "author_association": comment.association,
            "_links": {
                "self": {"href": url},
                "html": {"href": html},
                "pull_request": {"href": self.pull_url(pull)},
            },
            "reactions": self._reactions(url),
            **self._place(first, now),
        }
        if comment.in_reply_to is not None:
            found["in_reply_to_id"] = comment.in_reply_to
        return found

    @staticmethod
    def _place(first: Anchor, now: Anchor | None) -> Payload:
        return {
            "start_line": None if now is None else now.start_line,
            "original_start_line": first.start_line,
            "start_side": first.start_side,
            "line": None if now is None else now.line,
            "original_line": first.line,
            "side": first.side,
            "original_position": first.position or 1,
            "position": None if now is None else now.position,
            "subject_type": "file" if first.line is None else "line",
        }

    def issue_comment(self, pull: PullRequest, comment: IssueComment) -> Payload:
        issue = self.pull_url(pull).replace("/pulls/", "/issues/")
        url = f"{self.api}/repos/{pull.repository.name}/issues/comments/{comment.id}"
        return {
            "url": url,
            "html_url": f"{self.pull_html(pull)}#issuecomment-{comment.id}",
            "issue_url": issue,
            "id": comment.id,
            "node_id": node_id("IC", comment.id),
            "user": self.user(comment.author),
            "created_at": Clock.text(comment.created_at),
            "updated_at": Clock.text(comment.updated_at),
            "body": comment.body,
            "author_association": comment.association,
            "reactions": self._reactions(url),
            "minimized": None if comment.minimized is None else {"reason": comment.minimized},
            "performed_via_github_app": self.app(comment.app, comment.author),
        }

    def app(self, slug: str | None, user: User) -> Payload | None:
        if slug is None:
            return None
        return {
            "id": user.id,
            "slug": slug,
            "node_id": node_id("A", user.id),
            "owner": self.user(User(slug, user.id, "User")),
            "name": slug,
            "description": None,
            "external_url": self.html,
            "html_url": f"{self.html}/apps/{slug}",
            "created_at": Clock.text(0),
            "updated_at": Clock.text(0),
            "permissions": {},
            "events": [],
        }

    @staticmethod
    def _reactions(url: str) -> Payload:
        kinds = ("total_count", "+1", "-1", "laugh", "confused", "heart", "hooray", "eyes", "rocket")
        return {"url": f"{url}/reactions", **dict.fromkeys(kinds, 0)}
