"""WKT that somebody else has written."""

import re
from itertools import islice

import shapely

MOST_NESTED = 1_000
"""Shapes that may hold others, in each other or beside each other."""

NESTING = re.compile("COLLECTION|CURVE|SURFACE", re.IGNORECASE)
"""Kinds of shapes that may have shapes in them."""


def shape_of_wkt(text: str) -> shapely.Geometry | None:
    """The shape; None where it is none, or one that nests too deep: GEOS calls itself for each, until the program dies.

    Raises
    ------
    NotImplementedError
        If it is a curve.
    """
    if next(islice(NESTING.finditer(text), MOST_NESTED, None), None) is not None:
        return None
    return shapely.from_wkt(text, on_invalid="ignore")
