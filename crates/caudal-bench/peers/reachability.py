#!/usr/bin/env python3
"""Time-respecting reachability with DuckDB: a recursive query that keeps the earliest arrival.

    python reachability.py LEDGER.parquet TRANSFER

The ledger is numbered in the order of its days; rows of one day stay as they lie in the file. An account is
reached once a transfer pays it after its payer was reached. `USING KEY` keeps one row for each account,
so that a later arrival is not followed again. Printed is one line of JSON: the nanoseconds of each step, and
how many accounts are reached.
"""

import json
import sys
import time

import duckdb

LOAD = """
CREATE TABLE transfers AS
SELECT id, payer, payee, row_number() OVER (ORDER BY date, file_row_number) AS position
FROM read_parquet(?, file_row_number = true)
"""

REACH = """
WITH RECURSIVE reached(account, since) USING KEY (account) AS (
    SELECT payee, position FROM transfers WHERE id = ?
    UNION
    SELECT transfers.payee, min(transfers.position)
    FROM reached
    JOIN transfers ON transfers.payer = reached.account AND transfers.position > reached.since
    LEFT JOIN recurring.reached AS known ON known.account = transfers.payee
    WHERE transfers.payee <> '@outside'
      AND (known.since IS NULL OR transfers.position < known.since)
    GROUP BY transfers.payee
)
SELECT count(*) FROM reached
"""


def main():
    path, transfer = sys.argv[1:3]
    started = time.perf_counter_ns()
    connection = duckdb.connect()
    connection.execute(LOAD, [path])
    loaded = time.perf_counter_ns()
    (accounts,) = connection.execute(REACH, [transfer]).fetchone()
    asked = time.perf_counter_ns()
    print(json.dumps({"load_ns": loaded - started, "question_ns": asked - loaded, "accounts": accounts}))


if __name__ == "__main__":
    main()
