"""A layer's state changes with every change, whoever makes it; what is kept of answers is never older."""

import sqlite3
import subprocess

import pytest
import shapely

from geo.model.feature_query import FeatureQuery
from geo.model.status import AnnualStatus
from geo.store import open_store
from geo.store.memo import Memo, key_of

SQL = {
    "insert": "INSERT INTO villages (feature_id, name) VALUES ('z', '外来村')",
    "update": "UPDATE villages SET name = '改名村' WHERE feature_id = 'a'",
    "delete": "DELETE FROM villages WHERE feature_id = 'a'",
    "status inserted": "INSERT INTO annual_status (layer_id, feature_id, year, demo, withdrawn)"
    " VALUES ('villages', 'a', 2022, false, false)",
    "status updated": "UPDATE annual_status SET value = 7",
    "status deleted": "DELETE FROM annual_status",
}


@pytest.fixture
def villages(store, frame):
    """The store with one village of which one year is reported."""
    store.add_features("villages", frame({"a": {"name": "甲村", "geometry": "POINT (114 33)"}}))
    store.add_statuses([AnnualStatus("villages", "a", 2021, value=3.5)])
    return store


@pytest.mark.parametrize("statement", SQL.values(), ids=SQL)
def test_what_another_program_writes_gives_a_new_state(villages, outside, statement):
    before = {layer: villages.state(layer) for layer in ("villages", "parcels")}
    outside(statement)
    assert villages.state("villages") != before["villages"]
    assert villages.state("parcels") == before["parcels"]


def test_a_count_follows_what_another_program_writes(villages, outside):
    assert villages.count("villages", FeatureQuery()) == 1
    outside(SQL["insert"])
    assert villages.count("villages", FeatureQuery()) == 2


@pytest.mark.parametrize("kind", ["geopackage"], indirect=True, scope="session")
def test_a_feature_added_by_gdal_gives_a_new_state(villages, path, tmp_path):
    (tmp_path / "more.csv").write_text('feature_id,name,lon,lat\nb,乙村,"114.05","33.05"\n', encoding="utf-8")
    before = villages.state("villages"), villages.extent("villages")
    subprocess.run(
        ["ogr2ogr", "-append", "-nln", "villages", path, tmp_path / "more.csv",
         "-oo", "X_POSSIBLE_NAMES=lon", "-oo", "Y_POSSIBLE_NAMES=lat", "-a_srs", "EPSG:4326"],
        check=True,
    )  # fmt: skip
    assert villages.state("villages") != before[0]
    assert villages.count("villages", FeatureQuery(bbox=(114.04, 33.04, 114.06, 33.06))) == 1
    assert villages.extent("villages") == pytest.approx((114, 33, 114.05, 33.05), abs=2e-5)


def test_our_own_writes_give_new_states_too(villages, frame):
    states = {villages.state("villages")}
    villages.add_features("villages", frame({"b": {"name": "乙村"}}))
    states.add(villages.state("villages"))
    villages.add_statuses([AnnualStatus("villages", "b", 2021, value=1.0)])
    states.add(villages.state("villages"))
    assert len(states) == 3


def test_a_store_made_anew_shares_no_state_with_the_one_before(catalog, new_url, opened):
    states = []
    for _ in range(2):
        store = opened(new_url())
        store.create()
        states += [store.state(layer) for layer in catalog]
    assert len(set(states)) == 2 * len(catalog)
    assert all(states)


@pytest.mark.parametrize("kind", ["geopackage"], indirect=True, scope="session")
def test_a_file_of_an_earlier_version_learns_to_notice(villages, path, outside, catalog):
    villages.close()
    connection = sqlite3.connect(path)
    triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_state_%'")
    for (name,) in triggers.fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("ALTER TABLE layer_revisions DROP COLUMN state")
    connection.close()
    store = open_store(f"gpkg:///{path}", catalog)
    assert store.create() == []
    before = store.state("villages")
    assert before
    outside(SQL["status inserted"])
    assert store.state("villages") not in ("", before)
    store.close()


def test_schematic_and_retired_features_are_outside_a_layers_extent(store, frame, square):
    shapes = {
        "a": {"location_basis": "placed", "geometry": square(114, 33)},
        "s": {"location_basis": "schematic", "geometry": square(113, 32)},
        "r": {"location_basis": "placed", "geometry": square(115, 34), "retired_on": "2023-01-01"},
    }
    store.add_features("parcels", frame(shapes))
    assert store.extent("parcels") == pytest.approx((114, 33, 114.01, 33.01), abs=2e-5)
    assert store.extent("parcels", schematic=True) == pytest.approx((113, 32, 114.01, 33.01), abs=2e-5)
    assert store.extent("targets") is None  # has no geometry


def test_only_schematic_positions_make_no_extent(store, frame, square):
    store.add_features("parcels", frame({"s": {"location_basis": "schematic", "geometry": square(113, 32)}}))
    assert store.extent("parcels") is None


def test_no_more_answers_are_kept_than_said_and_the_oldest_goes_first():
    asked = []
    memo: Memo[int] = Memo(2)

    def answer(key: bytes) -> int:
        return memo(key, lambda: asked.append(key) or len(asked))

    assert [answer(key) for key in (b"a", b"b", b"a", b"c", b"a", b"b")] == [1, 2, 1, 3, 1, 4]
    assert asked == [b"a", b"b", b"c", b"b"]


def test_a_question_is_kept_as_a_few_bytes_that_differ_where_it_differs():
    shapes = [shapely.box(0, 0, 1, 1), shapely.box(0, 0, 1, 2), None]
    questions = [FeatureQuery(within=shape, search=words) for shape in shapes for words in ("甲", "乙", None)]
    keys = {key_of(layer, state, query) for query in questions for layer in "xy" for state in "12"}
    assert len(keys) == 36
    assert {len(key) for key in keys} == {16}
