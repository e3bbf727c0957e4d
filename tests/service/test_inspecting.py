"""What any file is: its format, CRS and encoding by content, every fault by row, and no harm from hostile ones."""

import io
import json
import sqlite3
import struct
import time
import zipfile
from contextlib import closing
from pathlib import Path

import ezdxf
import geopandas
import numpy
import openpyxl
import pytest
import shapely

from geo.analysis.shifted_datums import shifted
from geo.exchange.files.incoming import cells_file, gpkg_tables
from geo.service import inspecting
from geo.service.opened_files import Asked, opened
from tests.analysis.test_drift import ROADS
from tests.analysis.test_road_drift import NAMES, known

EXTENT = (113.95, 32.97, 114.06, 33.11)
SQUARE = shapely.box(114.0, 33.0, 114.01, 33.01)
HOLED = shapely.Polygon(
    [(114.02, 33.0), (114.03, 33.0), (114.03, 33.01), (114.02, 33.01)],
    [[(114.022, 33.002), (114.024, 33.004), (114.024, 33.002)]],
)
FRAME = geopandas.GeoDataFrame({"BH": ["a", "b"], "MC": ["第一小学", "沙路小学"]}, geometry=[SQUARE, HOLED], crs=4326)


def inspect(path, **asked):
    return inspecting.inspect_file(path, Asked(**asked), EXTENT)


def codes(found):
    return [finding.code for finding in found.findings]


def feature(geometry, **more):
    return {"type": "Feature", "geometry": geometry, "properties": {}, **more}


def collection(path, *features, text=None):
    document = {"type": "FeatureCollection", "features": list(features)}
    path.write_text(text or json.dumps(document), encoding="utf-8")
    return path


def polygon(*ring):
    return {"type": "Polygon", "coordinates": [[list(point) for point in ring]]}


def point(lon, lat):
    return {"type": "Point", "coordinates": [lon, lat]}


def written(path, **options):
    frame = FRAME.to_crs(4526) if options.pop("metres", False) else FRAME
    frame.to_file(path, **options)
    return path


@pytest.mark.parametrize(
    ("name", "options", "driver", "crs"),
    [
        ("a.geojson", {"driver": "GeoJSON"}, "GeoJSON", "EPSG:4326"),
        ("a.geojsonl", {"driver": "GeoJSONSeq"}, "GeoJSONSeq", "EPSG:4326"),
        ("a.gpkg", {"driver": "GPKG", "metres": True}, "GPKG", "EPSG:4526"),
        ("a.fgb", {"driver": "FlatGeobuf", "metres": True}, "FlatGeobuf", "EPSG:4526"),
        ("a.shp", {"encoding": "UTF-8", "metres": True}, "ESRI Shapefile", "EPSG:4526"),
        ("a.kml", {"driver": "KML"}, "KML", "EPSG:4326"),
    ],
)
def test_a_sound_file_of_each_format_is_accepted_without_findings(tmp_path, name, options, driver, crs):
    found = inspect(written(tmp_path / name, **options))
    assert (found.driver, found.result, found.features, found.crs) == (driver, "accept", 2, crs)
    assert found.extent == pytest.approx((114.0, 33.0, 114.03, 33.01), abs=1e-7)


def test_content_counts_whatever_the_ending(tmp_path):
    source = written(tmp_path / "a.gpkg", driver="GPKG")
    found = inspect(source.rename(tmp_path / "a.geojson"))
    assert (found.driver, codes(found)) == ("GPKG", ["wrong_extension"])


def test_records_after_separators_are_a_sequence(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(b"".join(b"\x1e" + json.dumps(feature(point(114, 33))).encode() + b"\n" for _ in "ab"))
    found = inspect(path)
    assert (found.driver, found.features, codes(found)) == ("GeoJSONSeq", 2, ["duplicate_geometry"])


@pytest.mark.parametrize(
    ("encoding", "cpg", "told", "said"),
    [
        ("UTF-8", "UTF-8", ("UTF-8", "cpg"), []),
        ("UTF-8", None, ("UTF-8", "content"), ["encoding_guessed"]),
        ("UTF-8", "GBK", ("UTF-8", "content"), ["wrong_cpg"]),
        ("GBK", None, ("GBK", "content"), ["encoding_guessed"]),
        ("GBK", "UTF-8", ("GBK", "content"), ["wrong_cpg"]),
        ("GBK", "GB18030", ("GB18030", "cpg"), []),
    ],
)
def test_the_texts_of_a_shapefile_tell_their_encoding_whatever_its_cpg_says(tmp_path, encoding, cpg, told, said):
    path = written(tmp_path / "a.shp", encoding=encoding)
    (tmp_path / "a.cpg").unlink()
    if cpg:
        (tmp_path / "a.cpg").write_text(cpg)
    found = inspect(path)
    assert ((found.encoding, found.encoding_from), codes(found)) == (told, said)


def test_a_zipped_shapefile_without_prj_is_placed_by_its_zone_digits(tmp_path):
    written(tmp_path / "a.shp", metres=True, encoding="GBK")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for ending in ("shp", "shx", "dbf", "cpg"):
            archive.write(tmp_path / f"a.{ending}", f"数据/地块.{ending}")
    found = inspect(tmp_path / "a.zip")
    assert (found.layers, found.crs, found.crs_from, codes(found)) == (
        ("地块",), "EPSG:4526", "coordinates", ["crs_guessed"]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "encoding", "crs", "said"),
    [
        ("a.csv", "名称,经度,纬度\n学校,114.01,33.02\n", "GBK", "EPSG:4326", ["encoding_guessed"]),
        ("a.tsv", "名称\tX\tY\n学校\t3657805.43\t38501569.21\n", "UTF-8", "EPSG:4526", ["crs_guessed"]),
        ("a.csv", "名称,东,北\n学校,501569.21,3657805.43\n", "UTF-8", "EPSG:4547", ["crs_guessed"]),
        ("a.csv", "名称,经度,纬度\n学校,33.02,114.01\n", "UTF-8", "EPSG:4326", ["swapped_axes"]),
        ("a.csv", "名称,经度,纬度\n学校,东经114°00′36″,33°01′12″\n", "UTF-8", "EPSG:4326", []),
        ("a.csv", "名称,经度,纬度\n学校,114°00’36”,３３．０２\n", "UTF-8", "EPSG:4326", []),
        ("a.csv", "名称,经度(°),纬度（度）\n学校,E114.01,33.02°\n", "UTF-8", "EPSG:4326", []),
        ("a.csv", '名称,X坐标(m),Y坐标(m)\n学校,"3,657,805.43","38,501,569"\n', "UTF-8", "EPSG:4526", ["crs_guessed"]),
        ("a.csv", '名称,经纬度\n学校,"114.01，33.02"\n', "UTF-8", "EPSG:4326", []),
        ("a.csv", "名称,坐标\n学校,东经114°00′36″ 北纬33°01′12″\n", "UTF-8", "EPSG:4326", []),
    ],
)
def test_tables_are_placed_by_their_headers_and_numbers(tmp_path, name, text, encoding, crs, said):
    (tmp_path / name).write_bytes(text.encode(encoding))
    found = inspect(tmp_path / name)
    assert (found.encoding, found.crs, codes(found)) == (encoding, crs, said)
    assert found.extent[:2] == pytest.approx((114.015, 33.03), abs=0.02)


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        ('名称,X,Y\n学校,"3653000,5",38500100\n', "not_a_number", "X"),
        ("名称,坐标\n学校,X=3653000 Y=500100\n", "invalid_geometry", "坐标"),
    ],
    ids=["a comma that may be a decimal one", "an easting of no zone"],
)
def test_coordinates_that_may_mean_two_things_are_not_guessed(tmp_path, text, code, field):
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    told = [(each.code, each.row, each.field) for each in inspect(tmp_path / "a.csv").findings]
    assert (code, 2, field) in told


def test_rows_that_were_deleted_from_a_table_are_told_and_the_others_read(tmp_path):
    path = written(tmp_path / "a.shp", encoding="UTF-8").with_suffix(".dbf")
    table = bytearray(path.read_bytes())
    table[int.from_bytes(table[8:10], "little")] = ord("*")
    path.write_bytes(table)
    found = inspect(path.with_suffix(".shp"))
    assert (found.features, codes(found)) == (1, ["deleted_rows"])


def test_sheets_that_are_seen_come_first_and_the_others_are_told(tmp_path):
    book = openpyxl.Workbook()
    for sheet, lon in ((book.active, 114.0), (book.create_sheet("新表"), 114.01)):
        sheet.append(["经度", "纬度"])
        sheet.append([lon, 33.0])
    book.active.sheet_state = "hidden"
    book.active = 1
    book.save(tmp_path / "a.xlsx")
    found = inspect(tmp_path / "a.xlsx")
    assert (found.layers, found.extent[0], codes(found)) == (("新表", "Sheet"), 114.01, ["several_layers"])


def test_cells_that_are_joined_over_two_rows_name_their_columns(tmp_path):
    book = openpyxl.Workbook()
    for row in (["名称", "坐标位置", None], [None, "经度", "纬度"], ["学校", 114.0, 33.0]):
        book.active.append(row)
    book.active.merge_cells("A1:A2")
    book.save(tmp_path / "a.xlsx")
    with opened(tmp_path / "a.xlsx", Asked(), EXTENT) as file:
        assert next(iter(file.batches())).fields == {"名称": ["学校"]}


def test_a_workbook_of_too_many_cells_is_refused_before_it_is_opened(tmp_path, monkeypatch):
    book = openpyxl.Workbook()
    book.active.append(["经度", "纬度"])
    book.active.append([114.0, 33.0])
    book.active.merge_cells("C1:D300")
    book.save(tmp_path / "a.xlsx")
    monkeypatch.setattr(cells_file, "MOST_CELLS", 603)  # 4 are written and 600 joined
    found = inspect(tmp_path / "a.xlsx")
    assert found.result == "refuse" and [each.code for each in found.findings] == ["too_large"]
    monkeypatch.setattr(cells_file, "MOST_CELLS", 5000)
    assert inspect(tmp_path / "a.xlsx").features == 1


def test_a_workbook_may_have_a_title_above_its_header(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["学校一览表"])
    book.active.append(["名称", "经度", "纬度"])
    book.active.append(["学校", 114.0, 33.0])
    book.active.append(["学校", "不详", 33.0])
    book.save(tmp_path / "a.xlsx")
    found = inspect(tmp_path / "a.xlsx")
    assert found.driver == "XLSX"
    assert [(each.code, each.row, each.field) for each in found.findings] == [("not_a_number", 4, "经度")]


def test_closed_polylines_of_a_drawing_are_polygons(tmp_path):
    drawing = ezdxf.new("R2010")
    space = drawing.modelspace()
    space.add_lwpolyline([(38501000, 3657000), (38501100, 3657000), (38501100, 3657100)], close=True)
    space.add_line((38501000, 3657000), (38501100, 3657000))
    space.add_text("沙路小学").set_placement((38501000, 3657000))
    drawing.saveas(tmp_path / "a.dxf")
    found = inspect(tmp_path / "a.dxf")
    assert found.geometry_types == {"Polygon": 1, "LineString": 1, "Point": 1}
    assert found.crs == "EPSG:4526"


def test_every_fault_is_told_by_row_and_field(tmp_path):
    path = collection(
        tmp_path / "a.geojson",
        feature(polygon((114, 33), (114.01, 33.01), (114.01, 33), (114, 33.01), (114, 33)), id="1"),
        feature(polygon((114, 33), (114.01, 33), (114.01, 33.01), (114, 33.01)), id="1", properties={"亩": 5}),
        feature(None),
        feature({"type": "Polygon", "coordinates": []}),
        feature(polygon((114, 33), (114.01, 33.01), (114.01, 33), (114, 33))),
        feature({"type": "Point", "coordinates": [None, 33]}),
        feature(point(114, 95)),
        feature(point(116, 40)),
    )
    found = [(each.row, each.code, each.field) for each in inspect(path).findings if each.row]
    assert found == [
        (1, "self_intersection", "geometry"),
        (2, "unclosed_ring", "geometry"),
        (2, "area_mismatch", "亩"),
        (2, "duplicate_id", "id"),
        (3, "null_geometry", "geometry"),
        (4, "empty_geometry", "geometry"),
        (5, "ring_order", "geometry"),
        (6, "non_finite", "geometry"),
        (7, "out_of_range", "geometry"),
        (8, "outside_zone", "geometry"),
    ]


def test_a_row_whose_degrees_are_swapped_is_told_so(tmp_path):
    rows = [
        feature(point(114.0, 33.0)),
        feature(point(33.0, 114.0)),
        feature(point(33.0, 120.0)),
        *[feature(point(114.0, 33.01))] * 5,
    ]
    found = [
        each for each in inspect(collection(tmp_path / "a.geojson", *rows)).findings if each.code == "out_of_range"
    ]
    assert [(each.row, "写反" in str(each.remark)) for each in found] == [(2, True), (3, False)]


def test_many_faults_of_a_kind_are_counted(tmp_path):
    found = inspect(collection(tmp_path / "a.geojson", *(feature(None) for _ in range(250))))
    assert codes(found).count("null_geometry") == 101
    assert found.findings[-1].remark.params["count"] == 150


def test_keys_given_twice_are_told(tmp_path):
    text = (
        '{"type":"FeatureCollection","features":[{"type":"Feature","id":1,"id":2,"geometry":null,"properties":null}]}'
    )
    found = inspect(collection(tmp_path / "a.geojson", text=text))
    assert ("duplicate_key", 1, "id") in [(each.code, each.row, each.field) for each in found.findings]


def test_metres_without_a_zone_are_refused_unless_the_crs_is_told(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("名称,X,Y\n学校,4657805.43,501569.21\n", encoding="utf-8")
    found = inspect(path)
    assert (found.result, found.crs, codes(found)) == ("refuse", None, ["no_crs"])
    told = inspect(path, crs="EPSG:4544")
    assert (told.crs, told.crs_from, codes(told)) == ("EPSG:4544", "option", ["outside_zone"])


def test_coordinates_that_are_not_what_the_file_says_are_told(tmp_path):
    path = collection(tmp_path / "a.geojson", feature(point(38501569.21, 3657805.43)))
    found = inspect(path)
    assert (found.crs, found.crs_from, codes(found)) == ("EPSG:4526", "coordinates", ["crs_mismatch"])


def packed(path, **files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def link(path):
    info = zipfile.ZipInfo("a.shp")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, "/etc/passwd")


def nested(path):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("a.geojson", "{}")
    packed(path, **{"inner.zip": inner.getvalue()})


def deep(depth):
    lists = "[" * depth + "]" * depth
    return (
        '{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,"properties":{"a":' + lists + "}}]}"
    )


HOSTILE = {
    "missing_file": lambda path: None,
    "not_a_file": Path.mkdir,
    "empty_file": lambda path: path.write_bytes(b""),
    "unknown_format": lambda path: path.write_bytes(numpy.random.default_rng(0).bytes(5000)),
    "no_coordinates": lambda path: path.write_text("/vsicurl/http://127.0.0.1/a.geojson"),
    "archive_bomb": lambda path: packed(path, **{"a.shp": bytes(40 * 2**20)}),
    "archive_unsafe_name": lambda path: packed(path, **{"../../a.shp": b"x"}),
    "archive_unsafe_name ": lambda path: packed(path, **{"/tmp/a.shp": b"x"}),
    "archive_unsafe_name  ": link,
    "archive_nested": nested,
    "archive_broken": lambda path: path.write_bytes(b"PK\x03\x04" + bytes(100)),
    "too_deep": lambda path: path.write_text(deep(2000)),
    "too_deep ": lambda path: path.write_text(deep(900)),
    "too_deep  ": lambda path: path.write_text("<kml>" + "<Folder>" * 2000 + "</Folder>" * 2000 + "</kml>"),
    "unsafe_xml": lambda path: path.write_text('<!DOCTYPE kml [<!ENTITY a "b">]><kml>&a;</kml>'),
    "unknown_format ": lambda path: path.write_text("<OGRVRTDataSource><!-- <kml > --></OGRVRTDataSource>"),
    "non_finite": lambda path: path.write_text('{"type":"Point","coordinates":[NaN,1]}'),
    "truncated": lambda path: path.write_text('{"type":"FeatureCollection","features":[{"type":'),
    "not_geojson": lambda path: path.write_text('{"type":"Topology"}'),
    "unknown_format  ": lambda path: path.write_bytes(b"AC1032" + bytes(100)),
    "undecodable_text": lambda path: path.write_bytes("经度,纬度\n".encode() * 9000 + b"\xff\xfe\xfd,1\n"),
    "unreadable": lambda path: path.write_bytes(b"SQLite format 3\x00" + bytes(5000)),
}


@pytest.mark.parametrize("code", HOSTILE)
def test_hostile_files_are_refused_in_one_sentence(tmp_path, code):
    path = tmp_path / "a.zip"
    HOSTILE[code](path)
    found = inspect(path)
    assert (found.result, codes(found)) == ("refuse", [code.strip()])
    assert str(found.findings[0].remark)


def test_nothing_of_a_drawing_is_passed_over_in_silence(tmp_path):
    drawing = ezdxf.new()
    space = drawing.modelspace()
    for left in (38501569.125, 38501669):
        space.add_lwpolyline([(left, 3657805), (38501580, 3657816), (38501580, 3657805)], close=True)
    space.add_ray((38501569, 3657805), (1, 0))
    space.add_blockref(drawing.blocks.new("地块").name, (38501600, 3657805))
    drawing.saveas(tmp_path / "a.dxf")
    text = (tmp_path / "a.dxf").read_text()
    (tmp_path / "a.dxf").write_text(text.replace("38501569.125", "nan"))
    found = inspect(tmp_path / "a.dxf")
    told = {(each.code, each.row, each.remark.params.get("kind")) for each in found.findings}
    assert (found.features, found.geometry_types) == (3, {"Polygon": 1, "Point": 1})
    assert told == {
        ("crs_guessed", None, None), ("non_finite", 1, None), ("mixed_geometry", None, None),
        ("entity_not_read", None, "RAY"), ("entity_not_read", None, None),
    }  # fmt: skip


def test_what_was_mirrored_in_a_drawing_lies_where_it_is_seen(tmp_path):
    """CAD writes it in axes of its own, which look from below: east is negative there."""
    drawing = ezdxf.new()
    space, mirrored = drawing.modelspace(), {"extrusion": (0, 0, -1)}
    corners = [(-38501569, 3657805), (-38501669, 3657805), (-38501669, 3657905), (-38501569, 3657905)]
    space.add_lwpolyline(corners, close=True, dxfattribs=mirrored)
    space.add_polyline2d(corners, close=True, dxfattribs=mirrored)
    space.add_hatch(dxfattribs=mirrored).paths.add_polyline_path(corners, is_closed=True)
    space.add_text("学校", dxfattribs=mirrored | {"insert": corners[0]})
    drawing.saveas(tmp_path / "a.dxf")
    with opened(tmp_path / "a.dxf", Asked(crs="EPSG:4526"), EXTENT) as file:
        *areas, word = [shape for batch in file.batches() for shape in batch.shapes]
    assert all(area.equals(shapely.box(38501569, 3657805, 38501669, 3657905)) for area in areas) and len(areas) == 3
    assert word.equals(shapely.Point(38501569, 3657805))


def test_a_closed_spline_is_an_area(tmp_path):
    drawing = ezdxf.new()
    corners = [(38501569, 3657805, 0), (38501669, 3657805, 0), (38501669, 3657905, 0), (38501569, 3657905, 0)]
    drawing.modelspace().add_spline().set_closed(corners)
    drawing.saveas(tmp_path / "a.dxf")
    assert inspect(tmp_path / "a.dxf").geometry_types == {"Polygon": 1}


def test_a_track_of_a_phone_is_a_line_and_links_are_told(tmp_path):
    coords = "".join(f"<gx:coord>{lon} 33.0 5</gx:coord>" for lon in (114.0, 114.01, 114.02))
    track = f"<Placemark><gx:Track><when>2023-05-01</when>{coords}</gx:Track></Placemark>"
    link = "<NetworkLink><Link><href>http://127.0.0.1:1/a.kml</href></Link></NetworkLink>"
    kml = f'<kml xmlns:gx="http://www.google.com/kml/ext/2.2"><Document>{link}{track}</Document></kml>'
    (tmp_path / "a.kml").write_text(kml, encoding="utf-8")
    with opened(tmp_path / "a.kml", Asked(), EXTENT) as file:
        (line,) = next(iter(file.batches())).shapes
    assert line.equals(shapely.LineString([(114.0, 33.0), (114.01, 33.0), (114.02, 33.0)]))
    assert codes(inspect(tmp_path / "a.kml")) == ["height_left_out", "entity_not_read"]


def test_the_sign_at_the_end_of_a_text_of_dos_is_no_line(tmp_path):
    (tmp_path / "a.csv").write_bytes("经度,纬度\r\n114,33\r\n\x1a".encode())
    found = inspect(tmp_path / "a.csv")
    assert (found.result, found.features) == ("accept", 1)


def test_columns_of_one_name_are_told_and_the_first_one_counts(tmp_path):
    (tmp_path / "a.csv").write_text("经度,纬度,名称,名称,经度\n114,33,甲,乙,115\n", encoding="utf-8")
    found = inspect(tmp_path / "a.csv")
    assert [(each.code, each.field) for each in found.findings] == [
        ("duplicate_column", "经度"),
        ("duplicate_column", "名称"),
    ]
    assert found.fields == ("名称",)
    assert found.extent == pytest.approx((114, 33, 114, 33))


STRANGE = {
    "coordinates as texts": polygon(("114", "33"), ("115", "33"), ("115", "34")),
    "coordinates too deep": {"type": "Point", "coordinates": [[[114, 33]]]},
    "no coordinates": {"type": "Polygon"},
    "an empty ring": {"type": "Polygon", "coordinates": [[]]},
    "no such type": {"type": "Circle", "coordinates": [114, 33]},
    "a list": [114, 33],
    "a number beyond all": {"type": "Point", "coordinates": [10**400, 33]},
}


@pytest.mark.parametrize("geometry", STRANGE.values(), ids=STRANGE)
def test_what_is_no_geometry_is_told_by_its_row(tmp_path, geometry):
    path = collection(tmp_path / "a.geojson", feature(point(114, 33)), feature(geometry))
    found = inspect(path)
    assert (found.result, found.features) == ("accept_with_findings", 2)
    assert {each.row for each in found.findings} - {None} == {2}


def test_a_shapefile_with_a_coordinate_that_is_none_is_told_without_a_warning(tmp_path):
    path = written(tmp_path / "a.shp", encoding="UTF-8")
    content = bytearray(path.read_bytes())
    content[156:164] = struct.pack("<d", float("nan"))  # x of the first point of the first record
    path.write_bytes(content)
    assert [(each.code, each.row) for each in inspect(path).findings] == [("invalid_geometry", 1)]


@pytest.mark.parametrize("part", ["shp", "shx"])
def test_a_shapefile_whose_counts_lie_is_refused_in_little_memory(tmp_path, part):
    path = written(tmp_path / "a.shp", encoding="UTF-8").with_suffix(f".{part}")
    content = bytearray(path.read_bytes())
    place, number = (144, struct.pack("<i", 2**31 - 1)) if part == "shp" else (100, struct.pack(">i", -5))
    content[place : place + 4] = number
    path.write_bytes(content)
    assert codes(inspect(tmp_path / "a.shp")) == ["unreadable"]


def test_a_block_of_blocks_does_not_grow_without_end(tmp_path):
    drawing = ezdxf.new()
    drawing.blocks.new("0").add_point((0, 0))
    for level in range(1, 30):
        block = drawing.blocks.new(str(level))
        for _ in range(10):
            block.add_blockref(str(level - 1), (0, 0))
    drawing.modelspace().add_blockref("29", (38501569, 3657805))
    drawing.saveas(tmp_path / "a.dxf")
    assert inspect(tmp_path / "a.dxf").features == 1


@pytest.mark.parametrize("name", ["a.gpkg", "a.shp", "a.fgb", "a.geojson", "a.kml"])
def test_a_file_cut_short_is_refused_or_told(tmp_path, name):
    drivers = {
        "a.gpkg": "GPKG",
        "a.shp": "ESRI Shapefile",
        "a.fgb": "FlatGeobuf",
        "a.geojson": "GeoJSON",
        "a.kml": "KML",
    }
    path = written(tmp_path / name, driver=drivers[name])
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])
    assert inspect(path).result != "accept"


def test_a_layer_of_several_can_be_chosen(tmp_path):
    FRAME.to_file(tmp_path / "a.gpkg", layer="大")
    FRAME[:1].to_file(tmp_path / "a.gpkg", layer="小")
    found = inspect(tmp_path / "a.gpkg")
    assert (found.layers, found.features, codes(found)) == (("大", "小"), 2, ["several_layers"])
    assert inspect(tmp_path / "a.gpkg", layer="小").features == 1
    assert codes(inspect(tmp_path / "a.gpkg", layer="中")) == ["no_layer"]


def many_fields(count):
    return {f"f{number}": 1 for number in range(count)}


def table_of_many(path, count):
    names = ["经度", "纬度", *many_fields(count)]
    path.write_text("\n".join([",".join(names), ",".join(["114", "33"] * (len(names) // 2))]), encoding="utf-8")


def flatgeobuf_of_many(path, count):
    geopandas.GeoDataFrame([many_fields(count)], geometry=[SQUARE], crs=4326).to_file(path)


def geojson_of_many(path, count):
    collection(path, feature(point(114, 33), properties=many_fields(count)))


FIELDS = {"a.geojson": geojson_of_many, "a.fgb": flatgeobuf_of_many, "a.csv": table_of_many}


@pytest.mark.parametrize("name", FIELDS)
def test_a_file_of_too_many_fields_is_refused_whatever_its_format(tmp_path, name):
    FIELDS[name](tmp_path / name, 498)
    assert inspect(tmp_path / name).features == 1
    (tmp_path / name).unlink()
    FIELDS[name](tmp_path / name, 502)
    found = inspect(tmp_path / name)
    assert (found.result, codes(found)) == ("refuse", ["too_many_fields"])
    assert "500" in str(found.findings[0].remark)


def test_features_of_different_fields_are_counted_together(tmp_path):
    features = [feature(point(114, 33), properties={f"f{number}": 1}) for number in range(600)]
    assert codes(inspect(collection(tmp_path / "a.geojson", *features))) == ["too_many_fields"]


@pytest.mark.parametrize("rows", [1, 4, 2**31 - 1])
def test_a_shapefile_with_the_table_of_another_file_is_told(tmp_path, rows):
    table = written(tmp_path / "a.shp", encoding="UTF-8").with_suffix(".dbf")
    content = bytearray(table.read_bytes())
    content[4:8] = struct.pack("<I", rows)
    table.write_bytes(content)
    assert "part_mismatch" in codes(inspect(tmp_path / "a.shp"))


def test_a_computed_column_of_a_geopackage_is_not_computed(tmp_path):
    path = written(tmp_path / "a.gpkg", driver="GPKG")
    with closing(sqlite3.connect(path)) as made:
        made.execute("ALTER TABLE a ADD COLUMN bomb TEXT GENERATED ALWAYS AS (hex(zeroblob(400000000))) VIRTUAL")
    assert codes(inspect(path)) == ["no_layer"]


@pytest.mark.parametrize("kind", ["text", "blob"])
def test_a_value_of_a_geopackage_that_would_fill_the_memory_is_refused_unread(tmp_path, monkeypatch, kind):
    monkeypatch.setattr(gpkg_tables, "LARGEST_CELL", 2**20)
    path = written(tmp_path / "a.gpkg", driver="GPKG")
    with closing(sqlite3.connect(path)) as made:
        made.execute(f'ALTER TABLE a ADD COLUMN "备""注" {kind}')
        triggers = made.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:  # they call functions of GDAL
            made.execute(f'DROP TRIGGER "{name}"')
        long = "长" * 400_000 if kind == "text" else bytes(1_200_000)
        made.execute('UPDATE a SET "备""注" = ? WHERE rowid = (SELECT max(rowid) FROM a)', [long])
        made.commit()
    found = inspect(path)
    (finding,) = found.findings
    assert (found.result, finding.code, finding.row) == ("refuse", "too_large", 2)
    assert finding.remark.params["field"] == '备"注'


def test_a_boundary_in_a_table_may_be_longer_than_pythons_csv_takes(tmp_path):
    circle = shapely.Point(114, 33).buffer(0.01, quad_segs=2000)
    assert len(circle.wkt) > 131_072
    (tmp_path / "a.csv").write_text(f'名称,WKT\n甲,"{circle.wkt}"\n', encoding="utf-8")
    assert inspect(tmp_path / "a.csv").geometry_types == {"Polygon": 1}
    (tmp_path / "a.csv").write_text('名称,WKT\n"甲' + "x\n" * 3_000_000, encoding="utf-8")
    assert codes(inspect(tmp_path / "a.csv")) == ["line_too_long"]


def test_of_hundreds_of_tables_the_fullest_is_read_at_once(tmp_path):
    path = written(tmp_path / "a.gpkg", driver="GPKG", layer='满"的')
    with closing(sqlite3.connect(path)) as made:
        for number in range(300):
            made.execute(f"CREATE TABLE t{number} (fid INTEGER PRIMARY KEY, geom BLOB)")
            named = f"('t{number}', 'features', 't{number}', 4326)"
            made.execute(f"INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES {named}")
            made.execute(f"INSERT INTO gpkg_geometry_columns VALUES ('t{number}', 'geom', 'POLYGON', 4326, 0, 0)")
        made.commit()
    began = time.process_time()
    found = inspect(path)
    assert (found.features, codes(found), len(found.layers)) == (2, ["several_layers"], 301)
    assert time.process_time() - began < 10


@pytest.mark.parametrize(("told", "said"), [(1, ["truncated"]), (2, []), (5, ["truncated"])])
def test_a_flatgeobuf_of_another_number_of_features_than_it_says_is_told(tmp_path, told, said):
    path = written(tmp_path / "a.fgb", driver="FlatGeobuf", SPATIAL_INDEX="NO")
    content = bytearray(path.read_bytes())
    place = content.find(struct.pack("<Q", 2), 12)
    content[place : place + 8] = struct.pack("<Q", told)
    path.write_bytes(content)
    assert codes(inspect(path)) == said


@pytest.mark.parametrize("count", [1, 2, 16, 17, 300])
def test_a_sound_flatgeobuf_has_nothing_left_behind_its_index(tmp_path, count):
    points = [shapely.Point(114 + number / 10_000, 33) for number in range(count)]
    frame = geopandas.GeoDataFrame({"a": range(count)}, geometry=points, crs=4326)
    frame.to_file(tmp_path / "a.fgb", driver="FlatGeobuf", SPATIAL_INDEX="YES")
    assert codes(inspect(tmp_path / "a.fgb")) == []


def test_a_bulge_beyond_all_is_told_without_a_warning(tmp_path):
    drawing = ezdxf.new("R2010")
    corners = [(38501569, 3657805, 1e300), (38501579, 3657805, -1e9), (38501579, 3657815, 0)]
    drawing.modelspace().add_lwpolyline(corners, format="xyb", close=True)
    drawing.saveas(tmp_path / "a.dxf")
    assert codes(inspect(tmp_path / "a.dxf")) == ["invalid_geometry"]


def test_members_that_are_no_features_are_told_as_such(tmp_path):
    found = inspect(collection(tmp_path / "a.geojson", text='{"type":"FeatureCollection","features":[null,1,[],{}]}'))
    assert codes(found)[:3] == ["not_geojson"] * 3


def test_a_refusal_names_a_file_on_one_line_whatever_its_name(tmp_path):
    path = tmp_path / "a\nb\x1b[31m.csv"
    path.write_text("x", encoding="utf-8")
    told = str(inspect(path).findings[0].remark)
    assert told.isprintable() and "a�b�[31m.csv" in told


@pytest.mark.parametrize("datum", ["GCJ-02", "BD-09"])
def test_roads_of_names_that_are_known_roughly_tell_of_a_shift(tmp_path, datum):
    for name, lines in (("true.geojson", ROADS), ("off.geojson", [turned(line, datum) for line in ROADS])):
        geopandas.GeoDataFrame({"路名": NAMES}, geometry=lines, crs=4326).to_file(tmp_path / name)
    ground = known(1, 60.0)

    def told(name, **asked):
        return codes(inspecting.inspect_file(tmp_path / name, Asked(**asked), EXTENT, (), ground))

    assert told("off.geojson") == [{"GCJ-02": "suspected_gcj02", "BD-09": "suspected_bd09"}[datum]]
    assert told("true.geojson") == []
    assert told("off.geojson", crs=datum) == ["unshifted"]
    assert codes(inspecting.inspect_file(tmp_path / "off.geojson", Asked(), EXTENT)) == []
    nowhere = [shapely.transform(line, lambda points: points + numpy.array([300, 0])) for line in ROADS]
    geopandas.GeoDataFrame({"路名": NAMES}, geometry=nowhere, crs=4326).to_file(tmp_path / "nowhere.geojson")
    assert set(told("nowhere.geojson")) == {"out_of_range"}


def turned(line, datum):
    return shapely.transform(line, lambda points: shifted(points, datum))
