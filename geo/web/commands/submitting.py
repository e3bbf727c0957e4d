"""`check-parcels` and `submit`: what a land-use bureau would find, and what it gets."""

from collections import Counter
from contextlib import closing
from pathlib import Path

import click
from flask import current_app
from werkzeug.datastructures import MultiDict

from geo.exchange import parcel_check
from geo.exchange import reports as files
from geo.service import boundary_profiles, parcel_checks, parcels, submitting
from geo.service.parcel_report import report
from geo.service.submitting import Package, SubmissionWish
from geo.web import params
from geo.web.commands.command import command
from geo.web.commands.output import write_whole
from geo.web.current import current_store
from geo.web.language import LANGUAGES
from geo.web.settings import ROOT
from geo.web.terminal import DONE, FINDINGS, answer, say_sentence, words_in

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
        say_sentence(finding.remark)
    answer(parcel_check.document(check, words, language))
    return FINDINGS if check.findings else DONE


@command("submit")
@click.argument("layer_ids", metavar="LAYER...", nargs=-1, required=True)
@BASIS
@click.option("--crs", help="Of GeoPackage and Shapefile; by default the parcels' own 3-degree zone with its digits.")
@click.option("--year", help="Add each parcel's status as of the end of this year.")
@click.option("--profile", default="default", show_default=True, help="Of the TXT file: a name in boundary_txt.toml.")
@click.option(
    "--encoding",
    type=click.Choice(["UTF-8", "GBK"], case_sensitive=False),
    default="UTF-8",
    show_default=True,
    help="Of Shapefiles.",
)
@click.option("--language", type=click.Choice(LANGUAGES), default="zh", show_default=True)
@click.option("-o", "--output", required=True, metavar="OUT.zip", help="File to write.")
def submit(
    layer_ids: tuple[str, ...],
    bases: tuple[str, ...],
    crs: str | None,
    year: str | None,
    profile: str,
    encoding: str,
    language: str,
    output: str,
) -> int:
    """Make the package for the land-use bureau: parcels in every format, checks, map and manifest in one archive."""
    store = current_store()
    wish = SubmissionWish(
        bases=bases or parcels.SURVEYED,
        crs=crs,
        year=params.year(MultiDict({"year": year} if year else {})),
        profile=boundary_profiles.named(ROOT / current_app.config["LAYERS_DIR"], profile),
        profile_name=profile,
        encoding=encoding,
        review_number=current_app.config["MAP_REVIEW_NUMBER"],
        language=language,
        translate=words_in(language),
    )
    with closing(submitting.package(store, layer_ids, wish)) as made:
        size = write_whole(made.chunks(), Path(output))
    _tell(made)
    answer({"file": output, "bytes": size} | _counted(made))
    return FINDINGS if made.check.findings or made.absent or made.notes else DONE


def _tell(made: Package) -> None:
    """What was found, and what the package has not."""
    for finding in made.check.findings:
        say_sentence(finding.remark)
    for each in (*made.notes, *(each.reason for each in made.absent)):
        say_sentence(each)


def _counted(made: Package) -> dict[str, object]:
    """What is in the package."""
    return {
        "members": list(made.members),
        "not_made": [each.name for each in made.absent],
        "parcels": len(made.check.parcels),
        "left_out": len(made.check.left_out),
        "findings": dict(Counter(finding.code for finding in made.check.findings)),
    }
