"""`migrate-store`, `backup`, `restore`: a store goes to another database, into a file, and back."""

from dataclasses import asdict
from pathlib import Path

import click
from flask import current_app

from geo.model.errors import InvalidInput, N_
from geo.service import moving
from geo.store import seen_from
from geo.store.postgis_engine import without_password
from geo.web.commands.command import command
from geo.web.settings import ROOT
from geo.web.terminal import DONE, FINDINGS, answer, progress, say


@command("migrate-store")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
def migrate_store(source: str, target: str) -> int:
    """Copy the store at the address FROM to the address TO, where there is none yet, and compare every row."""
    source, target = seen_from(ROOT, source), seen_from(ROOT, target)
    with progress() as tell:
        moved = moving.move(source, target, _layers_dir(), tell)
    return _told(moved, **{"from": without_password(source), "to": without_password(target)})


@command("backup")
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> int:
    """Copy the store into the new GeoPackage FILE while others write, and compare every row."""
    with progress() as tell:
        moved = moving.back_up(current_app.config["DATABASE_URL"], file, _layers_dir(), tell)
    return _told(moved, file=str(file))


@command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="What the store holds now is to go.")
@click.option("--broken", is_flag=True, help="Take a backup whose journal does not agree with its tables.")
def restore(file: Path, yes: bool, broken: bool) -> int:
    """Make the store what it was when the backup FILE was made."""
    if not yes:
        raise InvalidInput(N_("恢复会换掉现有的全部数据：先用 backup 备份，再加 --yes 确认"))
    with progress() as tell:
        moved = moving.restore(file, current_app.config["DATABASE_URL"], _layers_dir(), tell, broken=broken)
    return _told(moved, file=str(file))


def _layers_dir() -> Path:
    return ROOT / current_app.config["LAYERS_DIR"]


def _told(moved: moving.Moved, **where: str) -> int:
    """Say what was copied; 1 where something does not agree with the journal."""
    for fault in moved.faults:
        say(N_("原来就与日志不符：%(table)s %(key)s"), table=fault.table, key=fault.key)
    tables = {name: asdict(table) for name, table in moved.tables.items()}
    answer({**where, "tables": tables, "faults": [asdict(fault) for fault in moved.faults]})
    return FINDINGS if moved.faults else DONE
