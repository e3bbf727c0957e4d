"""A copy of the layer folders in which every text is out to break the page that shows it."""

import csv
import json
import shutil
from itertools import cycle
from pathlib import Path

from geo.model.layer import Layer
from geo.store.catalog import read_catalog

LAYERS = Path(__file__).parents[2] / "layers"
LONG = 5000

TEXTS = (
    "${alert(1)}",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "`${alert(1)}` \\u0060",
    "{{7*7}} {% print 7*7 %} %(name)s {name}",
    "\u202e右到左 txt.exe\u202c \u200fمرحبا\u200f",
    "\"'><b onmouseover=alert(1) style=position:fixed>'\"",
    "校" * LONG,
    "W" * LONG,
    "javascript:alert(1)//--><!--",
)
IDS = ("${alert(1)}", "<img src=x onerror=alert(1)>", 'a/b?c=1#d&e="f"\'%2F', "{{7*7}}`")
"""Of the first schools; the others keep theirs."""

ADDED = {
    "zone_boundary": {
        "type": "Polygon",
        "coordinates": [[[113.96, 33.0], [114.05, 33.0], [114.05, 33.1], [113.96, 33.0]]],
    },
    "existing_schools": {"type": "Point", "coordinates": [114.0, 33.03]},
}
"""Ground data that the shipped layers leave empty."""


def write_hostile_layers(target: Path) -> list[dict]:
    """Copy the layer folders and put hostile texts in; gives the schools as their file has them now."""
    shutil.copytree(LAYERS, target)
    for layer in read_catalog(LAYERS).values():
        path = target / layer.id / "features.geojson"
        collection = json.loads(path.read_text(encoding="utf-8"))
        if layer.id in ADDED:
            collection["features"].append({"type": "Feature", "id": "1", "geometry": ADDED[layer.id], "properties": {}})
        for feature, text in zip(collection["features"], cycle(TEXTS), strict=False):
            feature["properties"] |= dict.fromkeys(_free_text_fields(layer), text)
        if layer.id == "schools":
            schools = collection["features"]
            for feature, feature_id in zip(schools, IDS, strict=False):
                feature["id"] = feature_id
        path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    _write_statuses(target / "schools" / "status.csv", schools)
    return schools


def _free_text_fields(layer: Layer) -> list[str]:
    return [
        field.name
        for field in layer.fields
        if field.type == "text" and not field.values and field.name != "location_basis"
    ]


def _write_statuses(path: Path, schools: list[dict]) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        head = next(csv.reader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, head)
        rows.writeheader()
        for school in schools:
            text = school["properties"]["name"]
            hostile = {"note": text, "evidence": text, "reported_by": text, "reported_at": "2024-01-15T08:00:00Z"}
            rows.writerow({"feature_id": school["id"], "year": 2023, "stage": "started", "progress_pct": 40, **hostile})
