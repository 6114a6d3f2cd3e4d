import unittest

from people.letters import addressee
from people.person import Person


class Addressee(unittest.TestCase):
    def test_names(self):
        self.assertEqual(addressee(Person("Ada", "Byron")), "Ada Byron")
        self.assertEqual(addressee(Person("Ada", "Byron", "Countess")), "Countess Ada Byron")
