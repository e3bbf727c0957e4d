"""`inspect-file`: what a file that people bring is."""

from pathlib import Path

import click
from flask import current_app

from geo.service.inspecting import Asked, Inspection, inspect_file
from geo.store.catalog import read_zone
from geo.web.commands.command import command
from geo.web.settings import ROOT
from geo.web.terminal import DONE, FINDINGS, REFUSED, answer, in_terminal_words, say

EXIT = {"accept": DONE, "accept_with_findings": FINDINGS, "refuse": REFUSED}


@command("inspect-file")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--layer", help="Which layer or sheet of FILE; by default the one with the most features.")
@click.option("--crs", help="Of its coordinates, such as EPSG:4526, where FILE does not say or says it wrong.")
@click.option("--encoding", help="Of its texts, such as GBK; by default as they read.")
def inspect(file: Path, layer: str | None, crs: str | None, encoding: str | None) -> int:
    """Say what FILE is, whatever its name, and everything that is wrong with it; no store is touched."""
    zone = read_zone(ROOT / current_app.config["LAYERS_DIR"])
    found = inspect_file(file, Asked(layer, encoding, crs), zone.extent)
    answer(inspection_json(found))
    if found.result == "refuse":
        finding = found.findings[-1]
        say(finding.remark.message, **finding.remark.params)
    return EXIT[found.result]


def inspection_json(found: Inspection) -> dict[str, object]:
    """What the command prints."""
    return {
        "driver": found.driver,
        "layers": list(found.layers),
        "result": found.result,
        "features": found.features,
        "crs": found.crs,
        "crs_from": found.crs_from,
        "encoding": found.encoding,
        "encoding_from": found.encoding_from,
        "findings": [
            {
                "row": finding.row,
                "field": finding.field,
                "code": finding.code,
                "message": in_terminal_words(finding.remark.message, **finding.remark.params),
            }
            for finding in found.findings
        ],
    }
