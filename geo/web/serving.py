"""Our own production server: waitress, bounded, that ends what it has begun before it stops."""

import select
import signal
import socket
import threading
import time

import waitress
from flask import Flask
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer

from geo.web import MAX_UPLOAD_BYTES

LONGEST_DRAIN_S = 25
"""How long requests that have begun may take once the server is told to stop; systemd and Docker kill it later."""

POLL_S = 0.05

LIMITS = {
    "ident": "Plan Atlas",
    # A browser keeps six open; waitress' own 100 would be full with seventeen planners. Windows has no poll(), and its
    # select() takes 512 sockets.
    "connection_limit": 1000 if hasattr(select, "poll") else 480,
    "asyncore_use_poll": True,  # where there is one: select() ends at 1024 file descriptors
    "channel_timeout": 30,  # seconds until a silent connection is let go
    "cleanup_interval": 10,
    "max_request_body_size": MAX_UPLOAD_BYTES,  # refused before the body is kept
}


def serve(app: Flask, listening: socket.socket, threads: int) -> None:
    """Answer requests until SIGTERM or Ctrl+C.

    After SIGTERM no connection is taken any more, so that a proxy in front asks another server, and whoever was being
    answered gets the whole answer.
    """
    server = waitress.create_server(app, sockets=[listening], threads=threads, **LIMITS)
    stopping = threading.Event()

    def stop(*_: object) -> None:
        stopping.set()
        server.pull_trigger()

    before = signal.signal(signal.SIGTERM, stop)
    try:
        while not stopping.is_set():
            _turn(server, server.adj.asyncore_loop_timeout)
        _drain(server)
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)
        server.task_dispatcher.shutdown()


def _turn(server: BaseWSGIServer, timeout_s: float) -> None:
    """One turn of waitress' own loop."""
    server.asyncore.loop(timeout=timeout_s, use_poll=server.adj.asyncore_use_poll, map=server._map, count=1)


def _drain(server: BaseWSGIServer) -> None:
    server.asyncore.dispatcher.close(server)
    end = time.monotonic() + LONGEST_DRAIN_S
    while server.active_channels and time.monotonic() < end:
        for channel in list(server.active_channels.values()):
            channel.will_close = channel.will_close or _is_idle(channel)
        _turn(server, POLL_S)


def _is_idle(channel: HTTPChannel) -> bool:
    """Whether nobody is being answered on a connection, and no request is on its way."""
    return not channel.requests and not channel.total_outbufs_len and channel.request is None
