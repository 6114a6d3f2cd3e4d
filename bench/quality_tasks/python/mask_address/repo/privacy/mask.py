"""What support staff may see."""


def mask_card(number: str) -> str:
    return "*" * (len(number) - 4) + number[-4:]


def mask_address(address: str) -> str:
    """"maria@example.org" becomes "m***a@example.org": first and last letter with three stars between. A name of one or
    two letters shows the first one only, and what has no "@" becomes "***".
    """
    raise NotImplementedError
