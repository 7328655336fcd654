#!/usr/bin/env python3
"""Raphtory's temporally reachable nodes from the payee of one transfer.

    python raphtory_reach.py LEDGER.parquet TRANSFER

Time is the position in the order of the days; rows of one day stay as they lie in the file. So every time
is different, and "strictly later" means the same as in the other programs. Raphtory also keeps, for each
node, from whom and when it was reached every time, which the others do not. The outside world
is where paths stop; it is not counted. Printed is one line of JSON: the nanoseconds of each step, and how many
accounts are reached. The result is counted from the file that Raphtory writes it to: reading it from
Python, value by value, takes far longer.
"""

import json
import os
import sys
import tempfile
import time

import pyarrow
import pyarrow.compute
import pyarrow.parquet
from raphtory import Graph, algorithms

OUTSIDE = "@outside"

# More hops than any path has.
HOPS = 1_000_000


def load(path, transfer):
    """The graph, and the position and the payee of the transfer."""
    rows = pyarrow.parquet.read_table(path, columns=["id", "date", "payer", "payee"])
    rows = rows.append_column("position", pyarrow.array(range(rows.num_rows)))
    rows = rows.sort_by([("date", "ascending"), ("position", "ascending")])
    position = pyarrow.compute.index(rows["id"], transfer).as_py()
    payee = rows["payee"][position].as_py()
    rows = rows.drop_columns(["id", "date", "position"])
    rows = rows.append_column("position", pyarrow.array(range(rows.num_rows)))
    graph = Graph()
    graph.load_edges(rows, time="position", src="payer", dst="payee")
    return graph, position, payee


def count(reached):
    """Nodes that have been reached, without the outside world."""
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "reached.parquet")
        reached.to_parquet(file)
        nodes = pyarrow.parquet.read_table(file)
    times = pyarrow.compute.list_value_length(nodes["reachable_nodes"])
    is_reached = pyarrow.compute.greater(pyarrow.compute.fill_null(times, 0), 0)
    names = nodes.filter(is_reached)["id"]
    return len(names) - pyarrow.compute.sum(pyarrow.compute.equal(names, OUTSIDE)).as_py()


def main():
    path, transfer = sys.argv[1:3]
    started = time.perf_counter_ns()
    graph, position, payee = load(path, transfer)
    loaded = time.perf_counter_ns()
    reached = algorithms.temporally_reachable_nodes(
        graph, max_hops=HOPS, start_time=position, seed_nodes=[payee], stop_nodes=[OUTSIDE]
    )
    asked = time.perf_counter_ns()
    accounts = count(reached)
    print(json.dumps({"load_ns": loaded - started, "question_ns": asked - loaded, "accounts": accounts}))


if __name__ == "__main__":
    main()
