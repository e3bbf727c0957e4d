"""What a map picture shows of a store: the same as the filters find, with what must be said about it."""

import math

import pyproj
import pytest
import shapely

from geo.model.errors import InvalidInput
from geo.model.feature_query import Condition, FeatureQuery
from geo.service import map_picture
from geo.service.map_picture import MapPicture, Wish, shown

GEOD = pyproj.Geod(ellps="GRS80")


def whole(store, queries, **wish):
    wish = Wish(**{"year": 2023} | wish)
    return MapPicture(store, shown(queries, wish.year), wish).whole()


def schools(**asked):
    return {"schools": FeatureQuery(**asked)}


def test_it_shows_what_the_filter_finds(shipped):
    found = shipped.read_page("schools", FeatureQuery(conditions=(Condition("plan_year", (2023,)),), schematic=True))
    drawn = whole(shipped, schools(conditions=(Condition("plan_year", (2023,)),)))
    names = {row[found.columns.index("name")] for row in found.rows}
    assert {feature.name.removesuffix("（示意）") for feature in drawn.features} == names


def test_schematic_positions_are_marked_in_name_and_sign_and_can_be_left_out(shipped):
    query = schools()
    drawn = whole(shipped, query)
    hatched = [feature for feature in drawn.features if feature.basis == "schematic"]
    assert hatched and all(feature.name.endswith("（示意）") for feature in hatched)
    assert all(feature.accuracy_m is None for feature in hatched)
    without = MapPicture(shipped, shown(query, 2023, schematic=False), Wish(2023)).whole()
    assert {feature.basis for feature in without.features} == {"located"}
    assert any(f"另有 {len(hatched)} 个没有可画的位置" in note for note in without.notes)


def test_places_are_in_the_plane_of_the_data(shipped):
    drawn = whole(shipped, schools())
    page = shipped.read_page("schools", FeatureQuery(schematic=True))
    to_plane = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:4547", always_xy=True)
    expected = {to_plane.transform(*shapely.from_wkb(wkb).centroid.coords[0]) for wkb in page.wkb if wkb}
    for feature in drawn.features:
        middle = feature.shape.centroid
        assert min(abs(middle.x - x) + abs(middle.y - y) for x, y in expected) < 0.5


def test_the_scale_bar_is_measured_on_the_ellipsoid(shipped):
    drawn = whole(shipped, schools())
    bar, frame = drawn.scale_bar, drawn.frame
    to_degrees = pyproj.Transformer.from_crs("EPSG:4547", "EPSG:4326", always_xy=True)
    x, y = (frame.bounds[0] + frame.bounds[2]) / 2, (frame.bounds[1] + frame.bounds[3]) / 2
    ends = [to_degrees.transform(x + half * bar.plane_m / 2, y) for half in (-1, 1)]
    assert GEOD.inv(*ends[0], *ends[1])[2] == pytest.approx(bar.true_m, rel=1e-4)


def test_the_arrow_points_to_true_north(shipped):
    """East of the central meridian, true north lies left of the plane's: a place 1 km north has a smaller easting."""
    drawn = whole(shipped, {"schools": FeatureQuery(bbox=(115.3, 32.9, 115.4, 33.0))})
    to_plane = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:4547", always_xy=True)
    x0, y0 = to_plane.transform(115.35, 32.95)
    x1, y1 = to_plane.transform(*GEOD.fwd(115.35, 32.95, 0, 1000)[:2])
    assert drawn.north_deg == pytest.approx(math.degrees(math.atan2(x1 - x0, y1 - y0)), abs=0.01)
    assert drawn.north_deg < -0.5


def test_it_says_where_it_is_how_sure_that_is_and_what_it_rests_on(shipped):
    notes = "".join(whole(shipped, schools()).notes)
    assert "EPSG:4547 / EPSG:4526" in notes and "第 38 带" in notes and "中央经线 114°E" in notes
    assert "由文字定位的误差约 " in notes and "示意位置" in notes and "资料来源：驻马店经济开发区《" in notes


def test_the_review_number_is_printed_or_left_to_be_filled(shipped):
    assert "审图号：____" in whole(shipped, schools()).notes[0]
    assert whole(shipped, schools(), review_number="豫S(2024)001号").notes[0] == "审图号：豫S(2024)001号"


def test_only_signs_on_the_map_are_in_the_legend(shipped):
    drawn = whole(shipped, schools())
    keys = {(key.sign, key.value) for section in drawn.legend for key in section.keys}
    assert {value for sign, value in keys if sign == "lamp"} == {feature.lamp for feature in drawn.features}
    assert {value for sign, value in keys if sign == "basis"} == {feature.basis for feature in drawn.features}
    assert ("road", "#9aa5ad") in keys


def test_what_nobody_reported_is_not_reported(shipped):
    assert {feature.lamp for feature in whole(shipped, schools()).features} == {"grey"}


def test_nothing_found_is_a_map_of_the_zone_that_says_so(shipped):
    drawn = whole(shipped, schools(search="没有这样的学校"))
    assert drawn.features == () and any("没有符合条件的要素" in note for note in drawn.notes)


def test_a_single_point_has_a_map_around_it(shipped):
    drawn = whole(shipped, {"water_sections": FeatureQuery()})
    west, south, east, north = drawn.frame.bounds
    middle = drawn.features[0].shape
    assert (middle.x - west, north - middle.y) == pytest.approx((east - middle.x, middle.y - south), abs=1)
    assert min(east - west, north - south) > 600


def test_too_many_features_are_refused(shipped, monkeypatch):
    monkeypatch.setattr(map_picture, "MOST_FEATURES", 3)
    with pytest.raises(InvalidInput, match="超过 3 个"):
        whole(shipped, schools())
