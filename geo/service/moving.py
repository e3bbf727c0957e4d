"""A store moves to another database, into a backup and back: everything, the journal included, every row compared."""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from geo.model.errors import InvalidInput, N_
from geo.model.journal import BadRow
from geo.service.intake import open_or_create
from geo.store import open_store
from geo.store.base import CopiedTable, Tell
from geo.store.catalog import read_catalog
from geo.store.postgis_engine import without_password

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


def back_up(source_url: str, file: Path, layers_dir: Path, tell: Tell) -> Moved:
    """Copy a store into a file while others write: one moment of it, every row compared.

    Raises
    ------
    InvalidInput
        If there is something under that name already.
    InvalidLayer, StoreUnavailable
        As `move`.
    """
    if file.exists():
        raise InvalidInput(N_("%(file)s 已经存在，备份不会覆盖：请换一个文件名"), file=str(file))
    return move(source_url, _url_of(file), layers_dir, tell)


def restore(file: Path, target_url: str, layers_dir: Path, tell: Tell, *, broken: bool = False) -> Moved:
    """Make a store what it was when a backup was made; what it holds now is gone.

    Parameters
    ----------
    broken
        Whether a backup is taken whose journal does not agree with itself or with its tables.

    Raises
    ------
    InvalidInput
        If there is no such file, or its journal is broken and nobody said that this is known.
    InvalidLayer, StoreUnavailable
        As `move`; the store stays as it is then.
    """
    if not file.is_file():
        raise InvalidInput(N_("没有备份文件 %(file)s"), file=str(file))
    catalog = read_catalog(layers_dir)
    source, target = open_store(_url_of(file), catalog), open_store(target_url, catalog)
    try:
        open_or_create(_url_of(file), layers_dir).close()  # an older one is brought up to date
        if (fault := next(source.faults(), None)) and not broken:
            raise InvalidInput(
                N_("备份 %(file)s 与它的日志不符（%(table)s %(key)s），没有恢复；确实要用，请加 --broken"),
                file=str(file),
                table=fault.table,
                key=fault.key,
            )
        tables = target.restore_from(source, tell)
        return Moved(tables, list(islice(target.faults(), SHOWN_FAULTS)))
    finally:
        source.close()
        target.close()


def _url_of(file: Path) -> str:
    return f"gpkg:///{file.absolute().as_posix().lstrip('/')}"
