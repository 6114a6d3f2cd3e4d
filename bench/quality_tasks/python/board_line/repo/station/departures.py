"""The lines of a platform's display."""


def minutes_text(minutes: int) -> str:
    return "now" if minutes <= 0 else f"{minutes} min"


def board_line(line: str, destination: str, minutes: int, delay: int = 0) -> str:
    """One row of the display, as wide as the display is."""
    # TODO: lay it out
    raise NotImplementedError
