import unittest

from store.basket import try_to_add
from store.errors import OutOfStock
from store.stock import Stock


class Reserve(unittest.TestCase):
    def setUp(self):
        self.stock = Stock()
        self.stock.receive("tea", 5)

    def test_reserves(self):
        self.stock.reserve("tea", 2)
        self.stock.reserve("tea", 3)
        self.assertEqual(self.stock.available("tea"), 0)

    def test_says_how_many_are_missing(self):
        self.stock.reserve("tea", 4)
        with self.assertRaises(OutOfStock) as caught:
            self.stock.reserve("tea", 3)
        self.assertEqual((caught.exception.sku, caught.exception.missing), ("tea", 2))
        self.assertEqual(self.stock.available("tea"), 1)
        self.assertEqual(try_to_add(self.stock, "tea", 3), "Only 1 left")
