"""One small set of layers for both stores, and what must be the same of what leaves them."""

import difflib
import io
import zipfile
from datetime import date

import pytest

from geo.exchange.files.steady import steady_drawing, steady_geopackage, steady_workbook
from tests.service.conftest import Folder, square
from tests.service.parcel_layers import LINES, PARCELS, TABLE, feature, ground, line, parcel

DAY = date(2024, 3, 1)
STEADY = {"gpkg": steady_geopackage, "dxf": steady_drawing, "xlsx": steady_workbook}
"""What takes the moment of writing out of a file that states it."""


def sample_folder(path):
    """Every kind of geometry; parcels of every basis, one of two parts, one without a place."""
    folder = Folder(path)
    (folder.path / "land_use.toml").write_text(TABLE, encoding="utf-8")
    status = {"feature_id": "a", "year": 2023, "stage": "started", "progress_pct": 40}
    parts = square(114.03, 33.0)
    parts = {"type": "MultiPolygon", "coordinates": [parts["coordinates"], square(114.05, 33.0)["coordinates"]]}
    folder.layer(
        "schools",
        PARCELS,
        parcel("a", ground(0, 0, 200, 100), 30),
        parcel("b", ground(200, 0, 400, 100), 30, name="Ｂ校（😀龘）\u3000东"),
        parcel("c", ground(150, 50, 250, 150), 30, "placed", land_use_code="080404"),
        parcel("d", ground(1200, 0, 1400, 100), 30, "schematic"),
        parcel("e", None, 30, "unlocated"),
        {**feature("f", None, **parcel("f", None, 7.123456789)["properties"]), "geometry": parts},
        statuses=(status,),
    )
    folder.layer("control_lines", LINES, line("n", "farmland", ground(150, 50, 300, 300)))
    folder.section_and_road()
    return folder


def parts_of(content, format_name, tmp_path):
    """What a file holds, by name, without the moment at which it was written."""
    if format_name in STEADY:
        path = tmp_path / "file"
        path.write_bytes(content)
        STEADY[format_name](path, DAY)
        content = path.read_bytes()
    if format_name not in ("shp", "zip"):
        return {format_name: content}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def check_same(first, second):
    assert list(first) == list(second)
    for name, content in first.items():
        if content != second[name]:
            lines = [part.decode("utf-8", "replace").splitlines() for part in (content, second[name])]
            pytest.fail(f"{name}: " + "\n".join([*difflib.unified_diff(*lines, lineterm="", n=0)][:20])[:2000])
