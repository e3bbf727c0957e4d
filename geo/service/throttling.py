"""How often one client may try something."""

import ipaddress
from collections.abc import Mapping

from geo.model.errors import TooManyTries
from geo.store.base import Store


def take_try(store: Store, limits: Mapping[str, int], window_s: int) -> None:
    """Count one try under every key of `limits`; see `geo.store.throttle_rows.ThrottleRows.take`.

    Raises
    ------
    TooManyTries
        If one of them has reached its limit within the window.
    """
    if wait_s := store.throttle.take(limits, window_s):
        raise TooManyTries(wait_s)


def network(address: str) -> str:
    """One client: an IPv4 address, or the /64 network in which an IPv6 client may choose its address."""
    try:
        given = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    return str(given) if given.version == 4 else str(ipaddress.ip_network((given, 64), strict=False))
