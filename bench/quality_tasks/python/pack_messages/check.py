import unittest

from outbox.batches import pack


class Pack(unittest.TestCase):
    def test_nothing(self):
        self.assertEqual(pack([], 10), [])

    def test_fills_batches_to_the_limit(self):
        self.assertEqual(pack(["aaa", "bb", "ccccc", "d"], 5), [["aaa", "bb"], ["ccccc"], ["d"]])

    def test_counts_bytes(self):
        self.assertEqual(pack(["ää", "b"], 4), [["ää"], ["b"]])

    def test_a_large_message_is_alone(self):
        self.assertEqual(pack(["a", "bbbbbbbb", "c"], 4), [["a"], ["bbbbbbbb"], ["c"]])
