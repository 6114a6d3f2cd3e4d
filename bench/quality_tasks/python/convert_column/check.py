import unittest

from weather.table import convert_column


class ConvertColumn(unittest.TestCase):
    def test_converts(self):
        rows = [{"t": 212.0, "x": 1.0}, {"x": 2.0}, {"t": 50.5}]
        convert_column(rows, "t")
        self.assertEqual(rows, [{"t": 100.0, "x": 1.0}, {"x": 2.0}, {"t": 10.3}])
