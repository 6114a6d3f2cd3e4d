"""Statistics about texts."""


def by_length(words: list[str]) -> dict[int, list[str]]:
    """Groups the words by their length; each group is sorted and holds a word only once."""
    # TODO: implement
    raise NotImplementedError


def longest(words: list[str]) -> list[str]:
    groups = by_length(words)
    return groups[max(groups)] if groups else []
