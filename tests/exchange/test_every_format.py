"""The same roads and the same places in every format that we read: the same answers, and one sentence where not."""

import json
import zipfile
from pathlib import Path

import ezdxf
import geopandas
import openpyxl
import pytest
import shapely
from pyproj import Transformer

from geo.exchange.files.barriers import read_barriers
from geo.exchange.files.growth import read_growth
from geo.exchange.files.network import read_network
from geo.exchange.files.places import read_places
from geo.exchange.files.streets import read_streets
from geo.model.errors import InvalidFile

NAMES = ["洪河大道", "金沙路", "东风路"]
LINES = [
    [(114.0, 33.0), (114.005, 33.001), (114.01, 33.0)],
    [(114.01, 32.99), (114.01, 33.0)],
    [(114.01, 33.0), (114.02, 33.01)],
]
HOMES = {"B1": (114.001, 33.001, 120), "B2": (114.012, 33.002, 80), "007": (114.015, 33.004, 40)}
TO_METRES = Transformer.from_crs("EPSG:4326", "EPSG:4526", always_xy=True)


def roads() -> geopandas.GeoDataFrame:
    columns = {"路名": NAMES, "oneway": ["FT", "no", "-1"]}
    return geopandas.GeoDataFrame(columns, geometry=[shapely.LineString(line) for line in LINES], crs=4326)


def shapefile(path: Path, frame: geopandas.GeoDataFrame) -> Path:
    frame.to_file(path, encoding="GBK")
    path.with_suffix(".cpg").unlink()
    return path


def zipped(path: Path, frame: geopandas.GeoDataFrame) -> Path:
    shapefile(path.with_suffix(".shp"), frame)
    with zipfile.ZipFile(path, "w") as archive:
        for ending in (".shp", ".shx", ".dbf", ".prj"):
            archive.write(path.with_suffix(ending), f"数据/道路{ending}")
    return path


def lines_of_json(path: Path, frame: geopandas.GeoDataFrame) -> Path:
    sign = "\x1e" if path.suffix == ".geojsons" else ""
    features = json.loads(frame.to_json(drop_id=True))["features"]
    path.write_text("".join(f"{sign}{json.dumps(each, ensure_ascii=False)}\n" for each in features), encoding="gbk")
    return path


def kml(path: Path, frame: geopandas.GeoDataFrame) -> Path:
    marks = ""
    for row in frame.drop(columns="geometry").to_dict("records"):
        shape = frame.geometry.iloc[marks.count("</Placemark>")]
        at = " ".join(f"{x!r},{y!r},0" for x, y in shape.coords)
        data = "".join(f'<Data name="{name}"><value>{value}</value></Data>' for name, value in row.items())
        kind = shape.geom_type
        marks += f"<Placemark id='kml_{id(row)}'><ExtendedData>{data}</ExtendedData>"
        marks += f"<{kind}><coordinates>{at}</coordinates></{kind}></Placemark>"
    text = f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{marks}</Document></kml>'
    if path.suffix == ".kmz":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("doc.kml", text)
    else:
        path.write_text(text, encoding="utf-8")
    return path


def wkt(path: Path, frame: geopandas.GeoDataFrame) -> Path:
    sign, encoding = ("\t", "utf-16") if path.suffix == ".tsv" else (",", "gb18030")
    rows = [["wkt", *frame.columns.drop("geometry")]]
    rows += [
        [shape.wkt.replace(", ", "|"), *row]
        for shape, row in zip(frame.geometry, frame.drop(columns="geometry").values.tolist(), strict=True)
    ]
    text = "\n".join(sign.join(f'"{cell}"' for cell in row) for row in rows).replace("|", ", ")
    path.write_text(text, encoding=encoding)
    return path


def dxf(path: Path, frame: geopandas.GeoDataFrame) -> Path:
    """As a drawing office does it: a layer for each road, metres of zone 38; in GBK, whatever the header says."""
    document = ezdxf.new("R2000", setup=True)
    document.encoding = "gbk"
    for name, shape in zip(frame["路名"], frame.geometry, strict=True):
        points = [TO_METRES.transform(*point) for point in shape.coords]
        document.modelspace().add_lwpolyline(points, dxfattribs={"layer": name})
    document.modelspace().add_text("说明", dxfattribs={"layer": "注记"})
    document.saveas(path)
    if path.stem == "1252":
        path.write_bytes(path.read_bytes().replace(b"ANSI_936", b"ANSI_1252"))
    return path


def by_geopandas(path: Path, frame: geopandas.GeoDataFrame) -> Path:
    frame.to_parquet(path)
    return path


def by_gdal(path: Path, frame: geopandas.GeoDataFrame) -> Path:
    if path.suffix == ".fgb":
        frame.to_file(path, driver="FlatGeobuf", SPATIAL_INDEX="NO")  # which would change the order
    else:
        frame.to_file(path)
    return path


WRITERS = {
    "a.gpkg": by_gdal, "a.fgb": by_gdal, "a.shp": shapefile, "a.zip": zipped, "a.geojsonl": lines_of_json,
    "a.geojsons": lines_of_json, "a.kml": kml, "a.kmz": kml, "a.csv": wkt, "a.tsv": wkt, "a.dxf": dxf,
    "1252.dxf": dxf, "a.parquet": by_geopandas,
}  # fmt: skip


@pytest.mark.parametrize(("name", "write"), WRITERS.items())
def test_the_same_roads_in_every_format(tmp_path, name, write):
    path = write(tmp_path / name, roads())
    network = read_network(path)
    found = network.roads.set_index("name").geometry
    assert list(found.index) == NAMES and network.roads.crs == "EPSG:4326"
    for name, line in zip(NAMES, LINES, strict=True):
        assert shapely.hausdorff_distance(found[name], shapely.LineString(line)) < 1e-7
    streets = read_streets(path).streets
    has_fields = path.suffix != ".dxf"
    assert list(streets["name"]) == NAMES and list(streets["oneway"]) == ([1, 0, -1] if has_fields else [0, 0, 0])
    assert list(read_barriers(path)["name"]) == (NAMES if has_fields else [None] * 3)


def test_a_drawing_of_roads_in_one_layer_has_no_names_and_a_roundabout_is_a_line(tmp_path):
    document = ezdxf.new("R2010")
    space = document.modelspace()
    points = [TO_METRES.transform(*point) for point in [(114.0, 33.0), (114.001, 33.0), (114.001, 33.001)]]
    space.add_lwpolyline(points, close=True, dxfattribs={"layer": "道路中心线"})
    document.saveas(tmp_path / "a.dxf")
    with pytest.raises(InvalidFile, match="认不出哪个字段是路名"):
        read_network(tmp_path / "a.dxf")
    streets = read_streets(tmp_path / "a.dxf").streets
    assert list(streets["name"]) == [None] and streets.geometry[0].is_ring


def homes() -> geopandas.GeoDataFrame:
    columns = {"demand_id": list(HOMES), "学生数": [pupils for *_, pupils in HOMES.values()]}
    return geopandas.GeoDataFrame(columns, geometry=[shapely.Point(home[:2]) for home in HOMES.values()], crs=4326)


def table(path: Path, frame: geopandas.GeoDataFrame) -> Path:
    """Metres with the digits of their zone, below a title; X is north, as surveyors have it."""
    points = [TO_METRES.transform(shape.x, shape.y) for shape in frame.geometry]
    rows = [["住户一览"], ["demand_id", "X", "Y", "学生数"]]
    fields = zip(frame["demand_id"], frame["学生数"], strict=True)
    rows += [[each, north, east, pupils] for (east, north), (each, pupils) in zip(points, fields, strict=True)]
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
    else:
        text = "\r\n".join("\t".join(map(str, row)) for row in rows)
        path.write_text(text, encoding="utf-16" if path.suffix == ".txt" else "gbk")
    return path


PLACES = {name: write for name, write in WRITERS.items() if not name.endswith(".dxf")} | {
    "b.xlsx": table, "b.txt": table, "b.csv": table,
}  # fmt: skip


@pytest.mark.parametrize(("name", "write"), PLACES.items())
def test_the_same_places_in_every_format(tmp_path, name, write):
    file = read_places(write(tmp_path / name, homes()))
    assert list(file.places["demand_id"]) == list(HOMES) and list(file.places["学生数"]) == [120, 80, 40]
    assert file.places["学生数"].dtype.kind in "if"
    for shape, (lon, lat, _) in zip(file.places.geometry, HOMES.values(), strict=True):
        assert shape.distance(shapely.Point(lon, lat)) < 1e-7


def test_parcels_of_a_boundary_file_are_places(tmp_path):
    text = (
        "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n带号=38\n[地块坐标]\n5,1,12,小区一,面,,住宅,0701,@\n"
        "J1,1,3653000,38500100\nJ2,1,3653000,38500200\nJ3,1,3652900,38500200\nJ4,1,3652900,38500100\n"
        "J1,1,3653000,38500100\n"
    )
    path = tmp_path / "a.txt"
    path.write_text(text, encoding="gbk")
    file = read_places(path)
    assert list(file.places.geom_type) == ["Polygon"] and "小区一" in file.places.iloc[0].tolist()
    with pytest.raises(InvalidFile, match="里没有线"):
        read_network(path)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.csv", "名称,经度,纬度\n甲,114.0,33.0\n乙,东边,33.0\n", ["a.csv", "第 3 行", "经度", "东边"]),
        ("a.csv", "名称,x,y\n甲,500000,3650000\n", ["a.csv", "坐标系"]),
        ("a.csv", "名称,地址\n甲,某处\n", ["a.csv", "坐标列", "地址"]),
        ("a.geojsonl", '{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[114,33]}}\n'
         '{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":["a",33]}}\n',
         ["a.geojsonl", "第 2 行", "geometry"]),
        ("a.kml", "<kml><Placemark><Point><coordinates>a,b</coordinates></Point></Placemark></kml>",
         ["a.kml", "第 1 行", "geometry"]),
        ("a.kml", "<!DOCTYPE kml [<!ENTITY a 'b'>]><kml></kml>", ["a.kml", "实体"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_file_row_and_field(tmp_path, name, text, words):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidFile) as caught:
        read_places(path)
    assert [word for word in words if word not in str(caught.value)] == [] and "\n" not in str(caught.value)


def test_layers_of_files_of_one_layer_are_named_as_the_file_is(tmp_path):
    path = lines_of_json(tmp_path / "a.geojsonl", roads())
    assert len(read_network(path, layer="a").roads) == 3
    with pytest.raises(InvalidFile, match="没有名为“b”的线图层，线图层有：a"):
        read_network(path, layer="b")


def test_a_growth_table_is_read_by_its_content(tmp_path):
    path = tmp_path / "增长.txt"
    path.write_text("年份\t小学\n2024\t120\n", encoding="utf-16")
    assert read_growth(path).totals == {("primary", 2024): 120}
    with pytest.raises(InvalidFile, match="不是表格"):
        read_growth(by_gdal(tmp_path / "a.fgb", homes()))
