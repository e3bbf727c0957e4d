"""Files that are odd in ways that people meet: read right, told by row and field, or refused in words."""

import sqlite3
import struct
import subprocess
import zipfile
from contextlib import closing
from math import pi

import fiona
import geopandas
import openpyxl
import pandas
import pyarrow
import pyarrow.parquet
import pytest
import shapely

from geo.service.inspecting import inspect_file
from geo.service.opened_files import Asked, opened
from geo.store.gpkg_blob import register_functions

EXTENT = (113.9, 32.9, 114.2, 33.2)
SQUARE = [(38501000, 3657000), (38501000, 3657100), (38501100, 3657100), (38501100, 3657000)]
HERE = pytest.approx((114.010705, 33.038338, 114.011776, 33.039240), abs=1e-6)
PRJ = """PROJCS["国家2000",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",
SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],
PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",38500000.0],PARAMETER["False_Northing",0.0],
PARAMETER["Central_Meridian",114.0],PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],
UNIT["Meter",1.0]]""".replace("\n", "")


def inspected(path):
    found = inspect_file(path, Asked(), EXTENT)
    return found, [(finding.row, finding.field, finding.code) for finding in found.findings]


def drawing(*polylines):
    """A drawing whose closed polylines have these points."""
    tags = [
        "0",
        "SECTION",
        "2",
        "HEADER",
        "9",
        "$ACADVER",
        "1",
        "AC1021",
        "0",
        "ENDSEC",
        "0",
        "SECTION",
        "2",
        "ENTITIES",
    ]
    for points in polylines:
        tags += ["0", "LWPOLYLINE", "100", "AcDbEntity", "8", "宗地", "100", "AcDbPolyline", "90", len(points), "70", 1]
        tags += [tag for x, y in points for tag in ("10", x, "20", y)]
    return "\r\n".join(map(str, [*tags, "0", "ENDSEC", "0", "EOF", ""])).encode()


def test_a_crs_with_a_chinese_name_in_gbk_is_read_and_the_file_stays_as_it_is(tmp_path):
    path = tmp_path / "地块.shp"
    frame = geopandas.GeoDataFrame({"name": ["学校"]}, geometry=[shapely.Polygon(SQUARE)], crs=4526)
    frame.to_file(path, driver="ESRI Shapefile", encoding="UTF-8")
    path.with_suffix(".prj").write_bytes(PRJ.encode("gbk"))
    found, told = inspected(path)
    assert (found.result, found.features, told) == ("accept", 1, []) and found.extent == HERE
    assert path.with_suffix(".prj").read_bytes() == PRJ.encode("gbk")


def test_a_drawing_with_a_mark_at_its_start_is_read(tmp_path):
    (tmp_path / "a.dxf").write_bytes(b"\xef\xbb\xbf" + drawing(SQUARE))
    found, told = inspected(tmp_path / "a.dxf")
    assert (found.features, told) == (1, [(None, None, "crs_guessed")]) and found.extent == HERE


def test_entities_without_a_shape_are_rows_that_say_why(tmp_path):
    (tmp_path / "a.dxf").write_bytes(drawing(SQUARE[:1], SQUARE, SQUARE[2:3], SQUARE))
    found, told = inspected(tmp_path / "a.dxf")
    assert found.features == 4
    assert {(1, "geometry", "too_few_points"), (3, "geometry", "too_few_points")} <= set(told)


@pytest.mark.parametrize("given", ['"EPSG:4526"', '{"type": "EPSG", "properties": {"code": 4526}}'])
def test_a_crs_as_text_or_as_before_2008_is_known(tmp_path, given):
    shape = shapely.to_geojson(shapely.Polygon(SQUARE[::-1]))
    text = f'{{"type": "FeatureCollection", "crs": {given}, "features": [{{"type": "Feature", "geometry": {shape}}}]}}'
    (tmp_path / "a.geojson").write_text(text, encoding="utf-8")
    found, told = inspected(tmp_path / "a.geojson")
    assert (found.crs, told) == ("EPSG:4526", []) and found.extent == HERE


def test_a_text_among_numbers_is_refused_by_row_and_field(tmp_path):
    path = tmp_path / "a.gpkg"
    frame = geopandas.GeoDataFrame({"seats": [90, 120]}, geometry=[shapely.box(114, 33, 114.001, 33.001)] * 2, crs=4490)
    frame.to_file(path, driver="GPKG")
    with closing(sqlite3.connect(path)) as file, file:
        register_functions(file)
        file.execute("UPDATE a SET seats = '约120' WHERE fid = 2")
    found, told = inspected(path)
    assert (found.result, [code for *_, code in told]) == ("refuse", ["not_a_number"])
    assert all(word in str(found.findings[0].remark) for word in ("a.gpkg", "第 2 行", "seats", "约120"))


def test_cells_beyond_the_header_are_told(tmp_path):
    (tmp_path / "a.csv").write_text("名称,经度,纬度\n学校,114.001,33.001,\n医院,114.002,33.002,多\n", encoding="utf-8")
    found, told = inspected(tmp_path / "a.csv")
    assert (found.features, told) == (2, [(3, None, "extra_cells")])


def test_a_parcel_of_another_zone_is_not_put_far_away(tmp_path):
    def parcel(name, east):
        points = "".join(f"J{n},1,{y},{x + east}\n" for n, (x, y) in enumerate(SQUARE, 1))
        return f"4,1,{name},{name},面,,,,@\n{points}"

    text = "[地块坐标]\n" + parcel("甲", 0) + parcel("乙", 0) + parcel("丙", 700_000)
    (tmp_path / "a.txt").write_text(text, encoding="gbk")
    found, told = inspected(tmp_path / "a.txt")
    assert found.extent == HERE and (12, "geometry", "zone_mismatch") in told


def geopackage(path, statements, **columns):
    """A GeoPackage of two points to which statements are done; its table is called `a`."""
    frame = geopandas.GeoDataFrame(columns, geometry=shapely.points([[114, 33], [114.001, 33.001]]), crs=4490)
    frame.to_file(path, driver="GPKG")
    with closing(sqlite3.connect(path)) as file, file:
        register_functions(file)
        for statement in statements:
            file.execute(statement)
    return path


def test_what_is_no_date_is_told_and_what_reads_as_one_is_not(tmp_path):
    path = geopackage(
        tmp_path / "a.gpkg",
        [
            "ALTER TABLE a ADD COLUMN opened DATE",
            "ALTER TABLE a ADD COLUMN seen DATETIME",
            "UPDATE a SET opened = '见批复', seen = '2024/5/6' WHERE fid = 1",
            "UPDATE a SET opened = '2024-5-6', seen = 20240506 WHERE fid = 2",
        ],
        name=["甲", "乙"],
    )
    found, told = inspected(path)
    assert (found.features, told) == (2, [(1, "opened", "not_a_date"), (2, "seen", "not_a_date")])
    assert "见批复" in str(found.findings[0].remark)


@pytest.mark.parametrize(
    ("statements", "code", "words"),
    [
        (["UPDATE a SET n = 3.5 WHERE fid = 2"], "not_a_number", ["第 2 行", "n", "整数", "3.5"]),
        (["UPDATE a SET yes = 2 WHERE fid = 1"], "not_a_number", ["第 1 行", "yes", "0 或 1"]),
    ],
)
def test_a_value_that_would_be_read_as_another_one_is_refused(tmp_path, statements, code, words):
    found, told = inspected(geopackage(tmp_path / "a.gpkg", statements, n=[1, 2], yes=[True, False]))
    assert (found.result, [code for *_, code in told]) == ("refuse", [code])
    assert all(word in str(found.findings[0].remark) for word in words)


def test_a_column_of_a_type_that_no_geopackage_has_is_told(tmp_path):
    path = geopackage(tmp_path / "a.gpkg", ["ALTER TABLE a ADD COLUMN remark VARCHAR(20)"], n=[1, 2])
    found, told = inspected(path)
    assert told == [(None, "remark", "unread_field")] and "VARCHAR(20)" in str(found.findings[0].remark)


def test_a_geopackage_of_tiles_is_refused_by_its_own_name(tmp_path):
    statements = ["UPDATE gpkg_contents SET data_type = 'tiles'", "DELETE FROM gpkg_geometry_columns"]
    found, told = inspected(geopackage(tmp_path / "a.gpkg", statements, n=[1, 2]))
    assert [code for *_, code in told] == ["no_layer"] and "atlas-" not in str(found.findings[0].remark)


@pytest.mark.parametrize("given", ['["校名", "甲"]', '"甲"', "5"])
def test_properties_that_are_no_object_are_told(tmp_path, given):
    point = '{"type": "Point", "coordinates": [114, 33]}'
    text = f'{{"type": "FeatureCollection", "features": [{{"type": "Feature", "properties": {given}, '
    (tmp_path / "a.geojson").write_text(text + f'"geometry": {point}}}]}}', encoding="utf-8")
    found, told = inspected(tmp_path / "a.geojson")
    assert (found.features, told) == (1, [(1, "properties", "no_properties")])


def test_the_json_of_arcgis_is_refused_once_with_what_to_do(tmp_path):
    feature = '{"attributes": {"名称": "甲"}, "geometry": {"x": 114, "y": 33}}'
    text = f'{{"geometryType": "esriGeometryPoint", "features": [{feature}, {feature}]}}'
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    found, told = inspected(tmp_path / "a.json")
    assert (found.result, told) == ("refuse", [(None, None, "not_geojson")])
    assert all(word in str(found.findings[0].remark) for word in ("Esri JSON", "另存为 GeoJSON"))


def features(path):
    """Shapes in degrees and fields of each feature, as an import takes them."""
    with opened(path, Asked(), EXTENT) as file:
        return [
            (file.in_degrees()(batch.shapes)[place], {name: column[place] for name, column in batch.fields.items()})
            for batch in file.batches()
            for place in range(len(batch))
        ]


def shapefile(path, *, crs=4526, **columns):
    frame = geopandas.GeoDataFrame(columns, geometry=[shapely.Polygon(SQUARE)], crs=crs)
    frame.to_file(path, driver="ESRI Shapefile", encoding="UTF-8")
    return path


def test_a_text_among_the_numbers_of_a_shapefile_is_refused(tmp_path):
    path = shapefile(tmp_path / "a.shp", 面积=[15.5])
    table = path.with_suffix(".dbf")
    content = table.read_bytes()
    table.write_bytes(content[:-25] + "约15亩".encode().rjust(24) + content[-1:])
    found, told = inspected(path)
    assert (found.result, [code for *_, code in told]) == ("refuse", ["not_a_number"])
    assert all(word in str(found.findings[0].remark) for word in ("a.shp", "第 1 行", "面积", "约15亩"))


def dated_shapefile(path, *written):
    """Parcels with a date each, as the bytes of the table have it."""
    schema = {"geometry": "Polygon", "properties": {"名称": "str", "日期": "date"}}
    with fiona.open(path, "w", driver="ESRI Shapefile", crs="EPSG:4526", encoding="UTF-8", schema=schema) as file:
        geometry = shapely.Polygon(SQUARE).__geo_interface__
        for day in range(len(written)):
            own = {"名称": "甲", "日期": f"2024-05-1{day}"}
            file.write({"type": "Feature", "geometry": geometry, "properties": own})
    table, content = path.with_suffix(".dbf"), path.with_suffix(".dbf").read_bytes()
    for day, text in enumerate(written):
        content = content.replace(f"2024051{day}".encode(), text.encode())
    table.write_bytes(content)
    return path


def test_a_day_of_a_shapefile_that_is_none_is_told_by_row_and_field_and_its_feature_is_kept(tmp_path):
    path = dated_shapefile(tmp_path / "a.shp", "20240506", "20240230", "2024.5  ", "00000000", "20240229")
    found, told = inspected(path)
    assert (found.result, found.encoding) == ("accept_with_findings", "UTF-8")
    assert [each for each in told if each[2] == "not_a_date"] == [(2, "日期", "not_a_date"), (3, "日期", "not_a_date")]
    assert ["20240230" in str(each.remark) for each in found.findings if each.code == "not_a_date"] == [True, False]
    days = [fields for _, fields in features(path)]
    assert days == [{"名称": "甲", "日期": day} for day in ("2024-05-06", None, None, None, "2024-02-29")]


def test_a_day_of_a_geopackage_that_no_calendar_has_is_told_and_the_others_are_read(tmp_path):
    path = geopackage(
        tmp_path / "a.gpkg",
        [
            "ALTER TABLE a ADD COLUMN day DATE",
            "ALTER TABLE a ADD COLUMN seen DATETIME",
            "UPDATE a SET day = '2023-02-30', seen = '2024-05-06T08:00:00Z' WHERE fid = 1",
            "UPDATE a SET day = '2023/3/4', seen = '2023-02-30T08:00:00Z' WHERE fid = 2",
        ],
        n=[1, 2],
    )
    found, told = inspected(path)
    assert (found.result, told) == ("accept_with_findings", [(1, "day", "not_a_date"), (2, "seen", "not_a_date")])
    first, second = (fields for _, fields in features(path))
    assert (first["day"], second["day"], first["seen"][:10], second["seen"]) == (None, "2023-03-04", "2024-05-06", None)


def test_a_field_name_cut_within_a_character_leaves_the_encoding_known(tmp_path):
    path = shapefile(tmp_path / "a.shp", abcdefghij=["甲" * 60])
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes().replace(b"abcdefghij", "名称很长".encode()[:10]))
    found, _ = inspected(path)
    assert (found.encoding, features(path)[0][1]) == ("UTF-8", {"名称很": "甲" * 60})


def test_coordinates_with_zone_digits_under_a_prj_without_are_told_and_placed(tmp_path):
    path = shapefile(tmp_path / "a.shp", name=["a"])
    shapefile(tmp_path / "b.shp", crs=4547, name=["b"])
    path.with_suffix(".prj").write_bytes((tmp_path / "b.prj").read_bytes())
    found, told = inspected(path)
    assert (found.crs, told) == ("EPSG:4526", [(None, None, "crs_mismatch")]) and found.extent == HERE


def test_whole_numbers_stay_exact_where_some_are_missing(tmp_path):
    numbers = pandas.array([411702000000000001, None], dtype="Int64")
    read = features(geopackage(tmp_path / "a.gpkg", [], n=numbers))
    assert [fields for _, fields in read] == [{"n": 411702000000000001}, {"n": None}]


def workbook(path, rows, *joined):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for area in joined:
        book.active.merge_cells(area)
    book.save(path)
    return path


def test_joined_cells_count_for_all_their_rows_and_a_header_may_have_two(tmp_path):
    rows = [
        ["学校坐标表"], ["街道", "名称", "坐标"], [None, None, "经度\n（东经）", "纬度(WGS84)"],
        ["东街", "甲", 114.01, 33.02], [None, "乙", 114.02, 33.03], ["西街", "丙", 114.03, 33.04],
    ]  # fmt: skip
    path = workbook(tmp_path / "a.xlsx", rows, "A1:D1", "A2:A3", "B2:B3", "C2:D2", "A4:A5")
    assert inspected(path)[1] == []
    assert [(shape.x, shape.y, *fields.values()) for shape, fields in features(path)] == [
        (114.01, 33.02, "东街", "甲"), (114.02, 33.03, "东街", "乙"), (114.03, 33.04, "西街", "丙"),
    ]  # fmt: skip


def test_a_formula_that_nobody_computed_is_told(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["经度", "纬度", "合计"], [114.01, 33.02, "=1+1"], [114.02, 33.03, 5]])
    assert inspected(path)[1] == [(2, "合计", "uncomputed_formula")]


def test_values_beside_the_properties_are_told_once(tmp_path):
    feature = '{"type": "Feature", "properties": {}, "名称": "甲", "geometry": {"type": "Point", "coordinates": %s}}'
    text = feature % "[114.01, 33]" + ", " + feature % "[114.02, 33]"
    (tmp_path / "a.geojson").write_text(f'{{"type": "FeatureCollection", "features": [{text}]}}', encoding="utf-8")
    found, told = inspected(tmp_path / "a.geojson")
    assert told == [(1, None, "unread_field")] and "名称" in str(found.findings[0].remark)


def test_an_apostrophe_that_guards_a_text_in_csv_is_none_of_it(tmp_path):
    (tmp_path / "a.csv").write_text(
        "名称,经度,纬度\n'-5,114.01,33.02\n''=甲,114.02,33\n'乙,114.03,33\n", encoding="utf-8"
    )
    assert [fields["名称"] for _, fields in features(tmp_path / "a.csv")] == ["-5", "'=甲", "'乙"]


def test_a_sheet_that_states_a_wrong_size_is_read_to_its_end(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["名称", "经度", "纬度"], ["甲", 114.01, 33.02], ["乙", 114.02, 33.03]])
    rewritten(path, b'<dimension ref="A1:C3"', b'<dimension ref="A1"')
    assert [fields["名称"] for _, fields in features(path)] == ["甲", "乙"]


def test_a_strict_workbook_is_refused_with_what_to_do(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["经度", "纬度"], [114.01, 33.02]])
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rewritten(path, main, b"http://purl.oclc.org/ooxml/spreadsheetml/main")
    found, told = inspected(path)
    assert (told, "另存为" in str(found.findings[0].remark)) == ([(None, None, "unknown_format")], True)


def rewritten(path, old, new):
    """A workbook in which every part has other words."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).replace(old, new) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_codes_that_a_spreadsheet_has_cut_are_told(tmp_path):
    text = "编号,经度,纬度\n4.11702E+17,114.01,33.02\n411702000000000001,114.02,33.03\n4.1E+05,114.03,33\n"
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    assert inspected(tmp_path / "a.csv")[1] == [(2, "编号", "digits_lost")]
    rows = [["编号", "经度", "\u200b纬度"], [411702000000000000, 114.01, 33.02], [41170200, 114.02, 33.03]]
    assert inspected(workbook(tmp_path / "a.xlsx", rows))[1] == [(2, "编号", "digits_lost")]


@pytest.mark.parametrize(
    "header",
    ["北坐标（X）,东坐标（Y）", "GPS纬度,GPS经度", "中心点纬度_WGS84,中心点经度_WGS84", "Lat.,Lon.", "纬度N,经度E"],
)
def test_longer_headers_are_understood(tmp_path, header):
    north, east = ("3650912.123", "38502000.456") if "坐标" in header else ("32.98", "114.02")
    (tmp_path / "a.csv").write_text(f"名称,{header}\n甲,{north},{east}\n", encoding="utf-8")
    ((shape, fields),) = features(tmp_path / "a.csv")
    assert (round(shape.x, 2), round(shape.y, 2), fields) == (114.02, 32.98, {"名称": "甲"})


def test_two_pairs_of_longer_headers_are_none(tmp_path):
    (tmp_path / "a.csv").write_text("起点经度,起点纬度,终点经度,终点纬度\n114,33,114,33\n", encoding="utf-8")
    assert [code for *_, code in inspected(tmp_path / "a.csv")[1]] == ["no_coordinates"]


@pytest.mark.parametrize("given", ["114°61′22″", "114°01′60″", "114度75分"])
def test_minutes_and_seconds_beyond_sixty_are_no_position(tmp_path, given):
    (tmp_path / "a.csv").write_text(f"名称,经度,纬度\n甲,{given},32.98\n", encoding="utf-8")
    found, told = inspected(tmp_path / "a.csv")
    assert told == [(2, "经度", "not_a_number")] and given in str(found.findings[0].remark)


CURVES = """名称,WKT
点,"POINT Z (501900 3657000 87)"
圆,"CURVEPOLYGON (CIRCULARSTRING (501900 3657000, 502000 3657100, 502100 3657000, 502000 3656900, 501900 3657000))"
直,"MULTISURFACE (((501900 3657000, 502100 3657000, 502000 3657100, 501900 3657000)))"
集,"GEOMETRYCOLLECTION (COMPOUNDCURVE (CIRCULARSTRING (501900 3657000, 502000 3657100, 502100 3657000)))"
"""


def with_curves(folder, kind):
    (folder / "a.csv").write_text(CURVES, encoding="utf-8")
    options = ["-f", "GPKG", "-a_srs", "EPSG:4547", "-nlt", kind]
    subprocess.run(["ogr2ogr", *options, folder / "a.gpkg", folder / "a.csv"], check=True, stderr=subprocess.DEVNULL)
    return folder / "a.gpkg"


@pytest.mark.parametrize("kind", ["GEOMETRY", "CURVEPOLYGON"])
def test_arcs_of_a_geopackage_are_told_by_row_and_drawn_finely(tmp_path, kind):
    """A circle of 100 m: chords of 4° as GDAL draws them would leave out 26 m², those of half a degree less than 1."""
    path = with_curves(tmp_path, kind)
    found, told = inspected(path)
    arcs = [(row, code) for row, field, code in told if field == "geometry"]
    assert arcs == [(2, "curve_flattened"), (4, "invalid_geometry")]
    assert (None, None, "height_left_out") in told and found.features == 4
    with opened(path, Asked(), EXTENT) as file:
        (batch,) = file.batches()
    assert 0 < pi * 100**2 - batch.shapes[1].area < 1


def test_arcs_in_a_parquet_file_are_refused_by_row(tmp_path):
    frame = geopandas.GeoDataFrame({"n": [1, 2]}, geometry=shapely.points([[114, 33], [114.01, 33]]), crs=4326)
    frame.to_parquet(tmp_path / "a.parquet")
    arc = struct.pack("<BII6d", 1, 8, 3, 114, 33, 114.001, 33.001, 114.002, 33)
    table = pyarrow.parquet.read_table(tmp_path / "a.parquet")
    column = pyarrow.array([arc, table.column("geometry")[1].as_py()])
    pyarrow.parquet.write_table(table.set_column(1, "geometry", column), tmp_path / "a.parquet")
    found, told = inspected(tmp_path / "a.parquet")
    assert ((1, "geometry", "invalid_geometry") in told, found.features) == (True, 2)


@pytest.mark.parametrize("name", ["a.gpkg", "a.shp", "a.fgb", "a.geojson", "a.parquet"])
def test_heights_are_left_out_and_told_once(tmp_path, name):
    shapes = [shapely.Polygon([(x, 33, 87.2), (x + 0.01, 33, 87.3), (x, 33.01, 87.1)]) for x in (114.0, 114.05)]
    frame = geopandas.GeoDataFrame({"name": ["甲", "乙"]}, geometry=shapes, crs="EPSG:4326")
    path = tmp_path / name
    frame.to_parquet(path) if name == "a.parquet" else frame.to_file(path, engine="fiona", encoding="UTF-8")
    found, told = inspected(path)
    assert [code for _, _, code in told].count("height_left_out") == 1
    assert found.features == 2


def nested_wkb(depth):
    return struct.pack("<BII", 1, 7, 1) * depth + struct.pack("<BIdd", 1, 1, 114, 33)


def test_shapes_nested_a_hundred_thousand_times_are_refused_and_the_program_lives(tmp_path):
    """GEOS calls itself for each, and the system ends a program whose stack is full."""
    wkt = "GEOMETRYCOLLECTION (" * 100_000
    (tmp_path / "a.csv").write_text(f'名称,WKT\n甲,"{wkt}"\n乙,POINT (114 33)\n', encoding="utf-8")
    frame = geopandas.GeoDataFrame({"n": [1, 2]}, geometry=shapely.points([[114, 33], [114.01, 33]]), crs=4326)
    frame.to_parquet(tmp_path / "a.parquet")
    table = pyarrow.parquet.read_table(tmp_path / "a.parquet")
    column = pyarrow.array([nested_wkb(100_000), table.column("geometry")[1].as_py()])
    pyarrow.parquet.write_table(table.set_column(1, "geometry", column), tmp_path / "a.parquet")
    for name, row in (("a.csv", 2), ("a.parquet", 1)):
        found, told = inspected(tmp_path / name)
        assert [each[0] for each in told if each[2] == "invalid_geometry"] == [row]
        assert found.geometry_types == {"Point": 1}


@pytest.mark.parametrize("content", ["只有文字\n", '{"type": "FeatureCollection", "features": [{"type": 5}, '])
def test_a_refusal_names_the_file_in_an_archive_as_people_know_it(tmp_path, content):
    with zipfile.ZipFile(tmp_path / "地块.zip", "w") as archive:
        archive.writestr("资料/校名.geojson", content)
    found, _ = inspected(tmp_path / "地块.zip")
    message = str(found.findings[0].remark)
    assert found.result == "refuse" and "地块.zip / " in message and "校名" in message and "atlas-" not in message


def test_a_second_outer_ring_of_a_kml_polygon_is_not_lost(tmp_path):
    rings = "".join(
        f"<outerBoundaryIs><LinearRing><coordinates>{lon},33 {lon + 0.01},33 {lon},33.01 {lon},33</coordinates>"
        "</LinearRing></outerBoundaryIs>"
        for lon in (114.0, 114.02)
    )
    (tmp_path / "a.kml").write_text(f"<kml><Placemark><Polygon>{rings}</Polygon></Placemark></kml>", encoding="utf-8")
    ((shape, _),) = features(tmp_path / "a.kml")
    assert (shape.geom_type, len(shape.geoms)) == ("MultiPolygon", 2)


PLACEMARK = "<kml><Placemark><name>甲</name><Point><coordinates>114.01,33.01,%s</coordinates></Point></Placemark></kml>"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.kml", PLACEMARK % "87.5", ["height_left_out"]),
        ("a.kml", PLACEMARK % "0.0", []),
        ("a.csv", "名称,WKT\n甲,POINT Z (114.01 33.01 87.5)\n", ["crs_guessed", "height_left_out"]),
    ],
)
def test_heights_in_texts_are_told_where_they_are_some(tmp_path, name, content, told):
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert [code for *_, code in inspected(tmp_path / name)[1]] == told
