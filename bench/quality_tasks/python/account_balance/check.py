import datetime
import unittest

from ledger.account import Account
from ledger.entry import Entry

MONDAY, TUESDAY = datetime.date(2025, 3, 3), datetime.date(2025, 3, 4)


class BalanceOn(unittest.TestCase):
    def test_entries_up_to_that_day(self):
        account = Account(1000)
        account.add(Entry(MONDAY, 300, is_debit=True))
        account.add(Entry(TUESDAY, 50, is_debit=False))
        self.assertEqual(account.balance_on(MONDAY), 700)
        self.assertEqual(account.balance_on(TUESDAY), 750)

    def test_voided(self):
        account = Account()
        account.add(Entry(MONDAY, 300, is_debit=True, voided=True))
        self.assertEqual(account.balance_on(TUESDAY), 0)
