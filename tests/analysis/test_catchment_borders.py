"""Borders of labels drawn from few points: the same as by asking every point."""

import numpy
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.analysis.catchments.borders import borders, in_order


def label_of_nearest(points: numpy.ndarray, label: numpy.ndarray, places: numpy.ndarray) -> numpy.ndarray:
    return label[((places[:, None] - points) ** 2).sum(axis=2).argmin(axis=1)]


def some_points(seed: int, count: int, schools: int, grid: bool) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Points of a bent or a straight grid, each labelled by its nearest school; a far island has a label of its own."""
    random = numpy.random.default_rng(seed)
    side = int(count**0.5)
    points = numpy.stack(numpy.meshgrid(numpy.arange(side), numpy.arange(side)), axis=-1).reshape(-1, 2) * 30.0
    points += 0.0 if grid else random.uniform(-14, 14, points.shape)
    points = points[random.random(len(points)) < 0.8] + [430_000.0, 3_700_000.0]
    sites = points[random.choice(len(points), schools, replace=False)]
    label = label_of_nearest(sites, numpy.arange(schools), points)
    label[random.random(len(points)) < 0.003] = schools  # a few enclaves
    island = points[:5] + numpy.array([40_000.0, 20_000.0])
    points, label = numpy.concatenate([points, island]), numpy.append(label, numpy.full(5, schools + 1))
    order = in_order(points)
    return points[order], label[order]


@settings(max_examples=12)
@given(seed=st.integers(0, 10_000), count=st.integers(30, 2500), schools=st.integers(1, 9), grid=st.booleans())
def test_few_points_tell_every_label_and_borders_lie_between_two(seed, count, schools, grid):
    points, label = some_points(seed, count, min(schools, count // 10), grid)
    lines, telling = borders(points, label)
    random = numpy.random.default_rng(seed)
    places = numpy.concatenate([points, points[:1] + random.uniform(-500, 3000, (400, 2))])
    squares = ((places[:, None] - points) ** 2).sum(axis=2)
    nearest_of = numpy.array([squares[:, label == each].min(axis=1) for each in numpy.unique(label)])
    clear = numpy.diff(numpy.sort(nearest_of, axis=0)[:2], axis=0)[0] > 1e-3  # not on a border
    found = label_of_nearest(points[telling], label[telling], places)
    assert (found == label_of_nearest(points, label, places))[clear].all()
    middles = shapely.get_coordinates(shapely.line_interpolate_point(lines, 0.5, normalized=True))
    inside = numpy.abs(middles - points.mean(axis=0)).max(axis=1) < 50_000
    for middle in middles[inside][::7]:
        distance = numpy.hypot(*(points - middle).T)
        near = label[distance < distance.min() + 1e-5]
        assert len(set(near.tolist())) > 1


def test_most_points_are_not_needed():
    points, label = some_points(3, 40_000, 4, grid=False)
    _, telling = borders(points, label)
    assert len(telling) < len(points) / 4


@pytest.mark.parametrize("count", [1, 3])
def test_one_label_has_no_border(count):
    points = numpy.array([[0.0, 0.0], [10.0, 0.0], [20.0, 0.0]])[:count]
    lines, telling = borders(points, numpy.zeros(count, dtype=int))
    assert len(lines) == 0 and len(telling) == 1


def test_points_on_one_line_part_it_in_the_middle():
    points = numpy.column_stack([numpy.arange(0.0, 400.0, 10.0), numpy.zeros(40)])
    lines, _ = borders(points, (points[:, 0] > 195).astype(int))
    crossings = shapely.intersection(lines, shapely.LineString([(0, 0), (390, 0)]))
    assert {round(x, 6) for x, _ in shapely.get_coordinates(crossings)} == {195.0}
