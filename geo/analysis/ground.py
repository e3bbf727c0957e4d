"""Whose ground it is: strips between parcels that nobody has, parcels twice, and what of parcels lies in other areas.

Frames are in metres; a frame in degrees is refused. Areas are those of the plane. Parcels on one another are a
matter of `geo.analysis.overlap`.
"""

from collections.abc import Iterator

import geopandas
import numpy
import shapely
from geopandas import GeoDataFrame, GeoSeries
from shapely.geometry.base import BaseGeometry

from geo.model.errors import InvalidFeatures, N_

SLIVER_M2 = 1.0
"""An overlap or gap of less is what digitising leaves, m²; it is counted, not told."""

GAP_M = 1.0
"""Parcels nearer than this are meant to touch, metres."""

PIECE_CORNERS = 256
"""Areas are cut into pieces of so many corners: a parcel then meets the near ones alone."""

LEAST_SIDE_M = 0.01
SAME_DECIMALS = 3
"""Shapes that agree to the millimetre are one shape."""


def gaps(parcels: GeoDataFrame, gap_m: float = GAP_M) -> GeoDataFrame:
    """Every two parcels between which a strip narrower than `gap_m` belongs to nobody.

    Returns
    -------
    pairs
        `one` and `other` (places of the parcels), `area_m2`, and the strip; slivers are among them.
    """
    _check_plane(parcels)
    shapes = parcels.geometry.to_numpy()
    near = _with_loose_edges(shapes, gap_m)
    tree = shapely.STRtree(shapes)
    one, other = tree.query(shapes[near], predicate="dwithin", distance=gap_m)
    one = near[one]
    later = one < other
    one, other = one[later], other[later]
    both = shapely.union(shapes[one], shapes[other])
    closed = _buffered(_buffered(both, gap_m / 2), -gap_m / 2)
    strips = shapely.difference(closed, both)
    return _pairs(parcels, one, other, _areas(_without_others(strips, tree, shapes)))


def repeated(parcels: GeoDataFrame) -> list[tuple[int, int]]:
    """Places of parcels whose shape is that of an earlier one to the millimetre, and of that earlier one."""
    rounded = shapely.transform(parcels.geometry.to_numpy(), lambda points: points.round(SAME_DECIMALS) + 0.0)
    first: dict[bytes, int] = {}
    found = []
    for place, wkb in enumerate(shapely.to_wkb(shapely.normalize(rounded))):
        earlier = first.setdefault(wkb, place)
        if earlier != place:
            found.append((place, earlier))
    return found


def inside(parcels: GeoDataFrame, areas: GeoSeries) -> GeoDataFrame:
    """What of each parcel lies in any of the areas.

    Parameters
    ----------
    areas
        Polygons in the parcels' plane; they may overlap and are counted once.

    Returns
    -------
    met
        Indexed by the place of the parcel: `area_m2` and the ground itself; parcels that lie in none are left out.
    """
    _check_plane(parcels)
    pieces = GeoDataFrame(geometry=list(_pieces(areas)), crs=parcels.crs)
    numbered = GeoDataFrame(
        {"parcel": numpy.arange(len(parcels))}, geometry=parcels.geometry.to_numpy(), crs=parcels.crs
    )
    met = geopandas.overlay(numbered, pieces, how="intersection", keep_geom_type=True).dissolve(by="parcel")
    met["area_m2"] = met.geometry.area
    return met[met["area_m2"] > 0]


def outside(parcels: GeoDataFrame, met: GeoDataFrame) -> GeoDataFrame:
    """What of each parcel lies in none of the areas that `inside` was asked about; as `inside` gives it."""
    shapes = parcels.geometry.to_numpy().copy()
    places = met.index.to_numpy(dtype=int)
    shapes[places] = _areas(shapely.difference(shapes[places], met.geometry.to_numpy()))
    left = GeoDataFrame({"area_m2": shapely.area(shapes)}, geometry=shapes, crs=parcels.crs)
    left.index.name = "parcel"
    return left[left["area_m2"] > 0]


def _check_plane(frame: GeoDataFrame) -> None:
    if frame.crs is None or not frame.crs.is_projected:
        raise InvalidFeatures(N_("面积和重叠要在以米为单位的坐标系里量算"))


def _pairs(parcels: GeoDataFrame, one: numpy.ndarray, other: numpy.ndarray, shapes: numpy.ndarray) -> GeoDataFrame:
    found = GeoDataFrame(
        {"one": one, "other": other, "area_m2": shapely.area(shapes)}, geometry=shapes, crs=parcels.crs
    )
    return found[found["area_m2"] > 0].sort_values(["one", "other"], ignore_index=True)


def _areas(shapes: numpy.ndarray) -> numpy.ndarray:
    """Only what of shapes has an area; points and lines where two merely touch are dropped."""
    return numpy.array([_area_of(shape) for shape in shapes], dtype=object)


def _area_of(shape: BaseGeometry) -> BaseGeometry:
    if shape.geom_type != "GeometryCollection":
        return shape if "Polygon" in shape.geom_type else shapely.Polygon()
    return shapely.union_all([part for part in shape.geoms if "Polygon" in part.geom_type])


def _with_loose_edges(shapes: numpy.ndarray, gap_m: float) -> numpy.ndarray:
    """Places of parcels that do not fit to a neighbour edge by edge; between the others there is no gap to look for."""
    edges = shapely.coverage_invalid_edges(shapes, gap_width=gap_m)
    return numpy.flatnonzero(~shapely.is_empty(edges))


def _buffered(shapes: numpy.ndarray, distance_m: float) -> numpy.ndarray:
    """Corners stay corners, so that going out and back again fills narrow strips and nothing else."""
    return shapely.buffer(shapes, distance_m, join_style="mitre")


def _without_others(strips: numpy.ndarray, tree: shapely.STRtree, shapes: numpy.ndarray) -> numpy.ndarray:
    """Strips without the ground of third parcels."""
    which, parcel = tree.query(strips, predicate="intersects")
    for place in numpy.unique(which):
        strips[place] = shapely.difference(strips[place], shapely.union_all(shapes[parcel[which == place]]))
    return strips


def _pieces(areas: GeoSeries) -> Iterator[BaseGeometry]:
    """Areas cut into pieces of few corners, which together are the areas."""
    waiting = [part for shape in areas for part in shapely.get_parts(shape)]
    while waiting:
        shape = waiting.pop()
        if shapely.get_num_coordinates(shape) <= PIECE_CORNERS:
            yield shape
            continue
        west, south, east, north = shape.bounds
        if max(east - west, north - south) < LEAST_SIDE_M:
            yield shape
            continue
        for half in _halves(west, south, east, north):
            parts = shapely.get_parts(_area_of(shapely.intersection(shape, half)))
            waiting += [part for part in parts if not part.is_empty]


def _halves(west: float, south: float, east: float, north: float) -> tuple[shapely.Polygon, shapely.Polygon]:
    if east - west >= north - south:
        middle = (west + east) / 2
        return shapely.box(west, south, middle, north), shapely.box(middle, south, east, north)
    middle = (south + north) / 2
    return shapely.box(west, south, east, middle), shapely.box(west, middle, east, north)
