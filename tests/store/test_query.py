"""Every query gives what a plain look at each feature, with pandas and shapely, gives."""

import random
from dataclasses import replace

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.model.box import box_of
from geo.model.errors import FeatureNotFound, InvalidInput, LayerNotFound
from geo.model.feature_query import STATUS_COLUMNS, Condition, FeatureQuery, Order
from geo.model.status import AnnualStatus
from geo.store import open_store
from geo.store.base import Content
from tests.depth import examples

BASES = ["surveyed", "placed", "located", "schematic", "unlocated", None]
STAGES = ["reserved", "started", "completed"]


@pytest.fixture(scope="module")
def parcels():
    """300 features over 0.2° × 0.2° with every mixture of known and unknown, by id."""
    dice = random.Random(20211224)
    features = {}
    for number in range(300):
        basis = dice.choice(BASES)
        first, last = sorted((dice.randint(2021, 2025), dice.randint(2021, 2025)))
        west, south = dice.uniform(113.9, 114.1), dice.uniform(32.9, 33.1)
        turned = shapely.Polygon([(west, south), (west + 0.01, south + 0.004), (west + 0.003, south + 0.012)])
        features[f"p-{number}"] = {
            "geometry": None if basis == "unlocated" else turned,
            "location_basis": basis,
            "name": f"第{number}小学",
            "plan_year": dice.choice([2021, 2022, 2023, None]),
            "planned_start": dice.choice([f"{first}-01-01", None]),
            "planned_finish": dice.choice([f"{last}-12-31", None]),
            "level": dice.choice(["primary", "junior", None]),
            "area_mu": dice.choice([round(dice.uniform(0, 100), 2), None]),
            "seats": dice.choice([dice.randint(0, 2000), None]),
            "fenced": dice.choice([True, False, None]),
            "surveyed_on": dice.choice(["2023-05-06", "2024-02-29", None]),
            "retired_on": "2023-01-01" if dice.random() < 0.1 else None,
        }
    return features


@pytest.fixture(scope="module")
def reports(parcels):
    dice = random.Random(2)
    ids = list(parcels)[:200]
    return [
        AnnualStatus(
            layer_id="parcels",
            feature_id=dice.choice(ids),
            year=dice.randint(2020, 2026),
            stage=dice.choice(STAGES),
            progress_pct=dice.choice([None, float(dice.randint(0, 100))]),
            note=f"第{number}次",
        )
        for number in range(500)
    ]


@pytest.fixture(scope="module")
def filled(new_url, catalog, parcels, reports, frame):
    store = open_store(new_url(), catalog)
    store.create(lambda layer: Content(frame(parcels), reports) if layer.id == "parcels" else None)
    yield store
    store.close()


def status_as_of(reports, feature_id, year):
    """Of the rows up to the year the one of the latest year, and of that year's the last."""
    rows = [(report.year, number, report) for number, report in enumerate(reports) if report.feature_id == feature_id]
    rows = [row for row in rows if row[0] <= year]
    return max(rows)[2] if rows else None


def value_of(feature, status, name):
    if name == "status_year":
        return status and status.year
    if name == "stage":
        return status.stage if status else "not_reported"
    if name == "progress_pct":
        return status and status.progress_pct
    return feature.get(name)


def holds(condition, value):
    if condition.values and value not in condition.values:
        return False
    if condition.minimum is not None and (value is None or value < condition.minimum):
        return False
    return condition.maximum is None or (value is not None and value <= condition.maximum)


def meets(feature, between):
    start = feature["planned_start"] or feature["planned_finish"]
    finish = feature["planned_finish"] or feature["planned_start"]
    first, last = between
    return start is not None and (first is None or finish >= first) and (last is None or start <= last)


def matches(feature, status, query):
    if feature["retired_on"] and not query.retired:
        return False
    shape = feature["geometry"]
    if feature["location_basis"] == "schematic" and not query.schematic:
        shape = None
    if query.bbox is not None and (shape is None or not shapely.box(*query.bbox).intersects(shape)):
        return False
    if query.within is not None and (shape is None or not query.within.intersects(shape)):
        return False
    if query.between is not None and not meets(feature, query.between):
        return False
    return all(holds(condition, value_of(feature, status, condition.field)) for condition in query.conditions)


def expected_ids(parcels, reports, query):
    found = []
    for feature_id, feature in parcels.items():
        status = status_as_of(reports, feature_id, query.year) if query.year else None
        if matches(feature, status, query):
            found.append((feature_id, feature, status))
    for order in reversed(query.order):
        known = [row for row in found if value_of(row[1], row[2], order.field) is not None]
        known.sort(key=lambda row: value_of(row[1], row[2], order.field), reverse=order.descending)
        found = known + [row for row in found if value_of(row[1], row[2], order.field) is None]
    return [row[0] for row in found]


lon, lat = st.floats(113.88, 114.12), st.floats(32.88, 33.12)
WHOLE = (113.8, 32.8, 114.2, 33.2)
parts = st.tuples(lon, lon, lat, lat).map(lambda b: (min(b[:2]), min(b[2:]), max(b[:2]), max(b[2:])))
boxes = parts | st.just(WHOLE)
circles = st.tuples(lon, lat, st.floats(0.001, 0.08)).map(lambda c: shapely.Point(c[:2]).buffer(c[2]))
lines = st.lists(st.tuples(lon, lat), min_size=2, max_size=5, unique=True).map(shapely.LineString)
days = st.sampled_from(["2021-01-01", "2022-06-15", "2023-12-31", "2024-01-01"])
own_conditions = st.one_of(
    st.builds(
        lambda years: Condition("plan_year", tuple(years)), st.sets(st.sampled_from([2021, 2022, 2023]), min_size=1)
    ),
    st.builds(lambda level: Condition("level", (level,)), st.sampled_from(["primary", "junior", None])),
    st.builds(lambda low, high: Condition("seats", (), low, high), st.integers(0, 1000), st.integers(500, 2000)),
    st.builds(lambda low: Condition("area_mu", (), low), st.floats(0, 100)),
    st.builds(lambda yes: Condition("fenced", (yes,)), st.booleans()),
    st.builds(lambda day: Condition("surveyed_on", (), day, None), days),
    st.builds(lambda basis: Condition("location_basis", (basis,)), st.sampled_from(BASES)),
)
status_conditions = st.one_of(
    st.builds(lambda stage: Condition("stage", (stage,)), st.sampled_from([*STAGES, "not_reported"])),
    st.builds(lambda low: Condition("progress_pct", (), low), st.floats(0, 100)),
    st.builds(lambda year: Condition("status_year", (year,)), st.integers(2020, 2026)),
)
own_orders = st.builds(Order, st.sampled_from(["plan_year", "seats", "area_mu", "surveyed_on", "level"]), st.booleans())
status_orders = st.builds(Order, st.sampled_from(["stage", "progress_pct"]), st.booleans())


@st.composite
def queries(draw):
    year = draw(st.none() | st.integers(2019, 2027))
    conditions = own_conditions | status_conditions if year else own_conditions
    orders = own_orders | status_orders if year else own_orders
    return FeatureQuery(
        bbox=draw(st.none() | boxes),
        within=draw(st.none() | circles | lines),
        year=year,
        conditions=tuple(draw(st.lists(conditions, max_size=3))),
        between=draw(st.none() | st.tuples(days, st.none()) | st.tuples(st.none(), days) | st.tuples(days, days)),
        order=tuple(draw(st.lists(orders, max_size=2))),
        schematic=draw(st.booleans()),
        retired=draw(st.booleans()),
    )


def some_values(pages):
    """What each feature has a value of."""
    rows = (dict(zip(page.columns, row, strict=True)) for page in pages for row in page.rows)
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


@settings(max_examples=examples(60, deep=250))  # on each of the stores
@given(query=queries(), limit=st.integers(1, 30), offset=st.integers(0, 40))
def test_any_query_finds_what_a_plain_look_finds(filled, parcels, reports, query, limit, offset):
    expected = expected_ids(parcels, reports, query)
    pages = list(filled.scan("parcels", query, batch=7))
    assert [feature_id for page in pages for feature_id in page.ids] == expected
    assert all(len(page) == 7 for page in pages[:-1])
    narrow = list(filled.scan("parcels", query, batch=7, filled_only=True))
    assert [(page.ids, page.wkb) for page in narrow] == [(page.ids, page.wkb) for page in pages]
    assert some_values(narrow) == some_values(pages)
    assert filled.count("parcels", query) == len(expected)
    paged = replace(query, limit=limit, offset=offset)
    assert filled.read_page("parcels", paged).ids == expected[offset : offset + limit]
    assert filled.read_page("parcels", paged, state=filled.state("parcels")).ids == expected[offset : offset + limit]
    assert filled.count("parcels", paged) == len(expected)


@pytest.mark.parametrize("schematic", [False, True])
def test_pages_of_a_box_around_everything_follow_one_another(filled, parcels, reports, schematic):
    query = FeatureQuery(bbox=WHOLE, limit=7, schematic=schematic)
    expected, state = expected_ids(parcels, reports, query), filled.state("parcels")
    assert filled.count("parcels", query, state=state) == len(expected)
    starts = range(0, len(expected) + 7, 7)
    pages = [filled.read_page("parcels", replace(query, offset=start), state=state).ids for start in starts]
    assert [each for page in pages for each in page] == expected
    assert pages[-1] == []


def test_a_box_that_held_everything_does_no_more_once_something_lies_outside(store, frame):
    square = {"name": "一", "location_basis": "surveyed", "geometry": shapely.box(113.9, 32.9, 113.91, 32.91)}
    far = square | {"geometry": shapely.box(120, 40, 120.01, 40.01)}
    query = FeatureQuery(bbox=WHOLE, limit=10)

    def found():
        state = store.state("parcels")
        return store.read_page("parcels", query, state=state).ids, store.count("parcels", query, state=state)

    assert found() == ([], 0)
    store.add_features("parcels", frame({"near": square}))
    assert found() == (["near"], 1)
    store.add_features("parcels", frame({"far": far}))
    assert found() == (["near"], 1)


@settings(max_examples=examples(30, deep=100))
@given(query=queries(), cells=st.integers(1, 50))
def test_totals_and_cells_are_those_of_what_is_found(filled, parcels, reports, query, cells):
    found = [parcels[feature_id] for feature_id in expected_ids(parcels, reports, query)]
    summary = filled.summarise("parcels", replace(query, limit=1, offset=5), fields=["seats", "area_mu"], cells=cells)
    assert summary.count == len(found)
    for name in ("seats", "area_mu"):
        known = [feature[name] for feature in found if feature[name] is not None]
        assert summary.totals[name] == (pytest.approx(sum(known)) if known else None)
    shown = [f for f in found if f["geometry"] and (query.schematic or f["location_basis"] != "schematic")]
    assert sum(cell.count for cell in summary.cells) == len(shown)
    if shown:
        middles = [shapely.envelope(feature["geometry"]).centroid for feature in shown]
        weighted = sum(cell.lon * cell.count for cell in summary.cells) / len(shown)
        assert weighted == pytest.approx(sum(middle.x for middle in middles) / len(shown), abs=1e-5)


def test_a_grid_has_so_many_cells_along_its_longer_side(filled):
    """At 33° N a cell that is square on a map in Mercator's projection is 0.84 times as high as wide, in degrees."""
    query = FeatureQuery(bbox=(113.8, 32.8, 114.2, 33.2), schematic=True)
    cells = filled.summarise("parcels", query, cells=10).cells
    height = 0.4 / 10
    width = height / 0.84
    assert len({int((cell.lon + 180) / width) for cell in cells}) <= 6
    assert len({int((cell.lat + 90) / height) for cell in cells}) in (6, 7)
    assert len(cells) == len({(int((cell.lon + 180) / width), int((cell.lat + 90) / height)) for cell in cells})


def test_one_page_is_one_state_of_values_and_geometry(filled, parcels, reports):
    page = filled.read_page("parcels", FeatureQuery(year=2024, schematic=True, retired=True))
    assert page.columns == (
        *(field.name for field in filled.catalog["parcels"].fields),
        "revision",
        *STATUS_COLUMNS,
    )
    for feature_id, wkb, row in zip(page.ids, page.wkb, page.rows, strict=True):
        feature, status = parcels[feature_id], status_as_of(reports, feature_id, 2024)
        values = dict(zip(page.columns, row, strict=True))
        for name in filled.catalog["parcels"].fields:
            assert values[name.name] == feature.get(name.name)
        assert values["revision"] == 1
        assert values["status_note"] == (status and status.note)
        assert values["status_demo"] is False
        assert (wkb is None) == (feature["geometry"] is None)
        if wkb:
            assert shapely.from_wkb(wkb).equals(feature["geometry"])


def test_schematic_positions_are_given_only_when_asked_for(filled, parcels):
    plain = filled.read_page("parcels", FeatureQuery())
    for feature_id, wkb in zip(plain.ids, plain.wkb, strict=True):
        assert (wkb is None) == (parcels[feature_id]["location_basis"] in ("schematic", "unlocated"))


def test_values_come_as_texts_too(filled):
    def ids(*conditions):
        return filled.read_page("parcels", FeatureQuery(conditions=conditions)).ids

    assert ids(Condition("plan_year", ("2021",))) == ids(Condition("plan_year", (2021,))) != []
    assert ids(Condition("fenced", ("true",))) == ids(Condition("fenced", (True,))) != []
    assert ids(Condition("seats", (), "500", "900.5")) == ids(Condition("seats", (), 500, 900)) != []
    assert ids(Condition("surveyed_on", ("2024-02-29",))) != []


@pytest.mark.parametrize(
    "query",
    [
        FeatureQuery(conditions=(Condition("colour", ("red",)),)),
        FeatureQuery(conditions=(Condition("geom", ("x",)),)),
        FeatureQuery(conditions=(Condition("fid; DROP TABLE parcels", (1,)),)),
        FeatureQuery(conditions=(Condition("seats", ("many",)),)),
        FeatureQuery(conditions=(Condition("seats", ("1_000",)),)),
        FeatureQuery(conditions=(Condition("seats", (1.5,)),)),
        FeatureQuery(conditions=(Condition("seats", ("9" * 30,)),)),
        FeatureQuery(conditions=(Condition("seats", (True,)),)),
        FeatureQuery(conditions=(Condition("area_mu", (), "nan"),)),
        FeatureQuery(conditions=(Condition("area_mu", (), float("inf")),)),
        FeatureQuery(conditions=(Condition("surveyed_on", ("2023-02-29",)),)),
        FeatureQuery(conditions=(Condition("surveyed_on", ("20230101",)),)),
        FeatureQuery(conditions=(Condition("fenced", ("perhaps",)),)),
        FeatureQuery(conditions=(Condition("level", (), "a"),)),
        FeatureQuery(conditions=(Condition("remark", ("a\x00b",)),)),
        FeatureQuery(conditions=(Condition("remark", ("\ud800",)),)),
        FeatureQuery(conditions=(Condition("stage", ("started",)),)),
        FeatureQuery(order=(Order("colour"),)),
        FeatureQuery(order=(Order("progress_pct"),)),
        FeatureQuery(between=("soon", None)),
    ],
)
def test_what_cannot_be_asked_is_refused_at_once_and_named(filled, query):
    named = [*(condition.field for condition in query.conditions), *(order.field for order in query.order)]
    for ask in (filled.scan, filled.read_page, filled.count, filled.summarise):
        if query.order and ask in (filled.count, filled.summarise):
            continue  # an order does not matter there
        with pytest.raises(InvalidInput) as raised:
            ask("parcels", query)
        assert (named or ["planned_start"])[0] in str(raised.value)


def test_a_layer_without_the_means_of_a_question_matches_nothing(filled, store, frame):
    store.add_features("targets", frame({"t": {"name": "指标"}}).drop(columns="geometry"))
    store.add_features("roads", frame({"r": {"name": "路", "geometry": "LINESTRING (114 33, 114.1 33)"}}))
    assert store.count("targets", FeatureQuery(bbox=(-180, -90, 180, 90))) == 0
    assert store.count("roads", FeatureQuery(between=(None, "2025-01-01"))) == 0
    assert store.count("roads", FeatureQuery(within=shapely.Polygon())) == 0
    assert store.summarise("targets", FeatureQuery(), cells=10).cells == []
    assert store.read_page("roads", FeatureQuery(year=2023)).columns == ("name", "revision")


def test_a_box_of_no_size_finds_what_lies_under_the_point(store, frame, square):
    store.add_features("blocks", frame({"a": {"geometry": square(114, 33)}, "b": {"geometry": square(114.02, 33)}}))
    store.add_features("villages", frame({"v": {"geometry": "POINT (114.005 33.005)"}}))
    assert store.read_page("blocks", FeatureQuery(bbox=(114.005, 33.005, 114.005, 33.005))).ids == ["a"]
    assert store.read_page("villages", FeatureQuery(bbox=(114.005, 33.005, 114.005, 33.005))).ids == ["v"]
    assert store.read_page("blocks", FeatureQuery(bbox=(114.005, 33.0, 114.025, 33.0))).ids == ["a", "b"]


def test_a_box_across_the_antimeridian_finds_what_lies_on_both_sides(store, frame, square):
    places = {
        "west": square(-179.99, 10),
        "east": square(179.98, 10),
        "zone": square(114, 10),
        "south": square(179, -9),
    }
    store.add_features("blocks", frame({name: {"geometry": shape} for name, shape in places.items()}))
    assert store.read_page("blocks", FeatureQuery(within=box_of(179, 5, -179, 15))).ids == ["west", "east"]
    assert store.read_page("blocks", FeatureQuery(within=box_of(113, 5, -179.995, 15))).ids == ["east", "zone"]
    cells = store.summarise("blocks", FeatureQuery(within=box_of(179, 5, -179, 15)), cells=4).cells
    assert sum(cell.count for cell in cells) == 2


def test_what_only_its_bounds_touch_is_not_found(store, frame):
    corner = shapely.Polygon([(114, 33), (114.1, 33), (114, 33.1)])
    store.add_features("blocks", frame({"corner": {"geometry": corner}}))
    assert store.count("blocks", FeatureQuery(bbox=(114.08, 33.08, 114.1, 33.1))) == 0
    assert store.count("blocks", FeatureQuery(bbox=(114.04, 33.04, 114.1, 33.1))) == 1
    assert store.count("blocks", FeatureQuery(within=shapely.Point(114.09, 33.09))) == 0


def test_one_feature_is_read_retired_or_not(filled, parcels):
    retired = next(feature_id for feature_id, feature in parcels.items() if feature["retired_on"])
    assert filled.read_feature("parcels", retired, year=2023).ids == [retired]
    with pytest.raises(FeatureNotFound, match="nobody"):
        filled.read_feature("parcels", "nobody")
    with pytest.raises(LayerNotFound, match="nowhere"):
        filled.read_feature("nowhere", "p-1")
    with pytest.raises(InvalidInput, match="feature_id"):
        filled.read_feature("parcels", "\x00")


def test_a_frame_has_typed_columns_and_nulls_for_the_unknown(filled, parcels):
    table = filled.read_frame("parcels", FeatureQuery(year=2023, schematic=True))
    assert table.crs == "EPSG:4326"
    assert table.index.name == "feature_id"
    assert {name: str(table[name].dtype) for name in ("seats", "area_mu", "fenced", "revision", "status_year")} == {
        "seats": "Int64",
        "area_mu": "float64",
        "fenced": "boolean",
        "revision": "Int64",
        "status_year": "Int64",
    }
    known = {feature_id: f["seats"] for feature_id, f in parcels.items() if f["seats"] and not f["retired_on"]}
    assert {feature_id: seats for feature_id, seats in table["seats"].dropna().items() if seats} == known
    nothing = filled.read_frame("parcels", FeatureQuery(bbox=(0, 0, 1, 1)))
    assert len(nothing) == 0
    assert str(nothing["seats"].dtype) == "Int64"
    assert nothing.crs == "EPSG:4326"


def test_a_scan_of_nothing_is_one_empty_page(filled):
    (page,) = filled.scan("parcels", FeatureQuery(bbox=(0, 0, 1, 1)))
    assert (page.ids, page.wkb, page.rows) == ([], [], [])
    assert "seats" in page.columns
