import unittest

from rooms.slots import free_slots


class FreeSlots(unittest.TestCase):
    def test_an_empty_day(self):
        self.assertEqual(free_slots([], 30), [(480, 1080)])

    def test_gaps(self):
        self.assertEqual(free_slots([(700, 760), (500, 600)], 30), [(600, 700), (760, 1080)])

    def test_short_gaps_do_not_count(self):
        self.assertEqual(free_slots([(480, 600), (620, 1080)], 30), [])

    def test_overlapping_bookings(self):
        self.assertEqual(free_slots([(480, 900), (500, 600), (880, 1000)], 60), [(1000, 1080)])
