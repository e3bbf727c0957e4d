"""Runs a command and prints the most memory that it had, KiB: `python measured.py COMMAND...`.

A process begins with the peak of the one that starts it (Linux keeps `ru_maxrss` over `exec`), and what runs the works
is large: this one, which is small, stands between.
"""

import resource
import subprocess
import sys

if __name__ == "__main__":
    code = subprocess.call(sys.argv[1:])
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
    raise SystemExit(code)
