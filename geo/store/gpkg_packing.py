"""An R-tree of SQLite written as a whole: rows in order of place fill its nodes one after another.

SQLite looks for a place in the tree for each row that is put into it, and splits nodes again and again; writing the
nodes takes a twentieth of that time and makes a better tree. GDAL fills GeoPackages in the same way. Source of the form
of a node: https://www.sqlite.org/rtree.html, "The Shadow Tables", and the head of SQLite's `ext/rtree/rtree.c`.
"""

import sqlite3
from collections.abc import Iterator

import numpy

ROOT = 1
"""Number of the node from which a search starts."""

CELL = numpy.dtype([("id", ">i8"), ("min_x", ">f4"), ("max_x", ">f4"), ("min_y", ">f4"), ("max_y", ">f4")])
"""What a node holds of a row, or of a node below it."""

BATCH = 5_000
"""Rows at a time that are made Python's: a number takes four times as much there as in an array."""

HEAD_BYTES = 4
"""Height of the tree, which counts in the root alone, and number of cells: 16 bits each."""

SIDES = ("min_x", "max_x", "min_y", "max_y")
_LOWER = ("min_x", "min_y")


def cells_of(ids: numpy.ndarray, boxes: numpy.ndarray) -> numpy.ndarray:
    """Rows of a tree, their bounds in single precision and never too narrow.

    Parameters
    ----------
    boxes
        min x, max x, min y, max y of each.
    """
    cells = numpy.empty(len(ids), dtype=CELL)
    cells["id"] = ids
    for side, exact in zip(SIDES, boxes.T, strict=True):
        near = exact.astype(numpy.float32)
        is_inside = near > exact if side in _LOWER else near < exact
        outwards = numpy.float32(-numpy.inf if side in _LOWER else numpy.inf)
        near[is_inside] = numpy.nextafter(near[is_inside], outwards)
        cells[side] = near
    return cells


def bounds_of(node: bytes) -> tuple[float, float, float, float] | None:
    """Min x, min y, max x, max y of all that lies in a node and below it; None where there is nothing."""
    cells = numpy.frombuffer(node, CELL, int.from_bytes(node[2:HEAD_BYTES], "big"), HEAD_BYTES)
    if not len(cells):
        return None
    lower, upper = ((cells["min_x"], cells["min_y"]), (cells["max_x"], cells["max_y"]))
    return (*(float(each.min()) for each in lower), *(float(each.max()) for each in upper))


def write_tree(driver: sqlite3.Connection, tree: str, cells: numpy.ndarray) -> None:
    """Let a tree hold these rows and no others, in the transaction of a connection.

    Parameters
    ----------
    tree
        Name of the virtual table.
    """
    (node_bytes,) = driver.execute(f'SELECT length(data) FROM "{tree}_node" WHERE nodeno = {ROOT}').fetchone()
    for part in ("node", "parent", "rowid"):
        driver.execute(f'DELETE FROM "{tree}_{part}"')
    put_node = f'INSERT INTO "{tree}_node" (nodeno, data) VALUES (?, ?)'
    put_parent = f'INSERT INTO "{tree}_parent" (nodeno, parentnode) VALUES (?, ?)'
    most, first, height = (node_bytes - HEAD_BYTES) // CELL.itemsize, ROOT + 1, 0
    cells = cells.astype(CELL, copy=False)  # numpy joins arrays in the machine's own byte order
    order = _by_place(cells, most)
    while len(cells) > most:
        ends = _ends(len(cells), most)
        numbers = numpy.arange(first, first + len(ends), dtype=order.dtype)
        driver.executemany(put_node, zip(numbers.tolist(), _nodes(cells, order, ends, node_bytes), strict=True))
        held_by = numpy.empty_like(order)
        held_by[order] = numpy.repeat(numbers, numpy.diff(ends, prepend=0))
        _write_places(driver, tree, put_parent, cells["id"], held_by, is_leaf=height == 0)
        cells, first, height = _bounding(cells, order, numbers, ends), first + len(ends), height + 1
        order = numpy.arange(len(cells), dtype=order.dtype)
    (root,) = _nodes(cells, order, numpy.array([len(cells)]), node_bytes)
    driver.execute(put_node, (ROOT, height.to_bytes(2, "big") + root[2:]))
    _write_places(driver, tree, put_parent, cells["id"], numpy.full(len(cells), ROOT), is_leaf=height == 0)


def _write_places(
    driver: sqlite3.Connection, tree: str, put_parent: str, below: numpy.ndarray, held_by: numpy.ndarray, *,
    is_leaf: bool,
) -> None:  # fmt: skip
    """Note which node holds each row, or each node."""
    put = f'INSERT INTO "{tree}_rowid" (rowid, nodeno) VALUES (?, ?)' if is_leaf else put_parent
    order = numpy.argsort(below, kind="stable")
    for start in range(0, len(order), BATCH):
        some = order[start : start + BATCH]
        driver.executemany(put, zip(below[some].tolist(), held_by[some].tolist(), strict=True))


def _by_place(cells: numpy.ndarray, most: int) -> numpy.ndarray:
    """The order of neighbours: strips from west to east, each from south to north (sort-tile-recursive)."""
    x, y = (cells[low].astype(numpy.float32) + cells[high] for low, high in (SIDES[:2], SIDES[2:]))
    nodes = max(1, -(-len(cells) // most))
    in_a_strip = most * int(numpy.ceil(numpy.sqrt(nodes)))
    order = numpy.argsort(x, kind="stable").astype(numpy.uint32)
    for start in range(0, len(order), in_a_strip):
        strip = order[start : start + in_a_strip]
        strip[:] = strip[numpy.argsort(y[strip], kind="stable")]
    return order


def _ends(count: int, most: int) -> numpy.ndarray:
    """Where the cells of each node end; nodes are filled alike, so that none is nearly empty."""
    nodes = -(-count // most)
    return numpy.arange(1, nodes + 1) * count // nodes


def _nodes(cells: numpy.ndarray, order: numpy.ndarray, ends: numpy.ndarray, node_bytes: int) -> Iterator[bytes]:
    """Nodes as SQLite keeps them."""
    start = 0
    for end in ends.tolist():
        head = b"\0\0" + (end - start).to_bytes(2, "big")
        yield (head + cells[order[start:end]].tobytes()).ljust(node_bytes, b"\0")
        start = end


def _bounding(cells: numpy.ndarray, order: numpy.ndarray, numbers: numpy.ndarray, ends: numpy.ndarray) -> numpy.ndarray:
    """The cells by which a node above knows these nodes."""
    starts = numpy.concatenate([[0], ends[:-1]])
    made = numpy.empty(len(numbers), dtype=CELL)
    made["id"] = numbers
    for side in SIDES:
        made[side] = (numpy.minimum if side in _LOWER else numpy.maximum).reduceat(cells[side][order], starts)
    return made
