"""Files as offices get them from databases, surveyors and CAD: nothing of them is lost or misread without a word."""

import sqlite3
import subprocess
import zipfile
from contextlib import closing

import ezdxf
import geopandas
import pytest
import shapely

from geo.service.inspecting import inspect_file
from geo.service.opened_files import Asked, opened

EXTENT = (113.9, 32.9, 114.2, 33.2)
SQUARE = [(501000, 3657000), (501100, 3657000), (501100, 3657100), (501000, 3657100)]
METRES = shapely.Polygon(SQUARE)
HERE = pytest.approx((114.010705, 33.038338, 114.011776, 33.039240), abs=1e-6)


def inspected(path, **asked):
    found = inspect_file(path, Asked(**asked), EXTENT)
    return found, [(finding.row, finding.field, finding.code) for finding in found.findings]


def fields_of(path):
    with opened(path, Asked(), EXTENT) as file:
        (batch,) = file.batches()
    return batch.fields


def table(folder, content, name="a.csv"):
    (folder / name).write_text(content, encoding="utf-8")
    return folder / name


def with_code(code):
    return shapely.to_wkb(shapely.set_srid(METRES, code), hex=True, include_srid=True)


@pytest.mark.parametrize(
    "cell", [f'"SRID=4547;{METRES.wkt}"', with_code(4547), f"\\x{with_code(4547).lower()}", f'"srid = 4547 ; {METRES}"']
)
def test_shapes_as_postgis_writes_them_are_read_in_their_crs(tmp_path, cell):
    found, told = inspected(table(tmp_path, f"name,geom\n一,{cell}\n"))
    assert (found.result, found.crs, found.crs_from, told) == ("accept", "EPSG:4547", "file", [])
    assert found.extent == HERE


def test_shapes_without_a_code_are_placed_by_their_coordinates(tmp_path):
    plain = shapely.to_wkb(METRES, hex=True)
    found, told = inspected(table(tmp_path, f"name,geom\n一,SRID=0;POINT EMPTY\n二,{plain}\n"))
    assert (found.crs, found.crs_from, (None, None, "crs_guessed") in told) == ("EPSG:4547", "coordinates", True)


def test_a_code_that_the_user_contradicts_is_told_and_one_among_others_refused_by_row(tmp_path):
    path = table(
        tmp_path, f"name,geom\n一,{with_code(4547)}\n二,{with_code(4548)}\n三,{shapely.to_wkb(METRES, hex=True)}\n"
    )
    assert (3, "geom", "invalid_geometry") in inspected(path)[1]
    found, told = inspected(path, crs="EPSG:4526")
    assert (found.crs, (None, None, "crs_mismatch") in told) == ("EPSG:4526", True)
    found, told = inspected(table(tmp_path, f"name,geom\n一,{with_code(998877)}\n"))
    assert (found.result, [code for *_, code in told]) == ("refuse", ["unknown_crs"])


def test_shapes_beside_coordinates_of_a_point_count(tmp_path):
    found, _ = inspected(table(tmp_path, f'name,lon,lat,wkt\n一,114.01,33.03,"{METRES.wkt}"\n'))
    assert (found.geometry_types, found.fields) == ({"Polygon": 1}, ("name", "lon", "lat"))
    found, _ = inspected(table(tmp_path, "name,lon,lat,geometry\n一,114.01,33.03,面\n"))
    assert found.geometry_types == {"Point": 1}


@pytest.mark.parametrize(
    ("header", "lon", "lat"),
    [
        ("经度(D.MMSS),纬度(D.MMSS)", "114.01234", "33.0203"),
        ("经度（度分秒）,纬度（度分秒）", "1140123.4", "330203"),
        ("经度,纬度", "114-01-23.4", "33-02-03"),
        ("经度,纬度", "114:01:23.4", "33 02 03"),
    ],
)
def test_minutes_and_seconds_without_signs_are_read(tmp_path, header, lon, lat):
    """114 + 1/60 + 23.4/3600 = 114.0231667; 33 + 2/60 + 3/3600 = 33.0341667."""
    found, _ = inspected(table(tmp_path, f"名称,{header}\n一,{lon},{lat}\n"))
    assert found.extent[:2] == pytest.approx((114.0231667, 33.0341667), abs=1e-7)


def test_seconds_beyond_sixty_in_packed_degrees_are_no_coordinate(tmp_path):
    _, told = inspected(table(tmp_path, "名称,经度(D.MMSS),纬度(D.MMSS)\n一,114.0170,33.02\n"))
    assert told[0] == (2, "经度(D.MMSS)", "not_a_number")


def test_a_row_of_another_zone_is_told_and_has_no_place(tmp_path):
    rows = "一,3657000,38501000\n二,3657100,37501100\n三,3657100,38501100\n"
    found, told = inspected(table(tmp_path, f"名称,X,Y\n{rows}"))
    assert (found.extent, (3, "geometry", "zone_mismatch") in told) == (HERE, True)


def test_a_corner_with_a_lost_digit_is_told(tmp_path):
    shape = shapely.Polygon([(501000, 3657000), (501100, 365700), (501100, 3657100)])
    _, told = inspected(table(tmp_path, f'name,wkt\n一,"{shape.wkt}"\n'))
    assert (2, "geometry", "outside_zone") in told


def test_a_web_page_that_is_called_a_workbook_is_refused_with_what_to_do(tmp_path):
    found, told = inspected(table(tmp_path, "<html><table><tr><td>经度</td></tr></table></html>", "a.xls"))
    assert (found.result, told[0][2], "xlsx" in str(found.findings[0].remark)) == ("refuse", "unknown_format", True)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.mdb", b"\x00\x01\x00\x00Standard Jet DB\x00" + bytes(99), "Access"),
        ("a.tab", b"!table\n!version 300\n!charset WindowsSimpChinese\n", "MapInfo"),
        ("a.mif", b'Version 300\nCharset "WindowsSimpChinese"\nDelimiter ","\n', "MIF"),
        ("a.vct", b"HeadBegin\nDataMark:LANDUSE-VCT\n", "VCT"),
    ],
)
def test_formats_of_the_trade_that_are_not_read_are_refused_by_their_name(tmp_path, name, content, words):
    (tmp_path / name).write_bytes(content)
    found, told = inspected(tmp_path / name)
    assert ([code for *_, code in told], words in str(found.findings[0].remark)) == (["unknown_format"], True)


def test_a_geodatabase_in_an_archive_is_refused_by_its_name(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("地块.gdb/a00000001.gdbtable", b"x")
    found, told = inspected(tmp_path / "a.zip")
    assert ([code for *_, code in told], ".gdb" in str(found.findings[0].remark)) == (["unknown_format"], True)


@pytest.mark.parametrize("nothing", ["", "NULL", "\\N"])
def test_a_shape_that_a_database_says_is_not_there_is_none(tmp_path, nothing):
    _, told = inspected(table(tmp_path, f"name,geom\n一,{nothing}\n二,{with_code(4547)}\n"))
    assert told == [(2, "geometry", "null_geometry")]


def test_numbers_that_gdal_writes_as_none_are_none(tmp_path):
    frame = geopandas.GeoDataFrame(
        {"MJ": [None, 2.5], "XW": [3, None]}, geometry=[METRES, METRES.buffer(500)], crs=4547
    )
    frame["XW"] = frame["XW"].astype("Int32")
    frame.to_file(tmp_path / "a.shp", encoding="UTF-8")
    assert b"*" * 9 in (tmp_path / "a.dbf").read_bytes()
    _, told = inspected(tmp_path / "a.shp")
    assert [code for *_, code in told if code == "number_lost"] == []
    assert fields_of(tmp_path / "a.shp") == {"MJ": [None, 2.5], "XW": [3, None]}


def test_numbers_that_did_not_fit_in_a_shapefile_are_told_by_row_and_field(tmp_path):
    frame = geopandas.GeoDataFrame({"面积": [1.5, 2.5]}, geometry=[METRES, METRES.buffer(500)], crs=4547)
    frame.to_file(tmp_path / "a.shp", encoding="GBK")
    content = (tmp_path / "a.dbf").read_bytes()
    width = content[32 + 16]  # of the first field
    row = int.from_bytes(content[8:10], "little") + int.from_bytes(content[10:12], "little") + 1
    content = content[:49] + bytes([width - 6]) + content[50:]  # five digits before the point
    (tmp_path / "a.dbf").write_bytes(content[:row] + b"*" * width + content[row + width :])
    found, told = inspected(tmp_path / "a.shp")
    assert (found.result, (2, "面积", "number_lost") in told) == ("accept_with_findings", True)
    assert fields_of(tmp_path / "a.shp")["面积"] == [1.5, None]


SHAPES = """名称,WKT
点,"POINT Z (501900 3657000 87)"
圆,"CURVEPOLYGON (CIRCULARSTRING (501900 3657000, 502000 3657100, 502100 3657000, 502000 3656900, 501900 3657000))"
"""


@pytest.mark.parametrize("name", ["a.fgb", "a.gpkg"])
def test_a_layer_of_any_kind_with_heights_is_read_and_its_arcs_are_told(tmp_path, name):
    table(tmp_path, SHAPES, "shapes.csv")
    options = ["-f", {"a.fgb": "FlatGeobuf", "a.gpkg": "GPKG"}[name], "-a_srs", "EPSG:4547", "-nlt", "GEOMETRYZ"]
    subprocess.run(["ogr2ogr", *options, tmp_path / name, tmp_path / "shapes.csv"], check=True)
    before = (tmp_path / name).read_bytes()
    found, told = inspected(tmp_path / name)
    assert (found.features, found.geometry_types) == (2, {"Point": 1, "Polygon": 1})
    assert {(None, None, "height_left_out"), (2, "geometry", "curve_flattened")} <= set(told)
    assert (tmp_path / name).read_bytes() == before


def geopackage(folder, *statements):
    geopandas.GeoDataFrame({"name": ["甲", "乙"]}, geometry=[METRES, METRES], crs=4547).to_file(folder / "a.gpkg")
    with closing(sqlite3.connect(folder / "a.gpkg")) as connection, connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{trigger}"')
        for statement in statements:
            connection.execute(statement)
    return folder / "a.gpkg"


@pytest.mark.parametrize(
    ("statement", "code", "words"),
    [
        ("UPDATE a SET geom = 'POINT (1 2)' WHERE fid = 2", "invalid_geometry", "第 2 行的 geom"),
        ("DROP TABLE gpkg_contents", "unknown_format", "SQLite"),
        ("ALTER TABLE a ADD COLUMN more GENERATED ALWAYS AS (fid * 2) VIRTUAL", "no_layer", "计算列"),
    ],
)
def test_a_geopackage_that_cannot_be_read_is_refused_by_its_own_fault(tmp_path, statement, code, words):
    found, told = inspected(geopackage(tmp_path, statement))
    assert (found.result, told[0][2], words in str(found.findings[0].remark)) == ("refuse", code, True)


def test_a_geopackage_without_its_log_is_told(tmp_path):
    path = geopackage(tmp_path, "PRAGMA user_version = 10300")
    assert "log_missing" not in [code for *_, code in inspected(path)[1]]
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    assert (None, None, "log_missing") in inspected(path)[1]


def drawing(path, draw):
    document = ezdxf.new("R2010")
    draw(document, document.modelspace())
    document.saveas(path)
    return path


def test_hidden_layers_of_a_drawing_are_told(tmp_path):
    def draw(document, space):
        document.layers.add("旧界").freeze()
        document.layers.add("草图").off()
        for layer in ("旧界", "草图", "现界"):
            space.add_lwpolyline(SQUARE, close=True, dxfattribs={"layer": layer})

    found, _ = inspected(drawing(tmp_path / "a.dxf", draw))
    hidden = [str(each.remark) for each in found.findings if each.code == "hidden_layer"]
    assert (len(hidden), "旧界" in hidden[0], "草图" in hidden[1]) == (2, True, True)
    assert not [code for *_, code in inspected(tmp_path / "a.dxf", layer="现界")[1] if code == "hidden_layer"]


@pytest.mark.parametrize(("gap", "kind"), [(0.0007, "Polygon"), (0.02, "LineString")])
def test_an_outline_that_comes_back_within_a_millimetre_is_closed(tmp_path, gap, kind):
    points = [*SQUARE, (501000, 3657000 + gap)]
    path = drawing(tmp_path / "a.dxf", lambda document, space: space.add_lwpolyline(points))
    assert inspected(path)[0].geometry_types == {kind: 1}


def test_what_a_surveying_program_says_of_a_parcel_is_a_field(tmp_path):
    def draw(document, space):
        document.appids.add("SOUTH")
        parcel = space.add_lwpolyline(SQUARE, close=True)
        parcel.set_xdata("SOUTH", [(1000, "300000"), (1000, "张三"), (1000, "080403")])

    assert fields_of(drawing(tmp_path / "a.dxf", draw))["SOUTH"] == ["300000,张三,080403"]


def test_folders_of_kml_are_a_field(tmp_path):
    mark = "<Placemark><name>一</name><Point><coordinates>114.01,33.03</coordinates></Point></Placemark>"
    inner = f"<Folder><name>学校</name>{mark}</Folder>"
    content = f"<kml><Document><Folder><name>北区</name>{inner}</Folder>{mark}</Document></kml>"
    assert fields_of(table(tmp_path, content, "a.kml"))["Folder"] == ["北区 / 学校", None]


def test_heights_in_positions_of_four_numbers_are_told(tmp_path):
    path = table(tmp_path, '{"type":"Point","coordinates":[114.01,33.03,45,1]}', "a.geojson")
    assert (None, None, "height_left_out") in inspected(path)[1]


def test_what_an_archive_holds_twice_under_one_name_can_be_told_apart_and_other_data_are_told(tmp_path):
    frame = geopandas.GeoDataFrame({"n": [1]}, geometry=[METRES], crs=4547)
    frame.to_file(tmp_path / "a.shp")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for folder in ("甲", "乙"):
            for ending in (".shp", ".shx", ".dbf", ".prj"):
                archive.write((tmp_path / "a").with_suffix(ending), f"{folder}/a{ending}")
        archive.writestr("b.geojson", "{}")
    found, told = inspected(tmp_path / "a.zip", layer="乙/a")
    assert (found.layers, (None, None, "unread_file") in told) == (("甲/a", "乙/a"), True)


def test_eastings_with_digits_where_none_belong_lead_nowhere(tmp_path):
    """38 before the northing, and 501 km: no place on earth, though a projection makes one of it."""
    points = [(383657100, 501000), (383657100, 501100), (383657000, 501100)]
    lines = "".join(f"J{number},1,{x},{y}\n" for number, (x, y) in enumerate(points, 1))
    header = "[属性描述]\n几度分带=3\n带号=38\n[地块坐标]\n3,0.5,D1,一,面,,,,@\n"
    _, told = inspected(table(tmp_path, header + lines, "a.txt"))
    assert "out_of_range" in [code for *_, code in told]
