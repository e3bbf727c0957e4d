"""What one format takes out another brings in: shapes to the millimetre, holes, parts, order, ids and Chinese text."""

import math
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.exchange import boundary_txt, dxf, geojson, kml
from geo.exchange.boundary_txt import DEFAULT_PROFILE, Parcel, Profile
from geo.exchange.files.vector import VectorField, VectorFile
from geo.model.layer import Layer, Title
from geo.model.page import Columns
from geo.service.opened_files import Asked, opened
from geo.store.gpkg_export import NewLayer, new_geopackage
from tests.depth import examples

EXTENT = (113.95, 32.97, 114.06, 33.11)
MM = 0.001
PLOTS = Layer(
    id="plots",
    title=Title(zh="地块", en="Plots"),
    description=Title(zh="地块", en="Plots"),
    role="reference",
    source="-",
    licence="-",
    geometry="MultiPolygon",
)
TO_PLANE = pyproj.Transformer.from_crs(4326, 4526, always_xy=True)
TO_DEGREES = pyproj.Transformer.from_crs(4526, 4326, always_xy=True)


def turned(shape, transformer):
    return shapely.transform(shape, lambda points: numpy.column_stack(transformer.transform(*points.T)))


@st.composite
def parcels(draw):
    """Parcels of one or two parts, with or without a hole, in degrees."""
    east, north = draw(st.integers(0, 3000)), draw(st.integers(0, 8000))
    parts = []
    for number in range(draw(st.integers(1, 2))):
        corners = draw(st.integers(3, 9))
        radii = draw(st.lists(st.integers(60, 200), min_size=corners, max_size=corners))
        middle = (38498000 + east + 600 * number, 3652000 + north)
        holes = [ring(middle, [12] * 5)] if draw(st.booleans()) else []
        parts.append(shapely.Polygon(ring(middle, radii), holes))
    shape = parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
    return turned(shape, TO_DEGREES)


def ring(middle, radii):
    turn = 2 * math.pi / len(radii)
    return [
        (middle[0] + r * math.cos(turn * step), middle[1] + r * math.sin(turn * step)) for step, r in enumerate(radii)
    ]


TEXTS = st.text(alphabet="学校地块甲乙丙鑫郏A1-（）", min_size=1, max_size=12)
FEATURES = st.lists(st.tuples(TEXTS, TEXTS, parcels()), min_size=1, max_size=4, unique_by=lambda feature: feature[0])


def part_of(features, crs=4326):
    ids = [each for each, _, _ in features]
    shapes = [shape if crs == 4326 else turned(shape, TO_PLANE) for _, _, shape in features]
    return "plots", ids, [shape.wkb for shape in shapes], [{"name": name, "use": name} for _, name, _ in features]


def as_txt(folder, features, profile=DEFAULT_PROFILE):
    lines = boundary_txt.lines(
        [Parcel(each, name, shape, {}) for each, name, shape in features], 38, profile, date(2026, 1, 2)
    )
    return written(folder / "a.txt", boundary_txt.encoded(lines, profile))


def as_dxf(folder, features):
    return written(folder / "a.dxf", dxf.stream([PLOTS], [part_of(features, 4526)], "zh", "EPSG:4526"))


def as_geojson(folder, features):
    return written(folder / "a.geojson", geojson.stream([part_of(features)]))


def as_kml(folder, features):
    return written(folder / "a.kml", kml.stream([PLOTS], [part_of(features)], "zh", ""))


def written(path, chunks):
    path.write_bytes(b"".join(chunks))
    return path


def columns_of(features):
    _, ids, wkb, rows = part_of(features, 4526)
    return Columns(ids, wkb, {"feature_id": ids, "name": [row["name"] for row in rows]})


def as_geopackage(folder, features):
    layer = NewLayer("plots", "地块", "-", {"feature_id": "text", "name": "text"}, "MultiPolygon")
    with new_geopackage(folder / "a.gpkg", 4526) as file:
        file.write(layer, [columns_of(features)])
    return folder / "a.gpkg"


def as_shapefile(folder, features):
    fields = [VectorField("YSBH", "feature_id", "text"), VectorField("MC", "name", "text")]
    VectorFile(folder / "a.shp", fields, "MultiPolygon", "EPSG:4526", "GBK").write([columns_of(features)])
    return folder / "a.shp"


NAMES = ("name", "MC", "地块名称")
IDS = ("feature_id", "YSBH", "地块编号")


def read(path):
    """The features of a file as they came: id, name and shape in degrees."""
    with opened(path, Asked(), EXTENT) as file:
        turn = file.in_degrees()
        found = []
        for batch in file.batches():
            ids = batch.ids or next(batch.fields[name] for name in IDS if name in batch.fields)
            names = next(batch.fields[name] for name in NAMES if name in batch.fields)
            found += zip(ids, names, turn(batch.shapes), strict=True)
        return found


def assert_same(found, wanted):
    assert [feature[:2] for feature in found] == [feature[:2] for feature in wanted]
    for (_, _, own), (_, _, given_shape) in zip(found, wanted, strict=True):
        one, other = (turned(shape, TO_PLANE) for shape in (own, given_shape))
        assert [len(part.interiors) for part in shapely.get_parts(one)] == [
            len(part.interiors) for part in shapely.get_parts(other)
        ]
        assert shapely.get_num_coordinates(one) == shapely.get_num_coordinates(other)
        assert one.hausdorff_distance(other) < MM
        assert one.boundary.hausdorff_distance(other.boundary) < MM


@given(features=FEATURES)
@settings(max_examples=examples(5, deep=12))
def test_a_chain_through_every_format_keeps_shapes_ids_and_words(features):
    chain = (as_geojson, as_txt, as_shapefile, as_geopackage, as_dxf, as_kml)
    wanted = features
    for write in chain:
        with TemporaryDirectory() as folder:
            found = read(write(Path(folder), wanted))
        assert_same(found, features)
        wanted = found


@pytest.mark.parametrize(
    "profile",
    [
        Profile(zone_digits=False),
        Profile(closing_row=False),
        Profile(encoding="UTF-8", line_end="LF", area_unit="平方米"),
        Profile(extra_columns=("{feature_id}", "备注")),
        Profile(area_unit="亩"),
    ],
)
@given(features=FEATURES)
@settings(max_examples=examples(3, deep=5))
def test_boundary_points_of_every_profile_are_read_as_they_were_written_and_without_doubts(features, profile):
    with TemporaryDirectory() as folder:
        path = as_txt(Path(folder), features, profile)
        assert_same(read(path), features)
        with opened(path, Asked(), EXTENT) as file:
            assert list(file.findings) == []
