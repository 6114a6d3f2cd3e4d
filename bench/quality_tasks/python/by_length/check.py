import unittest

from words.lengths import by_length, longest


class ByLength(unittest.TestCase):
    def test_groups(self):
        self.assertEqual(dict(by_length(["to", "a", "be", "to"])), {2: ["be", "to"], 1: ["a"]})
        self.assertEqual(longest([]), [])
