#!/usr/bin/env python3
"""DuckDB reads a file of transfers with the type of each column, sorts it by day and id, and stores it.

    python import.py LEDGER.csv|LEDGER.parquet DATABASE

It stands beside `caudal import` of the same file, which also checks every cell, interns accounts, keeps the
original and its digest, builds the index, and writes the ledger.
"""

import json
import sys
import time

import duckdb

CSV = (
    "read_csv(?, header = true, columns = {'id': 'VARCHAR', 'date': 'DATE', 'payer': 'VARCHAR', "
    "'payee': 'VARCHAR', 'amount': 'DECIMAL(18, 2)', 'currency': 'VARCHAR'})"
)


def main():
    path, database = sys.argv[1:3]
    started = time.perf_counter_ns()
    rows = CSV if path.endswith(".csv") else "read_parquet(?)"
    connection = duckdb.connect(database)
    connection.execute(f"CREATE TABLE transfers AS SELECT * FROM {rows} ORDER BY date, id", [path])
    connection.close()
    print(json.dumps({"load_ns": time.perf_counter_ns() - started}))


if __name__ == "__main__":
    main()
