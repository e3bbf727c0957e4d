"""Writes the Arrow stream on standard input to a layer of a file: `python writing_apart.py OPTIONS`.

`geo.exchange.files.apart` starts it. OPTIONS are those of `pyogrio.write_arrow` as JSON. An empty line says that it is
ready to read; a fault goes to standard error, as its last line. It imports nothing of ours, which would load much.
"""

import json
import sys

for unneeded in ("geopandas", "pandas", "pyproj", "shapely"):
    sys.modules[unneeded] = None  # pyogrio loads whatever is there; to write Arrow it needs none of them

import pyarrow.ipc  # noqa: E402 - after the lines above
import pyogrio  # noqa: E402

if __name__ == "__main__":
    print(flush=True)
    try:
        pyogrio.write_arrow(pyarrow.ipc.open_stream(sys.stdin.buffer), **json.loads(sys.argv[1]))
    except Exception as fault:
        raise SystemExit(" ".join(str(fault).split())) from None
