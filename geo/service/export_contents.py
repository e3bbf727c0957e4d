"""What will be in a file, told before it is made."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from geo.model.crs import FIRST_ZONE, LAST_ZONE, STORED_CRS, gauss_kruger_crs, zone_of
from geo.model.errors import InvalidInput, N_
from geo.model.feature_query import Condition, FeatureQuery
from geo.model.remark import Remark
from geo.service.export_source import EQUAL_NOTE, PLANES, Wanted
from geo.store.base import Store

METRES_ONLY = ("dxf", "txt")
CGCS2000 = "EPSG:4490"
BASES = ("surveyed", "placed", "located", "schematic", "unlocated")


@dataclass(frozen=True)
class Contents:
    """How many features of each basis the file has, None for those of layers that have none; and what to know of it."""

    counts: dict[str | None, int]
    notes: list[Remark]


def contents(
    store: Store, queries: Mapping[str, FeatureQuery], format_name: str, wanted: Wanted, *, schematic_shapes: bool
) -> Contents:
    """Of a file that `geo.service.export.stream` would make of the same."""
    counts: dict[str | None, int] = {}
    for layer_id, query in queries.items():
        total = store.count(layer_id, query)
        if store.catalog[layer_id].field("location_basis") is None:
            counts[None] = counts.get(None, 0) + total
            continue
        for basis in BASES:
            one = Condition("location_basis", values=(basis,))
            of_basis = replace(query, conditions=(*query.conditions, one))
            counts[basis] = counts.get(basis, 0) + store.count(layer_id, of_basis)
    notes = list(_notes(counts, format_name, wanted, schematic_shapes=schematic_shapes))
    return Contents(counts, notes)


def _notes(
    counts: Mapping[str | None, int], format_name: str, wanted: Wanted, *, schematic_shapes: bool
) -> Iterator[Remark]:
    is_txt = format_name == "txt"
    if count := counts.get("schematic"):
        if schematic_shapes:
            yield Remark(N_("%(count)s 项带示意图形，标明“示意”，不能用于报批"), count=count)
        elif is_txt:
            yield Remark(N_("%(count)s 项只有示意位置，不写入"), count=count)
        else:
            yield Remark(N_("%(count)s 项只有示意位置，写属性、不写图形"), count=count)
    if count := counts.get("unlocated"):
        words = N_("%(count)s 项还没有位置，不写入") if is_txt else N_("%(count)s 项还没有位置，写属性、没有图形")
        yield Remark(words, count=count)
    if format_name == "geojson" and wanted.crs not in (None, STORED_CRS):
        yield Remark(N_("CGCS2000 工作副本，文件名和内容都注明坐标系；要按 RFC 7946 交换的请用 WGS 84"))
    if wanted.crs in (None, STORED_CRS, CGCS2000) and format_name not in METRES_ONLY:
        yield Remark(EQUAL_NOTE)


def crs_choices(store: Store) -> list[tuple[str, Remark]]:
    """CRS that a page offers: degrees, the 3-degree zone of our area and its neighbours, with and without digits."""
    west, _, east, _ = store.catalog.zone.extent
    own = zone_of((west + east) / 2)
    found = [
        (STORED_CRS, Remark(N_("WGS 84 经纬度（EPSG:4326）"))),
        (CGCS2000, Remark(N_("CGCS2000 经纬度（EPSG:4490）"))),
    ]
    for zone in (own, own - 1, own + 1):
        if not FIRST_ZONE <= zone <= LAST_ZONE:
            continue
        for digits in (True, False):
            code = gauss_kruger_crs(zone, with_zone_digits=digits)
            words = (
                N_("CGCS2000 3 度带第 %(zone)s 带，东坐标带带号（%(crs)s）")
                if digits
                else N_("CGCS2000 3 度带第 %(zone)s 带，不带带号（%(crs)s）")
            )
            found.append((code, Remark(words, zone=zone, crs=code)))
    return found


def is_plane(crs: str) -> bool:
    """Whether coordinates are in metres."""
    return crs in PLANES


def checked_encoding(given: str | None) -> str:
    """The encoding of a Shapefile; UTF-8 where none is asked for.

    Raises
    ------
    InvalidInput
        If it is another than UTF-8 or GBK.
    """
    if given not in (None, "UTF-8", "GBK"):
        raise InvalidInput(N_("编码只能是 UTF-8 或 GBK，现为“%(given)s”"), given=given[:40])
    return given or "UTF-8"
