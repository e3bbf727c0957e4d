"""A store is copied to either kind of database with every row, and the copy is one to work on."""

import json
import subprocess

import pytest
import shapely

from geo.model.errors import StoreUnavailable
from geo.model.feature_query import FeatureQuery
from geo.model.journal import Act, FeatureChange, FeatureRemoval
from geo.model.status import AnnualStatus
from geo.store.catalog import read_catalog
from tests.store.conftest import run_in_file

ACT = Act("王工", "核对", "成果.shp")
QUIET = lambda done, total: None  # noqa: E731
EVERYTHING = FeatureQuery(year=2024, schematic=True, retired=True)


@pytest.fixture(scope="module", params=["geopackage", "postgis"])
def new_target(request, tmp_path_factory):
    """Addresses of stores of each kind that are not there yet."""
    cluster = request.getfixturevalue("cluster") if request.param == "postgis" else None

    def new():
        if cluster is None:
            return f"gpkg:///{tmp_path_factory.mktemp('target')}/plan.gpkg"
        return cluster.url(cluster.new_database())

    return new


@pytest.fixture
def filled(store, frame, square):
    """A store in which much has happened."""
    two = shapely.MultiPolygon([square(114, 33), square(114.05, 33)])
    parcels = {
        "a": {
            "geometry": two,
            "name": "甲",
            "seats": 2**62,
            "area_mu": 0.1,
            "fenced": True,
            "surveyed_on": "2023-05-06",
        },
        "b": {"geometry": square(114.1, 33), "name": "${乙}\n“”", "location_basis": "schematic"},
        "c": {"name": "丙", "retired_on": "2023-01-01", "surveyed_on": "2023-05-06"},
    }
    store.add_features("parcels", frame(parcels), ACT)
    store.add_features(
        "villages", frame({str(n): {"geometry": f"POINT ({114 + n / 1e3} 33)"} for n in range(200)}), ACT
    )
    store.add_features("targets", frame({"t": {"name": "指标"}}).drop(columns="geometry"))
    store.write([FeatureRemoval("villages", "7", 1), FeatureChange("parcels", "a", 1, {"name": "新名"})], ACT)
    store.add_statuses([AnnualStatus("parcels", "a", 2023, stage="started", progress_pct=33.3)], ACT)
    store.add_statuses([AnnualStatus("parcels", "a", 2023, stage="completed")], ACT)
    store.accounts.add("张三", "admin", "hash", by=None)
    return store


def everything(store):
    pages = {layer_id: store.read_page(layer_id, EVERYTHING) for layer_id in store.catalog}
    rows = {layer_id: store.status_rows(layer_id, "a") for layer_id in store.catalog}
    revisions = [store.revision(layer_id) for layer_id in store.catalog]
    return pages, rows, revisions, list(store.journal()), store.accounts.all()


def test_a_copy_holds_everything(filled, new_target, opened):
    told = []
    target = opened(new_target())
    copied = target.copy_from(filled, lambda done, total: told.append((done, total)))
    assert everything(target) == everything(filled)
    assert list(target.faults()) == []
    assert target.demo is False
    assert target.create() == []
    assert copied["parcels"].rows == 3
    assert copied["journal"].rows == filled.journal_head().seq
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1] == 2 * sum(table.rows for table in copied.values())
    assert target.extent("villages") == pytest.approx((114, 33, 114.199, 33), abs=2e-5)
    assert set(map(target.state, target.catalog)).isdisjoint(map(filled.state, filled.catalog))


def test_work_goes_on_in_the_copy_where_it_was_left(filled, new_target, opened, frame, square):
    target = opened(new_target())
    target.copy_from(filled, QUIET)
    head = target.journal_head()
    target.write([FeatureChange("parcels", "a", 2, {"seats": 5})], ACT)
    target.add_features("parcels", frame({"d": {"geometry": square(114.2, 33)}}))
    target.add_statuses([AnnualStatus("parcels", "a", 2024, stage="in_service")], ACT)
    target.accounts.add("李四", "editor", "hash", by="张三")
    assert target.journal_head().seq == head.seq + 4
    assert target.read_page("parcels", EVERYTHING).ids == ["a", "b", "c", "d"]
    assert target.count("parcels", FeatureQuery(bbox=(114.2, 33, 114.3, 33.1))) == 1
    assert list(target.faults()) == []
    assert filled.journal_head() == head


def test_a_demonstration_store_stays_one(new_url, new_target, opened):
    demo, target = opened(new_url()), opened(new_target())
    demo.create(demo=True)
    target.copy_from(demo, QUIET)
    assert target.demo is True


def test_nothing_is_ever_written_over(filled, new_target, opened):
    target = opened(new_target())
    target.create()
    with pytest.raises(StoreUnavailable, match="已经有数据"):
        target.copy_from(filled, QUIET)
    assert target.count("parcels", FeatureQuery()) == 0


def test_a_copy_that_differs_is_not_left_behind(filled, new_target, opened, monkeypatch):
    target = opened(new_target())
    monkeypatch.setattr("geo.store.copying.Copying.different", lambda self, copied: ["parcels"])
    with pytest.raises(StoreUnavailable, match=r"parcels.*不同"):
        target.copy_from(filled, QUIET)
    assert not target.exists()
    monkeypatch.undo()
    target.copy_from(filled, QUIET)
    assert target.exists()


def test_a_layer_without_a_definition_is_not_lost_in_silence(
    filled, url, new_target, opened, tmp_path, write, definitions
):
    fewer = {name: text for name, text in definitions.items() if name != "villages"}
    catalog = read_catalog(write(tmp_path / "fewer", fewer))
    target = opened(new_target(), catalog)
    with pytest.raises(StoreUnavailable, match="villages"):
        target.copy_from(opened(url, catalog), QUIET)
    assert not target.exists()


@pytest.mark.parametrize("kind", ["geopackage"], indirect=True, scope="session")
def test_a_geometry_that_another_program_wrote_big_endian_is_copied(store, path, new_target, opened):
    point = shapely.to_wkb(shapely.Point(114.07, 33.03), byte_order=0).hex()
    run_in_file(path, f"INSERT INTO villages (feature_id, geom) VALUES ('q', X'47500001E6100000{point}')")
    target = opened(new_target())
    target.copy_from(store, QUIET)
    assert shapely.from_wkb(target.read_feature("villages", "q").wkb[0]) == shapely.Point(114.07, 33.03)
    assert [(fault.table, fault.key, fault.fault) for fault in target.faults()] == [("villages", "q", "extra")]


@pytest.mark.parametrize("kind", ["postgis"], indirect=True, scope="session")
def test_a_copy_in_a_file_is_a_geopackage_for_gdal(filled, opened, tmp_path):
    target = opened(f"gpkg:///{tmp_path}/copy.gpkg")
    target.copy_from(filled, QUIET)
    read = subprocess.run(
        ["ogr2ogr", "-f", "GeoJSON", "/vsistdout/", f"{tmp_path}/copy.gpkg", "parcels"],
        capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    assert [feature["properties"]["name"] for feature in json.loads(read.stdout)["features"]] == [
        "新名",
        "${乙}\n“”",
        "丙",
    ]
