"""Which area holds a place: as by asking every area."""

import numpy
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.analysis.catchments.lookup import AreaIndex


def areas_of(seed: int, count: int) -> numpy.ndarray:
    """The cells of a Voronoi diagram cut to a disc, every fifth one left out."""
    random = numpy.random.default_rng(seed)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(random.uniform(113, 115, (count, 2)))))
    areas = shapely.intersection(cells, shapely.Point(114, 114).buffer(0.9))
    return areas[~shapely.is_empty(areas) & (numpy.arange(len(areas)) % 5 != 4)]


@settings(max_examples=20)
@given(seed=st.integers(0, 1000), count=st.integers(2, 60))
def test_places_and_corners_lie_where_the_areas_say(seed, count):
    areas = areas_of(seed, count)
    index = AreaIndex(areas)
    random = numpy.random.default_rng(seed)
    places = numpy.concatenate([random.uniform(112.9, 115.1, (300, 2)), shapely.get_coordinates(areas)[:200]])
    held = shapely.intersects_xy(areas[:, None], places[:, 0], places[:, 1])
    expected = numpy.where(held.any(axis=0), held.argmax(axis=0), -1)
    assert index.of(*places.T).tolist() == expected.tolist()
    assert [index.at(x, y) for x, y in places.tolist()] == expected.tolist()


def test_without_areas_or_on_an_area_without_width_nothing_breaks():
    assert AreaIndex(numpy.array([], dtype=object)).at(1.0, 1.0) == -1
    index = AreaIndex(numpy.array([shapely.box(0, 0, 1, 1)], dtype=object))
    assert [index.at(*place) for place in ((0.0, 0.0), (1.0, 1.0), (0.5, 0.5), (1.001, 0.5), (float("nan"), 0.0))] == [
        0, 0, 0, -1, -1,
    ]  # fmt: skip
    assert index.of(numpy.array([numpy.nan, 0.2]), numpy.array([0.1, 0.2])).tolist() == [-1, 0]
