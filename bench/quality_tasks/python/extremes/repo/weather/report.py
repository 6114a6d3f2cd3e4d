from weather.stats import extremes


def summary(temperatures: list[float]) -> str:
    highest, lowest, spread = extremes(temperatures)
    return f"up to {highest}, down to {lowest} ({spread} degrees)"
