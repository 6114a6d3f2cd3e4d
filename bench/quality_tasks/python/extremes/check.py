import unittest

from weather.report import summary
from weather.stats import extremes


class Extremes(unittest.TestCase):
    def test_order(self):
        self.assertEqual(tuple(extremes([3, -1, 7])), (7, -1, 8))
        self.assertEqual(summary([5, 2]), "up to 5, down to 2 (3 degrees)")
