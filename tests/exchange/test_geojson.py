"""GeoJSON by RFC 7946: checked by schema, by hand, and by GDAL as an independent reader."""

import json
from datetime import date
from itertools import pairwise

import geopandas
import numpy
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.exchange import geojson

SQUARE_CLOCKWISE = (
    "POLYGON((114 33, 114 33.1, 114.1 33.1, 114.1 33, 114 33),"
    " (114.02 33.02, 114.04 33.02, 114.04 33.04, 114.02 33.02))"
)
HOSTILE = [
    "${alert(1)}",
    "</script><script>",
    "`back-ticks`",
    '"quoted" \\ ',
    "\u202eRTL\u202c",
    "学" * 5000,
    "\x00\x01\x1f",
    "😀",
]

lons = st.floats(-180, 180, allow_nan=False)
lats = st.floats(-90, 90, allow_nan=False)


def wkb(wkt: str) -> bytes:
    return shapely.to_wkb(shapely.from_wkt(wkt))


def is_counter_clockwise(ring) -> bool:
    """The shoelace formula, by hand."""
    return sum((x1 * y2 - x2 * y1) for (x1, y1), (x2, y2) in pairwise(ring)) > 0


def test_a_page_is_a_valid_feature_collection_with_its_extra_members(rfc7946):
    found = geojson.feature_collection(
        ["a", "b"], [wkb("POINT(114.0168 33.0456)"), None], [{"seats": 1620}, {"seats": None}], numberMatched=2
    )
    answer = json.loads(found)
    rfc7946(answer)
    assert answer == {
        "type": "FeatureCollection",
        "numberMatched": 2,
        "features": [
            {
                "type": "Feature",
                "id": "a",
                "geometry": {"type": "Point", "coordinates": [114.0168, 33.0456]},
                "properties": {"seats": 1620},
            },
            {"type": "Feature", "id": "b", "geometry": None, "properties": {"seats": None}},
        ],
    }


def test_outer_rings_turn_counter_clockwise_and_holes_clockwise(rfc7946):
    answer = json.loads(geojson.feature_collection(["a"], [wkb(SQUARE_CLOCKWISE)], [{}]))
    rfc7946(answer)
    outer, hole = answer["features"][0]["geometry"]["coordinates"]
    assert outer[0] == outer[-1]
    assert is_counter_clockwise(outer)
    assert not is_counter_clockwise(hole)


def test_coordinates_have_at_most_seven_decimals():
    found = geojson.feature(None, wkb("LINESTRING(114.01234567891 33.00000004, -0.00000001 33.99999999)"), {})
    assert b"[[114.0123457,33.0],[0.0,34.0]]" in found


def test_heights_are_left_out_and_empty_shapes_are_null():
    assert b'"coordinates":[114.0,33.0]' in geojson.feature("a", wkb("POINT Z(114 33 88.5)"), {})
    assert json.loads(geojson.feature("a", wkb("POLYGON EMPTY"), {}))["geometry"] is None


def test_a_ring_smaller_than_the_last_decimal_stays_a_ring(rfc7946):
    tiny = wkb("POLYGON((114 33, 114.00000001 33, 114.00000001 33.00000001, 114 33))")
    answer = json.loads(geojson.feature_collection(["a"], [tiny], [{}]))
    rfc7946(answer)
    assert answer["features"][0]["geometry"]["coordinates"] == [[[114.0, 33.0]] * 4]


def test_parcels_that_shared_an_edge_still_share_it_after_rounding():
    corner, top = "114.0123456789 33.0123456789", "114.0123456789 33.0223456789"
    left = wkb(f"POLYGON((114 33, {corner}, {top}, 114 33.1, 114 33))")
    right = wkb(f"POLYGON(({corner}, 114.1 33, 114.1 33.1, {top}, {corner}))")
    answer = json.loads(geojson.feature_collection(["l", "r"], [left, right], [{}, {}]))
    shapes = [shapely.from_geojson(json.dumps(f["geometry"])) for f in answer["features"]]
    assert all(shape.is_valid for shape in shapes)
    assert shapes[0].touches(shapes[1])
    assert shapes[0].intersection(shapes[1]).length == pytest.approx(0.01, abs=1e-9)


def test_dates_are_iso_text_and_what_is_no_number_is_null():
    found = json.loads(
        geojson.feature("a", None, {"start": date(2023, 1, 1), "nan": float("nan"), "inf": float("inf")})
    )
    assert found["properties"] == {"start": "2023-01-01", "nan": None, "inf": None}


def test_a_feature_may_have_no_id_and_more_members():
    assert json.loads(geojson.feature(None, None, {}, statuses=[{"year": 2023}])) == {
        "type": "Feature",
        "geometry": None,
        "properties": {},
        "statuses": [{"year": 2023}],
    }


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_comes_back_as_it_was(text):
    found = json.loads(geojson.feature_collection([text], [None], [{text: text}]))
    assert found["features"][0] == {"type": "Feature", "id": text, "geometry": None, "properties": {text: text}}


def test_a_stream_over_layers_is_one_collection_whose_features_name_their_layer(rfc7946):
    parts = [
        ("schools", ["a"], [wkb("POINT(114 33)")], [{"seats": 1}]),
        ("villages", [], [], []),
        ("parks", ["a", "b"], [None, None], [{}, {}]),
    ]
    chunks = list(geojson.stream(parts, note="演示数据"))
    answer = json.loads(b"".join(chunks))
    rfc7946(answer)
    assert answer["note"] == "演示数据"
    assert [(f["collection"], f["id"]) for f in answer["features"]] == [
        ("schools", "a"),
        ("parks", "a"),
        ("parks", "b"),
    ]
    assert geojson.collections(parts, note="演示数据") == b"".join(chunks)


def test_nothing_at_all_is_a_valid_collection(rfc7946):
    for found in (
        geojson.feature_collection([], [], []),
        geojson.collections([]),
        geojson.collections([("a", [], [], [])]),
    ):
        rfc7946(json.loads(found))


def test_a_stream_takes_one_part_at_a_time():
    taken = 0

    def parts():
        nonlocal taken
        for number in range(3):
            taken += 1
            yield "layer", [str(number)], [None], [{}]

    chunks = geojson.stream(parts())
    assert taken == 0
    next(chunks)
    next(chunks)
    assert taken == 1


@given(st.lists(st.tuples(lons, lats), min_size=1, max_size=20))
def test_positions_move_by_no_more_than_the_last_decimal(points):
    ids, blobs = [str(n) for n in range(len(points))], [shapely.Point(point).wkb for point in points]
    found = json.loads(geojson.feature_collection(ids, blobs, [{}] * len(points)))
    written = [f["geometry"]["coordinates"] for f in found["features"]]
    assert numpy.abs(numpy.array(written) - numpy.array(points)).max() <= 5.0001e-8


@given(st.lists(st.tuples(lons, lats, st.floats(0.001, 1)), min_size=1, max_size=10))
def test_every_outer_ring_turns_counter_clockwise_whichever_way_it_came(circles):
    shapes = [shapely.Point(lon / 2, lat / 2).buffer(size, quad_segs=2) for lon, lat, size in circles]
    shapes = [shape.reverse() if number % 2 else shape for number, shape in enumerate(shapes)]
    ids, blobs = [str(n) for n in range(len(shapes))], [shape.wkb for shape in shapes]
    found = json.loads(geojson.feature_collection(ids, blobs, [{}] * len(shapes)))
    assert all(is_counter_clockwise(f["geometry"]["coordinates"][0]) for f in found["features"])


def test_gdal_reads_the_same_coordinates_and_properties(tmp_path):
    random = numpy.random.default_rng(7)
    shapes = [shapely.Point(114 + x, 33 + y).buffer(0.01, quad_segs=3) for x, y in random.random((50, 2)) / 10]
    rows = [
        {"name": f"学校{n}", "seats": n, "land_area_mu": n + 0.25, "opened": f"2023-01-{n % 28 + 1:02d}", "note": None}
        for n in range(50)
    ]
    path = tmp_path / "out.geojson"
    path.write_bytes(geojson.collections([("schools", [f"s-{n}" for n in range(50)], [s.wkb for s in shapes], rows)]))
    frame = geopandas.read_file(path, engine="fiona")
    assert frame.crs.to_epsg() == 4326
    assert list(frame["id"]) == [f"s-{n}" for n in range(50)]
    for name in ("name", "seats", "land_area_mu"):
        assert list(frame[name]) == [row[name] for row in rows]
    assert [str(day)[:10] for day in frame["opened"]] == [row["opened"] for row in rows]
    assert frame["note"].isna().all()
    assert all(a.equals_exact(b, 1e-7, normalize=True) for a, b in zip(frame.geometry, shapes, strict=True))
