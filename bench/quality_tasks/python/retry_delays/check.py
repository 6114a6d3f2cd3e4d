import unittest

from net.backoff import retry_delays


class RetryDelays(unittest.TestCase):
    def test_one_try_needs_none(self):
        self.assertEqual(retry_delays(1), [])
        self.assertEqual(retry_delays(0), [])

    def test_growth(self):
        self.assertEqual(retry_delays(4), [0.5, 1.0, 2.0])

    def test_longest(self):
        self.assertEqual(retry_delays(5, first=10, factor=3, longest=30), [10, 30, 30, 30])
