import unittest

from routes.places import Place
from routes.tour import tour_km

A, B, C = Place("a", 0, 0), Place("b", 3, 4), Place("c", 3, 0)


class TourKm(unittest.TestCase):
    def test_one_way(self):
        self.assertAlmostEqual(tour_km([A, B, C]), 9)
        self.assertEqual(tour_km([A]), 0)
        self.assertEqual(tour_km([]), 0)

    def test_back_home(self):
        self.assertAlmostEqual(tour_km([A, B, C], back_home=True), 12)

    def test_skipped(self):
        self.assertAlmostEqual(tour_km([A, B._replace(skipped=True), C]), 3)
