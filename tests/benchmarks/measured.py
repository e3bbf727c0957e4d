"""Runs a command and prints the most memory that it had with all that it started, KiB: `python measured.py COMMAND...`.

A process begins with the peak of the one that starts it (Linux keeps `ru_maxrss` over `exec`), and what runs the works
is large: this one, which is small, stands between. Of several processes at once the sum counts, looked at twenty times
a second; pages that they share count for each.
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


def resident_kib(process: str) -> int:
    lines = Path("/proc", process, "status").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))


if __name__ == "__main__":
    command, most = subprocess.Popen(sys.argv[1:]), 0
    while command.poll() is None:
        with suppress(OSError):  # one of them ended meanwhile
            most = max(most, sum(map(resident_kib, family(str(command.pid)))))
        time.sleep(BETWEEN_LOOKS_S)
    print(max(most, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
    raise SystemExit(command.returncode)
