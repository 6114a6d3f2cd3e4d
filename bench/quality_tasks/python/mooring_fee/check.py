import unittest

from harbour.fees import mooring_fee


class MooringFee(unittest.TestCase):
    def test_started_metres_count_whole(self):
        self.assertEqual(mooring_fee(7.2, 1, 6), 8 * 210)
        self.assertEqual(mooring_fee(7, 1, 6), 7 * 210)

    def test_half_price_from_the_seventh_night(self):
        self.assertEqual(mooring_fee(10, 6, 6), 6 * 2100)
        self.assertEqual(mooring_fee(10, 8, 6), 6 * 2100 + 2 * 1050)

    def test_winter(self):
        self.assertEqual(mooring_fee(10, 2, 12), 2100)
