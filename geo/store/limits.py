"""How much of a database one process may take."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds of a store's connections.

    Parameters
    ----------
    query_s
        Seconds that one question may take; on PostGIS one statement, of a download each of its batches.
    connections
        Connections to a database server at most; a third of them is kept.
    """

    query_s: int = 60
    connections: int = 24


USUAL = Limits()
