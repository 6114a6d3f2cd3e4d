"""The GraphQL queries: what the REST API does not tell (resolved, minimised, one's own), and much in one request.

https://docs.github.com/en/graphql/reference/objects#pullrequestreviewthread
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from fimbot.apps.review.github.values import GRAPHQL, OwnReview, Reply, Thread, Write

_CONVERSATION = """
  viewer { login }
  repository(owner: $owner, name: $name) {
    FILES
    pullRequest(number: $number) {
      headRefOid
      reviewThreads(first: 100, after: $threads) @include(if: $withThreads) {
        pageInfo { hasNextPage endCursor }
        nodes {
          path
          line
          isResolved
          first: comments(first: 1) { nodes { id body viewerDidAuthor isMinimized } }
          replies: comments(last: 50) { nodes { body viewerDidAuthor author { __typename } } }
        }
      }
      reviews(first: 100, after: $reviews) @include(if: $withReviews) {
        pageInfo { hasNextPage endCursor }
        nodes { fullDatabaseId state body viewerDidAuthor }
      }
    }
  }
}
"""
_CONTENT = "fragment content on GitObject { __typename oid ... on Blob { text } }\n"

# One after the other: a comment that is hidden without its new body would look as if a person had hidden it.
MINIMISE = """
mutation Minimise($comment: ID!, $body: String!) {
  updatePullRequestReviewComment(input: {pullRequestReviewCommentId: $comment, body: $body}) { clientMutationId }
  minimizeComment(input: {subjectId: $comment, classifier: OUTDATED}) { minimizedComment { isMinimized } }
}
"""


def conversation_query(files: int) -> str:
    """Threads, reviews, and with them as many files as `contents_query` takes."""
    head = (
        "query Conversation($owner: String!, $name: String!, $number: Int!, $threads: String, $reviews: String, "
        f"$withThreads: Boolean!, $withReviews: Boolean!{_variables(files)}) {{"
    )
    return head + _CONVERSATION.replace("FILES", _fields(files)) + (_CONTENT if files else "")


def contents_query(files: int) -> str:
    """Files by `$e0`, `$e1` ...: "COMMIT:PATH". Paths are variables, since anything may be in them."""
    return (
        f"query Contents($owner: String!, $name: String!{_variables(files)}) {{\n"
        f"  repository(owner: $owner, name: $name) {{\n    {_fields(files)}\n  }}\n}}\n{_CONTENT}"
    )


def _variables(files: int) -> str:
    return "".join(f", $e{n}: String!" for n in range(files))


def _fields(files: int) -> str:
    return "\n    ".join(f"f{n}: object(expression: $e{n}) {{ ...content }}" for n in range(files))


def expressions(commit: str, paths: Sequence[str]) -> dict[str, str]:
    return {f"e{n}": f"{commit}:{path}" for n, path in enumerate(paths)}


def minimise(comment: str, body: str) -> Write:
    """`body`: what it says from now on."""
    return Write("POST", GRAPHQL, {"query": MINIMISE, "variables": {"comment": comment, "body": body}})


def next_page(connection: dict[str, Any]) -> tuple[str | None, bool]:
    """The cursor, and whether there is more behind it."""
    page = connection["pageInfo"]
    return page["endCursor"], page["hasNextPage"]


def own_threads(nodes: Sequence[dict[str, Any]]) -> Iterator[Thread]:
    """Those that the token's own user began: what others write may look like ours."""
    for node in nodes:
        for first in node["first"]["nodes"]:
            if first["viewerDidAuthor"]:
                replies = tuple(_reply(each) for each in node["replies"]["nodes"] if not each["viewerDidAuthor"])
                yield Thread(
                    comment=first["id"],
                    path=node["path"],
                    line=node["line"],
                    body=first["body"],
                    resolved=node["isResolved"],
                    hidden=first["isMinimized"],
                    replies=replies,
                )


def _reply(node: dict[str, Any]) -> Reply:
    # The author of a deleted account is null.
    return Reply(node["body"], (node["author"] or {}).get("__typename") != "User")


def own_reviews(nodes: Sequence[dict[str, Any]]) -> Iterator[OwnReview]:
    for node in nodes:
        if node["viewerDidAuthor"]:
            yield OwnReview(int(node["fullDatabaseId"]), node["body"], node["state"] == "PENDING")


def batches(items: Sequence[str], size: int) -> list[Sequence[str]]:
    return [items[at : at + size] for at in range(0, len(items), size)]
