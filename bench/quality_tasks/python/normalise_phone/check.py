import unittest

from contacts.phone import normalise_phone


class NormalisePhone(unittest.TestCase):
    def test_forms(self):
        for number in ("+49 30 1234567", "0049 (30) 123-4567", "030/1234567", "030.123 45 67"):
            self.assertEqual(normalise_phone(number), "+49301234567")

    def test_country(self):
        self.assertEqual(normalise_phone("01 23456789", "43"), "+43123456789")

    def test_no_numbers(self):
        for number in ("", "+12", "call me", "+1234567890123456"):
            with self.assertRaises(ValueError):
                normalise_phone(number)
