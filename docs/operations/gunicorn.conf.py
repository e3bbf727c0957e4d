"""gunicorn on Linux and macOS: `gunicorn --config docs/operations/gunicorn.conf.py "server:create_app()"`.

HOST, PORT and THREADS mean the same as for `python server.py`; WORKERS says how many processes answer (2).
"""

import gc
import os
import socket
import time
from pathlib import Path

from gunicorn.workers.gthread import ThreadWorker

STEP_S = 0.0005
MOST_STEPS = 8


class EvenWorker(ThreadWorker):
    """Lets a worker with fewer connections take the next one.

    A connection that is kept stays with its worker. Whoever is quickest would take them all, often one worker all
    connections of a proxy, while the others have nothing to do: twice the time for each answer.
    """

    def accept(self, listener: socket.socket) -> None:
        """Wait the longer, up to 4 ms, the more connections there are; who comes too late finds none."""
        time.sleep(STEP_S * min(self.nr_conns, MOST_STEPS))
        super().accept(listener)


bind = f"{os.environ.get('HOST') or '127.0.0.1'}:{os.environ.get('PORT') or '8000'}"
workers = int(os.environ.get("WORKERS") or "2")
threads = int(os.environ.get("THREADS") or "8")
worker_class = EvenWorker
preload_app = True
"""The program is read once, and the workers share its memory; each opens the store for itself."""


def when_ready(_server: object) -> None:
    """What was loaded before the workers stays as it is: they neither look through it again nor copy it."""
    gc.collect()
    gc.freeze()


timeout = 120
graceful_timeout = 25
"""Seconds that requests which have begun may take after SIGTERM; systemd and Docker kill only later."""

keepalive = 75
"""Longer than nginx keeps an idle connection (60 s): so nginx closes it, never we while it is about to ask."""

control_socket_disable = True
"""It lies in the account's home, which a service has not, and which two servers would share."""

worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""A slow disk must not make a worker look dead."""
