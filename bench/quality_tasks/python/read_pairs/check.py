import unittest

from config.pairs import read_pairs


class ReadPairs(unittest.TestCase):
    def test_pairs(self):
        text = "# colours\n\nfront = red\nback=blue \nlink = a=b\n"
        self.assertEqual(read_pairs(text), {"front": "red", "back": "blue", "link": "a=b"})
        self.assertEqual(read_pairs(""), {})
