import unittest

from desk.cases import Case, Desk


class OpenCases(unittest.TestCase):
    def test_open_cases(self):
        desk = Desk([Case(1, "2025-02-01"), Case(2, "2025-01-01", "2025-01-09"), Case(3, "2025-01-05")])
        self.assertEqual([case.number for case in desk.open_cases()], [3, 1])
        self.assertEqual(Desk([]).open_cases(), [])
