"""`check-parcels`: what a land-use bureau would find."""

from pathlib import Path

import click

from geo.exchange import parcel_check
from geo.exchange import reports as files
from geo.service import parcel_checks, parcels
from geo.service.parcel_report import report
from geo.web.commands.command import command
from geo.web.commands.output import write_whole
from geo.web.current import current_store
from geo.web.language import LANGUAGES
from geo.web.terminal import DONE, FINDINGS, answer, say, words_in

BASIS = click.option(
    "--basis",
    "bases",
    multiple=True,
    type=click.Choice(parcels.BASES),
    help="Several may be given; by default surveyed.",
)


@command("check-parcels")
@click.argument("layer_ids", metavar="LAYER...", nargs=-1, required=True)
@BASIS
@click.option("--language", type=click.Choice(LANGUAGES), default="zh", show_default=True)
@click.option("-o", "--output", metavar="FILE", help="The report as PDF too.")
def check_parcels(layer_ids: tuple[str, ...], bases: tuple[str, ...], language: str, output: str | None) -> int:
    """Check parcels: shapes, overlaps, gaps, areas, fields, codes, and the lines of control that are loaded."""
    store, words = current_store(), words_in(language)
    chosen = parcels.choose(store, layer_ids, bases or parcels.SURVEYED)
    check = parcel_checks.check(store, chosen, language=language)
    if output:
        write_whole([files.write(report(store, check, language=language, translate=words), "pdf")], Path(output))
    for finding in check.findings:
        say(finding.remark.message, **finding.remark.params)
    answer(parcel_check.document(check, words, language))
    return FINDINGS if check.findings else DONE
