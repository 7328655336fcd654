#!/usr/bin/env python3
"""Times `caudal import` of a file of transfers beside DuckDB reading and sorting the same file.

    cargo build --release -p caudal-cli -p caudal-bench
    python3 crates/caudal-bench/peers/import.py target/release 10000000

Makes a Python environment with DuckDB beside the file, in a folder that is taken away at the end. The
two programs take turns; printed are the median of the wall time, the time of all cores and the most
memory of each, and the ratio of the medians. DuckDB reads every column with its type, orders by day and
id, and stores the result in a database file; Caudal also checks every cell, interns accounts, keeps the
original and its digest, builds the index, and writes the ledger.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

RUNS = 3

DUCKDB = """
import duckdb, sys
connection = duckdb.connect(sys.argv[2])
connection.execute("SET threads = 2")
connection.execute(
    "CREATE TABLE transfers AS SELECT * FROM read_csv(?, header = true, columns = {"
    "'id': 'VARCHAR', 'date': 'DATE', 'payer': 'VARCHAR', 'payee': 'VARCHAR', "
    "'amount': 'DECIMAL(18, 2)', 'currency': 'VARCHAR'}) ORDER BY date, id",
    [sys.argv[1]],
)
connection.close()
"""


def timed(command):
    """Wall seconds, seconds of all cores, and megabytes at most, of a command that must succeed."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status != 0:
        sys.exit(f"failed: {command}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main():
    release, transfers = sys.argv[1], sys.argv[2]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", f"{folder}/env"], check=True)
        python = f"{folder}/env/bin/python"
        subprocess.run([python, "-m", "pip", "-q", "install", "duckdb"], check=True)
        csv, script = f"{folder}/transfers.csv", f"{folder}/duckdb_import.py"
        with open(csv, "wb") as out:
            make = [f"{release}/caudal-bench", "csv", "--transfers", transfers]
            subprocess.run(make, check=True, stdout=out)
        with open(script, "w", encoding="utf-8") as out:
            out.write(DUCKDB)
        taken = {"caudal": [], "duckdb": []}
        for run in range(RUNS):
            case, database = f"{folder}/{run}.caudal", f"{folder}/{run}.duckdb"
            subprocess.run([f"{release}/caudal", "new", case], check=True, stdout=subprocess.DEVNULL)
            taken["caudal"].append(timed([f"{release}/caudal", "import", case, csv]))
            taken["duckdb"].append(timed([python, script, csv, database]))
            shutil.rmtree(case)
            os.remove(database)
        size = os.path.getsize(csv) / 1e6
        print(f"{transfers} transfers, {size:.0f} MB, {RUNS} runs each")
        medians = {}
        for name, runs in taken.items():
            wall, cores, memory = (statistics.median(column) for column in zip(*runs))
            medians[name] = wall
            print(f"{name:8} {wall:7.2f} s  {cores:7.2f} s of all cores  {memory:6.0f} MB")
        print(f"speed of caudal / duckdb: {medians['duckdb'] / medians['caudal']:.2f}")


if __name__ == "__main__":
    main()
