"""`edit-feature`, `retire-feature`: what a feature says is changed, features are taken out of use."""

from collections.abc import Sequence
from dataclasses import asdict

import click

from geo.model.errors import InvalidInput, N_
from geo.model.journal import JournalEntry
from geo.service import editing, retiring
from geo.service.acting import act_of
from geo.service.retiring import Retiree
from geo.web.commands.command import command
from geo.web.commands.record import ACCOUNT
from geo.web.current import live_store
from geo.web.terminal import answer

REASON = click.option("--reason", help="Why; needed where a figure of the plan changes.")
SOURCE = click.option("--source", help="The document or file that it rests on.")


@command("edit-feature")
@click.argument("layer_id", metavar="LAYER")
@click.argument("feature_id", metavar="ID")
@click.option(
    "--set", "pairs", multiple=True, required=True, metavar="FIELD=VALUE", help="May be repeated; empty: unknown."
)
@click.option(
    "--revision", type=int, help="The revision that you saw; another one is refused. By default the present one."
)
@REASON
@SOURCE
@ACCOUNT
def edit_feature(
    layer_id: str, feature_id: str, pairs: Sequence[str], revision: int | None, reason: str | None,
    source: str | None, account: str,
) -> None:  # fmt: skip
    """Change fields of feature ID of LAYER; prints what the journal keeps of it."""
    store = live_store()
    act = act_of(store, account, "editor", cause=reason, source=source)
    values = editing.read_values(store.catalog[layer_id], dict(map(_pair, pairs)))
    seen = editing.read_now(store, layer_id, feature_id)["revision"] if revision is None else revision
    entry = editing.edit(store, layer_id, feature_id, seen, values, act)
    answer({"changed": None if entry is None else _told(entry)})


@command("retire-feature")
@click.argument("layer_id", metavar="LAYER")
@click.argument("feature_ids", metavar="ID...", nargs=-1, required=True)
@click.option("--successor", metavar="LAYER/ID", help="What replaces them.")
@click.option("--on", help="The day, such as 2024-02-01; by default today.")
@click.option("--reason", required=True, help="Why.")
@SOURCE
@ACCOUNT
def retire_feature(
    layer_id: str, feature_ids: Sequence[str], successor: str | None, on: str | None, reason: str,
    source: str | None, account: str,
) -> None:  # fmt: skip
    """Take features of LAYER out of use, all or none; they keep their history. Undone like any change, at /journal."""
    store = live_store()
    act = act_of(store, account, "editor", cause=reason, source=source)
    retirees = [Retiree(layer_id, feature_id) for feature_id in feature_ids]
    entries = retiring.retire(store, retirees, act, on=on, successor=successor)
    answer({"retired": [_told(entry) for entry in entries]})


def _pair(given: str) -> tuple[str, str]:
    name, equals, text = given.partition("=")
    if not equals:
        raise InvalidInput(N_("“--set %(given)s”应写作 字段=值"), given=given[:80])
    return name.strip(), text


def _told(entry: JournalEntry) -> dict[str, object]:
    names = ("seq", "change_set", "layer_id", "feature_id", "revision", "before", "after", "author", "cause", "source")
    return {name: value for name, value in asdict(entry).items() if name in names}
