"""A layer of 100 000 parcels beside the shipped ones: squares in rows and columns over the zone."""

import json
import shutil
from pathlib import Path

LAYERS = Path(__file__).parents[2] / "layers"
COLUMNS, ROWS = 400, 250
WEST, SOUTH, STEP_LON, STEP_LAT, SIDE = 113.95, 32.97, 0.11 / COLUMNS, 0.14 / ROWS, 0.0002

DEFINITION = """
title = { zh = "地块", en = "Parcels" }
description = { zh = "十万个合成地块", en = "A hundred thousand synthetic parcels" }
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


def write_large_layers(target: Path) -> None:
    """Copy the layer folders and add `parcels`; ids are `<column>-<row>`, areas the column in 亩 and one."""
    shutil.copytree(LAYERS, target)
    folder = target / "parcels"
    folder.mkdir()
    (folder / "layer.toml").write_text(DEFINITION, encoding="utf-8")
    shutil.copy(target / "schools" / "status.csv", folder / "status.csv")
    parcels = [_parcel(column, row) for row in range(ROWS) for column in range(COLUMNS)]
    collection = {"type": "FeatureCollection", "features": parcels}
    (folder / "features.geojson").write_text(json.dumps(collection), encoding="utf-8")


def _parcel(column: int, row: int) -> dict:
    west, south = WEST + column * STEP_LON, SOUTH + row * STEP_LAT
    east, north = west + SIDE, south + SIDE
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    properties = {"name": f"Parcel {column}-{row}", "plan_year": 2021 + column % 5, "land_area_mu": column + 1.0}
    properties |= {"location_basis": "surveyed", "location_accuracy_m": 1}
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "id": f"{column}-{row}", "geometry": geometry, "properties": properties}
