"""KML, DXF and boundary-point files: shapes for phones, for CAD and for the bureau."""

from collections.abc import Iterator

import numpy
import shapely

from geo.exchange import boundary_txt, kml
from geo.exchange.boundary_txt import Parcel
from geo.model import office_time
from geo.model.crs import gauss_kruger_crs
from geo.model.errors import InvalidInput, N_
from geo.model.land_use import with_land_use
from geo.model.location import BASIS_TITLES
from geo.service.export_source import DEGREES, EQUAL_NOTE, PLANES, Source

BASES = ("surveyed", "placed")
"""Bases of a parcel that a boundary-point file need not excuse."""


def as_kml(source: Source) -> Iterator[bytes]:
    return kml.stream(source.layers, source.parts(), source.edition.language, source.edition.translate(EQUAL_NOTE))


def as_dxf(source: Source) -> Iterator[bytes]:
    """In the plane of the data's zone with its digits, unless another CRS is wanted."""
    from geo.exchange import dxf  # loaded where it is used: it brings ezdxf

    crs = source.wanted.crs or gauss_kruger_crs(source.zone(), with_zone_digits=True)
    return dxf.stream(source.layers, source.parts(crs), source.edition.language, crs)


def as_txt(source: Source) -> Iterator[bytes]:
    """Every polygon as a parcel, by the profile that is wanted.

    Raises
    ------
    InvalidInput
        If a layer has no polygons, or the CRS is none of metres.
    """
    profile = source.wanted.profile
    others = [layer for layer in source.layers if layer.geometry is None or not layer.geometry.endswith("Polygon")]
    if others:
        titles = source.edition.translate(N_("、")).join(source.edition.title(layer.title) for layer in others)
        raise InvalidInput(N_("界址点坐标只能由面图层导出，请去掉：%(layers)s"), layers=titles)
    zone = source.zone() if source.wanted.crs is None else _zone_of(source.wanted.crs)
    return boundary_txt.encoded(
        boundary_txt.lines(_parcels(source), zone, profile, office_time.today(), _note(source)), profile
    )  # fmt: skip


def _zone_of(crs: str) -> int:
    """The zone that a CRS names; whether eastings have its digits is the profile's matter."""
    if crs in DEGREES:
        raise InvalidInput(N_("界址点坐标以米为单位，坐标系应为 CGCS2000 3 度带，如 EPSG:4526"))
    return 25 + PLANES.index(crs) % (len(PLANES) // 2)


def _parcels(source: Source) -> Iterator[Parcel]:
    for layer_id, ids, wkb, properties in source.parts():
        shapes = shapely.from_wkb(numpy.array(wkb, dtype=object))
        for feature_id, shape, values in zip(ids, shapes, properties, strict=True):
            if shape is not None and not shape.is_empty:
                coded = with_land_use(source.store.catalog, layer_id, values)
                yield Parcel(feature_id, values.get("name") or "", shape, coded)


def _note(source: Source) -> str:
    """What a reader has to know of the parcels, since the format has no column for it."""
    bases, unwritten = set(), 0
    for _, ids, wkb, properties in source.parts():
        for feature_id, shape, values in zip(ids, wkb, properties, strict=True):
            if shape is not None:
                bases.add(values.get("location_basis"))
                unwritten += not _has_signs(f"{feature_id}{values.get('name') or ''}", source.wanted.profile.encoding)
    say = source.edition.translate
    notes = []
    if words := [say(title) for basis, title in BASIS_TITLES.items() if basis in bases.difference(BASES)]:
        notes.append(say(N_("含位置依据为 %(bases)s 的地块，不是实测界址")) % {"bases": "/".join(words)})
    if unwritten:
        message = say(N_("有 %(count)s 个地块的编号或名称含 %(encoding)s 没有的字，以问号代替"))
        notes.append(message % {"count": unwritten, "encoding": source.wanted.profile.encoding})
    return say(N_("；")).join(notes)


def _has_signs(text: str, encoding: str) -> bool:
    """Whether an encoding has all signs of a text."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
