"""The hostile files by name: how each is called and made, what comes of it, and the codes under which that is told."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.hostile import making
from tests.hostile.making import (
    POLYGON,
    TXT_POINTS,
    Make,
    archive,
    boundaries,
    by_gdal,
    cut,
    drawing,
    geojson,
    geopackage,
    later,
    nested,
    patch,
    raw,
    shapefile,
    sheet,
    text,
    workbook,
)

MIB = 2**20
REFUSE, FINDINGS, ACCEPT = "refuse", "accept_with_findings", "accept"


@dataclass(frozen=True)
class Case:
    """A file and what `inspect-file` says of it.

    Parameters
    ----------
    codes
        Those that must be among the findings, with blanks between.
    taken
        Whether it is taken into a layer of areas, as it is or mended.
    """

    name: str
    make: Make
    result: str
    codes: str = ""
    taken: bool = False


def refused(name: str, make: Make, codes: str) -> Case:
    return Case(name, make, REFUSE, codes)


COORDINATES = ["经度", "纬度"]
TWICE = '{"名称":"敌一","名称":"敌二"}'
LINK = "<kml><NetworkLink><href>http://x/</href></NetworkLink></kml>"
TABLE = '名称,WKT\n敌一,"POLYGON ((114 33, 114.001 33, 114.001 33.001, 114 33))"\n'

ARCHIVES = {
    "zip bomb": refused("a.zip", later(lambda: making.zipped({"a.shp": bytes(300 * MIB)})), "archive_bomb"),
    "kmz bomb": refused("a.kmz", later(lambda: making.zipped({"a.kml": b"<kml>" + bytes(300 * MIB)})), "archive_bomb"),
    "xlsx bomb": refused("a.xlsx", workbook(COORDINATES, xl__a=lambda: bytes(300 * MIB)), "archive_bomb"),
    "entry of a false size": refused("a.zip", making.of_false_size, "archive_broken"),
    "3000 entries": refused("a.zip", archive({f"{number}.shp": b"" for number in range(3000)}), "archive_bomb"),
    "archive in disguise": refused("a.zip", archive({"a.geojson": making.zipped({"b": "{}"})}), "archive_nested"),
    "backslashes upwards": refused("a.zip", archive({"..\\..\\a.geojson": geojson()}), "archive_unsafe_name"),
    "another drive": refused("a.zip", archive({"C:\\a.geojson": geojson()}), "archive_unsafe_name"),
    "pipe in an archive": refused("a.zip", making.linked("a.geojson", 0o010000), "archive_unsafe_name"),
    "truncated archive": refused("a.zip", cut(archive({"a.geojson": geojson()}), 0.6), "archive_broken"),
    "newline in an entry": Case("a.zip", archive({"a\nb.geojson": geojson()}), ACCEPT, taken=True),
    "empty archive": refused("a.zip", archive({}), "no_layer"),
}

CUT_SHORT = {
    f"{ending} of which {share:.0%} arrived": refused(f"a.{ending}", cut(make, share), code)
    for ending, make, share, code in (
        ("gpkg", by_gdal("GPKG"), 0.9, "unreadable"),
        ("fgb", by_gdal("FlatGeobuf"), 0.5, "no_layer"),
        ("shp", by_gdal("ESRI Shapefile"), 0.9, "unreadable"),
        ("geojsonl", by_gdal("GeoJSONSeq"), 0.9, "truncated"),
        ("kml", by_gdal("KML"), 0.9, "invalid_xml"),
        ("xlsx", workbook(COORDINATES, [114, 33]), 0.95, "archive_broken"),
        ("dxf", drawing(lambda document: document.modelspace().add_circle((38501569, 3657805), 5)), 0.5, "unreadable"),
        ("txt", text(boundaries()), 0.1, "no_features"),
    )
} | {
    "fgb of which 90% arrived": Case("a.fgb", cut(by_gdal("FlatGeobuf"), 0.9), FINDINGS, "truncated"),
    "txt of which 50% arrived": Case("a.txt", cut(text(boundaries()), 0.5), FINDINGS, "count_mismatch", taken=True),
}

NUMBERS = {
    "NaN in JSON": refused("a.geojson", text(geojson('{"type":"Point","coordinates":[NaN,33]}')), "non_finite"),
    "1e400 in JSON": Case("a.geojson", text(geojson(POLYGON.replace("114.001", "1e400"))), FINDINGS, "non_finite"),
    "10 000 digits": Case("a.geojson", text(geojson(properties=f'{{"a":{"9" * 10000}}}')), FINDINGS, "non_finite"),
    "NaN in WKT": Case("a.csv", text(TABLE.replace("114.001 33,", "nan 1e400,")), FINDINGS, "non_finite"),
    "NaN in a boundary": Case("a.txt", text(boundaries([("nan", 38500100), *TXT_POINTS[1:]])), FINDINGS, "non_finite"),
    "infinite boundary": Case("a.txt", text(boundaries([("1e999", 3.85e7), *TXT_POINTS[1:]])), FINDINGS, "non_finite"),
}

DEPTH = {
    "2000 lists": refused("a.geojson", text(geojson(properties=f'{{"a":{nested(2000, "[", "]")}}}')), "too_deep"),
    "2000 objects": refused("a.geojson", text(nested(2000, '{"a":', "}", "1")), "too_deep"),
    "2000 lists of coordinates": refused(
        "a.geojson", text(geojson(f'{{"type":"Point","coordinates":{nested(2000, "[", "]")}}}')), "too_deep"
    ),
    "2000 collections": refused(
        "a.geojson",
        text(geojson(nested(2000, '{"type":"GeometryCollection","geometries":[', "]}", POLYGON))),
        "too_deep",
    ),
    "a million brackets": refused("a.geojson", text("[" * 10**6), "too_deep"),
    "2000 collections in WKT": Case(
        "a.csv",
        text(f'名称,WKT\n敌一,"{nested(2000, "GEOMETRYCOLLECTION (", ")", "POINT (114 33)")}"\n'),
        FINDINGS,
        "invalid_geometry",
    ),
    "2000 geometries of KML": refused(
        "a.kml",
        text(f"<kml><Placemark>{nested(2000, '<MultiGeometry>', '</MultiGeometry>')}</Placemark></kml>"),
        "too_deep",
    ),
    "100 000 folders of KML": refused("a.kml", text("<kml>" + "<Folder>" * 100_000), "too_deep"),
    "20 000 collections in a GeoPackage": refused("a.gpkg", making.nested_collections, "unreadable"),
}

SIZE = {
    "ring of a million corners": Case("a.geojson", later(making.great_ring), ACCEPT, taken=True),
    "tangle of a million corners": Case("a.geojson", later(making.great_tangle), FINDINGS, "self_intersection"),
    "100 000 fields": refused("a.geojson", text(making.many_fields()), "too_many_fields"),
    "key of 5 MB": Case("a.geojson", text(geojson(properties=f'{{"{"k" * 5 * MIB}":1}}')), ACCEPT, taken=True),
    "a million columns": refused("a.csv", later(lambda: b"x,y" + b",c" * 10**6 + b"\n1,2\n"), "too_many_fields"),
    "field of 50 MB": refused("a.csv", later(lambda: b"x,y,a\n1,2," + b"x" * (50 * MIB)), "line_too_long"),
    "quoted field of 50 MB": refused("a.csv", later(lambda: b'x,y,a\n1,2,"' + b"xxxx\n" * 10 * MIB), "line_too_long"),
    "line of a drawing of 50 MB": refused(
        "a.dxf", later(lambda: b"0\nSECTION\n2\nENTITIES\n0\nTEXT\n1\n" + b"x" * (50 * MIB)), "unreadable"
    ),
    "styles of a workbook": refused(
        "a.xlsx", workbook(COORDINATES, xl__styles=lambda: b"<styleSheet>" + b"<font/>" * 3_000_000), "too_large"
    ),
    "columns of a workbook": refused("a.xlsx", workbook([*COORDINATES, *range(600)]), "too_many_fields"),
    "joined cells of a workbook": refused(
        "a.xlsx", workbook(xl__worksheets__sheet1=sheet('<mergeCell ref="A1:XFD1048576"/>')), "too_large"
    ),
    "nested rows of a workbook": refused(
        "a.xlsx", workbook(xl__worksheets__sheet1=sheet(nested(100_000, "<row>", "</row>"))), "no_coordinates"
    ),
    "5 GB of nothing": refused("a.geojson", partial(making.sparse, size=5 * 2**30), "too_large"),
}

PARTS = {
    "wrong cpg": Case("a.shp", shapefile(".cpg", b"GBK"), FINDINGS, "wrong_cpg", taken=True),
    "odd cpg": Case("a.shp", shapefile(".cpg", b"\xff\xfe/etc/passwd" * 100), FINDINGS, "wrong_cpg", taken=True),
    "no cpg": Case("a.shp", shapefile(".cpg", None), FINDINGS, "encoding_guessed", taken=True),
    "no prj": Case("a.shp", shapefile(".prj", None), FINDINGS, "crs_guessed", taken=True),
    "broken prj": refused("a.shp", shapefile(".prj", b'PROJCS["x"'), "unreadable"),
    "no dbf": refused("a.shp", shapefile(".dbf", None), "missing_part"),
    "table of one row": Case("a.shp", shapefile(".dbf", patch(4, b"\1\0\0\0")), FINDINGS, "part_mismatch"),
    "table of 2e9 rows": Case("a.shp", shapefile(".dbf", patch(4, b"\xff\xff\xff\x7f")), FINDINGS, "part_mismatch"),
    "table of rows without bytes": refused("a.shp", shapefile(".dbf", patch(10, b"\0\0")), "unreadable"),
    "index that leads far away": refused("a.shp", shapefile(".shx", patch(100, b"\x40\0\0\0")), "unreadable"),
    "hidden feature": Case("a.fgb", making.flatgeobuf_of(1), FINDINGS, "truncated"),
    "missing features": Case("a.fgb", making.flatgeobuf_of(5), FINDINGS, "truncated"),
    "trillion features": refused("a.fgb", making.flatgeobuf_of(10**12), "no_layer"),
    "endless header": refused("a.fgb", raw(b"fgb\x03fgb\x00" + b"\xff" * 5000), "no_layer"),
}

SQL = {
    "trigger": Case(
        "a.gpkg",
        geopackage("CREATE TRIGGER t AFTER INSERT ON parcels BEGIN DELETE FROM parcels; END"),
        ACCEPT,
        taken=True,
    ),
    "endless view beside": Case("a.gpkg", making.endless_view(), FINDINGS, "layer_is_view", taken=True),
    "endless view alone": refused(
        "a.gpkg",
        making.endless_view(
            "DELETE FROM gpkg_contents WHERE table_name = 'parcels'",
            "DELETE FROM gpkg_geometry_columns WHERE table_name = 'parcels'",
        ),
        "no_layer",
    ),
    "computed column": refused(
        "a.gpkg", geopackage("ALTER TABLE parcels ADD b TEXT AS (hex(zeroblob(400000000)))"), "no_layer"
    ),
    "shapes as texts": refused("a.gpkg", geopackage("UPDATE parcels SET geom = 'POINT(1 1)'"), "invalid_geometry"),
    "texts of no encoding": refused(
        "a.gpkg", geopackage("UPDATE parcels SET \"名称\" = CAST(x'fffefd' AS TEXT)"), "undecodable_text"
    ),
    "CRS that leads to a file": Case(
        "a.gpkg",
        geopackage("UPDATE gpkg_spatial_ref_sys SET definition = '/etc/passwd', organization = 'NONE'"),
        FINDINGS,
        "crs_guessed",
        taken=True,
    ),
    "no contents": refused("a.gpkg", geopackage("DROP TABLE gpkg_contents"), "unknown_format"),
}

PROGRAMS = {
    "blocks in themselves": Case("a.dxf", drawing(making.blocks_in_themselves), FINDINGS, "crs_guessed"),
    "formulas": Case("a.xlsx", workbook(["名称", *COORDINATES], ["=1+1", "=100+14", "=33"]), FINDINGS, "no_features"),
    "macros": Case("a.xlsm", workbook(COORDINATES, [114, 33], xl__vbaProject=b"\xd0\xcf\x11\xe0"), ACCEPT),
    "entities of a workbook": refused(
        "a.xlsx", workbook(COORDINATES, xl__sharedStrings='<!DOCTYPE a [<!ENTITY b "c">]><sst/>'), "unsafe_xml"
    ),
    "entities of a KML": refused("a.kml", text('<!DOCTYPE a [<!ENTITY b "c">]><kml>&b;</kml>'), "unsafe_xml"),
    "entities in UTF-16": refused(
        "a.kml",
        text(
            '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a [<!ENTITY b SYSTEM "/etc/passwd">]><kml></kml>',
            "utf-16",
        ),
        "unsafe_xml",
    ),
    "link in a KML": Case("a.kml", text(LINK), FINDINGS, "no_features"),
    "virtual format": refused("a.csv", text("<OGRVRTDataSource></OGRVRTDataSource>"), "unknown_format"),
    "CRS that is a link": refused(
        "a.geojson",
        text(geojson().replace("{", '{"crs":{"type":"link","properties":{"href":"a.prj"}},', 1)),
        "unknown_crs",
    ),
    "CRS that is an address": refused(
        "a.geojson",
        text(geojson().replace("{", '{"crs":{"type":"name","properties":{"name":"http://127.0.0.1:1/"}},', 1)),
        "unknown_crs",
    ),
}

TEXTS = {
    "quote that nothing ends": refused("a.csv", text(TABLE.replace('))"', "))")), "unreadable"),
    "curves as WKT": Case("a.csv", text(TABLE.replace("POLYGON", "CURVEPOLYGON")), FINDINGS, "invalid_geometry"),
    "mark of another encoding": refused("a.csv", raw(b"\xef\xbb\xbf" + TABLE.encode("gbk")), "undecodable_text"),
    "a head in GBK": refused(
        "a.csv", raw("名称,".encode("gbk") + TABLE.replace("敌一", "敌人一").encode()), "undecodable_text"
    ),
    "a head in GBK, rows that can be": Case(
        "a.csv", raw("名称,".encode("gbk") + TABLE.encode()), FINDINGS, "encoding_guessed null_geometry", taken=True
    ),
    "collections in lines": Case("a.geojson", text(f"{geojson()}\n{geojson()}"), FINDINGS, "not_geojson"),
    "positions of five": Case(
        "a.geojson",
        text(geojson(POLYGON.replace("33]", "33,1,2,3]").replace("33.001]", "33.001,1,2,3]"))),
        FINDINGS,
        "height_left_out",
        taken=True,
    ),
    "keys twice": Case("a.geojson", text(geojson(properties=TWICE)), FINDINGS, "duplicate_key", taken=True),
    "mark at the start": Case("a.geojson", text("\ufeff" + geojson()), ACCEPT, taken=True),
    "UTF-16": Case("a.csv", text(TABLE, "utf-16"), FINDINGS, "crs_guessed", taken=True),
    "UTF-16 without a mark": refused("a.csv", text(TABLE, "utf-16-le"), "unknown_format"),
    "two encodings": refused("a.csv", raw(TABLE.encode() * 5000 + "地块,1\n".encode("gbk")), "undecodable_text"),
    "half a character pair": refused("a.geojson", text(geojson(properties='{"a":"\\ud800"}')), "invalid_json"),
    "false count and area": Case(
        "a.txt", text(boundaries(told=99, area=77)), FINDINGS, "count_mismatch area_mismatch", taken=True
    ),
    "200 000 columns of a boundary": refused(
        "a.txt", text(boundaries().replace("教", "x," * 200_000)), "too_many_fields"
    ),
    "digits of another script": Case("a.txt", text(boundaries(told="²")), REFUSE, "no_features"),
    "database as JSON": Case("a.geojson", by_gdal("GPKG"), FINDINGS, "wrong_extension", taken=True),
    "program as Shapefile": refused("a.shp", raw(b"MZ" + bytes(3000)), "unknown_format"),
}

THINGS = {
    "nothing": refused("a.geojson", raw(b""), "empty_file"),
    "blanks": refused("a.csv", raw(b" \n" * 1000), "empty_file"),
    "folder": refused("a.gpkg", Path.mkdir, "not_a_file"),
    "pipe": refused("a.csv", making.pipe, "not_a_file"),
    "device": refused("a.csv", lambda path: path.symlink_to("/dev/zero"), "not_a_file"),
    "link to nowhere": refused("a.csv", lambda path: path.symlink_to("/nowhere"), "missing_file"),
    "link to itself": refused("a.csv", lambda path: path.symlink_to(path), "unreadable"),
    "newline and colours in a name": Case("a\nb\x1b[31m.geojson", text(geojson()), ACCEPT, taken=True),
    "broken name": Case("a\udcff.geojson", text(geojson()), ACCEPT, taken=True),
    "name of signs": Case("a'\";--%s%(x)s.geojson", text(geojson()), ACCEPT, taken=True),
}

CASES = ARCHIVES | CUT_SHORT | NUMBERS | DEPTH | SIZE | PARTS | SQL | PROGRAMS | TEXTS | THINGS
