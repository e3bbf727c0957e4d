"""A road network made ready once: its names, its places, the width and the error of every road."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy
import shapely
from geopandas import GeoDataFrame

from geo.analysis.measuring import METRES_PER_DEGREE, to_plane
from geo.analysis.name_gaps import name_gaps
from geo.analysis.noding import is_noded
from geo.analysis.road_names import NameIndex, is_separate
from geo.model.crs import STORED_CRS, metric_crs
from geo.model.errors import InvalidFeatures, N_

UNKNOWN_WIDTH_M = 40.0
"""Assumed of a road of which neither width, lanes nor class is known: a main road between its red lines."""

WIDTHS_M = {
    "motorway": 40.0, "trunk": 40.0, "primary": 40.0, "secondary": 35.0, "tertiary": 25.0, "unclassified": 18.0,
    "residential": 18.0, "living_street": 12.0, "pedestrian": 12.0, "road": 18.0, "service": 6.0, "track": 5.0,
    "busway": 8.0, "rest_area": 8.0, "services": 8.0, "construction": 30.0, "proposed": 30.0,
}  # fmt: skip
"""Assumed between the red lines by class, metres: a judgement after the classes 快速路, 主干路, 次干路 and 支路 of
GB 50220-95 in cities of middle size, not checked against the standard's own table."""

LINK_WIDTH_M = 9.0
LANE_M = 3.5
"""Width of a lane (CJJ 37-2012, 5.3.1)."""

WIDTH_RANGE_M = (2.0, 200.0)
"""Of a stated width that can be believed."""

PATHS = frozenset(
    "footway path steps cycleway bridleway corridor elevator platform raceway bus_guideway".split()
)  # fmt: skip
"""No roads: they bound nothing, and their names are those of the roads beside them."""

MINOR = frozenset("service track busway rest_area services".split())
"""Ways inside of blocks rather than between them."""

LONGEST_RING_M = 700.0
ROUND = 0.88
"""4π × area / perimeter² of a ring that counts as a roundabout; a square has 0.79, an octagon 0.95."""

BENT = 1.005
"""Length over chord of an arc of a roundabout: 1.006 for a sixteenth of it."""

CHORD_M, LONGEST_CHORD_RING_M = 60.0, 350.0
"""A roundabout may be drawn as straight rows: each no longer than this, all together no longer than that."""

RING_NAMES = 2
"""How many names its rows may have, of the roads that go through; a block has one for each side."""

EVEN = 0.15
"""How far corners of such a ring may be from the middle, more or less than they are on average."""

SAME_PLACE_DEG = 1e-7


@dataclass(frozen=True)
class Ring:
    """A roundabout: what it encloses, in degrees, and the rows that make it."""

    disc: shapely.Polygon
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Window:
    """The roads near a place in a plane of metres.

    Parameters
    ----------
    crs
        EPSG code of the CGCS2000 3-degree zone of the place.
    rows
        Of the network.
    lines
        Of these rows, easting and northing in metres.
    """

    crs: str
    rows: numpy.ndarray
    lines: numpy.ndarray

    def of(self, rows: Iterable[int]) -> numpy.ndarray:
        """The lines of some rows of the network."""
        return self.lines[numpy.isin(self.rows, list(rows))]


class RoadNetwork:
    """Roads of any region, indexed once for thousands of questions.

    Parameters
    ----------
    roads
        Lines in any CRS with `name`; as far as there are any also `aliases` (joined by 、), `error_m`, `width_m`
        (between red lines), `lanes`, `road_class` (words of OpenStreetMap), `oneway`, `structure` (bridge, tunnel),
        `level` and `roundabout`. A road may be cut into rows; its line may be unknown (None).
    default_error_m
        Assumed where a row has no error; without it a road without an error is not located.

    Attributes
    ----------
    is_filled
        Whether a row without a name lies between two of one name, which is taken for its own.
    beyond
        By row at whose end a name stops, the rows without a name straight on.

    Raises
    ------
    InvalidFeatures
        If the frame has no CRS.
    """

    def __init__(self, roads: GeoDataFrame, *, default_error_m: float | None = None) -> None:
        if roads.crs is None:
            raise InvalidFeatures(N_("道路数据没有坐标系"))
        roads = _single_lines(roads.to_crs(STORED_CRS))
        self.rows = roads
        self.lines: numpy.ndarray = shapely.force_2d(roads.geometry.to_numpy())
        self.is_drawn: numpy.ndarray = ~(shapely.is_missing(self.lines) | shapely.is_empty(self.lines))
        self.tree = shapely.STRtree(self.lines)
        self._read_columns(roads, default_error_m)
        names = [
            name if isinstance(name, str) and not path else None
            for name, path in zip(roads["name"], self.is_path, strict=True)
        ]
        through = self.is_drawn & ~(self.is_path | self.is_minor | self.is_link)
        gaps = name_gaps(names, self.lines, self.end_nodes, through)
        self.is_filled = numpy.isin(numpy.arange(len(names)), list(gaps.filled))
        self.beyond = gaps.beyond
        self.names = NameIndex(
            [gaps.filled.get(row, name) for row, name in enumerate(names)], _column(roads, "aliases", None)
        )

    def _read_columns(self, roads: GeoDataFrame, default_error_m: float | None) -> None:
        classes = _column(roads, "road_class", None)
        classes = [each if isinstance(each, str) else None for each in classes]
        self.is_path = numpy.array([each in PATHS for each in classes], dtype=bool)
        self.is_minor = numpy.array([each in MINOR for each in classes], dtype=bool)
        self.is_link = numpy.array([each is not None and each.endswith("_link") for each in classes], dtype=bool)
        names = roads["name"]
        self.is_separate = numpy.array(
            [each == "motorway" or is_separate(name) for each, name in zip(classes, names, strict=True)], dtype=bool
        )
        self.is_oneway = numpy.array([each is True for each in _column(roads, "oneway", False)], dtype=bool)
        self.structure = [each if isinstance(each, str) else None for each in _column(roads, "structure", None)]
        self.level = _numbers(roads, "level", 0.0)
        self.is_roundabout = numpy.array([each is True for each in _column(roads, "roundabout", False)], dtype=bool)
        errors = _numbers(roads, "error_m", numpy.nan)
        self.error_is_assumed = numpy.isnan(errors) & (default_error_m is not None)
        self.errors_m = numpy.where(self.error_is_assumed, default_error_m or numpy.nan, errors)
        self.widths_m, self.width_is_assumed = self._widths(roads, classes)

    def _widths(self, roads: GeoDataFrame, classes: Sequence[str | None]) -> tuple[numpy.ndarray, numpy.ndarray]:
        """Stated, else by lanes, else assumed by class; a carriageway of its own counts as half of the road."""
        stated, lanes = _numbers(roads, "width_m", numpy.nan), _numbers(roads, "lanes", numpy.nan)
        assumed = numpy.array([_assumed_width_m(each) for each in classes], dtype=float)
        assumed = numpy.where(self.is_oneway & ~self.is_link & ~self.is_minor, assumed / 2, assumed)
        narrow, wide = WIDTH_RANGE_M
        stated = numpy.where((stated >= narrow) & (stated <= wide), stated, numpy.nan)
        stated = numpy.where(numpy.isnan(stated) & (lanes >= 1) & (lanes <= 16), lanes * LANE_M, stated)
        return numpy.where(numpy.isnan(stated), assumed, stated), numpy.isnan(stated)

    def rows_near(self, lon: float, lat: float, radius_m: float) -> numpy.ndarray:
        """Rows whose bounds come within a distance of a place, a few too many rather than one too few."""
        reach_lat = radius_m / METRES_PER_DEGREE
        reach_lon = reach_lat / max(numpy.cos(numpy.radians(lat)), 0.1)
        return numpy.sort(
            self.tree.query(shapely.box(lon - reach_lon, lat - reach_lat, lon + reach_lon, lat + reach_lat))
        )

    def window(self, lon: float, lat: float, radius_m: float) -> Window:
        """The roads near a place, paths left out."""
        rows = self.rows_near(lon, lat, radius_m)
        return self.in_plane(rows[~self.is_path[rows]], metric_crs((lon, lat, lon, lat)))

    def in_plane(self, rows: numpy.ndarray, crs: str) -> Window:
        """Some rows in a plane of metres."""
        return Window(crs, rows, to_plane(self.lines[rows], crs))

    @cached_property
    def ends(self) -> numpy.ndarray:
        """First and last point of every row: rows × 2 × (lon, lat), degrees; NaN where there is no line."""
        points = [shapely.get_point(self.lines, place) for place in (0, -1)]
        return numpy.stack([numpy.column_stack([shapely.get_x(each), shapely.get_y(each)]) for each in points], axis=1)

    @cached_property
    def end_nodes(self) -> numpy.ndarray:
        """Number of the place where a row begins and ends: rows × 2; rows that touch at their ends share it."""
        lon, lat = self.ends.reshape(-1, 2).round(7).T
        return numpy.unique(lon + 1j * lat, return_inverse=True)[1].reshape(-1, 2)

    @cached_property
    def is_noded(self) -> bool:
        """Whether nearly all roads that cross have a node there in common, so that one without it is no junction."""
        return is_noded(self.lines[self.is_drawn & ~self.is_path])

    @cached_property
    def tells_levels(self) -> bool:
        """Whether anything in the data can tell a flyover from a crossing: nodes, or a bridge, tunnel or level."""
        return self.is_noded or any(self.structure) or bool((self.level != 0).any())

    @cached_property
    def rings(self) -> list[Ring]:
        """Roundabouts: rows marked as such that hang together, and others that close a circle."""
        groups = _connected(self.end_nodes, numpy.flatnonzero(self.is_roundabout & self.is_drawn))
        discs = [shapely.convex_hull(shapely.union_all(self.lines[list(rows)])) for rows in groups]
        marked = [Ring(disc, rows) for disc, rows in zip(discs, groups, strict=True) if disc.geom_type == "Polygon"]
        return [*marked, *self._unmarked_rings()]

    def _unmarked_rings(self) -> Iterator[Ring]:
        """Circles of one or more rows, bent or straight; where the data tell one-way roads at all, these only."""
        lengths_m = shapely.length(self.lines) * METRES_PER_DEGREE
        chords_m = numpy.hypot(*(self.ends[:, 1] - self.ends[:, 0]).T) * METRES_PER_DEGREE
        is_bent = lengths_m > BENT * chords_m
        maybe = self.is_drawn & ~(self.is_roundabout | self.is_path | self.is_minor)
        maybe &= (is_bent & (lengths_m <= 2 * LONGEST_RING_M)) | (lengths_m <= CHORD_M)
        if self.is_oneway.any():
            maybe &= self.is_oneway
        rows = numpy.flatnonzero(maybe)
        tree = shapely.STRtree(self.lines[rows])
        discs = shapely.get_parts(shapely.polygonize(self.lines[rows]))
        for disc, plane in zip(discs, _flat(discs), strict=True):
            if plane.length > LONGEST_RING_M or 4 * numpy.pi * plane.area / plane.length**2 < ROUND:
                continue
            around = rows[tree.query(disc.exterior.buffer(SAME_PLACE_DEG), predicate="contains")]
            names = set(self.rows["name"].iloc[around].dropna())
            if is_bent[around].all() or (len(names) <= RING_NAMES and _is_even(plane)):
                yield Ring(shapely.convex_hull(disc), tuple(sorted(around.tolist())))

    @cached_property
    def is_ring(self) -> numpy.ndarray:
        """Whether a row is part of a roundabout."""
        found = numpy.zeros(len(self.lines), dtype=bool)
        found[[row for ring in self.rings for row in ring.rows]] = True
        return found

    @cached_property
    def ring_tree(self) -> shapely.STRtree:
        return shapely.STRtree([ring.disc for ring in self.rings])


def _flat(discs: numpy.ndarray) -> numpy.ndarray:
    """Small polygons in degrees, each in metres around its own middle: true to a thousandth, and quick for many."""
    points, of = shapely.get_coordinates(discs, return_index=True)
    middle = shapely.get_coordinates(shapely.centroid(discs))[of]
    scale = numpy.column_stack([numpy.cos(numpy.radians(middle[:, 1])), numpy.ones(len(of))]) * METRES_PER_DEGREE
    return shapely.set_coordinates(discs.copy(), (points - middle) * scale)


def _is_even(disc: shapely.Polygon) -> bool:
    """Whether a small polygon in metres has its corners all round its middle, as no block between streets has."""
    away = numpy.hypot(*(shapely.get_coordinates(disc) - shapely.get_coordinates(disc.centroid)).T)
    return disc.length <= LONGEST_CHORD_RING_M and bool((abs(away / away.mean() - 1) <= EVEN).all())


def _single_lines(roads: GeoDataFrame) -> GeoDataFrame:
    """One line a row; rows without a line stay."""
    lines, rows = shapely.get_parts(roads.geometry.to_numpy(), return_index=True)
    without = numpy.setdiff1d(numpy.arange(len(roads)), rows)
    order = numpy.argsort(numpy.concatenate([rows, without]), kind="stable")
    single = roads.iloc[numpy.concatenate([rows, without])[order]].reset_index(drop=True)
    return single.set_geometry(numpy.concatenate([lines, numpy.full(len(without), None)])[order], crs=roads.crs)


def _assumed_width_m(road_class: str | None) -> float:
    if road_class is None:
        return UNKNOWN_WIDTH_M
    return LINK_WIDTH_M if road_class.endswith("_link") else WIDTHS_M.get(road_class, UNKNOWN_WIDTH_M)


def _column(roads: GeoDataFrame, name: str, missing: object) -> list:
    if name not in roads:
        return [missing] * len(roads)
    return [bool(each) if isinstance(each, numpy.bool_) else each for each in roads[name]]


def _numbers(roads: GeoDataFrame, name: str, missing: float) -> numpy.ndarray:
    if name not in roads:
        return numpy.full(len(roads), missing)
    return roads[name].to_numpy(dtype=float, na_value=missing)


def _connected(end_nodes: numpy.ndarray, rows: numpy.ndarray) -> list[tuple[int, ...]]:
    """Rows that hang together at their ends, group by group."""
    meeting: dict[int, list[int]] = defaultdict(list)
    for row in rows.tolist():
        for node in end_nodes[row].tolist():
            meeting[node].append(row)
    group_of = {row: {row} for row in rows.tolist()}
    for together in meeting.values():
        merged = set().union(*(group_of[row] for row in together))
        for row in merged:
            group_of[row] = merged
    return sorted({tuple(sorted(group)) for group in group_of.values()})
