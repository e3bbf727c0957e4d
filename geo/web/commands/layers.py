"""`layers` and `check`: what layers there are, and what is wrong with their folders."""

from pathlib import Path

import click
from flask import current_app

from geo.model.errors import AtlasError
from geo.model.feature_query import FeatureQuery
from geo.service import intake
from geo.web.commands.command import command
from geo.web.current import current_store
from geo.web.settings import ROOT
from geo.web.terminal import DONE, FINDINGS, answer, in_terminal_words, say_sentence


@command("layers")
def layers() -> None:
    """List the layers with role, geometry, number of features and revision."""
    store = current_store()
    answer(
        [
            {
                "id": layer.id,
                "title": {"zh": layer.title.zh, "en": layer.title.en},
                "role": layer.role,
                "geometry": layer.geometry,
                "status": layer.status.kind,
                "features": store.count(layer.id, FeatureQuery()),
                "revision": store.revision(layer.id),
            }
            for layer in store.catalog.values()
        ]
    )


@command("check")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
def check(folder: Path | None) -> int:
    """Check every layer folder in FOLDER (by default the app's): one line per fault."""
    folder = folder or ROOT / current_app.config["LAYERS_DIR"]
    faults = intake.folder_faults(folder)
    for fault in faults:
        say_sentence(fault)
    answer({"folder": str(folder), "findings": [_finding(fault) for fault in faults]})
    return FINDINGS if faults else DONE


def _finding(fault: AtlasError) -> dict[str, object]:
    where = {name: fault.params.get(name) for name in ("file", "row", "field")}
    return {**where, "message": in_terminal_words(fault.message, **fault.params)}
