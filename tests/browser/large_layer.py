"""A layer of 20 000 parcels beside the shipped ones: squares in rows and columns over the zone."""

import json
import shutil
from pathlib import Path

from geo.exchange.status_table import HEADER

LAYERS = Path(__file__).parents[2] / "layers"
COLUMNS, ROWS = 160, 125
WEST, SOUTH, STEP_LON, STEP_LAT, SIDE = 113.95, 32.97, 0.11 / COLUMNS, 0.14 / ROWS, 0.0005

DEFINITION = """
title = { zh = "地块", en = "Parcels" }
description = { zh = "两万个合成地块", en = "Twenty thousand synthetic parcels" }
role = "plan"
geometry = "Polygon"
source = "合成"
licence = "CC0"
order = 5

[status]
kind = "construction"

[style]
colour = "#3a6ea5"

[[fields]]
name = "land_area_mu"
title = { zh = "占地面积", en = "Land area" }
type = "number"
short = "ZDMJ"
unit = "mu"
total = true
filter = "range"
"""


def middle(column: int, row: int) -> tuple[float, float]:
    """The middle of a parcel, lon and lat."""
    return WEST + column * STEP_LON + SIDE / 2, SOUTH + row * STEP_LAT + SIDE / 2


REPORTED_ROW = 60
"""Every parcel of this row was completed in 2024; of the others nothing is reported."""

SCHEMATIC_COLUMN = 100
"""Where the parcels of this column lie is only known roughly."""


def write_large_layers(target: Path) -> None:
    """Copy the layer folders and add `parcels`; ids are `<column>-<row>`, areas the column in 亩 and one."""
    shutil.copytree(LAYERS, target)
    folder = target / "parcels"
    folder.mkdir()
    (folder / "layer.toml").write_text(DEFINITION, encoding="utf-8")
    reported = [f"{column}-{REPORTED_ROW},2024,completed" + "," * (len(HEADER) - 3) for column in range(COLUMNS)]
    (folder / "status.csv").write_text("\n".join([",".join(HEADER), *reported, ""]), encoding="utf-8")
    parcels = [_parcel(column, row) for row in range(ROWS) for column in range(COLUMNS)]
    collection = {"type": "FeatureCollection", "features": parcels}
    (folder / "features.geojson").write_text(json.dumps(collection), encoding="utf-8")


def _parcel(column: int, row: int) -> dict:
    west, south = WEST + column * STEP_LON, SOUTH + row * STEP_LAT
    east, north = west + SIDE, south + SIDE
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    properties = {"name": f"Parcel {column}-{row}", "plan_year": 2021 + column % 5, "land_area_mu": column + 1.0}
    if column == SCHEMATIC_COLUMN:
        properties |= {"location_basis": "schematic"}
    else:
        properties |= {"location_basis": "surveyed", "location_accuracy_m": 1}
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "id": f"{column}-{row}", "geometry": geometry, "properties": properties}
