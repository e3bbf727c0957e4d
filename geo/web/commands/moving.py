"""`migrate-store`: from a GeoPackage to a database server, and back."""

from dataclasses import asdict

import click
from flask import current_app

from geo.model.errors import N_
from geo.service import moving
from geo.store import seen_from, without_password
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
        moved = moving.move(source, target, ROOT / current_app.config["LAYERS_DIR"], tell)
    for fault in moved.faults:
        say(N_("迁移前就与日志不符：%(table)s %(key)s"), table=fault.table, key=fault.key)
    answer(
        {
            "from": without_password(source),
            "to": without_password(target),
            "tables": {name: asdict(table) for name, table in moved.tables.items()},
            "faults": [asdict(fault) for fault in moved.faults],
        }
    )
    return FINDINGS if moved.faults else DONE
