import unittest

from station.departures import board_line


class BoardLine(unittest.TestCase):
    def test_columns(self):
        self.assertEqual(board_line("U2", "Messe", 12), "U2  Messe            12 min")
        self.assertEqual(board_line("100", "Zoo", -1), "100 Zoo                 now")

    def test_long_destinations_are_cut(self):
        self.assertEqual(board_line("3", "Bahnhof Hauptplatz Nord", 4), "3   Bahnhof Hauptpla  4 min")

    def test_delay(self):
        self.assertEqual(board_line("U2", "Messe", 12, delay=2), "U2  Messe            12 min +2")
