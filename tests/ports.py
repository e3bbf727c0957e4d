"""Ports for servers that must know theirs before they start."""

import random
import socket
from pathlib import Path

LOWEST = 10_240
EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_port() -> int:
    """A port of 127.0.0.1 that nobody has.

    It is none of those that the system gives out: between this look and the start of the server, any of those may
    become another test's, or the near end of a connection that has nothing to do with either.
    """
    below = int(EPHEMERAL.read_text(encoding="ascii").split()[0]) if EPHEMERAL.exists() else 32_768
    dice = random.SystemRandom()  # a seed that several test processes share would lead them to the same ports
    while True:
        port = dice.randrange(LOWEST, max(below, LOWEST + 1000))
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
