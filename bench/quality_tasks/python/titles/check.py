import unittest

from menu.tree import titles


class Titles(unittest.TestCase):
    def test_titles(self):
        menu = [{"title": "a", "children": [{"title": "b"}, {"title": "c"}]}, {"title": "d"}]
        self.assertEqual(titles(menu), ["a", "b", "c", "d"])
        self.assertEqual(titles([]), [])
