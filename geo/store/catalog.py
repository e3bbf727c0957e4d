"""Reads the layer definitions: `zone.toml` and every `<layer_id>/layer.toml` of a folder, into a Catalog."""

import re
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from geo.model.crs import STORED_CRS
from geo.model.errors import InvalidLayer, N_
from geo.model.feature_query import STATUS_COLUMNS
from geo.model.land_use import LandUseTable
from geo.model.layer import STATUS_FIELDS, Catalog, Layer, Zone

T = TypeVar("T", Zone, Layer, LandUseTable)

LAND_USE = "land_use.toml"

RESERVED_LAYERS = frozenset(
    "store_info layer_revisions annual_status search_index journal accounts account_sessions throttle scenarios zone"
    " layer_styles geometry_columns geography_columns alembic_version".split()
)
"""Names that the store keeps for tables of its own."""

RESERVED_PREFIXES = ("gpkg_", "rtree_", "sqlite_", "pg_", "spatial_", "ix_")

RESERVED_FIELDS = frozenset(
    {
        *("fid", "geom", "geometry", "id", "feature_id", "layer_id", "revision"),
        *("tableoid", "ctid", "xmin", "xmax", "cmin", "cmax"),
        *STATUS_COLUMNS,
        *(field.name for fields in STATUS_FIELDS.values() for field in fields),
    }
)
"""Columns that every layer has beside its fields, or that PostgreSQL keeps for itself."""


def read_catalog(folder: Path) -> Catalog:
    """All definitions of a folder.

    Raises
    ------
    InvalidLayer
        On the first fault, naming file and field.
    """
    zone = read_zone(folder)
    table = read_land_use(folder)
    return Catalog(zone, [read_layer(path, table) for path in layer_folders(folder)], table)


def catalog_faults(folder: Path) -> list[InvalidLayer]:
    """The first fault of `zone.toml` and of each layer folder; empty when `read_catalog` would succeed."""
    return list(_faults(folder))


def _faults(folder: Path) -> Iterator[InvalidLayer]:
    table = None
    try:
        read_zone(folder)
        table = read_land_use(folder)
        paths = layer_folders(folder)
    except InvalidLayer as fault:
        yield fault
        paths = layer_folders(folder) if folder.is_dir() else []
    for path in paths:
        try:
            read_layer(path, table)
        except InvalidLayer as fault:
            yield fault


def sound_layers(folder: Path) -> Iterator[tuple[Path, Layer]]:
    """Folder and definition of each layer without a fault; the faults of the others are `catalog_faults`."""
    table = None
    with suppress(InvalidLayer):
        table = read_land_use(folder)
    for path in layer_folders(folder) if folder.is_dir() else ():
        with suppress(InvalidLayer):
            yield path, read_layer(path, table)


def layer_folders(folder: Path) -> list[Path]:
    """The folder of each layer, by name."""
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith((".", "__")))


def read_zone(folder: Path) -> Zone:
    """The zone whose plan this is.

    Raises
    ------
    InvalidLayer
        If `zone.toml` does not hold.
    """
    if not folder.is_dir():
        raise InvalidLayer(N_("没有图层文件夹 %(folder)s"), folder=folder)
    path = folder / "zone.toml"
    zone = _convert(_parse(path), Zone, path)
    west, south, east, north = zone.extent
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise _fault(path, "extent", N_("%(file)s 的 %(field)s：应为西、南、东、北（度）"))
    if zone.first_year > zone.last_year:
        raise _fault(path, "last_year", N_("%(file)s 的 %(field)s：末年早于首年"))
    return zone


def read_land_use(folder: Path) -> LandUseTable | None:
    """The table of land-use codes; None where a zone has none.

    Raises
    ------
    InvalidLayer
        If `land_use.toml` does not hold.
    """
    path = folder / LAND_USE
    return _convert(_parse(path), LandUseTable, path) if path.exists() else None


def read_layer(folder: Path, table: LandUseTable | None = None) -> Layer:
    """The definition in one layer's folder.

    Parameters
    ----------
    table
        The codes that a layer with `[land_use]` names; it gets a field of them.

    Raises
    ------
    InvalidLayer
        On the first fault, naming file and field.
    """
    path = folder / "layer.toml"
    data = _parse(path)
    if "id" in data:
        raise _fault(path, "id", N_("%(file)s 的 %(field)s：文件夹名就是图层编号，不要另写"))
    if "land_use" in data:
        data = _with_codes(data, path, table)
    if folder.name in RESERVED_LAYERS or folder.name.startswith(RESERVED_PREFIXES):
        raise _fault(path, folder.name, N_("%(file)s：“%(field)s”是系统保留的名称，请给文件夹改名"))
    layer = _convert({**data, "id": folder.name}, Layer, path)
    if layer.crs != STORED_CRS:
        raise _fault(path, "crs", N_("%(file)s 的 %(field)s：只能是 EPSG:4326"))
    for name in (item.name for item in (*layer.own_fields, *layer.ratios)):
        if name in RESERVED_FIELDS:
            raise _fault(path, name, N_("%(file)s：“%(field)s”是系统保留的字段名，请改名"))
    return layer


def _with_codes(data: dict, path: Path, table: LandUseTable | None) -> dict:
    """A definition with the field of land-use codes behind its own; the codes that it names are in the table."""
    if table is None:
        raise _fault(path, "land_use", N_("%(file)s 的 %(field)s：没有用地代码表 land_use.toml"))
    named = data["land_use"] if isinstance(data["land_use"], dict) else {}
    by_value = named.get("codes", {})
    for code in (named.get("default"), *(by_value.values() if isinstance(by_value, dict) else ())):
        if isinstance(code, str) and code not in table.codes:
            message = N_("%(file)s 的 %(field)s：用地代码表里没有“%(code)s”")
            raise InvalidLayer(message, file=_short(path), field="land_use", code=code[:20])
    own = data.get("fields", [])
    return data | {"fields": [*own, msgspec.to_builtins(table.field())] if isinstance(own, list) else own}


def _parse(path: Path) -> dict:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise InvalidLayer(N_("缺少文件 %(file)s"), file=_short(path)) from None
    except UnicodeDecodeError as error:
        raise InvalidLayer(
            N_("%(file)s 不是 UTF-8 编码：第 %(byte)s 个字节"), file=_short(path), byte=error.start + 1
        ) from None
    except RecursionError:
        raise InvalidLayer(N_("%(file)s：列表或表嵌套太深"), file=_short(path)) from None
    except (ValueError, OSError) as error:  # tomllib's own error is a ValueError, as is that of a number without end
        raise InvalidLayer(N_("%(file)s：%(fault)s"), file=_short(path), fault=error) from None


def _convert(data: dict, kind: type[T], path: Path) -> T:
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        fault, _, place = str(error).partition(" - at `$.")
        if not place:
            place, _, fault = fault.rpartition(" | ")  # see `geo.model.definition_rules`
        if not place:
            raise InvalidLayer(N_("%(file)s：%(fault)s"), file=_short(path), fault=fault) from None
        raise InvalidLayer(
            N_("%(file)s 的 %(field)s：%(fault)s"),
            file=_short(path),
            field=_named(place.rstrip("`"), data),
            fault=fault,
        ) from None


def _named(place: str, data: dict) -> str:
    """`fields[2].unit` as `fields[seats].unit`: people know a field by its name, not by its number."""

    def name(match: re.Match) -> str:
        item = data[match[1]][int(match[2])]
        label = item.get("name", item.get("value")) if isinstance(item, dict) else None
        return f"{match[1]}[{label or int(match[2]) + 1}]"

    return re.sub(r"^(\w+)\[(\d+)\]", name, place)


def _fault(path: Path, field: str, message: str) -> InvalidLayer:
    return InvalidLayer(message, file=_short(path), field=field)


def _short(path: Path) -> str:
    """The file as people call it: `layers/schools/layer.toml`."""
    depth = 3 if path.name == "layer.toml" else 2
    return "/".join(path.absolute().parts[-depth:])
