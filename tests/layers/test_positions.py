"""Shipped positions: derived from the facts in the layers, and no surer than the sources."""

from pathlib import Path

import pytest
import shapely
from pyproj import Geod

from geo.analysis.network import UNKNOWN_WIDTH_M
from layers.derive_positions import derive, read_corner, to_text

LAYERS = Path(__file__).parents[2] / "layers"
ELLIPSOID = Geod(ellps="GRS80")
SQUARE_METRES_PER_MU = 2000 / 3

# Worked out by hand from the sources before this program was written: school, crossing, error in metres.
CROSSINGS = {
    "2021-2": (113.99407, 32.99659, 800),
    "2021-3": (113.99244, 33.00965, 650),
    "2022-1": (114.01676, 33.04560, 1600),
    "2022-2": (113.99074, 33.02330, 950),
    "2023-1": (114.01676, 33.04560, 1600),
    "2024-1": (114.01762, 33.03867, 1300),
}
QUADRANT_BEARINGS = {"2021-2": 135, "2021-3": 225, "2022-1": 135, "2022-2": 315, "2023-1": 315, "2024-1": 315}


def test_what_is_shipped_is_what_the_facts_give():
    for layer_id, features in derive().items():
        shipped = (LAYERS / layer_id / "features.geojson").read_text(encoding="utf-8")
        assert to_text(features) == shipped, f"{layer_id}: run python -m layers.derive_positions"


def test_only_schools_at_known_crossings_are_located(features_of):
    located = {
        key: f["properties"]
        for key, f in features_of("schools").items()
        if f["properties"]["location_basis"] == "located"
    }
    assert {key: row["location_accuracy_m"] for key, row in located.items()} == {
        key: error_m for key, (_, _, error_m) in CROSSINGS.items()
    }


@pytest.mark.parametrize("school", CROSSINGS)
def test_a_located_school_stands_in_its_corner_with_its_stated_area(school, features_of):
    feature = features_of("schools")[school]
    lon, lat, _ = CROSSINGS[school]
    parcel, stated_mu = feature["geometry"], feature["properties"]["land_area_mu"]
    area_m2, _ = ELLIPSOID.geometry_area_perimeter(parcel)
    assert area_m2 / SQUARE_METRES_PER_MU == pytest.approx(stated_mu, rel=0.005)
    bearing, _, distance_m = ELLIPSOID.inv(lon, lat, parcel.centroid.x, parcel.centroid.y)
    # The grid is tilted by 6° and a parcel of 45 亩 has its middle about 107 + 20·√2 m from the crossing.
    assert abs((bearing - QUADRANT_BEARINGS[school] + 180) % 360 - 180) < 10
    assert distance_m < 170


@pytest.mark.parametrize("school", CROSSINGS)
def test_a_located_school_keeps_off_both_roads_by_half_their_width(school, features_of):
    roads = {feature["properties"]["name"]: feature["geometry"] for feature in features_of("roads").values()}
    feature = features_of("schools")[school]
    for name in read_corner(feature["properties"]["location_text"]).roads:
        (x1, y1), (x2, y2) = shapely.shortest_line(feature["geometry"], roads[name]).coords
        assert ELLIPSOID.inv(x1, y1, x2, y2)[2] == pytest.approx(UNKNOWN_WIDTH_M / 2, abs=0.5)


def test_two_schools_at_one_corner_stand_side_by_side(features_of):
    schools = features_of("schools")
    first, second = schools["2025-1"], schools["2025-2"]
    assert first["properties"]["location_text"] == second["properties"]["location_text"]
    (x1, y1), (x2, y2) = shapely.shortest_line(first["geometry"], second["geometry"]).coords
    assert 0 < ELLIPSOID.inv(x1, y1, x2, y2)[2] < 100


@pytest.mark.parametrize("layer_id", ["schools", "industrial_parks"])
def test_schematic_areas_are_true_where_they_are_stated(layer_id, features_of):
    for feature in features_of(layer_id).values():
        stated_mu = feature["properties"].get("land_area_mu")
        if stated_mu:
            area_m2, _ = ELLIPSOID.geometry_area_perimeter(feature["geometry"])
            assert area_m2 / SQUARE_METRES_PER_MU == pytest.approx(stated_mu, rel=0.005)


def test_roads_without_an_estimate_are_listed_and_not_drawn(features_of):
    roads = features_of("roads")
    assert len(roads) == 33
    missing = [feature["properties"]["name"] for feature in roads.values() if feature["geometry"] is None]
    assert missing == "富强路 金山路 前进大道 兴业大道 竹沟路 智慧路 靖宇路 清富路 金沙路 金创路 洪河大道".split()


def test_names_and_other_names_of_roads_are_told_apart(properties_of):
    rows = properties_of("roads").values()
    names = [row["name"] for row in rows] + [
        name for row in rows for name in row.get("aliases", "").split("、") if name
    ]
    assert len(set(names)) == len(names)


def test_roads_are_tilted_as_stated(features_of):
    # Stated: north-south roads lose 0.125° lon per degree north, east-west roads gain 0.0885° lat per degree east.
    for feature in features_of("roads").values():
        if feature["geometry"] is not None:
            (x1, y1), (x2, y2) = feature["geometry"].coords
            if feature["properties"]["orientation"] == "NS":
                assert (x2 - x1) / (y2 - y1) == pytest.approx(-0.125, abs=0.001)
            else:
                assert (y2 - y1) / (x2 - x1) == pytest.approx(0.0885, abs=0.001)


def test_crossing_roads_meet_where_both_say_so(features_of):
    roads = {f["properties"]["name"]: f for f in features_of("roads").values() if f["geometry"] is not None}
    for road in roads.values():
        for other in road["properties"].get("crosses", "").split("、"):
            if other in roads:
                assert road["geometry"].crosses(roads[other]["geometry"]), f"{road['id']} {other}"


def test_the_monitoring_point_lies_in_its_schematic_river(features_of):
    river = features_of("river_sections")["xiaoqinghe"]["geometry"]
    assert features_of("water_sections")["xiaoqinghe-youhe"]["geometry"].within(river)


@pytest.mark.parametrize(
    ("text", "roads", "quadrant"),
    [
        ("洪河大道与金沙路交叉口西北侧", ("洪河大道", "金沙路"), "NW"),
        ("盘龙山路于开源大道交叉口西南侧", ("盘龙山路", "开源大道"), "SW"),
        ("甲路与乙路交叉口东侧", ("甲路", "乙路"), "E"),
        ("甲路与乙路交叉口东西侧", (), None),
        ("甲路以东", (), None),
    ],
)
def test_corners_are_read_and_nothing_else(text, roads, quadrant):
    phrase = read_corner(text)
    assert (phrase.roads, phrase.quadrant) == (roads, quadrant)
