"""DXF (AutoCAD 2000, GBK), which CAD programs and GDAL read: a drawing layer for each of ours, a polyline a ring.

Every entity carries, as extended data of `PLAN_ATLAS`, JSON that says of which feature and part it is; the first one of
a feature has its fields too. `geo.exchange.files.incoming.dxf_file` puts them together again.
"""

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

import ezdxf
import numpy
import orjson
import shapely
from ezdxf.layouts import Modelspace

from geo.exchange.geojson import Part
from geo.exchange.table import cleaned
from geo.model.errors import InvalidInput, N_
from geo.model.layer import Layer

APP_ID = "PLAN_ATLAS"
MOST = 100_000
"""Features in a drawing: it is put together in memory, and CAD programs take no more anyway."""

CHUNK = 80
"""Signs of a string of extended data, which has room for 255 bytes."""

LONGEST_TEXT = 1_000
NOT_A_LAYER = re.compile(r'[<>/\\":;?*|=`,\x00-\x1f]')


def stream(layers: Sequence[Layer], parts: Iterable[Part], language: str, crs: str) -> Iterator[bytes]:
    """A drawing in chunks.

    Parameters
    ----------
    parts
        Features of those layers, in metres of `crs` or in degrees, easting or longitude first.
    crs
        EPSG code, which the drawing's properties name.

    Raises
    ------
    InvalidInput
        If there are too many features for a drawing.
    """
    drawing = ezdxf.new("R2000")
    drawing.encoding = "gbk"
    drawing.appids.add(APP_ID)
    drawing.header.custom_vars.append("CRS", crs)
    if "Song" not in drawing.styles:
        drawing.styles.add("Song", font="simsun.ttf")
    space = drawing.modelspace()
    names = {}
    for layer in layers:
        names[layer.id] = NOT_A_LAYER.sub(" ", getattr(layer.title, language))
        if names[layer.id] not in drawing.layers:
            drawing.layers.add(names[layer.id])
    count = 0
    for layer_id, ids, wkb, properties in parts:
        count += len(ids)
        if count > MOST:
            raise InvalidInput(N_("DXF 最多放 %(most)s 个要素，请改用 GeoPackage 或分图层导出"), most=MOST)
        shapes = shapely.force_2d(shapely.from_wkb(numpy.array(wkb, dtype=object)))
        for feature_id, shape, values in zip(ids, shapes, properties, strict=True):
            if shape is not None and not shape.is_empty:
                _draw(space, names[layer_id], feature_id, shape, values)
    text = io.StringIO()
    drawing.write(text)
    yield text.getvalue().encode(drawing.output_encoding, "dxfreplace")


def _draw(
    space: Modelspace, layer: str, feature_id: str, shape: shapely.Geometry, values: Mapping[str, object]
) -> None:
    """A feature's rings, lines or points, and its name."""
    fields = {key: _short(value) for key, value in values.items() if value is not None}
    attributes = {"layer": layer}
    for number, part in enumerate(shapely.get_parts(shape)):
        for line in [part.exterior, *part.interiors] if isinstance(part, shapely.Polygon) else [part]:
            points = shapely.get_coordinates(line).tolist()
            if isinstance(part, shapely.Point):
                entity = space.add_point(points[0], dxfattribs=attributes)
            elif isinstance(part, shapely.Polygon):
                entity = space.add_lwpolyline(points[:-1], close=True, dxfattribs=attributes)
            else:
                entity = space.add_lwpolyline(points, dxfattribs=attributes)
            entity.set_xdata(APP_ID, _xdata({"id": feature_id, "part": number, "fields": fields}))
            fields = {}
    place = shapely.point_on_surface(shape)
    height = max(min(shapely.length(shape) / 80, 20.0), 1e-6)
    label = space.add_text(
        _short(values.get("name") or feature_id), height=height, dxfattribs={**attributes, "style": "Song"}
    )
    label.set_placement((place.x, place.y))
    label.set_xdata(APP_ID, _xdata({"id": feature_id, "part": 0, "fields": {}, "label": True}))


def _short(value: object) -> object:
    return cleaned(value)[:LONGEST_TEXT].replace("\n", " ") if isinstance(value, str) else value


def _xdata(content: Mapping[str, object]) -> list[tuple[int, str]]:
    text = orjson.dumps(content, default=str).decode()
    return [(1000, text[start : start + CHUNK]) for start in range(0, len(text), CHUNK)]
