"""CQL2 over both stores: each filter against what plain Python finds."""

import random
from contextlib import closing

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.exchange.cql2 import read_filter
from geo.model.errors import InvalidInput
from geo.model.feature_query import FeatureQuery
from geo.model.served_crs import LON_LAT, served_crs
from geo.model.status import AnnualStatus
from geo.store import open_store
from tests.depth import examples

ROWS = {
    "a": {"name": "宏志小学", "level": "primary", "seats": 1080, "area_mu": 29.45, "fenced": True},
    "b": {"name": "第一初级中学", "level": "junior", "seats": 2400, "area_mu": 80.0, "surveyed_on": "2023-05-01"},
    "c": {"name": "It's 100%_A", "level": "primary", "seats": 0, "fenced": False, "surveyed_on": "2021-01-31"},
    "d": {"name": "无数据"},
}
SHAPES = {"a": (114.0, 33.0), "b": (114.02, 33.0), "c": (114.005, 33.005)}


@pytest.fixture(scope="module")
def filled(new_url, catalog, frame, square):
    """One store for all questions: none of them writes."""
    store = open_store(new_url(), catalog)
    store.create()
    rows = {key: row | ({"geometry": square(*SHAPES[key])} if key in SHAPES else {}) for key, row in ROWS.items()}
    store.add_features("parcels", frame(rows))
    store.add_statuses([AnnualStatus("parcels", "a", 2023, stage="started", progress_pct=40.0)])
    yield store
    store.close()


def found(store, text, language="cql2-text", **query):
    asked = read_filter(text, language, LON_LAT)
    return "".join(store.read_page("parcels", FeatureQuery(filter=asked, **query)).ids)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("seats >= 1080", "ab"),
        ("1080 <= seats", "ab"),
        ("seats = 1080.5", ""),
        ("name = '宏志小学'", "a"),
        ("name = 'It''s 100%_A'", "c"),
        ("name <> '宏志小学'", "bcd"),
        ("name LIKE '%学'", "ab"),
        ("name LIKE '_志%'", "a"),
        (r"name LIKE '%\%\_A'", "c"),
        ("name LIKE '%_a'", ""),
        ("NOT name LIKE '%学'", "cd"),
        ("level IN ('primary','x')", "ac"),
        ("level NOT IN ('primary')", "b"),
        pytest.param(f"seats IN (1080, {', '.join(['7'] * 1200)})", "a", id="a long list"),
        ("seats / 2 IN (540, 7)", "a"),
        ("seats IN (area_mu, 2400)", "b"),
        ("TRUE", "abcd"),
        ("FALSE", ""),
        ("seats > 0 AND NOT FALSE", "ab"),
        ("area_mu BETWEEN 20 AND 80", "ab"),
        ("area_mu IS NULL", "cd"),
        ("area_mu IS NOT NULL", "ab"),
        ("fenced = TRUE", "a"),
        ("fenced = false", "c"),
        ("surveyed_on >= DATE('2022-01-01')", "b"),
        ("surveyed_on < '2022-01-01'", "c"),
        ("seats > 0 AND (level = 'junior' OR area_mu < 30)", "ab"),
        ("NOT (seats > 0)", "c"),
        ("seats / area_mu > 31", "a"),
        ("seats * 2 = 2160", "a"),
        ("seats - 80 > 1000 + 1", "b"),
        ("area_mu < seats", "ab"),
        ("geometry IS NULL", "d"),
        ("S_INTERSECTS(geometry, POINT(114.006 33.006))", "ac"),
        ("S_INTERSECTS(geometry, BBOX(114.019, 33, 114.021, 33.001)) AND seats > 0", "b"),
        ("S_INTERSECTS(geometry, BBOX(114.015, 32, 114.005, 34)) AND seats > 0", "ab"),
        ("S_INTERSECTS(geometry, BBOX(179, 32, -179, 34))", ""),
        ("S_DISJOINT(geometry, POINT(114.006 33.006))", "b"),
        ("S_WITHIN(geometry, BBOX(113.99, 32.99, 114.011, 33.011))", "a"),
        ("S_CONTAINS(geometry, POINT(114.001 33.001))", "a"),
        ("S_CONTAINS(BBOX(113.99, 32.99, 114.011, 33.011), geometry)", "a"),
        ("S_OVERLAPS(geometry, BBOX(114, 33, 114.007, 33.007))", "c"),
        ("S_TOUCHES(geometry, POINT(114.02 33))", "b"),
        ("S_CROSSES(geometry, LINESTRING(113.9 33.002, 114.2 33.002))", "ab"),
        ("S_EQUALS(geometry, BBOX(114, 33, 114.01, 33.01))", "a"),
        ("S_INTERSECTS(geometry, POINT(114.006 33.006)) OR seats = 2400", "abc"),
        ("NOT S_INTERSECTS(geometry, POINT(114.006 33.006))", "b"),
    ],
)
def test_a_filter_finds_what_it_says(filled, text, expected):
    assert found(filled, text) == expected


def test_the_same_in_json(filled):
    more = '{"op":">","args":[{"property":"seats"},0]}'
    text = '{"op":"and","args":[' + more + ',{"op":"like","args":[{"property":"name"},"%小学"]}]}'
    assert found(filled, text, "cql2-json") == "a"
    assert found(filled, '{"op":"in","args":[{"property":"seats"},[]]}', "cql2-json") == ""


def test_what_was_reported_of_a_year_can_be_asked_for_with_the_year(filled):
    assert found(filled, "progress_pct >= 40 AND stage = 'started'", year=2023) == "a"
    assert found(filled, "stage = 'not_reported'", year=2023) == "bcd"
    with pytest.raises(InvalidInput, match="年份"):
        found(filled, "stage = 'started'")


def test_counts_and_pages_agree(filled):
    asked = FeatureQuery(
        filter=read_filter("S_INTERSECTS(geometry, BBOX(113,32,115,34)) AND seats >= 0", "cql2-text", LON_LAT)
    )
    assert filled.count("parcels", asked) == 3
    assert filled.summarise("parcels", asked, fields=["seats"]).totals == {"seats": 3480}


@pytest.mark.parametrize(
    "text",
    [
        "nowhere = 1", "seats = 'many'", "name > 5", "level LIKE 5", "seats LIKE '1%'", "name = level AND 1 = 1",
        "fenced > TRUE", "seats + name > 1", "geometry = 1", "seats", "name = seats", "name = '\x00'",
        "surveyed_on = 'yesterday'",
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused(filled, text):
    with pytest.raises(InvalidInput):
        found(filled, text)


SIGNS = "ab%_\\'小学A.*["


@pytest.fixture(scope="module")
def named(copied, catalog, frame):
    """A store of 150 features whose names are signs that matter in a pattern, but no backslash; names by id."""
    dice = random.Random(5)
    names = {
        f"n-{number}": "".join(dice.choices(SIGNS.replace("\\", ""), k=dice.randint(1, 6))) for number in range(150)
    }
    with copied() as url, closing(open_store(url, catalog)) as store:
        store.add_features("parcels", frame({key: {"name": name} for key, name in names.items()}))
        yield store, names


@settings(max_examples=examples(20, deep=100))
@given(pattern=st.text(alphabet=SIGNS, max_size=6))
def test_like_is_like_on_both_stores(named, pattern):
    """Each sign of the pattern by hand: `%`, `_`, and a backslash before what is meant itself."""
    if pattern.endswith("\\") and (len(pattern) - len(pattern.rstrip("\\"))) % 2:
        return  # a backslash that nothing follows is a fault in PostgreSQL
    store, names = named
    quoted = pattern.replace("'", "''")
    asked = FeatureQuery(filter=read_filter(f"name LIKE '{quoted}'", "cql2-text", LON_LAT))
    expected = {key for key, name in names.items() if like(name, pattern)}
    assert set(store.read_page("parcels", asked).ids) == expected


def like(text, pattern):
    if not pattern:
        return not text
    sign, rest = pattern[0], pattern[1:]
    if sign == "%":
        return any(like(text[start:], rest) for start in range(len(text) + 1))
    if sign == "\\":
        sign, rest = rest[0], rest[1:]
        return text[:1] == sign and like(text[1:], rest)
    return bool(text) and (sign in ("_", text[0])) and like(text[1:], rest)


@pytest.mark.parametrize(
    "text",
    [
        "", "seats >", "(" * 3000, "NOT " * 500 + "a=1", "a=" + "-" * 3900 + "1", "a = 1; DROP TABLE parcels",
        "seats > 1e999", "CASEI(name) = 'x'", "S_DWITHIN(geometry, POINT(1 2), 3)",
        "S_INTERSECTS(geometry, BBOX(113, 34, 115, 33))", "S_INTERSECTS(geometry, BBOX(113, 33, 500, 34))",
        "S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 1 0, 0 1, 0 0)))", "S_INTERSECTS(geometry, other)",
    ],
)  # fmt: skip
def test_what_is_no_filter_is_refused_at_once(text):
    with pytest.raises(InvalidInput):
        read_filter(text, "cql2-text", LON_LAT)


@pytest.mark.parametrize(
    "text",
    ["[]", "{", "5", '{"op":"and"}', '{"op":"=","args":[]}', "[" * 2000, '{"op":"foo","args":[1]}', '{"property":"a"}'],
)
def test_what_is_no_filter_in_json_is_refused_at_once(text):
    with pytest.raises(InvalidInput):
        read_filter(text, "cql2-json", LON_LAT)


def test_shapes_of_a_filter_are_read_in_their_system():
    crs = served_crs((113.9, 32.9, 114.1, 33.1))["http://www.opengis.net/def/crs/EPSG/0/4326"]
    asked = read_filter("S_INTERSECTS(geometry, POINT(33 114))", "cql2-text", crs)
    assert shapely.from_wkb(asked.args[1].wkb).wkt == "POINT (114 33)"
