from routes.places import Place


def tour_km(places: list[Place], *, back_home: bool = False) -> float:
    """How long the tour is, in the order given and without the skipped places; with the way back to the first."""
    raise NotImplementedError
