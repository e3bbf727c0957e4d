"""A store moves to another database: everything, the journal included, and held against the original."""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from geo.model.errors import InvalidInput, N_
from geo.model.journal import BadRow
from geo.service.intake import open_or_create
from geo.store import open_store, without_password
from geo.store.base import CopiedTable, Tell
from geo.store.catalog import read_catalog

SHOWN_FAULTS = 20


@dataclass(frozen=True)
class Moved:
    """What was copied.

    Parameters
    ----------
    tables
        By name.
    faults
        What does not agree with the journal in the copy, as it did not in the original; the first ones.
    """

    tables: dict[str, CopiedTable]
    faults: list[BadRow]


def move(source_url: str, target_url: str, layers_dir: Path, tell: Tell) -> Moved:
    """Copy a store to an address where there is none; the original stays as it is.

    A store of an older version is first brought to the present one, as by any command.

    Parameters
    ----------
    tell
        Hears of the progress.

    Raises
    ------
    InvalidInput
        If an address is wrong, or there is no store at the first.
    InvalidLayer, StoreUnavailable
        If a folder does not hold, a store cannot be used, or there is one at the second address. Nothing is made then.
    """
    catalog = read_catalog(layers_dir)
    source, target = open_store(source_url, catalog), open_store(target_url, catalog)
    try:
        if not source.exists():
            raise InvalidInput(N_("%(store)s 没有可迁移的数据库"), store=without_password(source_url))
        open_or_create(source_url, layers_dir).close()
        tables = target.copy_from(source, tell)
        return Moved(tables, list(islice(target.faults(), SHOWN_FAULTS)))
    finally:
        source.close()
        target.close()
