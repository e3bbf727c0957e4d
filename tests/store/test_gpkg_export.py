"""A GeoPackage to take away: GDAL reads every value and shape of it, and goes on with it."""

import re
import sqlite3
from contextlib import closing

import numpy
import pandas
import pyogrio
import pytest
import shapely

from geo.model.errors import InvalidFile
from geo.model.page import Columns
from geo.store.gpkg_export import NewLayer, new_geopackage

FIELDS = {"feature_id": "text", "name": "text", "floors": "integer", "area": "number", "open": "boolean", "on": "date"}
VALUES = {
    "name": ["甲", "𠮷", None],
    "floors": [-(2**63), 2**63 - 1, None],
    "area": [1.5, 3, None],
    "open": [True, False, None],
    "on": ["2024-02-29", "1899-12-31", None],
}
SQUARE = shapely.box(38_498_000, 3_652_000, 38_498_100, 3_652_200)
RING = SQUARE.difference(shapely.box(38_498_010, 3_652_010, 38_498_020, 3_652_020))
FAR = shapely.box(38_499_000, 3_653_000, 38_499_100, 3_653_100)


def layer(name="plots", geometry="Polygon", title="地块"):
    return NewLayer(name, title, "来源\n许可", FIELDS, geometry)


def part(*shapes, start=1):
    ids = [f"p{number}" for number in range(start, start + len(shapes))]
    values = {name: each[: len(shapes)] for name, each in VALUES.items()}
    return Columns(ids, [None if each is None else each.wkb for each in shapes], {"feature_id": ids, **values})


def written(path, *layers_and_parts, srs_id=4526):
    with new_geopackage(path, srs_id) as file:
        for new, *parts in layers_and_parts:
            file.write(new, parts)
    return path


def asked(path, question):
    with closing(sqlite3.connect(path)) as file:
        return file.execute(question).fetchall()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.gpkg"


def test_every_value_is_there_and_what_is_unknown_stays_so(path):
    written(path, (layer(), part(SQUARE, RING, None)))
    found = pyogrio.read_dataframe(path)
    assert list(found["feature_id"]) == ["p1", "p2", "p3"]
    assert asked(path, "SELECT name FROM plots") == [("甲",), ("𠮷",), (None,)]
    assert asked(path, 'SELECT floors, area, open, "on" FROM plots') == [
        (-(2**63), 1.5, 1, "2024-02-29"), (2**63 - 1, 3.0, 0, "1899-12-31"), (None, None, None, None)]  # fmt: skip
    assert list(found["on"].dropna()) == list(pandas.to_datetime(["2024-02-29", "1899-12-31"]))
    assert shapely.equals_exact(found.geometry[:2].array, [SQUARE, RING]).all()
    assert found.geometry[2] is None
    assert found.crs.to_epsg() == 4526
    assert pyogrio.read_info(path)["total_bounds"] == SQUARE.bounds


def test_layers_come_one_after_another_each_with_its_index_title_and_count(path):
    lines = shapely.linestrings([[[0, 0], [1, 1]]])[0]
    written(
        path, (layer("one", title="地块 甲"), part(SQUARE, FAR), part(RING, start=3)),
        (layer("two", "MultiLineString", "道路"), part(lines, shapely.MultiLineString([lines]))),
        (layer("bare", None, "指标"), part(None, None)), (layer("none", "Point", "点"),),
        (layer("empty", "Point", "空"), part()),
    )  # fmt: skip
    assert asked(path, "SELECT table_name, data_type, identifier, description, srs_id FROM gpkg_contents") == [
        ("one", "features", "地块 甲", "来源\n许可", 4526), ("two", "features", "道路", "来源\n许可", 4526),
        ("bare", "attributes", "指标", "来源\n许可", None), ("none", "features", "点", "来源\n许可", 4526),
        ("empty", "features", "空", "来源\n许可", 4526)]  # fmt: skip
    assert asked(path, "SELECT * FROM gpkg_ogr_contents") == [
        ("one", 3), ("two", 2), ("bare", 2), ("none", 0), ("empty", 0)]  # fmt: skip
    for name in ("one", "two", "none"):
        assert asked(path, f"SELECT rtreecheck('rtree_{name}_geom')") == [("ok",)]
    near = "maxx >= 38498500"
    assert asked(
        path, f"SELECT fid, feature_id FROM one WHERE fid IN (SELECT id FROM rtree_one_geom WHERE {near})"
    ) == [(2, "p2")]
    assert {shape.geom_type for shape in pyogrio.read_dataframe(path, layer="two").geometry} == {"MultiLineString"}
    assert len(pyogrio.read_dataframe(path, layer="bare")) == 2
    assert asked(path, "SELECT min_x, max_y FROM gpkg_contents WHERE table_name = 'none'") == [(None, None)]
    assert asked(path, "PRAGMA integrity_check") == [("ok",)]
    assert asked(path, "PRAGMA foreign_key_check") == []


@pytest.mark.parametrize("srs_id", [4326, 4490, 4526, 4547])
def test_the_crs_is_told_in_words_too_and_the_file_is_of_version_1_2(path, srs_id):
    written(path, (layer(), part(SQUARE)), srs_id=srs_id)
    (organization, code, words), = asked(path, "SELECT organization, organization_coordsys_id, definition FROM"
                                         f" gpkg_spatial_ref_sys WHERE srs_id = {srs_id}")  # fmt: skip
    assert (organization, code) == ("EPSG", srs_id)
    assert re.search(r'AUTHORITY\["EPSG","(\d+)"\]\]$', words)[1] == str(srs_id)
    known = asked(path, "SELECT srs_id FROM gpkg_spatial_ref_sys ORDER BY srs_id")
    assert known == [(each,) for each in sorted({-1, 0, 4326, srs_id})]
    assert asked(path, "PRAGMA user_version") == [(10200,)]
    assert asked(path, "PRAGMA application_id") == [(0x47504B47,)]


def test_gdal_goes_on_with_it(path):
    written(path, (layer(), part(SQUARE, None)))
    more = pyogrio.read_dataframe(path)[:1].set_geometry([FAR], crs=4526)
    pyogrio.write_dataframe(more, path, layer="plots", append=True)
    assert asked(path, "SELECT feature_count FROM gpkg_ogr_contents") == [(3,)]
    assert asked(path, "SELECT id FROM rtree_plots_geom ORDER BY id") == [(1,), (3,)]
    assert asked(path, "SELECT rtreecheck('rtree_plots_geom')") == [("ok",)]
    assert pyogrio.read_info(path)["total_bounds"] == (SQUARE.bounds[0], SQUARE.bounds[1], *FAR.bounds[2:])


@pytest.mark.parametrize("order", [0, 1])
def test_shapes_of_another_program_and_empty_ones_are_written_as_they_are(path, order):
    shapes = [shapely.MultiPolygon([SQUARE, FAR]), shapely.Polygon()]
    given = part(*shapes)
    given = Columns(given.ids, [shapely.to_wkb(each, byte_order=order) for each in shapes], given.values)
    written(path, (layer(geometry="MultiPolygon"), given))
    found = pyogrio.read_dataframe(path).geometry
    assert shapely.equals_exact(found[0], shapes[0])
    assert found[1].is_empty
    assert asked(path, "SELECT id FROM rtree_plots_geom") == [(1,)]


def test_thousands_are_found_by_their_place(path):
    corners = numpy.random.default_rng(3).uniform(0, 1e5, (5_000, 2))
    shapes = shapely.box(*corners.T, *(corners + 30).T)
    ids = [f"p{number}" for number in range(len(shapes))]
    parts = [slice(start, start + 700) for start in range(0, len(shapes), 700)]
    wkb = shapely.to_wkb(shapes).tolist()
    written(path, (layer(), *(Columns(ids[some], wkb[some], {"feature_id": ids[some]}) for some in parts)))
    window = (20_000, 30_000, 41_000, 52_000)
    there = shapely.intersects(shapes, shapely.box(*window))
    assert set(pyogrio.read_dataframe(path, bbox=window)["feature_id"]) == {
        ids[each] for each in numpy.flatnonzero(there)
    }


def test_a_file_that_cannot_be_written_is_one_error_that_names_it(path, tmp_path):
    with pytest.raises(InvalidFile, match=r"a\.gpkg"):
        written(tmp_path / "no" / "a.gpkg", (layer(), part(SQUARE)))


def test_whoever_stops_the_features_half_way_gets_no_whole_file(path):
    def broken():
        yield part(SQUARE)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), new_geopackage(path, 4526) as file:
        file.write(layer(), broken())
    path.unlink()  # nobody holds it
