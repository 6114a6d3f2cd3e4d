import unittest

from maths.shares import percent, shares


class Percent(unittest.TestCase):
    def test_percent(self):
        self.assertAlmostEqual(percent(1, 4), 25)
        self.assertEqual(percent(3, 0), 0)
        self.assertEqual(shares({"a": 1.0, "b": 3.0}), {"a": 25.0, "b": 75.0})
