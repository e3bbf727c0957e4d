"""The file is a GeoPackage for every other program, and says in words when it cannot be one for us."""

import json
import re
import shutil
import sqlite3
import subprocess
from contextlib import closing
from xml.etree import ElementTree

import pandas
import pytest
import shapely
from sqlalchemy import literal_column, select

from geo.model.errors import InvalidInput, StoreUnavailable
from geo.model.feature_query import FeatureQuery
from geo.model.status import AnnualStatus
from geo.store import open_store
from geo.store.gpkg_blob import register_functions
from geo.store.limits import Limits

pytestmark = [
    pytest.mark.usefixtures("kind"),
    pytest.mark.parametrize("kind", ["geopackage"], indirect=True, scope="session"),
]

GDAL_GEOMETRY = {
    "parcels": "Multi Polygon",
    "roads": "Multi Line String",
    "villages": "Point",
    "blocks": "Polygon",
    "targets": "None",
    "annual_status": "None",
}


def run(*command):
    assert shutil.which(command[0]), f"{command[0]} is missing: make setup-tests installs gdal-bin"
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True, timeout=60)
    assert done.stderr == ""
    return done.stdout


def rows(path, statement):
    with closing(sqlite3.connect(path)) as file:
        return file.execute(statement).fetchall()


@pytest.fixture
def filled(store, frame, square):
    triangle = shapely.Polygon([(114.05, 33), (114.06, 33), (114.05, 33.01)])
    parcels = {
        "p-1": {"geometry": square(114, 33), "name": "宏志小学", "level": "primary", "seats": 1620, "area_mu": 45.4},
        "p-2": {"geometry": shapely.MultiPolygon([triangle, square(114.02, 33)]), "name": "二小", "fenced": True},
        "p-3": {"name": "三小", "surveyed_on": "2023-05-06"},
    }
    store.add_features("parcels", frame(parcels))
    store.add_features("roads", frame({"r": {"geometry": "LINESTRING (114 33, 114.1 33.1)", "name": "古槐路"}}))
    store.add_features("villages", frame({"v": {"geometry": "POINT (114.05 33.02)", "name": "村"}}))
    store.add_features("blocks", frame({"b": {"geometry": square(114, 33.1)}}))
    store.add_statuses([AnnualStatus(layer_id="parcels", feature_id="p-1", year=2023, stage="started")])
    return store


def test_ogrinfo_lists_every_layer_with_geometry_crs_count_and_chinese_titles(filled, path, catalog):
    listed = dict(re.findall(r"^\d+: (\w+) \((.*)\)$", run("ogrinfo", str(path)), re.MULTILINE))
    assert listed.items() >= GDAL_GEOMETRY.items()
    assert not {"search_index", "store_info", "layer_revisions"} & set(listed)
    for layer in catalog.values():
        shown = run("ogrinfo", "-so", str(path), layer.id)
        assert f"IDENTIFIER={layer.title.zh}" in shown
        assert f"Feature Count: {filled.count(layer.id, FeatureQuery())}" in shown
        assert ('ID["EPSG",4326]' in shown) == (layer.geometry is not None)
        for field in layer.fields:
            assert re.search(rf"^  {field.name}={field.title.zh}", shown, re.MULTILINE)


def test_newer_readers_find_titles_and_coded_values_in_the_schema_extension(filled, path):
    columns = rows(path, "SELECT column_name, name, title FROM gpkg_data_columns WHERE table_name = 'parcels'")
    assert ("seats", "学位", "学位") in columns
    choices = "SELECT value, description FROM gpkg_data_column_constraints WHERE constraint_name = 'parcels.level'"
    assert set(rows(path, choices)) == {("primary", "小学"), ("junior", "初中")}
    assert "primary: 小学" in run("ogrinfo", "-fielddomain", "parcels.level", str(path))


def test_qgis_finds_aliases_in_the_default_style(filled, path):
    ((style,),) = rows(path, "SELECT styleQML FROM layer_styles WHERE f_table_name = 'parcels' AND useAsDefault = 1")
    root = ElementTree.fromstring(style)
    assert root.get("styleCategories") == "Fields"  # the reader's symbols stay
    assert {alias.get("field"): alias.get("name") for alias in root.iter("alias")}["seats"] == "学位"


def test_ogr2ogr_reads_the_same_features(filled, path):
    collection = json.loads(run("ogr2ogr", "-f", "GeoJSON", "/vsistdout/", str(path), "parcels"))
    features = {feature["properties"]["feature_id"]: feature for feature in collection["features"]}
    assert list(features) == ["p-1", "p-2", "p-3"]
    first = features["p-1"]["properties"]
    assert (first["name"], first["seats"], first["area_mu"], first["fenced"]) == ("宏志小学", 1620, 45.4, None)
    assert (features["p-2"]["properties"]["fenced"], features["p-3"]["properties"]["surveyed_on"]) == (
        True,
        "2023-05-06",
    )
    assert features["p-3"]["geometry"] is None
    assert {feature["geometry"]["type"] for feature in features.values() if feature["geometry"]} == {"MultiPolygon"}
    seen = shapely.from_geojson(json.dumps(features["p-2"]["geometry"]))
    assert seen.equals(shapely.from_wkb(filled.read_feature("parcels", "p-2").wkb[0]))


def test_gdal_finds_by_place_through_the_same_r_tree(filled, path):
    shown = run("ogrinfo", "-so", "-spat", "114.04", "32.9", "114.2", "33.05", str(path), "parcels")
    assert "Feature Count: 1" in shown
    assert filled.read_page("parcels", FeatureQuery(bbox=(114.04, 32.9, 114.2, 33.05))).ids == ["p-2"]


def test_the_file_says_that_it_is_a_geopackage_1_3(filled, path):
    assert rows(path, "PRAGMA application_id")[0][0].to_bytes(4, "big") == b"GPKG"
    assert rows(path, "PRAGMA user_version") == [(10300,)]
    assert rows(path, "PRAGMA journal_mode") == [("wal",)]
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    assert rows(path, "PRAGMA foreign_key_check") == []
    assert {row[0] for row in rows(path, "SELECT srs_id FROM gpkg_spatial_ref_sys")} == {-1, 0, 4326, 4490}
    ((changed,),) = rows(path, "SELECT last_change FROM gpkg_contents WHERE table_name = 'parcels'")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", changed)


def test_the_r_tree_follows_every_change_that_another_program_makes(filled, path):
    file = sqlite3.connect(path)
    register_functions(file)
    geometry = "(SELECT geom FROM parcels WHERE feature_id = 'p-2')"
    for change in (
        f"UPDATE parcels SET geom = {geometry} WHERE feature_id = 'p-1'",
        f"UPDATE parcels SET geom = {geometry} WHERE feature_id = 'p-3'",
        "UPDATE parcels SET geom = NULL WHERE feature_id = 'p-1'",
        f"INSERT INTO parcels (feature_id, geom) VALUES ('p-4', {geometry})",
        "UPDATE parcels SET fid = 70 WHERE feature_id = 'p-4'",
        "UPDATE parcels SET fid = 71, geom = NULL WHERE feature_id = 'p-3'",
        "DELETE FROM parcels WHERE feature_id = 'p-4'",
        "INSERT INTO parcels (feature_id) VALUES ('p-5')",
    ):
        file.execute(change)
        file.commit()
        assert file.execute("SELECT rtreecheck('rtree_parcels_geom')").fetchone() == ("ok",)
        indexed = dict(file.execute("SELECT id, minx FROM rtree_parcels_geom"))
        bounds = dict(file.execute("SELECT fid, ST_MinX(geom) FROM parcels WHERE geom IS NOT NULL"))
        assert indexed == pytest.approx(bounds, abs=1e-5)
    file.close()
    assert filled.read_page("parcels", FeatureQuery(bbox=(114.04, 32.9, 114.2, 33.05))).ids == ["p-2"]


def test_geometries_of_another_writer_are_read(filled, path):
    """With GDAL's own header (envelope or none), and big-endian WKB."""
    file = sqlite3.connect(path)
    register_functions(file)
    point = shapely.to_wkb(shapely.Point(114.07, 33.03), byte_order=0)
    for feature_id, header in {
        "q-1": b"GP\x00\x01" + (4326).to_bytes(4, "little"),
        "q-2": b"GP\x00\x00\x00\x00\x10\xe6",
    }.items():
        file.execute("INSERT INTO villages (feature_id, geom) VALUES (?, ?)", (feature_id, header + point))
    file.commit()
    file.close()
    page = filled.read_page("villages", FeatureQuery(bbox=(114.069, 33.029, 114.071, 33.031)))
    assert page.ids == ["q-1", "q-2"]
    assert [shapely.from_wkb(wkb).x for wkb in page.wkb] == [114.07, 114.07]


def test_ogr2ogr_adds_features_that_we_read(filled, path, tmp_path):
    added = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"feature_id": "new", "name": "新小学", "revision": 1},
                "geometry": shapely.geometry.mapping(shapely.box(114.2, 33.2, 114.21, 33.21)),
            }
        ],
    }
    source = tmp_path / "added.geojson"
    source.write_text(json.dumps(added), encoding="utf-8")
    run("ogr2ogr", "-append", "-nlt", "PROMOTE_TO_MULTI", "-nln", "parcels", str(path), str(source))
    assert filled.read_page("parcels", FeatureQuery(search="xxx")).ids == ["new"]
    page = filled.read_page("parcels", FeatureQuery(bbox=(114.2, 33.2, 114.3, 33.3)))
    assert page.ids == ["new"]
    assert shapely.from_wkb(page.wkb[0]).geom_type == "Polygon"


def test_one_feature_in_the_place_of_another_is_found_by_its_words(filled, path):
    (gone, *_) = filled.read_page("villages", FeatureQuery()).ids
    assert filled.read_page("villages", FeatureQuery(search="新来")).ids == []
    with closing(sqlite3.connect(path)) as file:
        register_functions(file)
        file.execute("DELETE FROM villages WHERE feature_id = ?", [gone])
        file.execute("INSERT INTO villages (feature_id, name) VALUES ('new', '新来村')")
        file.commit()
    assert filled.read_page("villages", FeatureQuery(search="新来")).ids == ["new"]


def test_a_name_that_another_program_changed_before_we_began_is_found_as_it_is_now(filled, path, catalog):
    (renamed, *_) = filled.read_page("villages", FeatureQuery()).ids
    with closing(sqlite3.connect(path)) as file:
        register_functions(file)
        file.execute("UPDATE villages SET name = '改名村' WHERE feature_id = ?", [renamed])
        file.commit()
    later = open_store(f"gpkg:///{path}", catalog)
    found = [later.read_page("villages", FeatureQuery(search=words)).ids for words in ("改名", "gmc")]
    later.close()
    assert found == [[renamed], [renamed]]


def test_what_is_no_store_is_refused_in_words(tmp_path, catalog):
    (tmp_path / "text.gpkg").write_text("not a database, but long enough to be taken for one " * 20)
    (tmp_path / "folder.gpkg").mkdir()
    (tmp_path / "empty.gpkg").touch()
    rows(tmp_path / "other.gpkg", "CREATE TABLE something (x)")
    for name in ("text", "folder", "empty", "other"):
        store = open_store(f"gpkg:///{tmp_path}/{name}.gpkg", catalog)
        with pytest.raises(StoreUnavailable, match=f"{name}.gpkg"):
            store.create()
        with pytest.raises(StoreUnavailable, match=f"{name}.gpkg"):
            store.count("parcels", FeatureQuery())
        with pytest.raises(StoreUnavailable, match=f"{name}.gpkg"):
            store.remove_demo()
        assert (tmp_path / f"{name}.gpkg").exists()
        store.close()


def test_a_missing_file_is_said_and_not_made_by_reading(tmp_path, catalog):
    store = open_store(f"gpkg:///{tmp_path}/missing.gpkg", catalog)
    for read in (store.revision, store.extent, lambda layer: store.read_page(layer, FeatureQuery())):
        with pytest.raises(StoreUnavailable, match=r"打不开.*missing\.gpkg"):
            read("parcels")
    assert not (tmp_path / "missing.gpkg").exists()
    (tmp_path / "file").touch()
    store = open_store(f"gpkg:///{tmp_path}/file/plan.gpkg", catalog)
    with pytest.raises(StoreUnavailable, match=r"plan\.gpkg"):
        store.create()


@pytest.mark.parametrize(
    "url",
    ["", "plan.gpkg", "gpkg:", "gpkg:///", "gpkg:////", "gpkg://plan.gpkg", "postgresql://host/plan", "sqlite:///x"],
)
def test_an_address_of_no_known_kind_is_refused(catalog, url):
    with pytest.raises(InvalidInput, match="DATABASE_URL"):
        open_store(url, catalog)


@pytest.mark.parametrize("slashes", ["gpkg://", "gpkg:///"])
def test_an_absolute_address_reads_as_a_file_url(tmp_path, catalog, slashes):
    store = open_store(f"{slashes}{tmp_path}/plan.gpkg", catalog)
    store.create()
    store.close()
    assert (tmp_path / "plan.gpkg").exists()


def test_a_relative_address_starts_in_the_working_folder(tmp_path, catalog, monkeypatch):
    monkeypatch.chdir(tmp_path)
    store = open_store("gpkg:data/plan.gpkg", catalog)
    store.create()
    store.close()
    assert (tmp_path / "data" / "plan.gpkg").exists()


def test_folders_with_chinese_names_and_odd_characters_are_made(tmp_path, catalog):
    path = tmp_path / "一张图 #1 100%?" / "规划.gpkg"
    store = open_store(f"gpkg:///{path}", catalog)
    assert len(store.create()) == 5
    assert path.exists()
    assert store.count("parcels", FeatureQuery()) == 0
    store.close()


def test_what_a_deleted_store_left_behind_does_not_get_into_the_next_one(store, path, catalog):
    store.add_features("targets", pandas.DataFrame({"name": ["甲"]}, index=["a"]))
    left = path.with_name("plan.gpkg-wal").read_bytes()
    store.close()
    path.unlink()
    path.with_name("plan.gpkg-wal").write_bytes(left)
    again = open_store(f"gpkg:///{path}", catalog)
    again.create()
    assert again.count("targets", FeatureQuery()) == 0
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    again.close()


def test_a_question_that_takes_too_long_is_ended_in_words_and_the_next_one_is_answered(url, opened):
    hasty = opened(url, limits=Limits(query_s=1))
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(StoreUnavailable, match="太久"), hasty._reading() as connection:
        connection.exec_driver_sql(endless).scalar()
    with pytest.raises(StoreUnavailable, match="太久"):
        hasty._kept_rows(b"endless", lambda: select(literal_column(f"({endless})")), {})
    assert hasty.count("targets", FeatureQuery()) == 0
