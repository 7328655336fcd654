#!/usr/bin/env python3
"""Runs one program and measures it: wall time, time of all cores, the most memory.

    python3 measure.py REPORT SECONDS MEGABYTES PROGRAM [ARGUMENT]...

The program is ended when it takes more seconds or holds more memory than it may. REPORT receives one line of
JSON with whole numbers; what the program prints goes where this program's output goes. Memory is watched
where the system says it (Linux); the most of it is known in the end, though not below the 15 MB that this
program itself holds when it starts another.
"""

import json
import os
import signal
import subprocess
import sys
import time

PAUSE = 0.02


def resident(process):
    """Kilobytes that a process holds now; 0 where the system does not say."""
    try:
        with open(f"/proc/{process}/statm", encoding="ascii") as numbers:
            return int(numbers.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
    except (OSError, IndexError):
        return 0


def watch(process, seconds, kilobytes):
    """Waits for the end, or brings it; how it ended, its status, and what it used."""
    started, ended = time.monotonic(), None
    while True:
        done, status, usage = os.wait4(process.pid, os.WNOHANG)
        if done:
            return ended or ("done" if status == 0 else "failed"), usage
        if ended is None and time.monotonic() - started > seconds:
            ended = "time"
        if ended is None and resident(process.pid) > kilobytes:
            ended = "memory"
        if ended is not None:
            os.killpg(process.pid, signal.SIGKILL)
        time.sleep(PAUSE if time.monotonic() - started > 1 else PAUSE / 20)


def main():
    report, seconds, megabytes, *command = sys.argv[1:]
    started = time.perf_counter()
    process = subprocess.Popen(command, start_new_session=True)
    try:
        # Megabytes of a million bytes.
        ended, usage = watch(process, int(seconds), int(megabytes) * 1_000_000 // 1024)
    except BaseException:
        # Interrupted: nothing is left running.
        os.killpg(process.pid, signal.SIGKILL)
        raise
    # Bytes on macOS, kilobytes elsewhere.
    unit = 1024 if sys.platform == "darwin" else 1
    measured = {
        "ended": ended,
        "wall_us": round((time.perf_counter() - started) * 1e6),
        "cpu_us": round((usage.ru_utime + usage.ru_stime) * 1e6),
        "peak_kb": usage.ru_maxrss // unit,
    }
    with open(report, "w", encoding="utf-8") as out:
        json.dump(measured, out)


if __name__ == "__main__":
    main()
