"""Tags of posts."""

from collections import Counter


def clean(tag: str) -> str:
    return tag.strip().lower()


def top_tags(posts: list[dict[str, list[str]]], limit: int) -> list[str]:
    """The cleaned tags of the most posts; those of as many posts in alphabetical order. A post counts once for a tag,
    and posts without "tags" count for none.
    """
    # TODO
    raise NotImplementedError
