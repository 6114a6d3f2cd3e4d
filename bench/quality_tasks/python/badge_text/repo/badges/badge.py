def badge_text(count: int) -> str:
    # TODO: implement
    raise NotImplementedError
