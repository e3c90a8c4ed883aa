"""Runs one command and writes what it took: `python launch.py RESULT COMMAND…`.

A process of its own, and a small one: the peak memory that the system reports of a child starts from that of
its parent, so nothing big may start what is measured. It imports nothing of ours for the same reason.
"""

import json
import os
import sys
import time


def main(result: str, *command: str) -> None:
    """Run the command, wait for its end, and write seconds, peak memory and exit code as JSON."""
    started = time.perf_counter()
    pid = os.posix_spawn(command[0], command, os.environ)
    _, status, usage = os.wait4(pid, 0)
    seconds = time.perf_counter() - started
    # Linux counts kibibytes, macOS bytes.
    kibibytes = usage.ru_maxrss / 1024 if sys.platform == "darwin" else usage.ru_maxrss
    taken = {
        "wall": seconds,
        "cpu": usage.ru_utime + usage.ru_stime,
        "mebibytes": kibibytes / 1024,
        "code": os.waitstatus_to_exitcode(status),
    }
    with open(result, "w", encoding="utf-8") as file:  # noqa: PTH123 - pathlib would be the biggest import here
        json.dump(taken, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
