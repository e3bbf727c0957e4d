"""The small map of a change: true to scale, north up, on the store's own ground."""

import re

import pytest
import shapely

from geo.web.change_map import SIDE, change_map
from geo.web.current import current_store


@pytest.fixture
def store(app):
    with app.test_request_context("/"):
        yield current_store()


def points(path):
    return [tuple(map(float, point)) for point in re.findall(r"([-\d.]+) ([-\d.]+)", path)]


def test_before_and_after_lie_as_they_lie_on_the_ground(store):
    """By hand: at 33° N a hundredth of a degree is 934.0 m east and 1 109.1 m north (GRS 80)."""
    before, after = shapely.box(114.00, 33.00, 114.01, 33.01), shapely.box(114.01, 33.00, 114.02, 33.01)
    found = change_map(store, before, after)
    xs, ys = zip(*points(found.before), strict=True)
    later_xs, later_ys = zip(*points(found.after), strict=True)
    side_m = 1.6 * 2 * 934.0
    assert max(xs) - min(xs) == pytest.approx(934.0 * SIDE / side_m, abs=0.3)
    assert max(ys) - min(ys) == pytest.approx(1109.1 * SIDE / side_m, abs=0.3)
    assert min(later_xs) == pytest.approx(max(xs), abs=0.1)
    assert min(later_ys) == pytest.approx(min(ys), abs=0.1)
    assert (found.bar, found.bar_words) == (pytest.approx(500 * SIDE / side_m, abs=0.1), "500 m")
    assert "→" in found.words


def test_roads_are_there_and_stay_inside(store):
    found = change_map(store, None, shapely.Point(114.02, 33.0))
    wide = change_map(store, shapely.box(113.95, 32.95, 114.05, 33.05), None)
    for ground in (points(found.ground), points(wide.ground)):
        assert all(-0.1 <= value <= SIDE + 0.1 for point in ground for value in point)
    assert len(points(wide.ground)) > 20
    assert points(found.after)[0] == (SIDE / 2 - 3, SIDE / 2 - 3)
    assert found.before == ""


def test_north_is_up(store):
    found = change_map(store, shapely.Point(114.0, 33.0), shapely.Point(114.0, 33.01))
    assert points(found.after)[0][1] < points(found.before)[0][1]


def test_no_shape_makes_no_map(store):
    assert change_map(store, None, None) is None
    assert change_map(store, shapely.Polygon(), None) is None
