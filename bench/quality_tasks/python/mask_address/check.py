import unittest

from privacy.mask import mask_address


class MaskAddress(unittest.TestCase):
    def test_long_names(self):
        self.assertEqual(mask_address("maria@example.org"), "m***a@example.org")
        self.assertEqual(mask_address("bob@x.io"), "b***b@x.io")

    def test_short_names(self):
        self.assertEqual(mask_address("jo@x.io"), "j***@x.io")
        self.assertEqual(mask_address("j@x.io"), "j***@x.io")

    def test_no_address(self):
        self.assertEqual(mask_address("maria"), "***")
