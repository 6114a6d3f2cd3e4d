import unittest

from timers.parse import parse_duration


class ParseDuration(unittest.TestCase):
    def test_one_unit(self):
        self.assertEqual(parse_duration("45s"), 45)
        self.assertEqual(parse_duration("2d"), 172800)

    def test_several(self):
        self.assertEqual(parse_duration("1h30m"), 5400)
        self.assertEqual(parse_duration("1d2h3m4s"), 86400 + 7200 + 180 + 4)

    def test_anything_else(self):
        for text in ("", "h", "10", "5x", "1h 5m"):
            with self.assertRaises(ValueError):
                parse_duration(text)
