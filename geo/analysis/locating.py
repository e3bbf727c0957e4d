"""From words to places: the crossing that a phrase names and parcels in its corner; or else a schematic place.

Nothing here knows a zone. Roads come as a frame of centre lines, phrases as `geo.model.location.LocationPhrase`.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy
import shapely
from geopandas import GeoDataFrame
from shapely.geometry.base import BaseGeometry

from geo.analysis.measuring import to_degrees, to_plane
from geo.model.crs import STORED_CRS, metric_crs
from geo.model.errors import AtlasError, InvalidFeatures, InvalidInput, N_
from geo.model.location import QUADRANTS, LocationPhrase

HALF_ROAD_WIDTH_M = 20.0
"""Assumed from a road's centre line to the parcels along it: half of a 40 m urban road. No road's width is known."""

PARCEL_GAP_M = 10.0
"""Between neighbours at one corner."""

ARM_M = 50.0
"""How far from the crossing the direction of a road's arm is taken."""

MEETING_M = 60.0
"""Meetings of two roads that lie this close together, as of dual carriageways, are one crossing."""

MAX_TURN_DEG = 30.0
"""How far a corner may be turned from the quadrant that names it."""

CORNER_ANGLES_DEG = (30.0, 150.0)
"""Between the arms of a corner that can hold a parcel."""


class Unlocated(AtlasError):
    """Why a phrase leads to no place."""


@dataclass(frozen=True)
class Crossing:
    """Where two roads meet.

    Parameters
    ----------
    lon, lat
        Degrees, EPSG:4326.
    accuracy_m
        From the errors of both roads, metres.
    roads
        Names of the two roads as the data have them.
    arms
        For each road the grid azimuths of its arms, degrees clockwise from north.
    """

    lon: float
    lat: float
    accuracy_m: float
    roads: tuple[str, str]
    arms: tuple[tuple[float, ...], tuple[float, ...]]


@dataclass(frozen=True)
class Site:
    """A phrase to be placed, and how large the parcel is (m²)."""

    phrase: LocationPhrase
    area_m2: float


@dataclass(frozen=True)
class Place:
    """A parcel in EPSG:4326 at a crossing; or none, and the reason."""

    geometry: shapely.Polygon | None = None
    crossing: Crossing | None = None
    reason: Unlocated | None = None


@dataclass(frozen=True)
class Spot:
    """What a schematic layout has to place.

    Parameters
    ----------
    lon, lat
        Where it had best be, degrees.
    area_m2
        Of the square drawn for it.
    gap_m
        Kept free around it.
    """

    lon: float
    lat: float
    area_m2: float
    gap_m: float


def find_road(roads: GeoDataFrame, name: str) -> tuple[str, BaseGeometry, float]:
    """The road of a name, or else of an alias.

    Parameters
    ----------
    roads
        Lines with `name`, `error_m` (metres) and, if there are any, `aliases` (joined by 、). A road may be cut into
        several rows.
    name
        Compared exactly: a road that is only alike is another road.

    Returns
    -------
    road
        Its name, its line in the frame's CRS, the largest error of its rows in metres.

    Raises
    ------
    Unlocated
        If no road has the name, several have the alias, or the road has no line or no error.
    """
    rows = roads[roads["name"] == name]
    if rows.empty and "aliases" in roads:
        rows = roads[roads["aliases"].map(lambda aliases: isinstance(aliases, str) and name in aliases.split("、"))]
    names = sorted(set(rows["name"]))
    if not names:
        raise Unlocated(N_("道路数据里没有“%(road)s”"), road=name)
    if len(names) > 1:
        raise Unlocated(N_("“%(road)s”可能指不同的道路：%(candidates)s"), road=name, candidates=", ".join(names))
    rows = rows[rows.geometry.notna() & ~rows.geometry.is_empty]
    if rows.empty:
        raise Unlocated(N_("“%(road)s”的位置未知，道路数据里没有它的中心线"), road=name)
    if rows["error_m"].isna().any():
        raise Unlocated(N_("“%(road)s”没有注明位置误差"), road=name)
    return names[0], shapely.line_merge(shapely.union_all(rows.geometry.to_numpy())), float(rows["error_m"].max())


def find_crossing(roads: GeoDataFrame, first: str, second: str) -> Crossing:
    """Where two roads meet.

    Parameters
    ----------
    roads
        See `find_road`; any CRS, measured in the CGCS2000 3-degree zone of the data.
    first, second
        Names of the roads.

    Returns
    -------
    crossing
        Its accuracy is the root of the squared errors of both roads, and half the spread of several near meetings.

    Raises
    ------
    InvalidFeatures
        If the frame has no CRS.
    Unlocated
        If one of the roads is not to be found, they do not meet, or they meet in several places.
    """
    if roads.crs is None:
        raise InvalidFeatures(N_("道路数据没有坐标系"))
    roads = roads.to_crs(STORED_CRS)
    found = [find_road(roads, name) for name in (first, second)]
    crs = metric_crs(found[0][1].bounds)
    lines = [to_plane(line, crs) for _, line, _ in found]
    meetings = shapely.intersection(*lines)
    if meetings.is_empty:
        raise Unlocated(N_("“%(first)s”与“%(second)s”在道路数据里不相交"), first=first, second=second)
    spread_m = shapely.minimum_bounding_radius(meetings)
    if spread_m > MEETING_M / 2:
        raise Unlocated(N_("“%(first)s”与“%(second)s”不只一处相交，不能确定是哪一处"), first=first, second=second)
    point = meetings.centroid
    position = to_degrees(point, crs)
    return Crossing(
        lon=position.x,
        lat=position.y,
        accuracy_m=math.hypot(found[0][2], found[1][2], spread_m),
        roads=(found[0][0], found[1][0]),
        arms=(_arms(lines[0], point), _arms(lines[1], point)),
    )


def _arms(line: BaseGeometry, point: shapely.Point) -> tuple[float, ...]:
    """Azimuths, degrees clockwise from north, in which a line leaves a point."""
    ends = shapely.get_coordinates(shapely.intersection(line, point.buffer(ARM_M, quad_segs=90).exterior))
    return tuple(sorted(math.degrees(math.atan2(x - point.x, y - point.y)) % 360 for x, y in ends))


def find_corner(crossing: Crossing, quadrant: str) -> tuple[float, float]:
    """The two arms, one of each road, between which a quadrant lies.

    Returns
    -------
    azimuths
        Of the first and of the second road's arm, degrees clockwise from north.

    Raises
    ------
    Unlocated
        If no corner of the crossing looks that way, as beyond the end of a road; or if the quadrant is one cardinal
        direction of a crossing square to it, so that two corners would do.
    """
    wanted = 45.0 * QUADRANTS.index(quadrant)
    corners = []
    for first, second in product(*crossing.arms):
        angle = (second - first + 180) % 360 - 180
        turn = abs((first + angle / 2 - wanted + 180) % 360 - 180)
        if CORNER_ANGLES_DEG[0] <= abs(angle) <= CORNER_ANGLES_DEG[1] and turn <= MAX_TURN_DEG:
            corners.append((turn, first, second))
    if not corners:
        raise Unlocated(
            N_("“%(first)s”与“%(second)s”路口没有朝向所述方位的街角"), first=crossing.roads[0], second=crossing.roads[1]
        )
    return min(corners)[1:]


def place_parcels(
    crossing: Crossing, quadrant: str, areas_m2: Sequence[float], *, half_width_m: float = HALF_ROAD_WIDTH_M
) -> list[shapely.Polygon]:
    """Parcels side by side in one corner of a crossing, in the order given, the first one at the corner.

    Parameters
    ----------
    crossing
        Where; the parcels' sides run along its arms, and they stand in a row along the first road.
    quadrant
        One of `geo.model.location.QUADRANTS`.
    areas_m2
        Of each parcel, measured in the CGCS2000 3-degree zone; each gets four equal sides.
    half_width_m
        From a road's centre line to the parcels, metres.

    Returns
    -------
    parcels
        In EPSG:4326, outer rings counter-clockwise.

    Raises
    ------
    Unlocated
        If the crossing has no such corner.
    """
    azimuths = [math.radians(azimuth) for azimuth in find_corner(crossing, quadrant)]
    along, across = (numpy.array([math.sin(azimuth), math.cos(azimuth)]) for azimuth in azimuths)
    sine = abs(math.sin(azimuths[1] - azimuths[0]))
    crs = metric_crs((crossing.lon, crossing.lat) * 2)
    corner = shapely.get_coordinates(to_plane(shapely.Point(crossing.lon, crossing.lat), crs))[0]
    corner = corner + (along + across) * half_width_m / sine
    parcels = []
    for area_m2 in areas_m2:
        side = math.sqrt(area_m2 / sine)
        ring = [corner, corner + along * side, corner + (along + across) * side, corner + across * side]
        parcels.append(shapely.orient_polygons(to_degrees(shapely.Polygon(ring), crs)))
        corner = corner + along * (side + PARCEL_GAP_M / sine)
    return parcels


def locate_sites(sites: Sequence[Site], roads: GeoDataFrame) -> list[Place]:
    """Place what can be placed; sites in one corner of a crossing stand side by side in the order given.

    Parameters
    ----------
    sites
        Phrases of kind `intersection` with a quadrant are understood.
    roads
        See `find_crossing`.

    Returns
    -------
    places
        One for each site, in the same order; each has either a parcel or a reason.

    Raises
    ------
    InvalidFeatures
        If the roads have no CRS.
    """
    places: list[Place] = [Place()] * len(sites)
    corners: dict[tuple[frozenset[str], str], list[tuple[int, Crossing]]] = {}
    for number, site in enumerate(sites):
        try:
            crossing, quadrant = _read_corner(site.phrase, roads)
            corners.setdefault((frozenset(crossing.roads), quadrant), []).append((number, crossing))
        except Unlocated as reason:
            places[number] = Place(reason=reason)
    for (_, quadrant), members in corners.items():
        crossing = members[0][1]
        parcels = place_parcels(crossing, quadrant, [sites[number].area_m2 for number, _ in members])
        for (number, _), parcel in zip(members, parcels, strict=True):
            places[number] = Place(parcel, crossing)
    return places


def _read_corner(phrase: LocationPhrase, roads: GeoDataFrame) -> tuple[Crossing, str]:
    if phrase.kind != "intersection" or len(phrase.roads) != 2 or phrase.quadrant is None:
        raise Unlocated(N_("“%(text)s”没有写明是哪两条路的路口和路口的哪一侧"), text=phrase.text)
    crossing = find_crossing(roads, *phrase.roads)
    find_corner(crossing, phrase.quadrant)
    return crossing, phrase.quadrant


def lay_out(
    spots: Sequence[Spot],
    bounds: tuple[float, float, float, float],
    avoid: Sequence[BaseGeometry] = (),
    *,
    step_m: float = 50.0,
) -> list[shapely.Polygon]:
    """Squares for what has no known place: each one where it is free, as near as can be to where it had best be.

    The result depends on the arguments and their order alone.

    Parameters
    ----------
    spots
        Placed in this order; a later one gives way to the earlier.
    bounds
        min lon, min lat, max lon, max lat, degrees; no square leaves them.
    avoid
        Shapes in EPSG:4326 from which every square keeps its gap.
    step_m
        Grid of the places that are tried, metres.

    Returns
    -------
    squares
        In EPSG:4326, square to the grid of the CGCS2000 3-degree zone in which their areas hold, counter-clockwise.

    Raises
    ------
    InvalidInput
        If there is no room left.
    """
    crs = metric_crs(bounds)
    frame = to_plane(shapely.segmentize(shapely.box(*bounds), 0.001), crs)  # parallels are curves in the plane
    taken = [to_plane(shape, crs) for shape in avoid]
    squares = []
    for spot in spots:
        square = _free_square(to_plane(shapely.Point(spot.lon, spot.lat), crs), spot, frame, taken, step_m)
        taken.append(square)
        squares.append(shapely.orient_polygons(to_degrees(square, crs)))
    return squares


def _free_square(
    near: shapely.Point, spot: Spot, frame: shapely.Polygon, taken: list[BaseGeometry], step_m: float
) -> shapely.Polygon:
    half, reach = math.sqrt(spot.area_m2) / 2, math.sqrt(spot.area_m2) / 2 + spot.gap_m
    obstacles = shapely.STRtree(taken)
    shapely.prepare(frame)
    for x, y in _outwards(near, frame.bounds, step_m):
        squares = shapely.box(x - half, y - half, x + half, y + half)
        free = shapely.covers(frame, squares)
        blocked, _ = obstacles.query(shapely.box(x - reach, y - reach, x + reach, y + reach), predicate="intersects")
        free[blocked] = False
        if free.any():
            return squares[numpy.argmax(free)]
    raise InvalidInput(N_("范围内放不下全部示意位置"))


def _outwards(
    near: shapely.Point, bounds: tuple[float, float, float, float], step_m: float
) -> Iterator[tuple[numpy.ndarray, numpy.ndarray]]:
    """The grid around a point within bounds, nearest first, a few hundred places at a time."""
    west, south, east, north = bounds
    columns = numpy.arange(math.ceil((west - near.x) / step_m), math.floor((east - near.x) / step_m) + 1)
    rows = numpy.arange(math.ceil((south - near.y) / step_m), math.floor((north - near.y) / step_m) + 1)
    column, row = (axis.ravel() for axis in numpy.meshgrid(columns, rows))
    order = numpy.lexsort((column, row, column**2 + row**2))
    for start in range(0, len(order), 500):
        some = order[start : start + 500]
        yield near.x + column[some] * step_m, near.y + row[some] * step_m
