"""A small zone of the tests' own, as layer folders."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from geo.exchange.status_table import HEADER
from geo.service.intake import open_or_create

ROOT = Path(__file__).resolve().parents[2]

ZONE = """
title = { zh = "开发区", en = "Zone" }
plan = { zh = "规划", en = "Plan" }
plan_source = "某规〔2021〕2号"
first_year = 2021
last_year = 2025
extent = [113.95, 32.97, 114.06, 33.11]
"""

SCHOOLS = """
title = { zh = "新建学校", en = "New schools" }
description = { zh = "学校", en = "Schools" }
role = "plan"
source = "规划"
licence = "公开"
geometry = "Polygon"
order = 1
[status]
kind = "construction"
[[fields]]
name = "land_area_mu"
title = { zh = "占地", en = "Land" }
type = "number"
short = "ZD"
unit = "mu"
[[fields]]
name = "seats"
title = { zh = "学位", en = "Seats" }
type = "integer"
short = "XW"
unit = "seat"
total = true
[[ratios]]
name = "land_per_seat_m2"
title = { zh = "生均用地", en = "Land per pupil" }
short = "SJYD"
numerator = "land_area_mu"
denominator = "seats"
unit = "m2_per_seat"
numerator_unit = "m2"
decimals = 1
"""

SECTIONS = """
title = { zh = "断面", en = "Sections" }
description = { zh = "断面", en = "Sections" }
role = "plan"
source = "规划"
licence = "公开"
geometry = "Point"
order = 2
[status]
kind = "measurement"
quantity = { zh = "水质类别", en = "Water class" }
unit = "water_class"
target = "target_class"
better = "lower"
[[fields]]
name = "target_class"
title = { zh = "目标", en = "Target" }
type = "integer"
short = "MB"
unit = "water_class"
"""

ROADS = """
title = { zh = "道路", en = "Roads" }
description = { zh = "道路", en = "Roads" }
role = "reference"
source = "地图"
licence = "ODbL"
geometry = "LineString"
order = 3
"""


def square(lon: float, lat: float, size: float = 0.01) -> dict:
    corners = [(lon, lat), (lon + size, lat), (lon + size, lat + size), (lon, lat + size), (lon, lat)]
    return {"type": "Polygon", "coordinates": [[list(corner) for corner in corners]]}


def school(number: int, basis: str = "placed", **more: object) -> dict:
    properties = {
        "name": f"第{number}小学",
        "plan_year": 2021 + number % 5,
        "planned_start": f"{2021 + number % 5}-01-01",
        "planned_finish": f"{2021 + number % 5}-12-31",
        "location_basis": basis,
        "land_area_mu": 30.5,
        "seats": 1000,
    }
    geometry = None if basis == "unlocated" else square(114 + number / 50, 33)
    return {"type": "Feature", "id": f"s-{number}", "geometry": geometry, "properties": {**properties, **more}}


class Folder:
    """A folder of layers that a test may spoil."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()
        (path / "zone.toml").write_text(ZONE, encoding="utf-8")

    def layer(self, name: str, definition: str, *features: dict, statuses: tuple[dict, ...] = ()) -> None:
        folder = self.path / name
        folder.mkdir(exist_ok=True)
        (folder / "layer.toml").write_text(definition, encoding="utf-8")
        document = {"type": "FeatureCollection", "features": list(features)}
        (folder / "features.geojson").write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        lines = [",".join(HEADER), *(",".join(str(row.get(name, "")) for name in HEADER) for row in statuses)]
        (folder / "status.csv").write_text("\n".join(lines), encoding="utf-8")

    def section_and_road(self):
        """A layer of points and one of lines, with one feature each."""
        point = {"type": "Point", "coordinates": [114.05, 33.05]}
        section = {"name": "尤河断面", "target_class": 3, "location_basis": "placed"}
        self.layer("sections", SECTIONS, {"type": "Feature", "id": "w", "geometry": point, "properties": section})
        line = {"type": "LineString", "coordinates": [[114, 33], [114.1, 33.0]]}
        self.layer("roads", ROADS, {"type": "Feature", "id": "r", "geometry": line, "properties": {"name": "乐山大道"}})


def small_zone(path: Path) -> Folder:
    """Seven schools (one schematic, one without a place), a water section, a road."""
    made = Folder(path)
    schools = [school(number) for number in range(1, 6)]
    made.layer("schools", SCHOOLS, *schools, school(6, "schematic"), school(7, "unlocated", seats=None))
    made.section_and_road()
    return made


@pytest.fixture
def folder(tmp_path):
    """The small zone, for a test that may spoil it."""
    return small_zone(tmp_path / "layers")


@pytest.fixture
def url(tmp_path):
    return f"gpkg:///{tmp_path / 'store' / 'plan.gpkg'}"


@pytest.fixture(scope="session")
def small_file(tmp_path_factory):
    """The file of a store of the small zone, to be copied."""
    made = small_zone(tmp_path_factory.mktemp("small") / "layers")
    path = made.path.with_name("plan.gpkg")
    open_or_create(f"gpkg:///{path}", made.path).close()
    return path


@pytest.fixture
def filled(small_file, folder, url):
    """A store of the small zone that a test may write to."""
    path = Path(url.removeprefix("gpkg:///"))
    path.parent.mkdir()
    shutil.copy(small_file, path)
    store = open_or_create(url, folder.path)
    yield store
    store.close()


@pytest.fixture(scope="session")
def shipped_file(tmp_path_factory):
    return tmp_path_factory.mktemp("shipped") / "plan.gpkg"


@pytest.fixture(scope="session")
def shipped(shipped_file):
    """A store of the shipped layers, for tests that only read."""
    store = open_or_create(f"gpkg:///{shipped_file}", ROOT / "layers")
    yield store
    store.close()


@pytest.fixture(scope="session")
def whole_file(shipped, shipped_file):
    """The file of a store of the shipped layers, to be copied."""
    path = shipped_file.with_name("whole.gpkg")
    with closing(sqlite3.connect(shipped_file)) as made:
        made.execute("VACUUM INTO ?", [str(path)])
    return path


@pytest.fixture
def written(whole_file, tmp_path):
    """A store of the shipped layers that a test may write to."""
    shutil.copy(whole_file, tmp_path / "plan.gpkg")
    store = open_or_create(f"gpkg:///{tmp_path}/plan.gpkg", ROOT / "layers")
    yield store
    store.close()
