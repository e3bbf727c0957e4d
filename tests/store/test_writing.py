"""What is written is read back as it was, and what does not hold is refused as a whole, by row and field."""

import datetime
import itertools

import geopandas
import numpy as np
import pandas
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.model.errors import Conflict, InvalidFeatures, LayerNotFound
from geo.model.feature_query import FeatureQuery
from geo.model.journal import Act, FeatureChange

numbers = itertools.count()
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60) | st.sampled_from(
    [
        "宏志小学",
        "${alert(1)}",
        "</script>",
        "'; DROP TABLE parcels; --",
        "%_\\",
        "\u202e学小",
        "`x`",
        "𠮷野家",
        "x" * 5000,
    ]
)
values = st.fixed_dictionaries(
    {
        "name": st.none() | texts,
        "level": st.sampled_from(["primary", "junior", None]),
        "area_mu": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        "seats": st.none() | st.integers(-(2**63) + 1, 2**63 - 1),
        "fenced": st.none() | st.booleans(),
        "surveyed_on": st.none() | st.dates().map(str),
        "remark": st.none() | texts,
    }
)
lon, lat = st.floats(-180, 180), st.floats(-90, 90)


@st.composite
def stars(draw):
    """A valid polygon around a centre, its ring either way round, with or without a hole."""
    x, y = draw(st.floats(-170, 170)), draw(st.floats(-80, 80))
    radii = draw(st.lists(st.floats(0.01, 5), min_size=5, max_size=9))
    angles = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    ring = [(x + r * np.cos(a), y + r * np.sin(a)) for r, a in zip(radii, angles, strict=True)]
    hole = [(x + 0.001 * dx, y + 0.001 * dy) for dx, dy in ((0, 0), (1, 0), (1, 1))] if draw(st.booleans()) else None
    turn = -1 if draw(st.booleans()) else 1
    return shapely.Polygon(ring[::turn], [hole[::turn]] if hole else None)


@st.composite
def multipolygons(draw):
    parts = draw(st.lists(stars(), min_size=1, max_size=4))
    union = shapely.union_all(parts)
    return union if isinstance(union, shapely.MultiPolygon) else shapely.MultiPolygon([union])


lines = st.lists(st.tuples(lon, lat), min_size=2, max_size=9, unique=True).map(shapely.LineString)
shapes = {
    "parcels": stars() | multipolygons(),
    "roads": lines | st.lists(lines, min_size=1, max_size=3).map(shapely.MultiLineString),
    "villages": st.tuples(lon, lat).map(shapely.Point),
    "blocks": stars(),
}


def signed_area(ring):
    """Positive when the ring runs counter-clockwise (the shoelace formula)."""
    x, y = np.array(ring.coords)[:-1].T
    x, y = x - x.mean(), y - y.mean()
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))


def without_needless_multi(shape):
    return shape.geoms[0] if hasattr(shape, "geoms") and len(shape.geoms) == 1 else shape


@pytest.mark.parametrize("layer_id", shapes)
def test_geometries_come_back_exactly_with_rings_as_rfc_7946_has_them(store, layer_id):
    @settings(max_examples=20, suppress_health_check=[HealthCheck.filter_too_much])
    @given(some=st.lists(st.none() | shapes[layer_id].filter(shapely.is_valid), min_size=1, max_size=6))
    def check(some):
        given_shapes = {f"g{next(numbers)}": shape for shape in some}
        written = geopandas.GeoDataFrame({"name": "甲"}, geometry=some, index=list(given_shapes), crs="EPSG:4326")
        assert store.add_features(layer_id, written) == len(some)
        for feature_id, shape in given_shapes.items():
            (wkb,) = store.read_feature(layer_id, feature_id).wkb
            same(wkb, shape)

    def same(wkb, shape):
        if shape is None:
            assert wkb is None
            return
        back, given_shape = shapely.from_wkb(wkb), without_needless_multi(shape)
        assert back.geom_type == given_shape.geom_type
        assert shapely.normalize(back) == shapely.normalize(given_shape)  # coordinates bit by bit
        for polygon in shapely.get_parts(back) if "Polygon" in back.geom_type else ():
            assert signed_area(polygon.exterior) > 0
            assert all(signed_area(ring) < 0 for ring in polygon.interiors)

    check()


def test_values_come_back_as_they_were(store, frame):
    @settings(max_examples=50)
    @given(some=st.lists(values, min_size=1, max_size=8))
    def check(some):
        rows = {f"v{next(numbers)}": row for row in some}
        store.add_features(
            "parcels", frame({feature_id: {**row, "geometry": None} for feature_id, row in rows.items()})
        )
        for feature_id, row in rows.items():
            page = store.read_feature("parcels", feature_id)
            back = dict(zip(page.columns, page.rows[0], strict=True))
            assert {name: back[name] for name in row} == row
            assert type(back["fenced"]) is type(row["fenced"])

    check()


def test_columns_of_every_usual_kind_are_understood(store):
    table = geopandas.GeoDataFrame(
        {
            "name": pandas.array(["甲", None], dtype="string"),
            "seats": [12.0, np.nan],
            "plan_year": pandas.array([2023, None], dtype="Int64"),
            "area_mu": np.array([1, 2], dtype="int32"),
            "fenced": pandas.array([True, None], dtype="boolean"),
            "surveyed_on": [datetime.date(2023, 5, 6), None],
            "planned_start": pandas.to_datetime(["2023-01-01", None]),
            "planned_finish": [datetime.datetime(2023, 12, 31), "2024-12-31"],
            "remark": [np.str_("乙"), pandas.NA],
        },
        geometry=[None, None],
        index=["a", "b"],
        crs="OGC:CRS84",
    )
    store.add_features("parcels", table)
    rows = store.read_page("parcels", FeatureQuery())
    first, second = (dict(zip(rows.columns, row, strict=True)) for row in rows.rows)
    names = [
        "name",
        "seats",
        "plan_year",
        "area_mu",
        "fenced",
        "surveyed_on",
        "planned_start",
        "planned_finish",
        "remark",
    ]
    assert [first[name] for name in names] == [
        "甲",
        12,
        2023,
        1.0,
        True,
        "2023-05-06",
        "2023-01-01",
        "2023-12-31",
        "乙",
    ]
    assert [second[name] for name in names] == [None, None, None, 2.0, None, None, None, "2024-12-31", None]


GOOD = {"geometry": shapely.box(114, 33, 114.01, 33.01), "name": "好"}
BOW = "POLYGON ((114 33, 114.1 33.1, 114.1 33, 114 33.1, 114 33))"
FAULTS = {
    "level": {"level": "university"},
    "seats": {"seats": 1.5},
    "seats ": {"seats": "12"},
    "seats  ": {"seats": 2**63},
    "area_mu": {"area_mu": float("inf")},
    "area_mu ": {"area_mu": True},
    "fenced": {"fenced": 1},
    "surveyed_on": {"surveyed_on": "2023-02-30"},
    "surveyed_on ": {"surveyed_on": "2023/02/03"},
    "surveyed_on  ": {"surveyed_on": datetime.datetime(2023, 1, 1, 12)},
    "name": {"name": "a\x00b"},
    "name ": {"name": "\ud800"},
    "name  ": {"name": 7},
    "MultiPolygon": {"geometry": "POINT (114 33)"},
    "空的": {"geometry": "POLYGON EMPTY"},
    "高程": {"geometry": "POLYGON Z ((114 33 1, 114.1 33 1, 114 33.1 1, 114 33 1))"},
    "边界自相交": {"geometry": BOW},
    "经纬度": {"geometry": "POLYGON ((33 114, 33 114.1, 33.1 114, 33 114))"},
    "经纬度 ": {"geometry": "POLYGON ((501568 3657902, 501668 3657902, 501568 3658002, 501568 3657902))"},
    "经纬度  ": {"geometry": shapely.Polygon([(114, 33), (float("inf"), 33), (114, 34)])},
}


@pytest.mark.parametrize("named", FAULTS)
def test_one_faulty_row_is_named_and_nothing_is_written(shared, frame, named):
    rows = {f"p{number}": GOOD for number in range(5)}
    with pytest.raises(InvalidFeatures) as raised:
        shared.add_features("parcels", frame({**rows, "bad": {**GOOD, **FAULTS[named]}, "p9": GOOD}))
    for words in ("parcels", " 6 ", "bad", named.strip()):
        assert words in str(raised.value)
    assert shared.count("parcels", FeatureQuery()) == 0
    assert shared.revision("parcels") == 0
    assert shared.extent("parcels") is None


@pytest.mark.parametrize("feature_id", ["", " a", "a\n", 7, None, "a\x00", "\u202e"])
def test_an_id_is_a_plain_text(shared, feature_id):
    with pytest.raises(InvalidFeatures, match="feature_id"):
        shared.add_features("targets", pandas.DataFrame({"name": ["甲"]}, index=[feature_id]))


@pytest.mark.parametrize("feature_id", ["2023-1", "一 二/三?#%&'\"<>", "x" * 500])
def test_an_id_may_hold_any_printable_character(store, feature_id):
    store.add_features("targets", pandas.DataFrame({"name": ["甲"]}, index=[feature_id]))
    assert store.read_feature("targets", feature_id).ids == [feature_id]


def test_an_id_is_there_once(store, frame):
    twice = pandas.concat([frame({"a": GOOD}), frame({"b": GOOD, "a": GOOD})])
    with pytest.raises(InvalidFeatures, match=r" 3 .*“a”"):
        store.add_features("parcels", twice)
    store.add_features("parcels", frame({"a": GOOD}))
    with pytest.raises(InvalidFeatures, match="“a”"):
        store.add_features("parcels", frame({"b": GOOD, "a": GOOD}))
    assert store.read_page("parcels", FeatureQuery()).ids == ["a"]


def test_frames_that_do_not_fit_their_layer_are_refused(store, frame):
    good = frame({"a": GOOD})
    with pytest.raises(InvalidFeatures, match="colour"):
        store.add_features("parcels", good.assign(colour="red"))
    with pytest.raises(InvalidFeatures, match="revision"):
        store.add_features("parcels", good.assign(revision=7))
    with pytest.raises(InvalidFeatures, match="EPSG:4326"):
        store.add_features("parcels", good.to_crs(4547))
    with pytest.raises(InvalidFeatures, match="EPSG:4326"):
        store.add_features("parcels", good.set_crs(None, allow_override=True))
    with pytest.raises(InvalidFeatures, match="targets"):
        store.add_features("targets", good)
    with pytest.raises(LayerNotFound, match="nowhere"):
        store.add_features("nowhere", good)


def test_a_frame_without_geometries_gives_features_without_geometry(store):
    store.add_features("parcels", pandas.DataFrame({"name": ["甲"]}, index=["a"]))
    assert store.read_feature("parcels", "a").wkb == [None]
    assert store.add_features("parcels", pandas.DataFrame({"name": []}, index=[])) == 0


def test_revision_and_extent_follow_every_write(store, frame, square):
    assert (store.revision("parcels"), store.extent("parcels")) == (0, None)
    store.add_features("parcels", frame({"a": {"geometry": square(114, 33)}}))
    assert store.revision("parcels") == 1
    assert store.extent("parcels") == pytest.approx((114, 33, 114.01, 33.01), abs=2e-5)
    store.add_features("parcels", frame({"b": {"geometry": square(113.5, 33.5)}, "c": {"geometry": None}}))
    assert store.revision("parcels") == 2
    assert store.extent("parcels") == pytest.approx((113.5, 33, 114.01, 33.51), abs=2e-5)
    store.add_features("parcels", frame({"d": {"geometry": None}}))
    assert store.extent("parcels") == pytest.approx((113.5, 33, 114.01, 33.51), abs=2e-5)
    assert store.revision("roads") == 0


def test_a_count_is_never_older_than_the_last_write(store, frame):
    assert store.count("parcels", FeatureQuery()) == 0
    store.add_features("parcels", frame({"a": GOOD}))
    assert store.count("parcels", FeatureQuery()) == 1


def test_what_was_checked_against_an_older_state_is_not_written(store):
    seen = store.journal_head().seq
    store.write([FeatureChange("parcels", "p", None, {"name": "甲"})], Act("王工"), last_seq=seen)
    with pytest.raises(Conflict, match="再试一次"):
        store.write([FeatureChange("parcels", "q", None, {"name": "乙"})], Act("李工"), last_seq=seen)
    assert store.count("parcels", FeatureQuery()) == 1
    store.write([FeatureChange("parcels", "q", None, {"name": "乙"})], Act("李工"), last_seq=store.journal_head().seq)
    assert store.count("parcels", FeatureQuery()) == 2
