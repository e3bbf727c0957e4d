"""What is missing is made and filled, all or nothing; what does not fit is refused in words."""

import pytest

from geo.model.errors import StoreUnavailable
from geo.model.feature_query import Condition, FeatureQuery
from geo.model.journal import Act, FeatureChange
from geo.model.status import AnnualStatus
from geo.store.base import Content
from geo.store.catalog import read_catalog


@pytest.fixture
def filled(store, frame):
    store.add_features("parcels", frame({"p": {"name": "宏志小学"}}))
    return store


def test_create_finds_nothing_to_do_in_a_whole_store(filled):
    before = filled.revision("parcels")
    assert filled.create(lambda layer: pytest.fail("asked to fill a layer that is there")) == []
    assert filled.revision("parcels") == before


def test_a_new_layer_of_the_catalog_is_added_and_filled(filled, url, opened, tmp_path, write, definitions, frame):
    bigger = read_catalog(write(tmp_path / "more", {**definitions, "clinics": definitions["villages"]}))
    store = opened(url, bigger)
    clinics = frame({"c": {"name": "卫生室", "geometry": "POINT (114 33)"}})
    report = AnnualStatus(layer_id="clinics", feature_id="c", year=2023, value=1.0)
    assert store.create(lambda layer: Content(clinics, [report])) == ["clinics"]
    assert store.read_page("clinics", FeatureQuery()).ids == ["c"]
    assert store.statuses("clinics", "c") == [report]
    assert store.count("parcels", FeatureQuery()) == 1
    assert store.create() == []


def test_a_filling_that_does_not_hold_leaves_nothing(new_url, opened, tmp_path, write, definitions):
    def fill(layer):
        if layer.id == "villages":
            raise StoreUnavailable("gone")
        return None

    url = new_url()
    store = opened(url)
    with pytest.raises(StoreUnavailable, match="gone"):
        store.create(fill)
    with pytest.raises(StoreUnavailable):
        store.count("blocks", FeatureQuery())  # which came before
    assert len(store.create()) == 5
    bigger = opened(url, read_catalog(write(tmp_path / "more", {**definitions, "clinics": definitions["villages"]})))
    with pytest.raises(StoreUnavailable, match="gone"):
        bigger.create(lambda layer: (_ for _ in ()).throw(StoreUnavailable("gone")))
    with pytest.raises(StoreUnavailable):
        bigger.count("clinics", FeatureQuery())
    assert bigger.create() == ["clinics"]


@pytest.mark.parametrize("change", [('type = "integer"', 'type = "number"'), ('name = "remark"', 'name = "remarks"')])
def test_a_changed_definition_is_refused_and_says_what_to_do(filled, url, opened, tmp_path, write, definitions, change):
    changed = write(tmp_path / "changed", {**definitions, "parcels": definitions["parcels"].replace(*change)})
    with pytest.raises(StoreUnavailable, match=r"parcels.*(seats|remarks).*(移到别处|空的数据库)"):
        opened(url, read_catalog(changed)).create()


def test_a_field_that_a_definition_gains_is_added_unknown(filled, url, opened, tmp_path, write, definitions):
    field = '\n[[fields]]\nname = "storeys"\ntitle = { zh = "层数", en = "Storeys" }\ntype = "integer"\nshort = "CS"\n'
    wider = write(tmp_path / "wider", {**definitions, "parcels": definitions["parcels"] + field})
    store = opened(url, read_catalog(wider))
    assert store.create() == []
    page = store.read_page("parcels", FeatureQuery())
    assert page.ids == filled.read_page("parcels", FeatureQuery()).ids != []
    assert {row[page.columns.index("storeys")] for row in page.rows} == {None}
    revision = page.rows[0][page.columns.index("revision")]
    store.write([FeatureChange("parcels", page.ids[0], revision, {"storeys": 5})], Act("王工"))
    assert store.count("parcels", FeatureQuery(conditions=(Condition("storeys", (5,)),))) == 1
    assert list(store.faults()) == []


def test_a_store_of_a_newer_program_is_refused(store, outside):
    outside("UPDATE store_info SET value = '99' WHERE key = 'schema_version'")
    with pytest.raises(StoreUnavailable, match="99"):
        store.create()


def test_a_demonstration_store_says_so_and_is_never_mixed_with_a_real_one(store, new_url, opened):
    assert store.demo is False
    with pytest.raises(StoreUnavailable, match="正式数据库"):
        store.create(demo=True)
    with pytest.raises(StoreUnavailable, match="正式数据库"):
        store.remove_demo()
    demo = opened(new_url())
    demo.remove_demo()  # nothing there, nothing to do
    demo.create(demo=True)
    assert demo.demo is True
    assert demo.create() == []
    demo.remove_demo()
    with pytest.raises(StoreUnavailable):
        demo.count("parcels", FeatureQuery())
    assert len(demo.create()) == 5
    assert demo.demo is False


def test_a_demonstration_store_goes_with_layers_whose_folder_is_gone(new_url, opened, tmp_path, write, definitions):
    url = new_url()
    bigger = read_catalog(write(tmp_path / "more", {**definitions, "clinics": definitions["villages"]}))
    assert "clinics" in opened(url, bigger).create(demo=True)
    opened(url).remove_demo()
    assert "clinics" in opened(url, bigger).create()
