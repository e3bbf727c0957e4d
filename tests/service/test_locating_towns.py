"""Corners of towns drawn as OpenStreetMap and as bureaus draw them; the judge is plain shapely on the axes."""

import random

import pytest
import shapely
from pyproj import Geod

from geo.service.locating import locate_all, network_of_file
from tests.analysis.networks import to_metres
from tests.analysis.osm_towns import EAST_WEST, NORTH_SOUTH, streets, to_frame, town_file

ELLIPSOID = Geod(ellps="GRS80")
QUADRANTS = {"东北角": (1, 1), "东南角": (1, -1), "西南角": (-1, -1), "西北角": (-1, 1)}
CLEAR_M = 0.5
"""Less than half of any lane."""


class Town:
    """A town's file, its axes, and what became of a phrase for every pair of streets."""

    def __init__(self, seed, tagged, path):
        chance = random.Random(seed)
        self.turn, self.centre = chance.uniform(-20, 20), (chance.uniform(80, 130), chance.uniform(20, 48))
        self.streets = {street.name: street for street in streets(chance)}
        rows = town_file(list(self.streets.values()), chance, tagged=tagged)
        self.lines = [row["geometry"] for row in rows if row.get("highway") not in ("footway", "service")]
        to_frame(rows, self.turn, self.centre).to_file(path, encoding="GBK")
        quadrants = list(QUADRANTS.items())
        self.pairs = [(a, b, *chance.choice(quadrants)) for a in NORTH_SOUTH for b in EAST_WEST]
        areas = [chance.choice([8.0, 15.0, 25.0]) for _ in self.pairs]
        phrases = [(f"{a}与{b}交叉口{words}", area) for (a, b, words, _), area in zip(self.pairs, areas, strict=True)]
        self.found = locate_all(phrases, network_of_file(path))

    def plane(self, shape):
        return to_metres(shape, self.turn, self.centre)

    def crossing(self, one, other):
        """Where the axes meet; None where they do not."""
        at = self.streets[one].axis.intersection(self.streets[other].axis)
        return at if at.geom_type == "Point" and not at.is_empty else None

    def placed(self):
        for (one, other, _, signs), located in zip(self.pairs, self.found, strict=True):
            if located.place.geometry is not None and located.place.geometry.geom_type == "Polygon":
                yield one, other, signs, located


@pytest.fixture(scope="module", params=[(1, True), (2, True), (3, False), (4, False), (22, True)], ids=str)
def town(request, tmp_path_factory):
    seed, tagged = request.param
    return Town(seed, tagged, tmp_path_factory.mktemp("town") / "道路.shp")


def test_crossings_are_where_the_axes_meet_and_none_is_made_up(town):
    met = 0
    for (one, other, *_), located in zip(town.pairs, town.found, strict=True):
        at, crossing = town.crossing(one, other), located.place.crossing
        if at is None:
            apart_m = town.streets[one].axis.distance(town.streets[other].axis)
            # one of two carriageways may still reach the other road; a side carriageway is not enough
            assert not located.place.is_certain or apart_m < 20
        else:
            met += 1
            assert crossing is not None, located.place.reason
            reach_m = max(max(map(abs, town.streets[name].offsets)) for name in (one, other))
            assert town.plane(shapely.Point(crossing.lon, crossing.lat)).distance(at) <= 10 + reach_m
    assert met >= 20


def test_parcels_lie_in_their_corner_with_their_area(town):
    whole = 0
    for one, other, (east, north), located in town.placed():
        if town.crossing(one, other) is None or located.place.doubts:
            continue  # said to be doubtful: too small a block, a road that ends there
        whole += 1
        area_m2 = ELLIPSOID.geometry_area_perimeter(located.place.geometry)[0]
        assert area_m2 == pytest.approx(located.area_mu * 2000 / 3, rel=0.005)
        parcel = town.plane(located.place.geometry)
        for name, sign in ((one, east), (other, north)):
            axis = town.streets[name].axis
            near = axis.interpolate(axis.project(parcel.centroid))
            beyond = parcel.centroid.x - near.x if name == one else parcel.centroid.y - near.y
            assert beyond * sign > 0
            assert axis.distance(parcel) >= town.streets[name].half_m + CLEAR_M
    assert whole >= 15


def test_parcels_stay_in_one_block_off_every_road_and_off_one_another(town):
    blocks = shapely.get_parts(shapely.polygonize([shapely.node(shapely.union_all(town.lines))]))
    parcels = [town.plane(located.place.geometry) for *_, located in town.placed()]
    for parcel in parcels:
        assert min(shapely.distance(town.lines, parcel)) >= CLEAR_M
        assert sum(block.intersects(parcel) for block in blocks) <= 1
    pairs = shapely.STRtree(parcels).query(parcels, predicate="intersects")
    assert (pairs[0] == pairs[1]).all()
