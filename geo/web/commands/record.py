"""`report-status`, `undo`, `verify`, `seal-year`: a report, a change taken back, proof of the record, a year closed."""

from collections.abc import Iterator
from dataclasses import asdict

import click

from geo.model.errors import N_
from geo.model.journal import BadRow, JournalHead
from geo.model.status import FLAGS, STAGES, AnnualStatus
from geo.service import history, sealing, status
from geo.service.acting import act_of
from geo.store.base import Store
from geo.web.commands.cancelling import cancellable
from geo.web.commands.command import command
from geo.web.current import live_store, past_stores, sealing_key
from geo.web.terminal import DONE, FINDINGS, answer, in_terminal_words, progress, say

FAULTS = {
    "chain": N_("%(table)s 第 %(key)s 行：与前一行接不上，内容或顺序被改过"),
    "missing": N_("%(table)s 缺少 %(key)s：日志里有，表里没有"),
    "extra": N_("%(table)s 多出 %(key)s：表里有，日志里没有"),
    "different": N_("%(table)s 的 %(key)s 与日志不符 %(field)s"),
    "unreadable": N_("%(table)s 已损坏：%(key)s %(field)s"),
}
ACCOUNT = click.option("--as", "account", required=True, metavar="USER", help="Account in whose name this is done.")


@command("report-status")
@click.argument("layer_id", metavar="LAYER")
@click.argument("feature_id", metavar="ID")
@click.option("--year", type=int, required=True, help="The year reported on.")
@click.option("--stage", type=click.Choice(list(STAGES)), help="Stage at the year's end.")
@click.option("--progress", type=float, help="Physical progress, 0 to 100.")
@click.option("--flag", type=click.Choice(list(FLAGS)), help="What is out of the ordinary.")
@click.option("--planned", type=float, help="Investment planned for the year, 10 000 CNY.")
@click.option("--done", type=float, help="Investment done in the year, 10 000 CNY.")
@click.option("--seats", type=int, help="School places delivered so far.")
@click.option("--value", type=float, help="Measured value, of layers that measure.")
@click.option("--source", help="Who measured the value, or where it is published.")
@click.option("--note", help="Remarks; needed where a stage goes backwards or a year is closed.")
@ACCOUNT
def report_status(layer_id: str, feature_id: str, year: int, note: str | None, account: str, **given: object) -> None:
    """Report how feature ID of LAYER stood in a year; prints the row once it is on the disk, or as it stood there."""
    store = live_store()
    names = {
        "progress": "progress_pct", "planned": "investment_planned_cny_10k", "done": "investment_done_cny_10k",
        "seats": "seats_delivered", "source": "value_source",
    }  # fmt: skip
    figures = {names.get(name, name): value for name, value in given.items()}
    row = AnnualStatus(layer_id=layer_id, feature_id=feature_id, year=year, note=note, **figures)
    entry = status.report(store, row, act_of(store, account, "editor", cause=note))
    if entry is None:
        say(N_("没有改动，什么都没有写入"))
        stands = next(each for each in store.statuses(layer_id, feature_id) if each.year == year)
        answer(asdict(stands) | {"seq": None, "hash": None})
        return
    answer(asdict(AnnualStatus(**entry.after)) | {"seq": entry.seq, "hash": entry.hash})


@command("undo")
@click.argument("change_set", type=int)
@click.option("--reason", help="Why.")
@ACCOUNT
def undo(change_set: int, reason: str | None, account: str) -> None:
    """Take CHANGE_SET back by a new one, all or nothing, however large; the journal keeps both."""
    store = live_store()
    cause = reason or in_terminal_words(N_("撤销第 %(number)s 号修改"), number=change_set)
    act = act_of(store, account, "editor", cause=cause)
    with progress() as tell:
        written, made = cancellable(store, act, lambda: history.take_back(store, change_set, act, tell))
    answer({"undone": change_set, "written": written, "change_set": made})


@command("verify")
def verify() -> int:
    """Recompute the journal's chain, replay it against the tables, check seals: names the first bad row."""
    store = live_store()
    head = store.journal_head()
    found = next(_bad_rows(store), None)
    if found is None:
        say(N_("日志 %(count)s 行，链条完整，与各表一致"), count=head.seq)
    else:
        say(FAULTS[found.fault], table=found.table, key=found.key, field=found.field or "")
    answer({"ok": found is None, **_head(head), "first_bad_row": found and asdict(found)})
    return DONE if found is None else FINDINGS


@command("seal-year")
@click.argument("year", type=int)
@ACCOUNT
def seal_year(year: int, account: str) -> None:
    """Close YEAR: a signed manifest with counts, hashes and the journal's head, for the minutes."""
    store = live_store()
    act = act_of(store, account, "admin", cause=N_("年度封存"))
    seal = sealing.seal_year(store, year, act, sealing_key())
    answer({"manifest": seal.manifest, "signature": seal.signature, "public_key": seal.public_key, **_head(seal.head)})


def _bad_rows(store: Store) -> Iterator[BadRow]:
    yield from store.faults()
    yield from sealing.seal_faults(store, sealing_key(), past_stores())


def _head(head: JournalHead) -> dict[str, object]:
    return {"journal": {"entries": head.seq, "head": head.hash, "at": head.at}}
