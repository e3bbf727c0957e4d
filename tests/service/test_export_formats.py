"""Files for maps, CAD and the bureau, read back by GDAL's own readers."""

import csv
import io
import json
import zipfile

import geopandas
import pytest
import shapely

from geo.model.errors import InvalidFile, InvalidInput
from geo.model.feature_query import Condition, FeatureQuery
from geo.model.journal import Act, FeatureChange
from geo.service.export import FORMATS, stream
from geo.service.export_source import Wanted
from geo.service.intake import open_or_create
from tests.service.conftest import SCHOOLS, school


@pytest.fixture
def store(filled):
    return filled


def export(store, format_name, *layers, crs=None, **wanted):
    query = FeatureQuery(schematic=True)
    chunks = stream(store, dict.fromkeys(layers or ("schools",), query), format_name, wanted=Wanted(crs, **wanted))
    return b"".join(chunks)


def frame_of(store, layer="schools"):
    return store.read_frame(layer, FeatureQuery(schematic=True))


def read(tmp_path, content, name, **options):
    path = tmp_path / name
    path.write_bytes(content)
    return geopandas.read_file(path, **options)


@pytest.mark.parametrize("code", [4326, 4490, 4526, 4547])
def test_a_geopackage_has_every_field_and_the_wanted_crs(store, tmp_path, code):
    found = read(tmp_path, export(store, "gpkg", crs=f"EPSG:{code}"), "a.gpkg", layer="schools")
    wanted = frame_of(store)
    assert found.crs.to_epsg() == code
    assert list(found["feature_id"]) == list(wanted.index)
    assert list(found["name"]) == list(wanted["name"])
    there = wanted.geometry.notna().to_numpy()
    back = found.to_crs(4326).geometry[there]
    assert shapely.hausdorff_distance(back.array, wanted.geometry[there].array).max() < 1e-8


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
def test_a_shapefile_has_short_names_and_tells_its_encoding_and_crs(store, tmp_path, encoding):
    content = export(store, "shp", "schools", "sections", crs="EPSG:4526", encoding=encoding)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(tmp_path)
    assert (tmp_path / "schools.cpg").read_text() == encoding
    found = geopandas.read_file(tmp_path / "schools.shp")
    assert found.crs.to_epsg() == 4526
    assert list(found["MC"]) == list(frame_of(store)["name"])
    assert all(len(name) <= 10 and name.isascii() for name in found.columns)
    rows = list(csv.reader(io.StringIO((tmp_path / "field_dictionary.csv").read_text("utf-8-sig"))))
    assert ["schools.shp", "XW", "学位", "seats", "integer", "个学位", ""] in rows


def test_a_text_too_long_for_a_shapefile_is_cut_between_signs_and_told(folder, url, tmp_path):
    folder.layer("schools", SCHOOLS, school(1, location_text="路" * 300))
    opened = open_or_create(url, folder.path)
    content = export(opened, "shp", encoding="GBK")
    opened.close()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(tmp_path / "shp")
    assert set(geopandas.read_file(tmp_path / "shp" / "schools.shp")["WZMS"].dropna()) == {"路" * 127}
    assert "已截短" in (tmp_path / "shp" / "field_dictionary.csv").read_text("utf-8-sig")


@pytest.mark.parametrize(("given", "encoding"), [("𠮷-2", "GBK"), ("校" * 85, "UTF-8")])
def test_an_id_that_a_shapefile_cannot_hold_is_refused_by_its_name(store, given, encoding):
    store.write([FeatureChange("schools", given, None, {"name": "甲"}, None)], Act("王工", "新建"))
    with pytest.raises(InvalidFile, match=f"{given}.*{encoding}"):
        export(store, "shp", encoding=encoding)


def test_kml_has_a_folder_for_each_layer(store, tmp_path):
    found = read(tmp_path, export(store, "kml"), "a.kml", layer="新建学校")
    assert list(found["feature_id"]) == list(frame_of(store).index)


def test_a_drawing_has_its_layers_and_its_names(store, tmp_path):
    found = read(tmp_path, export(store, "dxf"), "a.dxf")
    assert set(found["Layer"]) == {"新建学校"}
    assert set(frame_of(store).dropna(subset="geometry")["name"]) <= set(found["Text"])


def test_geojson_in_metres_names_its_crs(store):
    found = json.loads(export(store, "geojson", crs="EPSG:4526"))
    assert found["crs"]["properties"]["name"] == "urn:ogc:def:crs:EPSG::4526"
    assert "crs" not in json.loads(export(store, "geojson"))


def test_what_a_format_cannot_say_is_refused_in_words(store):
    with pytest.raises(InvalidInput, match="只能由面图层导出"):
        export(store, "txt", "sections")
    with pytest.raises(InvalidInput, match="只有经纬度"):
        export(store, "csv", crs="EPSG:4526")
    with pytest.raises(InvalidInput, match="导出不用坐标系"):
        export(store, "gpkg", crs="EPSG:3857")
    with pytest.raises(InvalidInput, match="以米为单位"):
        export(store, "txt", crs="EPSG:4490")


@pytest.mark.parametrize("format_name", ["gpkg", "shp", "kml", "dxf", "txt"])
def test_nothing_found_is_still_a_sound_file(store, tmp_path, format_name):
    nothing = {"schools": FeatureQuery(conditions=(Condition("plan_year", (1999,)),))}
    path = tmp_path / f"a.{FORMATS[format_name].ending}"
    path.write_bytes(b"".join(stream(store, nothing, format_name)))
    if format_name == "txt":
        assert path.read_bytes().endswith("[地块坐标]\r\n".encode("gbk"))
    else:
        assert sum(len(geopandas.read_file(path, layer=name)) for name in geopandas.list_layers(path)["name"]) == 0


def test_every_format_ends_as_its_files_do():
    assert {name: each.ending for name, each in FORMATS.items() if name != each.ending} == {"shp": "zip"}


def test_signs_that_gbk_lacks_are_told_in_a_boundary_file(store):
    made = FeatureChange("schools", "n-1", None, {"name": "𠮷祥小学"}, shapely.box(114, 33, 114.001, 33.001))
    store.write([made], Act("王工"))
    text = export(store, "txt").decode("gbk")
    assert "有 1 个地块的编号或名称含 GBK 没有的字" in text.upper() and "?祥小学" in text
