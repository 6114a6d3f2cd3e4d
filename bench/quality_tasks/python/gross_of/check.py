import unittest
from decimal import Decimal

from billing.models import Position
from billing.sums import gross_of


class GrossOf(unittest.TestCase):
    def test_vat(self):
        self.assertEqual(gross_of(Position("pen", Decimal("2.50"), 4, 20)), Decimal("12"))
        self.assertEqual(gross_of(Position("book", Decimal("10"), 1, 0)), Decimal("10"))
