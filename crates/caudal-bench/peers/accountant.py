#!/usr/bin/env python3
"""First in, first out with pandas, account by account, as a forensic accountant would write it.

    python accountant.py LEDGER.parquet TRANSFER

The ledger is put in the order of its days; rows of one day stay as they lie in the file. Every account
holds a queue of lots, the oldest first, each with its cents and whether they are the traced money. Where a
payment exceeds the balance, the bank lends the difference just before it and is repaid out of the next
receipts. Printed is one line of JSON: the nanoseconds of each step, and what accounts hold of the transfer.
"""

import json
import sys
import time
from collections import defaultdict, deque

import pandas as pd


def load(path):
    """The ledger in order: ids, names as categories, whole cents."""
    columns = ["id", "date", "payer", "payee", "amount"]
    ledger = pd.read_parquet(path, columns=columns, dtype_backend="pyarrow")
    ledger["cents"] = (ledger["amount"] * 100).astype("int64")
    for side in ("payer", "payee"):
        ledger[side] = ledger[side].astype("category")
    return ledger.drop(columns="amount").sort_values("date", kind="stable", ignore_index=True)


def pay(lots, cents):
    """Takes cents out of a queue that holds enough, the oldest first."""
    paid = []
    while cents:
        amount, is_traced = lots[0]
        if amount <= cents:
            paid.append(lots.popleft())
            cents -= amount
        else:
            paid.append((cents, is_traced))
            lots[0] = (amount - cents, is_traced)
            cents = 0
    return paid


def trace(ledger, origin):
    """What each account holds of one transfer after the last row, in cents."""
    accounts, balances, owed = defaultdict(deque), defaultdict(int), defaultdict(int)
    rows = zip(ledger["id"], ledger["payer"], ledger["payee"], ledger["cents"])
    for transfer, payer, payee, cents in rows:
        if payer.startswith("@"):
            lots = [(cents, False)]
        else:
            lent = cents - balances[payer]
            if lent > 0:
                accounts[payer].append((lent, False))
                balances[payer] += lent
                owed[payer] += lent
            lots = pay(accounts[payer], cents)
            balances[payer] -= cents
        if transfer == origin:
            lots = [(cents, True)]
        if not payee.startswith("@"):
            accounts[payee].extend(lots)
            balances[payee] += cents
            if owed[payee]:
                repaid = min(owed[payee], balances[payee])
                pay(accounts[payee], repaid)
                balances[payee] -= repaid
                owed[payee] -= repaid
    held = {name: sum(cents for cents, is_traced in lots if is_traced) for name, lots in accounts.items()}
    return {name: cents for name, cents in held.items() if cents}


def main():
    started = time.perf_counter_ns()
    ledger = load(sys.argv[1])
    loaded = time.perf_counter_ns()
    held = trace(ledger, sys.argv[2])
    asked = time.perf_counter_ns()
    print(json.dumps({"load_ns": loaded - started, "question_ns": asked - loaded, "held": held}))


if __name__ == "__main__":
    main()
