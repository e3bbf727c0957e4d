"""An R-tree that is written as a whole is one that SQLite itself would have made: checked by SQLite."""

import sqlite3
from contextlib import closing

import numpy
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.store.gpkg_blob import bounds, boxes_of, to_blob
from geo.store.gpkg_packing import cells_of, write_tree

SEARCH = "SELECT id FROM tree WHERE maxx >= ? AND minx <= ? AND maxy >= ? AND miny <= ? ORDER BY id"
WHOLE = (-1000, 1000, -1000, 1000)


def made(boxes, first_id=1):
    """A tree with these boxes (min x, max x, min y, max y)."""
    driver = sqlite3.connect(":memory:")
    driver.execute("CREATE VIRTUAL TABLE tree USING rtree(id, minx, maxx, miny, maxy)")
    write_tree(driver, "tree", cells_of(numpy.arange(first_id, first_id + len(boxes)), boxes))
    assert driver.execute("SELECT rtreecheck('tree')").fetchone() == ("ok",)
    return driver


def scattered(count):
    random = numpy.random.default_rng(count)
    corner = random.uniform(-100, 100, (count, 2))
    side = random.uniform(0, 2, (count, 2))
    return numpy.column_stack([corner[:, 0], corner[:, 0] + side[:, 0], corner[:, 1], corner[:, 1] + side[:, 1]])


@pytest.mark.parametrize("count", [0, 1, 51, 52, 53, 2_600, 2_602, 30_000])
def test_a_tree_of_any_height_is_whole_and_finds_what_a_list_finds(count):
    boxes, sought = scattered(count), (-20.5, 30.25, -7.75, 12.5)
    with closing(made(boxes)) as driver:
        assert driver.execute("SELECT count(*) FROM tree").fetchone() == (count,)
        near = numpy.flatnonzero(
            (boxes[:, 1] >= sought[0]) & (boxes[:, 0] <= sought[1]) & (boxes[:, 3] >= sought[2])
            & (boxes[:, 2] <= sought[3])
        )  # fmt: skip
        assert [row for (row,) in driver.execute(SEARCH, sought)] == (near + 1).tolist()


def test_sqlite_goes_on_with_it():
    with closing(made(scattered(3_000))) as driver:
        driver.executemany("DELETE FROM tree WHERE id = ?", [(number,) for number in range(1, 2_900)])
        driver.executemany(
            "INSERT INTO tree VALUES (?, ?, ?, ?, ?)",
            [(9_000 + number, number, number + 1, 0, 1) for number in range(300)],
        )
        assert driver.execute("SELECT rtreecheck('tree')").fetchone() == ("ok",)
        found = [row for (row,) in driver.execute(SEARCH, WHOLE)]
        assert found == [*range(2_900, 3_001), *range(9_000, 9_300)]


def test_it_may_be_written_again_and_is_undone_with_its_transaction():
    with closing(made(scattered(500))) as driver:
        driver.commit()
        before = list(driver.iterdump())
        write_tree(driver, "tree", cells_of(numpy.array([7]), numpy.array([[1.0, 2, 3, 4]])))
        assert driver.execute("SELECT * FROM tree").fetchall() == [(7, 1, 2, 3, 4)]
        driver.rollback()
        assert list(driver.iterdump()) == before


@given(st.lists(st.tuples(*[st.floats(-1e6, 1e6, allow_subnormal=False)] * 4), min_size=1, max_size=20))
def test_single_precision_is_never_too_narrow_and_at_most_one_step_too_wide(found):
    boxes = numpy.array([[min(a, b), max(a, b), min(c, d), max(c, d)] for a, b, c, d in found])
    cells = cells_of(numpy.arange(len(boxes)), boxes)
    for side, exact in zip(("min_x", "max_x", "min_y", "max_y"), boxes.T, strict=True):
        kept, low = cells[side].astype(float), side.startswith("min")
        assert (kept <= exact).all() if low else (kept >= exact).all()
        assert (numpy.abs(kept - exact) <= numpy.abs(exact) * 2**-23 + 1e-40).all()


def test_boxes_are_those_of_the_blobs_whoever_wrote_them():
    shapes = [shapely.Point(114.5, 33.25), shapely.box(114, 33, 115, 34), shapely.LineString([(1, 2), (3, -4)])]
    blobs = [to_blob(shape.wkb) for shape in shapes]
    big = b"GP\x00\x00" + (4326).to_bytes(4, "big") + shapely.to_wkb(shapes[0], byte_order=0)  # QGIS may write so
    assert boxes_of([*blobs, big]).tolist() == [list(bounds(blob)) for blob in [*blobs, big]]
