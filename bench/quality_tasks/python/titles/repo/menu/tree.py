"""A menu is a list of entries; an entry is a dict with "title" and at times "children", a menu again."""


def titles(menu: list[dict]) -> list[str]:
    """All titles of the menu, those of an entry's children right after its own."""
    raise NotImplementedError


def depth(menu: list[dict]) -> int:
    return 1 + max((depth(entry.get("children", [])) for entry in menu), default=0) if menu else 0
