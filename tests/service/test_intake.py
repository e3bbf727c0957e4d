"""The first filling: from folders to a store, all or nothing; and what is wrong with folders."""

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from geo.model.errors import AtlasError, InvalidFile, StoreUnavailable
from geo.model.feature_query import FeatureQuery
from geo.model.status import AnnualStatus
from geo.service.intake import folder_faults, open_or_create
from geo.store.catalog import read_catalog
from tests.service.conftest import SCHOOLS, school

SHIPPED = Path(__file__).parents[2] / "layers"
EVERYTHING = FeatureQuery(schematic=True, limit=10_000)


@pytest.fixture
def opened(folder, url):
    """Opens the store of the folder and closes it when the test is over."""
    stores = []

    def open_it(path=None, **options):
        stores.append(open_or_create(url, path or folder.path, **options))
        return stores[-1]

    yield open_it
    for store in stores:
        store.close()


def test_a_missing_store_is_filled_with_every_feature_and_status(folder, opened):
    folder.layer("schools", SCHOOLS, school(1), statuses=({"feature_id": "s-1", "year": 2023, "stage": "started"},))
    store = opened()
    page = store.read_page("schools", EVERYTHING)
    assert page.ids == ["s-1"]
    assert dict(zip(page.columns, page.rows[0], strict=True))["seats"] == 1000
    assert store.read_page("roads", EVERYTHING).ids == ["r"]
    assert [(status.year, status.stage) for status in store.statuses("schools", "s-1")] == [(2023, "started")]
    assert not store.demo


def test_a_second_start_keeps_the_data(opened):
    store = opened()
    store.add_statuses([AnnualStatus("schools", "s-1", 2023, stage="started")])
    store.close()
    again = opened()
    assert [status.year for status in again.statuses("schools", "s-1")] == [2023]
    assert again.count("schools", EVERYTHING) == 7


def test_a_new_layer_folder_is_added_to_a_store_that_exists(folder, opened):
    opened().close()
    shutil.copytree(folder.path / "schools", folder.path / "colleges")
    assert opened().count("colleges", EVERYTHING) == 7


@pytest.mark.parametrize("spoil", ["seats", "status"])
def test_a_faulty_folder_makes_no_store_at_all(folder, opened, url, spoil):
    broken = school(2, seats="many") if spoil == "seats" else school(2)
    statuses = ({"feature_id": "s-9", "year": 2023},) if spoil == "status" else ()
    folder.layer("schools", SCHOOLS, school(1), broken, statuses=statuses)
    with pytest.raises(InvalidFile, match=r"layers/schools/(features\.geojson|status\.csv) 第 2"):
        opened()
    path = Path(url.removeprefix("gpkg:///"))
    assert not path.exists()
    folder.layer("schools", SCHOOLS, school(1))
    assert opened().count("schools", EVERYTHING) == 1


def test_the_shipped_layers_fill_a_store_and_hold(shipped):
    assert folder_faults(SHIPPED) == []
    assert shipped.count("schools", EVERYTHING) == 11  # plan 七(二)1


def test_every_invented_status_says_so_and_every_feature_is_real(opened):
    store = opened(demo=True)
    assert store.demo
    statuses = [status for number in range(1, 8) for status in store.statuses("schools", f"s-{number}")]
    statuses += store.statuses("sections", "w")
    assert len(statuses) > 15
    assert all(status.demo and status.note == "演示数据" and 2021 <= status.year <= 2025 for status in statuses)
    assert store.count("schools", EVERYTHING) == 7


@pytest.fixture(scope="module")
def shipped_demo(tmp_path_factory):
    """The demonstration store of the shipped layers, for tests that only read."""
    with closing(open_or_create(f"gpkg:///{tmp_path_factory.mktemp('demo')}/demo.gpkg", SHIPPED, demo=True)) as store:
        yield store


def test_demonstration_data_is_plausible(shipped_demo):
    store = shipped_demo
    page = store.read_page("schools", EVERYTHING)
    reported = [store.statuses("schools", feature_id) for feature_id in page.ids]
    assert {status.flag for rows in reported for status in rows} == {"none", "delayed"}
    assert any(not rows for rows in reported)  # somebody never reports
    for rows in reported:
        progress = [status.progress_pct for status in rows]
        assert progress == sorted(progress)
        assert all(status.seats_delivered is None for status in rows if status.progress_pct < 100)
    values = [status.value for status in store.statuses("water_sections", "xiaoqinghe-youhe")]
    assert set(values) <= {1.0, 2.0, 3.0, 4.0, 5.0, 6.0}


def test_only_the_demonstration_store_has_invented_places_where_pupils_live(shipped_demo, shipped):
    invented = shipped_demo.read_frame("residential_areas", EVERYTHING)
    assert len(invented) > 50
    assert invented["name"].str.startswith("演示小区").all()
    assert (invented["pupils_primary"] > invented["pupils_junior"]).all()
    assert shipped.count("residential_areas", EVERYTHING) == 0


def test_a_fault_in_the_invented_features_is_found_too(folder):
    (folder.path / "schools" / "demo.geojson").write_text("{", encoding="utf-8")
    assert any("demo.geojson" in str(fault) for fault in folder_faults(folder.path))


def test_demonstration_data_is_the_same_every_time(folder, tmp_path):
    stores = [open_or_create(f"gpkg:///{tmp_path / name}.gpkg", folder.path, demo=True) for name in ("one", "two")]
    assert stores[0].statuses("schools", "s-1") == stores[1].statuses("schools", "s-1")
    for store in stores:
        store.close()


def test_a_real_store_never_takes_demonstration_data(opened):
    store = opened()
    store.close()
    with pytest.raises(StoreUnavailable):
        opened(demo=True)
    again = opened()
    with pytest.raises(AtlasError):
        again.add_statuses([AnnualStatus("schools", "s-1", 2023, stage="started", demo=True)])


def test_sound_folders_have_no_fault(folder):
    assert folder_faults(folder.path) == []


def test_every_fault_of_every_folder_is_named_with_file_row_and_field(folder):
    folder.layer("schools", SCHOOLS, school(1, seats="many"), school(1, colour="red"))
    folder.layer("broken", SCHOOLS.replace('"number"', '"decimal"'))
    (folder.path / "roads" / "status.csv").write_text("feature_id\n", encoding="utf-8")
    (folder.path / "sections" / "features.geojson").unlink()
    said = [str(fault) for fault in folder_faults(folder.path)]
    assert [text.partition(" ")[0] for text in said] == [
        "layers/broken/layer.toml",
        "layers/roads/status.csv",
        "layers/schools/features.geojson",
        "layers/schools/features.geojson",
        "layers/schools/features.geojson",
        "缺少文件",
    ]
    assert all("\n" not in text for text in said)


def test_a_folder_that_is_not_there_is_one_fault(tmp_path):
    assert len(folder_faults(tmp_path / "nowhere")) == 1


def test_a_copied_layer_folder_is_a_layer(folder):
    shutil.copytree(folder.path / "schools", folder.path / "kindergartens")
    assert folder_faults(folder.path) == []
    assert "kindergartens" in read_catalog(folder.path)
