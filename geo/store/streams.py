"""Rows read as they are asked for, however many there are."""

from contextlib import ExitStack

from sqlalchemy import Connection, CursorResult, Executable

BATCH = 5_000


class Streams(ExitStack):
    """Results on one connection; all are closed before it is, also when their reader stops half-way.

    Parameters
    ----------
    connection
        In a transaction: a cursor of a server lives in one.
    """

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection

    def rows(self, statement: Executable, batch: int = BATCH) -> CursorResult:
        """The rows of a statement, fetched so many at a time."""
        result = self._connection.execute(statement, execution_options={"yield_per": batch})
        self.callback(result.close)
        return result
