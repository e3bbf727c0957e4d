"""`export-ledger`, `import-ledger`: the year's ledger out to a workbook and back."""

from dataclasses import asdict
from pathlib import Path

import click

from geo.exchange.files.reading import short_name
from geo.exchange.workbook_reading import LARGEST_FILE
from geo.model.errors import InvalidFile, N_
from geo.model.ledger import CellFault, InvalidLedger
from geo.service import ledger
from geo.service.acting import act_of
from geo.service.ledger import Checked, cells_of
from geo.store.base import Store
from geo.web.commands.command import command
from geo.web.commands.output import write_whole
from geo.web.commands.record import ACCOUNT
from geo.web.current import live_store
from geo.web.ledger import CAUSE
from geo.web.terminal import DONE, REFUSED, answer, in_terminal_words, say, say_sentence

PLACES = (
    N_("%(sheet)s：%(words)s"),
    N_("%(sheet)s 第 %(row)s 行：%(words)s"),
    N_("%(sheet)s 第 %(row)s 行 %(letter)s 列“%(title)s”：%(words)s"),
)
"""Where a fault is: sheet, row, cell."""


@command("export-ledger")
@click.argument("layer_ids", metavar="[LAYER...]", nargs=-1)
@click.option("--year", type=int, required=True, help="The year to report on.")
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, metavar="OUT.xlsx")
def export_ledger(layer_ids: tuple[str, ...], year: int, output: Path) -> None:
    """Write the year's ledger, all layers or those named, to be filled in and imported."""
    content = ledger.export_ledger(live_store(), year, layer_ids)
    answer({"file": str(output), "year": year, "bytes": write_whole([content], output)})


@command("import-ledger")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only tell what would change.")
@ACCOUNT
def import_ledger(file: Path, dry_run: bool, account: str) -> int:
    """Report what a filled-in ledger says: every row checked, all of it or nothing."""
    store = live_store()
    act = act_of(store, account, "editor", cause=CAUSE, source=file.name)
    found = ledger.read_ledger(store, _content(file), file.name)
    checked = ledger.check_ledger(store, found)
    for note in checked.notes:
        say_sentence(note)
    result = {"file": str(file), "dry_run": dry_run, **_told(store, checked), "change_set": None}
    if not (checked.faults or dry_run) and checked.changes:
        try:
            result["change_set"] = ledger.write_ledger(store, found, act)[0].change_set
        except InvalidLedger as error:  # others wrote since
            result |= _told(store, ledger.check_ledger(store, found)) | {"faults": _faults(error.faults)}
    for fault in result["faults"]:
        say(_place(fault), **fault)
    answer(result)
    return REFUSED if result["faults"] else DONE


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise InvalidFile(N_("缺少文件 %(file)s"), file=short_name(file)) from None
    except OSError as fault:
        raise InvalidFile(N_("%(file)s 读不出来：%(reason)s"), file=short_name(file), reason=fault.strerror) from None


def _told(store: Store, checked: Checked) -> dict[str, object]:
    """What would change, cell by cell, and what is wrong."""
    rows = [
        {
            "layer": change.sheet.layer_id, "id": change.row.feature_id, "year": change.sheet.year,
            "sheet": change.sheet.title, "row": change.row.number, "corrects": change.corrects,
            "cells": [
                {"field": column.name, "before": change.before[column.name], "after": change.after[column.name]}
                for column, *_ in cells_of(change, store.catalog[change.sheet.layer_id])
            ],
        }
        for change in checked.changes
    ]  # fmt: skip
    return {"changed": len(rows), "unchanged": checked.unchanged, "rows": rows, "faults": _faults(checked.faults)}


def _faults(faults: list[CellFault]) -> list[dict[str, object]]:
    """Faults with their words in the terminal's language."""
    return [
        {name: value for name, value in asdict(fault).items() if name != "remark"}
        | {"words": in_terminal_words(fault.remark.message, **fault.remark.params)}
        for fault in faults
    ]


def _place(fault: dict[str, object]) -> str:
    return PLACES[0 if fault["row"] is None else 1 if fault["letter"] is None else 2]
