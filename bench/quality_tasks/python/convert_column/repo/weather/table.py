"""Measurements from a station that speaks Fahrenheit."""


def to_celsius(fahrenheit: float) -> float:
    return (fahrenheit - 32) * 5 / 9


def convert_column(rows: list[dict[str, float]], column: str) -> None:
    """Converts a column to Celsius in place, rounded to one decimal. Rows without that column are left alone."""
    raise NotImplementedError
