import unittest

from badges.badge import badge_text


class BadgeText(unittest.TestCase):
    def test_counts(self):
        self.assertEqual([badge_text(n) for n in (0, 1, 98, 99, 100, 2000)], ["", "1", "98", "99", "99+", "99+"])
