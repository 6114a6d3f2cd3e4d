from station.departures import board_line


def test_columns() -> None:
    # line: 4, destination: 16, cut if longer; time: 7, to the right
    assert board_line("S7", "Hafen", 5) == "S7  Hafen             5 min"
    assert board_line("12", "Universitaetsplatz", 0) == "12  Universitaetspl     now"
    assert board_line("S7", "Hafen", 5, delay=3) == "S7  Hafen             5 min +3"
