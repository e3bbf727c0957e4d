"""Areas that a reader marks: drawn, picked, widened, and refused before they cost anything."""

import time

import numpy as np
import pytest
import shapely

from geo.model.errors import FeatureNotFound, InvalidInput
from geo.service.areas import marked_area


@pytest.fixture
def store(filled):
    return filled


def test_a_drawn_polygon_is_the_area_itself(store):
    marked = marked_area(store, "POLYGON((114 33, 114.01 33, 114.01 33.01, 114 33.01, 114 33))", None, schematic=False)
    assert shapely.equals(marked.geometry, shapely.box(114, 33, 114.01, 33.01))
    # 0.01° of longitude at 33° N is 934.9 m, 0.01° of latitude 1109.0 m (GRS 80): 1.0368 km² = 1555 亩
    assert marked.area_mu == pytest.approx(1555, rel=2e-3)


def test_a_feature_is_picked_and_widened(store):
    plain = marked_area(store, "schools/s-1", None, schematic=False)
    wide = marked_area(store, "schools/s-1", 100, schematic=False)
    assert shapely.equals(plain.geometry, shapely.box(114.02, 33, 114.03, 33.01))
    # A ring 100 m wide around 934.9 m × 1109.0 m: the perimeter × 100 m and a circle of 100 m.
    assert wide.area_m2 - plain.area_m2 == pytest.approx(4087.8 * 100 + 31_416, rel=5e-3)


def test_a_schematic_position_is_a_shape_only_where_asked(store):
    with pytest.raises(InvalidInput, match=r"schools/s-6.*schematic=true"):
        marked_area(store, "schools/s-6", 100, schematic=False)
    assert marked_area(store, "schools/s-6", None, schematic=True).area_m2 > 0


def test_a_feature_without_a_place_or_no_feature_is_said(store):
    with pytest.raises(InvalidInput, match="没有位置"):
        marked_area(store, "schools/s-7", None, schematic=True)
    with pytest.raises(FeatureNotFound):
        marked_area(store, "schools/nobody", None, schematic=True)


@pytest.mark.parametrize(
    "within",
    [
        "CIRCULARSTRING(114 33, 114.1 33.1, 114.2 33)",
        "CURVEPOLYGON(CIRCULARSTRING(114 33, 114.1 33.1, 114.2 33, 114.1 32.9, 114 33))",
        "COMPOUNDCURVE((114 33, 114.1 33.1))",
        "MULTICURVE((114 33, 114.1 33.1))",
        "MULTISURFACE(((114 33, 114.1 33, 114 33.1, 114 33)))",
        "GEOMETRYCOLLECTION(POINT(114 33))",
        "LINEARRING(114 33, 114.1 33, 114 33.1, 114 33)",
        "TIN(((114 33, 114.1 33, 114 33.1, 114 33)))",
        "POLYGON EMPTY",
        "POINT(nan nan)",
        "POINT(1e400 33)",
        "POINT(33 114)",
        "GEOMETRYCOLLECTION(" * 40_000 + "POINT(114 33)" + ")" * 40_000,
        "POLYGON((0 0, 1 1, 0 1, 1 0, 0 0))",
        "MULTIPOINT(" + ",".join(["114 33"] * 101) + ")",
        "LINESTRING(" + ",".join(f"{114 + i / 9999} 33" for i in range(2001)) + ")",
    ],
)
def test_what_is_no_area_is_refused_in_one_sentence(store, within):
    with pytest.raises(InvalidInput, match="圈选范围"):
        marked_area(store, within, None, schematic=False)


def test_a_tangle_is_refused_before_it_is_widened(store):
    corners = np.random.default_rng(1).uniform([113.9, 32.9], [114.1, 33.1], (501, 2))
    tangle = shapely.to_wkt(shapely.linestrings(corners), rounding_precision=4)
    began = time.process_time()
    with pytest.raises(InvalidInput, match="501 个顶点，最多 500 个"):
        marked_area(store, tangle, 100, schematic=False)
    assert time.process_time() - began < 0.5
    assert marked_area(store, tangle, None, schematic=False).area_m2 == 0


def test_a_line_with_many_vertices_is_simplified_within_a_hundredth_of_the_distance(store):
    longitudes = np.linspace(114, 114.1, 900)
    wiggles = 33 + 2e-6 * (-1.0) ** np.arange(900)  # 0.2 m to either side
    line = shapely.to_wkt(shapely.linestrings(longitudes, wiggles), rounding_precision=7)
    marked = marked_area(store, line, 500, schematic=False)
    _, south, _, north = marked.geometry.bounds
    # 500 m are 0.0045086° of latitude at 33° N (110 902 m a degree).
    assert (33 - south, north - 33) == (pytest.approx(0.0045086, rel=0.011), pytest.approx(0.0045086, rel=0.011))


@pytest.mark.parametrize("distance_m", [0, -1, 100_001])
def test_a_distance_that_cannot_be_is_refused(store, distance_m):
    with pytest.raises(InvalidInput, match="buffer_m"):
        marked_area(store, "POINT(114 33)", distance_m, schematic=False)
