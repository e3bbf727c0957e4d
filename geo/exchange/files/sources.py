"""Layers of any file, as raw tables: GeoPackage, Shapefile, also zipped, OpenStreetMap through GDAL; GeoJSON without.

GDAL would open whatever looks like one of its hundred formats, some of which lead to the network or to other files.
So a file is first known by its ending and its first bytes, then put under a plain name into an empty folder, and GDAL
sees nothing else.
"""

import os
import re
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import geopandas
import orjson
import pandas
import pyogrio
import pyproj
import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from geo.exchange.files.archives import unpacked
from geo.exchange.files.encodings import decoded, text_of
from geo.exchange.files.reading import short_name, shown
from geo.model.crs import STORED_CRS
from geo.model.errors import InvalidFile, InvalidInput, N_
from geo.model.remark import Remark

UNTOLD = ("Unknown", "GeometryCollection")
"""Types of a layer that may hold any other as well."""

HEADER_BYTES = 8192
OSM_XML = re.compile(rb"\s*(<\?xml[^>]*\?>\s*)?<osm[\s>]")
OTHER_XML = (b"<OGR", b"opengis")
"""What would make GDAL take an OpenStreetMap file for another kind of XML."""

SIDE_FILES = {".shp": (".shp", ".shx", ".dbf", ".prj"), ".gpkg": (".gpkg", ".gpkg-wal")}
"""What belongs to a file and is shown to GDAL with it; everything else beside it is not."""

OLD_DATUMS = ("Xian 1980", "Xian_1980", "Beijing 1954", "Beijing_1954")
"""Only the surveying offices have exact parameters from these to CGCS2000."""

MAX_LATITUDE, MAX_LONGITUDE = 90.0, 180.0


@dataclass(frozen=True)
class Sort:
    """What is looked for in a file, and the words that tell its absence.

    Parameters
    ----------
    types
        Of geometries; in GeoJSON features of other types are passed over, unless `whole`.
    no_layer, not_named, empty
        Messages: no such layer in the file; none of that name; a layer without any.
    whole
        Whether features of another type or without a geometry are kept, so that they can be told.
    """

    types: tuple[str, ...]
    no_layer: str
    not_named: str
    empty: str
    whole: bool = False


@dataclass(frozen=True)
class Table:
    """One layer as the file has it: its own fields, and what is worth saying."""

    layer: str
    frame: geopandas.GeoDataFrame
    remarks: tuple[Remark, ...] = ()


def tables(path: Path, sort: Sort, layer: str | None = None, crs: str | None = None) -> Iterator[Table]:
    """Every layer of a file that may hold the sort, or the one named, as it is; `to_degrees` is the next step.

    Raises
    ------
    InvalidFile
        If the file cannot be read, is of another format, or has no such layer.
    InvalidInput
        If `crs`, of a file that does not say its own, is none.
    """
    given = given_crs(crs)
    with tempfile.TemporaryDirectory(prefix="atlas-") as folder:
        path = unpacked(path, Path(folder))
        format_name = _format_of(path)
        if format_name == "geojson":
            yield _geojson_table(path, sort, layer, given)
            return
        with _staged(path, format_name) as staged:
            for name in _layers(path, sort, staged, format_name, layer):
                yield _gdal_table(path, sort, staged, format_name, name)


def given_crs(crs: str | None) -> pyproj.CRS | None:
    """The CRS that a user named.

    Raises
    ------
    InvalidInput
        If it is none.
    """
    if crs is None:
        return None
    try:
        given = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError:
        raise InvalidInput(N_("坐标系“%(crs)s”不认识，应写作 EPSG:4526 一类的代号"), crs=crs) from None
    return given


def _format_of(path: Path) -> str:
    """The format by ending and first bytes, so that no other driver of GDAL can feel meant."""
    ending = path.suffix.lower()
    try:
        with path.open("rb") as file:
            header = file.read(HEADER_BYTES)
    except FileNotFoundError:
        raise InvalidFile(N_("缺少文件 %(file)s"), file=short_name(path)) from None
    except OSError as fault:
        raise InvalidFile(N_("%(file)s 读不出来：%(reason)s"), file=short_name(path), reason=fault.strerror) from None
    if ending in (".geojson", ".json"):
        return "geojson"
    xml = OSM_XML.match(header.removeprefix(b"\xef\xbb\xbf")) and not any(word in header for word in OTHER_XML)
    known = {
        ".gpkg": (".gpkg", header.startswith(b"SQLite format 3\x00")),
        ".shp": (".shp", header.startswith(b"\x00\x00\x27\x0a")),
        ".pbf": (".osm.pbf", b"OSMHeader" in header[:64]),
        ".osm": (".osm", bool(xml)),
    }
    if ending not in known:
        message = N_("%(file)s 的格式不认识，可读的有：%(known)s")
        raise InvalidFile(
            message, file=short_name(path), known=".gpkg, .shp, .zip (Shapefile), .geojson, .osm.pbf, .osm"
        )
    format_name, sound = known[ending]
    if not sound:
        raise InvalidFile(N_("%(file)s 的内容不是 %(ending)s 格式"), file=short_name(path), ending=ending)
    return format_name


@contextmanager
def _staged(path: Path, format_name: str) -> Iterator[Path]:
    """The file alone in a folder of its own under a plain name; only what belongs to it comes along."""
    with tempfile.TemporaryDirectory(prefix="atlas-") as folder:
        for ending in SIDE_FILES.get(format_name, (format_name,)):
            source = path if ending == format_name else beside(path, ending)
            if source is not None:
                link_or_copy(source, Path(folder) / f"layer{ending}")
            elif ending in (".shx", ".dbf"):
                message = N_("%(file)s 缺少同名的 %(ending)s 文件")
                raise InvalidFile(message, file=short_name(path), ending=ending)
        yield Path(folder) / f"layer{format_name}"


def beside(path: Path, ending: str) -> Path | None:
    """The file of the same stem and an ending, large or small letters."""
    wanted = (path.stem + ending).lower()
    return next((each for each in path.parent.iterdir() if each.name.lower() == wanted), None)


def link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source.resolve(), target)
    except OSError:  # another file system, or one without links
        shutil.copyfile(source, target)


@contextmanager
def gdal_faults(path: Path) -> Iterator[None]:
    """GDAL's complaints as one sentence; its warnings about single fields or rows stay unsaid."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (DataSourceError, DataLayerError, shapely.errors.GEOSException, pyproj.exceptions.CRSError) as fault:
        raise InvalidFile(N_("%(file)s 读不出来：%(reason)s"), file=short_name(path), reason=shown(fault)) from None
    except UnicodeDecodeError:
        raise InvalidFile(N_("%(file)s 的文字编码有误，GeoPackage 应为 UTF-8"), file=short_name(path)) from None
    except (RuntimeError, ValueError) as fault:
        raise InvalidFile(N_("%(file)s 读不出来：%(reason)s"), file=short_name(path), reason=shown(fault)) from None


def _layers(path: Path, sort: Sort, staged: Path, format_name: str, layer: str | None) -> list[str]:
    if format_name in (".osm", ".osm.pbf"):
        found = ["lines"]  # what GDAL calls them; relations of several lines carry no road names of their own
    else:
        with gdal_faults(path):
            layers = pyogrio.list_layers(staged)
        found = [name for name, kind in layers if kind and kind.split()[0].removesuffix("Z") in (*sort.types, *UNTOLD)]
        found = [_own_name(path, format_name, name) for name in found]
    if not found:
        raise InvalidFile(sort.no_layer, file=short_name(path))
    if layer is None:
        return found
    if layer not in found:
        raise InvalidFile(sort.not_named, file=short_name(path), layer=layer, known=", ".join(found))
    return [layer]


def _own_name(path: Path, format_name: str, name: str) -> str:
    """A Shapefile's only layer is called as the file is."""
    return path.stem if format_name == ".shp" else name


def _gdal_table(path: Path, sort: Sort, staged: Path, format_name: str, layer: str) -> Table:
    osm = format_name in (".osm", ".osm.pbf")
    with gdal_faults(path):
        frame = pyogrio.read_dataframe(
            staged,
            layer=None if format_name == ".shp" else layer,
            encoding="ISO-8859-1" if format_name == ".shp" else None,  # every byte stays as it is
            where="highway IS NOT NULL" if osm else None,
            on_invalid="ignore",
            force_2d=True,
            datetime_as_string=True,
        )
    if not isinstance(frame, geopandas.GeoDataFrame):
        raise InvalidFile(sort.no_layer, file=short_name(path))
    remarks: tuple[Remark, ...] = ()
    if format_name == ".shp":
        frame, encoding = decoded(path, frame)
        remarks = _encoding_remarks(path, encoding)
    return Table(layer, frame, remarks)


def _encoding_remarks(path: Path, encoding: str) -> tuple[Remark, ...]:
    """Say so where the .cpg file is missing or does not tell the truth."""
    cpg = beside(path, ".cpg")
    told = cpg.read_bytes()[:40].decode("ascii", "replace").strip().upper().replace("_", "-") if cpg else ""
    agrees = {"UTF-8": ("UTF-8", "UTF8", "65001"), "GB18030": ("GBK", "GB2312", "GB18030", "936", "CP936")}
    if encoding == "ASCII" or told in agrees[encoding]:
        return ()
    if not told:
        return (Remark(N_("%(file)s 没有 .cpg 文件，文字按 %(encoding)s 读取"), file=path.name, encoding=encoding),)
    message = N_("%(file)s 的 .cpg 写的是 %(told)s，文字实为 %(encoding)s")
    return (Remark(message, file=path.name, told=told, encoding=encoding),)


def _geojson_table(path: Path, sort: Sort, layer: str | None, given: pyproj.CRS | None) -> Table:
    """A FeatureCollection of any size that fits in memory; GDAL does not see it."""
    if layer is not None and layer != path.stem:
        raise InvalidFile(sort.not_named, file=short_name(path), layer=layer, known=path.stem)
    text, encoding = text_of(path)
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as fault:
        message = N_("%(file)s 第 %(line)s 行第 %(column)s 列不是合法的 JSON：%(reason)s")
        raise InvalidFile(
            message, file=short_name(path), line=fault.lineno, column=fault.colno, reason=fault.msg
        ) from None
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise InvalidFile(N_("%(file)s 应为 GeoJSON 的 FeatureCollection，带 features 列表"), file=short_name(path))
    features = [
        (row, each)
        for row, each in enumerate(features, start=1)
        if isinstance(each, dict) and (sort.whole or _is_of(sort, each.get("geometry")))
    ]
    shapes = [_geojson_shape(path, row, each.get("geometry")) for row, each in features]
    properties = [each.get("properties") for _, each in features]
    rows = [each if isinstance(each, dict) else {} for each in properties]
    table = pandas.DataFrame(rows, index=range(len(features)))
    if "id" not in table.columns and any("id" in each for _, each in features):
        table["id"] = [each.get("id") for _, each in features]
    with gdal_faults(path):
        frame = geopandas.GeoDataFrame(table.drop(columns="geometry", errors="ignore"), geometry=shapes)
        frame = frame.set_crs(_geojson_crs(document, given))
    told = (Remark(N_("%(file)s 不是 UTF-8，文字按 %(encoding)s 读取"), file=path.name, encoding=encoding),)
    return Table(path.stem, frame, told if encoding not in ("UTF-8", "ASCII") else ())


def _is_of(sort: Sort, geometry: object) -> bool:
    return isinstance(geometry, dict) and geometry.get("type") in sort.types


def _geojson_shape(path: Path, row: int, geometry: object) -> shapely.Geometry | None:
    if geometry is None:
        return None
    try:
        return shapely.force_2d(shapely.from_geojson(orjson.dumps(geometry)))
    except shapely.errors.GEOSException:
        message = N_("%(file)s 第 %(row)s 个要素的 coordinates 读不成 %(kind)s：%(given)s")
        kind, given = (
            (geometry.get("type"), geometry.get("coordinates")) if isinstance(geometry, dict) else (None, geometry)
        )
        raise InvalidFile(message, file=short_name(path), row=row, kind=shown(kind), given=shown(given)) from None


def _geojson_crs(document: dict, given: pyproj.CRS | None) -> pyproj.CRS:
    """The `crs` member of 2008, as QGIS writes it; without one what was given, else CRS84."""
    crs = document.get("crs")
    named = crs.get("properties") if isinstance(crs, dict) else None
    name = named.get("name") if isinstance(named, dict) else None
    return pyproj.CRS.from_user_input(name) if isinstance(name, str) else given or pyproj.CRS(STORED_CRS)


def to_degrees(path: Path, table: Table, crs: pyproj.CRS | None) -> Table:
    """A table in EPSG:4326, and said on what ground where the file names no CRS.

    Raises
    ------
    InvalidFile
        If the CRS cannot be known, is another than the one given, or leads out of the world.
    """
    frame, remarks = table.frame, list(table.remarks)
    if frame.crs is None:
        frame = frame.set_crs(crs or _assumed_crs(path, frame))
        if crs is None:
            message = N_("%(file)s 没有坐标系，按 WGS 84 经纬度读取；来自高德、百度等地图的坐标会偏几百米")
            remarks.append(Remark(message, file=path.name))
    elif crs is not None and not frame.crs.equals(crs, ignore_axis_order=True):
        raise InvalidFile(
            N_("%(file)s 自带坐标系 %(own)s，与指定的 %(given)s 不同"),
            file=short_name(path), own=frame.crs.name, given=crs.name,
        )  # fmt: skip
    if any(word in frame.crs.to_wkt() for word in OLD_DATUMS):
        message = N_("%(file)s 的坐标系 %(crs)s 换算到 WGS 84 可能差几十米到上百米")
        remarks.append(Remark(message, file=path.name, crs=frame.crs.name))
    with gdal_faults(path):
        frame = frame.to_crs(STORED_CRS)
    if not _in_degrees(frame):
        raise InvalidFile(N_("%(file)s 的坐标超出经纬度范围，坐标系可能有误"), file=short_name(path))
    return Table(table.layer, frame, tuple(remarks))


def _assumed_crs(path: Path, frame: geopandas.GeoDataFrame) -> str:
    """Degrees are taken for WGS 84; of metres, datum and zone cannot be known."""
    if not _in_degrees(frame):
        message = N_("%(file)s 没有坐标系（缺少 .prj），坐标又不是经纬度，请指明坐标系，如 EPSG:4526")
        raise InvalidFile(message, file=short_name(path))
    return STORED_CRS


def _in_degrees(frame: geopandas.GeoDataFrame) -> bool:
    if not (frame.geometry.notna() & ~frame.geometry.is_empty).any():
        return True
    west, south, east, north = frame.total_bounds
    return bool(-MAX_LONGITUDE <= west <= east <= MAX_LONGITUDE and -MAX_LATITUDE <= south <= north <= MAX_LATITUDE)
