"""Servers without their loading: a process that has loaded what a server needs forks one for each line it reads.

The shipped plan is built first, and copied where a server would have to build it; "built" is said then. A line is a
server's environment as JSON; the answer is the number of its process.
"""

import gc
import json
import os
import shutil
import signal
import sys
from pathlib import Path

import server
from geo.web.current import live_store


def main(plan: Path) -> int:
    """Fork servers until nobody asks any more; `plan` is where the shipped plan is built."""
    app = server.create_app({"DATABASE_URL": f"gpkg:///{plan}"})
    with app.app_context():
        live_store().close()
    gc.collect()
    gc.freeze()  # what is loaded is no garbage, and no server of ours copies it to see that
    print("built", flush=True)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a server: once it has ended, it is gone
    for line in sys.stdin:
        environment = json.loads(line)
        process_id = os.fork()
        if not process_id:
            return _serve(environment, plan)
        print(process_id, flush=True)
    return 0


def _serve(environment: dict[str, str], plan: Path) -> int:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(2, 1)  # what it prints is no answer
    os.environ.clear()
    os.environ.update(environment)
    store = Path(environment["DATABASE_URL"].removeprefix("gpkg:///"))
    if "LAYERS_DIR" not in environment and not store.exists():
        shutil.copy(plan, store)
    return server.main()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
