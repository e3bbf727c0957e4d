"""Nobody asks so often that nothing is left for the others: so many requests a minute from one address."""

import math
import time
from functools import lru_cache
from ipaddress import ip_address

from flask import Flask
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from geo.model.errors import TooManyRequests
from geo.service.accounts import network
from geo.web.asking import this_request
from geo.web.settings import whole_number

KEPT_ADDRESSES = 1024

NOT_COUNTED = {"static", "health.healthz", "health.live", "health.ready"}


class Rate:
    """Counts the requests of each address in this process.

    Parameters
    ----------
    most
        How many a minute may have; IPv6 addresses of one /64 count together.
    """

    def __init__(self, most: int) -> None:
        self._limit = RateLimitItemPerMinute(most)
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def check(self, address: str) -> None:
        """Count one request.

        Raises
        ------
        TooManyRequests
            If the minute's share is used up.
        """
        client = network(address)
        if not self._limiter.hit(self._limit, client):
            ends = self._limiter.get_window_stats(self._limit, client).reset_time
            raise TooManyRequests(self._limit.amount, seconds=max(1, math.ceil(ends - time.time())))


def limit_rate(app: Flask) -> None:
    """Refuse whoever asks too often; this machine itself, and a proxy that may not name its clients, never does."""
    most = whole_number(app.config, "REQUESTS_PER_MINUTE", highest=1_000_000)
    if most == 0:
        return
    rate = Rate(most)

    @app.before_request
    def check() -> None:
        request = this_request()
        address = request.remote_addr or ""
        if request.endpoint not in NOT_COUNTED and not _is_loopback(address):
            rate.check(address)


@lru_cache(KEPT_ADDRESSES)
def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:  # a socket of this machine has none
        return True
