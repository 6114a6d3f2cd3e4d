def read_pairs(text: str) -> dict[str, str]:
    """Reads lines like "name = value". Blank lines and lines that begin with "#" are left out.

    Spaces around names and values are removed. A value may contain "=".
    """
    raise NotImplementedError


def write_pairs(pairs: dict[str, str]) -> str:
    return "".join(f"{name} = {value}\n" for name, value in sorted(pairs.items()))
