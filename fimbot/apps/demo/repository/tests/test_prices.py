import unittest
from datetime import date

from desk.loans import Loan
from desk.prices import Invoice, late_fee, merge_spans

SAW = Loan("saw", 250, date(2025, 3, 1), date(2025, 3, 3))
TENT = Loan("tent", 900, date(2025, 3, 3), date(2025, 3, 3))


class LateFee(unittest.TestCase):
    def test_two_days_late(self):
        self.assertEqual(late_fee(SAW, date(2025, 3, 5)), 250)

    def test_on_the_last_day(self):
        self.assertEqual(late_fee(SAW, date(2025, 3, 3)), 0)

    def test_early(self):
        self.assertEqual(late_fee(SAW, date(2025, 3, 2)), 0)


class Total(unittest.TestCase):
    def test_no_loans(self):
        self.assertEqual(Invoice([]).total(), 0)

    def test_days_times_price(self):
        self.assertEqual(Invoice([SAW, TENT]).total(), 1650)


class MergeSpans(unittest.TestCase):
    def test_nothing(self):
        self.assertEqual(merge_spans([]), [])

    def test_apart(self):
        self.assertEqual(merge_spans([(14, 18), (9, 12)]), [(9, 12), (14, 18)])

    def test_overlap_and_touch(self):
        self.assertEqual(merge_spans([(9, 12), (11, 13), (13, 14), (16, 18)]), [(9, 14), (16, 18)])

    def test_one_within_another(self):
        self.assertEqual(merge_spans([(8, 20), (9, 10)]), [(8, 20)])


if __name__ == "__main__":
    unittest.main()
