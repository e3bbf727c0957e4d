"""`catchments`: which school each place belongs to, from files."""

import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import click

from geo.exchange.files.geopackage import write_geopackage
from geo.model.errors import InvalidInput, N_
from geo.model.remark import Remark
from geo.service import catchments as service
from geo.service.catchments.inputs import LEVELS, METHODS, MODES
from geo.web.commands.command import command
from geo.web.terminal import DONE, FINDINGS, answer, in_terminal_words, say_sentence

QUIET_S = 2.0
"""A computation that is over sooner says nothing."""

FILE = click.Path(path_type=Path)


class Pair(click.ParamType):
    """Two ids with a sign of equality between them."""

    name = "pair"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        place, sign, school = value.rpartition("=")
        if not (place and sign and school):
            self.fail(in_terminal_words(N_("应写作 地点编号=学校编号，现为 %(given)s"), given=value), param, ctx)
        return place, school


PAIR = Pair()


ASKED = (
    click.option("--level", type=click.Choice(LEVELS), help="Only schools of this level; sets the standard."),
    click.option("--year", type=click.IntRange(1900, 2199), help="Only schools that are open in this year."),
    click.option(
        "--mode", type=click.Choice(MODES), default="walk", show_default=True, help="Driving obeys one-way streets."
    ),
    click.option(
        "--oneway-field", metavar="F", help="Field of the roads: 1, yes, true, F, FT along; -1, reverse, T, TF against."
    ),
    click.option("--school-id", "school_id_field", metavar="F", help="Field of the schools with their ids."),
    click.option("--demand-id", "demand_id_field", metavar="F", help="Field of the demand with its ids."),
    click.option("--capacity-field", metavar="F", help="Field of the schools with their seats."),
    click.option("--demand-field", metavar="F", help="Field of the demand with its pupils."),
    click.option(
        "--rate-per-thousand", type=float, help="Pupils to a thousand residents; then the demand has residents."
    ),
    click.option("--rate-source", metavar="TEXT", help="Whose figure of which year that is."),
    click.option("--standard-m", type=float, help="Longest walk; by default 500 for primary, 1000 for junior schools."),
    click.option(
        "--max-snap-m", type=float, default=500.0, show_default=True, help="Farthest that a place may lie from a road."
    ),
    click.option("--whole", is_flag=True, help="With capacity: no place's pupils are split."),
    click.option(
        "--time-limit-s", type=float, default=60.0, show_default=True, help="Of the search that --whole takes."
    ),
    click.option(
        "--change-price-m", type=float, default=500.0, show_default=True, help="Cost of a pupil's change of school."
    ),
)
"""What is asked of any schools, roads and demand."""


def asked(function: Callable) -> Callable:
    """Give a command the options of `ASKED`."""
    for option in reversed(ASKED):
        function = option(function)
    return function


@command("catchments")
@click.option("--schools", type=FILE, metavar="FILE", required=True, help="Points or areas of the schools.")
@click.option("--roads", type=FILE, metavar="FILE", required=True, help="Lines that meet at their ends.")
@click.option("--demand", type=FILE, metavar="FILE", required=True, help="Points or areas where pupils live.")
@click.option("--method", type=click.Choice(METHODS), required=True, help="How places are given to schools.")
@asked
@click.option("--pin", "pins", type=PAIR, metavar="PLACE=SCHOOL", multiple=True, help="With capacity: must go there.")
@click.option("--ban", "bans", type=PAIR, metavar="PLACE=SCHOOL", multiple=True, help="With capacity: must not.")
@click.option("--last", type=FILE, metavar="FILE", help="With capacity: last year's result, to change little of it.")
@click.option(
    "--zone", type=FILE, metavar="FILE", help="Areas to which catchments are cut; else the hull of the roads."
)
@click.option("--barriers", type=FILE, metavar="FILE", help="Railways, rivers: only bridges, tunnels, crossings pass.")
@click.option("--crossings", type=FILE, metavar="FILE", help="Points where one passes the barriers.")
@click.option(
    "--growth", type=FILE, metavar="FILE", help="Pupils by year, or children by cohort: CSV, XLSX; with --year."
)
@click.option("-o", "--output", type=FILE, metavar="OUT.gpkg", required=True, help="GeoPackage to write.")
def catchments(output: Path, **given: object) -> int:
    """Find each place's school on the road network; exit code 1 where seats do not suffice."""
    files = service.Files(**{each.name: given.pop(each.name) for each in fields(service.Files)})
    _check_output(output, files)
    options = service.Options(**given)
    tell = _teller()
    inputs = service.of_files(files, options, tell)
    outcome = service.compute(inputs, options, tell)
    size = write_geopackage(output, outcome.layers)
    remarks = [in_terminal_words(each.message, **each.params) for each in outcome.summary["remarks"]]
    answer({"file": str(output), "bytes": size} | outcome.summary | {"remarks": remarks})
    return FINDINGS if outcome.summary.get("seats", {}).get("unseated") else DONE


def _check_output(output: Path, files: service.Files) -> None:
    """Refuse a name that is no GeoPackage's, and to write over what is read."""
    if output.suffix.lower() != ".gpkg":
        raise InvalidInput(N_("结果只写成 GeoPackage，%(file)s 应以 .gpkg 结尾"), file=output.name)
    for given in vars(files).values():
        if given is not None and given.resolve() == output.resolve():
            raise InvalidInput(N_("%(file)s 既是输入又是结果，请给结果另取一个名字"), file=output.name)


def _teller() -> service.inputs.Tell:
    """Says what is being done as soon as the whole takes longer than a moment."""
    begun = time.monotonic()

    def tell(remark: Remark) -> None:
        if time.monotonic() - begun > QUIET_S:
            say_sentence(remark)

    return tell
