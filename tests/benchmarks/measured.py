"""Runs a command and prints the most memory that it had with all that it started, KiB: `python measured.py COMMAND...`.

The first number counts pages that processes share for each of them, the second divides them (Linux's Pss).

A process begins with the peak of the one that starts it (Linux keeps `ru_maxrss` over `exec`), and what runs the works
is large: this one, which is small, stands between. Of several processes at once the sum counts, looked at twenty times
a second.
"""

import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

BETWEEN_LOOKS_S = 0.05


def family(process: str) -> Iterator[str]:
    """A process and all that it started, as long as they run."""
    yield process
    for task in Path("/proc", process, "task").iterdir():
        for child in (task / "children").read_text().split():
            yield from family(child)


def memory_kib(process: str) -> tuple[int, int]:
    """What a process has, and its share of it."""
    lines = Path("/proc", process, "smaps_rollup").read_text().splitlines()
    found = {line.split()[0]: int(line.split()[1]) for line in lines[1:]}
    return found["Rss:"], found["Pss:"]


if __name__ == "__main__":
    command, most, most_shared = subprocess.Popen(sys.argv[1:]), 0, 0
    while command.poll() is None:
        with suppress(OSError):  # one of them ended meanwhile
            whole, share = zip(*map(memory_kib, family(str(command.pid))), strict=True)
            most, most_shared = max(most, sum(whole)), max(most_shared, sum(share))
        time.sleep(BETWEEN_LOOKS_S)
    print(max(most, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss), most_shared)
    raise SystemExit(command.returncode)
