"""What hostile files are made of: archives, tables, drawings and binary formats of which something was changed."""

import io
import json
import os
import sqlite3
import stat
import struct
import zipfile
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import ezdxf
import geopandas
import numpy
import openpyxl
import shapely

Make = Callable[[Path], object]

FRAME = geopandas.GeoDataFrame(
    {"feature_id": ["h-1", "h-2"], "名称": ["敌一", "敌二"]},
    geometry=[shapely.box(114.0, 33.0, 114.001, 33.001), shapely.box(114.002, 33.0, 114.003, 33.001)],
    crs=4326,
)
SPREADSHEET = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
TXT_HEAD = "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n带号=38\n[地块坐标]\n"
TXT_POINTS = ((3653000, 38500100), (3653000, 38500200), (3652900, 38500200), (3652900, 38500100), (3653000, 38500100))
POLYGON = '{"type":"Polygon","coordinates":[[[114,33],[114.001,33],[114.001,33.001],[114,33]]]}'


def text(content: str, encoding: str = "utf-8") -> Make:
    return lambda path: path.write_bytes(content.encode(encoding))


def raw(content: bytes) -> Make:
    return lambda path: path.write_bytes(content)


def later(make: Callable[[], bytes]) -> Make:
    """Content too large to be held from the start."""
    return lambda path: path.write_bytes(make())


def geojson(geometry: str = POLYGON, properties: str = '{"名称":"敌一"}', more: str = "") -> str:
    feature = f'{{"type":"Feature",{more}"properties":{properties},"geometry":{geometry}}}'
    return f'{{"type":"FeatureCollection","features":[{feature}]}}'


def zipped(entries: dict[str, bytes | str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:  # bombs take seconds otherwise
        for name, content in entries.items():
            archive.writestr(name, content)
    return packed.getvalue()


def archive(entries: dict[str, bytes | str]) -> Make:
    return lambda path: path.write_bytes(zipped(entries))


def linked(name: str, kind: int = stat.S_IFLNK) -> Make:
    """An archive whose entry is a link, or another thing that is no file."""

    def make(path: Path) -> None:
        info = zipfile.ZipInfo(name)
        info.external_attr = (kind | 0o777) << 16
        with zipfile.ZipFile(path, "w") as packed:
            packed.writestr(info, "/etc/passwd")

    return make


def of_false_size(path: Path) -> None:
    """An archive that says of its entry that it is small."""
    packed = bytearray(zipped({"a.geojson": b'{"a":"' + b"x" * (40 * 2**20) + b'"}'}))
    for sign, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = packed.find(sign)
        packed[start + place : start + place + 4] = struct.pack("<I", 100)
    path.write_bytes(packed)


def by_gdal(driver: str, frame: geopandas.GeoDataFrame = FRAME, **options: object) -> Make:
    def make(path: Path) -> None:
        own = path.with_suffix(".gpkg") if driver == "GPKG" else path
        frame.to_file(own, driver=driver, **options)
        own.rename(path)

    return make


def cut(make: Make, share: float) -> Make:
    """The same file, of which only the first part arrived."""

    def shorter(path: Path) -> None:
        make(path)
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])

    return shorter


def shapefile(ending: str, content: bytes | Callable[[bytes], bytes] | None) -> Make:
    """A Shapefile of which one part was replaced, changed or lost."""

    def make(path: Path) -> None:
        FRAME.to_file(path, driver="ESRI Shapefile", encoding="UTF-8")
        part = path.with_suffix(ending)
        if content is None:
            part.unlink()
        else:
            part.write_bytes(content(part.read_bytes()) if callable(content) else content)

    return make


def patch(place: int, content: bytes) -> Callable[[bytes], bytes]:
    return lambda whole: whole[:place] + content + whole[place + len(content) :]


def geopackage(*statements: str) -> Make:
    """A GeoPackage to which somebody added SQL of their own; its own triggers would need functions of GDAL's."""

    def make(path: Path) -> None:
        FRAME.to_file(path, driver="GPKG", layer="parcels")
        with closing(sqlite3.connect(path)) as made:
            made.execute("PRAGMA writable_schema = ON")
            made.execute("DELETE FROM sqlite_master WHERE type = 'trigger'")
            made.execute("PRAGMA writable_schema = RESET")
            for statement in statements:
                made.execute(statement)
            made.commit()

    return make


def endless_view(*more: str) -> Make:
    return geopackage(
        "CREATE VIEW v AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
        "SELECT i AS fid, '' AS geom FROM n",
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('v', 'features', 'v', 4326)",
        "INSERT INTO gpkg_geometry_columns VALUES ('v', 'geom', 'POLYGON', 4326, 0, 0)",
        *more,
    )


def nested_collections(path: Path) -> None:
    """A GeoPackage whose geometry is a collection in a collection, twenty thousand times."""
    geopackage()(path)
    blob = b"GP\x00\x01" + struct.pack("<i", 4326) + struct.pack("<BII", 1, 7, 1) * 20_000
    with closing(sqlite3.connect(path)) as made, made:
        made.execute("UPDATE parcels SET geom = ?", [blob + struct.pack("<BIdd", 1, 1, 114.0, 33.0)])


def flatgeobuf_of(told: int) -> Make:
    """A FlatGeobuf whose header states another number of features."""

    def make(path: Path) -> None:
        FRAME.to_file(path, driver="FlatGeobuf", SPATIAL_INDEX="NO")
        whole = path.read_bytes()
        path.write_bytes(patch(whole.find(struct.pack("<Q", len(FRAME)), 12), struct.pack("<Q", told))(whole))

    return make


def drawing(draw: Callable[[ezdxf.document.Drawing], object]) -> Make:
    def make(path: Path) -> None:
        document = ezdxf.new("R2010")
        draw(document)
        document.saveas(path)

    return make


def blocks_in_themselves(document: ezdxf.document.Drawing) -> None:
    document.blocks.new("A").add_blockref("A", (0, 0))
    document.blocks.new("B").add_blockref("C", (0, 0))
    document.blocks.new("C").add_blockref("B", (0, 0))
    for number, name in enumerate("ABC"):
        document.modelspace().add_blockref(name, (38501569 + number, 3657805), dxfattribs={"column_count": 32767})


def workbook(*rows: Iterable[object], **parts: bytes | str | Callable[[], bytes]) -> Make:
    """A workbook, with parts in the place of its own; their names have two underscores for a slash."""

    def make(path: Path) -> None:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(list(row))
        packed = io.BytesIO()
        book.save(packed)
        with zipfile.ZipFile(packed) as made:
            entries = {name: made.read(name) for name in made.namelist()}
        for name, content in parts.items():
            entries[name.replace("__", "/") + ".xml"] = content() if callable(content) else content
        path.write_bytes(zipped(entries))

    return make


def sheet(content: str) -> str:
    return f"<worksheet {SPREADSHEET}>{content}</worksheet>"


def boundaries(points: Iterable[tuple[object, object]] = TXT_POINTS, told: object = 5, area: object = 1) -> str:
    lines = [f"{told},{area},h-1,敌一,面,,教育,0804,@"]
    lines += [f"J{number},1,{north},{east}" for number, (north, east) in enumerate(points, start=1)]
    return TXT_HEAD + "\n".join(lines) + "\n"


def ring(corners: numpy.ndarray) -> bytes:
    written = ",".join(f"[{lon:.9f},{lat:.9f}]" for lon, lat in numpy.vstack([corners, corners[:1]]))
    return geojson(f'{{"type":"Polygon","coordinates":[[{written}]]}}').encode()


def great_ring() -> bytes:
    """A circle of a million corners."""
    angles = numpy.linspace(0, 2 * numpy.pi, 10**6, endpoint=False)
    return ring(numpy.column_stack([114.02 + 0.01 * numpy.cos(angles), 33.02 + 0.01 * numpy.sin(angles)]))


def great_tangle() -> bytes:
    """A ring of a million corners that crosses itself billions of times."""
    return ring(numpy.random.default_rng(1).random((10**6, 2)) / 100 + (114, 33))


def nested(depth: int, start: str, end: str, core: str = "") -> str:
    return start * depth + core + end * depth


def many_fields() -> str:
    return geojson(properties=json.dumps({f"f{number}": 1 for number in range(100_000)}))


def sparse(path: Path, size: int) -> None:
    """A file of nothing, which takes no room."""
    with path.open("wb") as file:
        file.truncate(size)


def pipe(path: Path) -> None:
    os.mkfifo(path)
