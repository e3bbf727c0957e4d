"""Columns of a layer's file: each of its type, whatever another program left in the store."""

import re
from datetime import date
from pathlib import Path

import pytest

from geo.exchange.files.vector import VectorField, VectorFile
from geo.model.errors import InvalidFile
from geo.model.page import Columns


@pytest.mark.parametrize(
    ("kind", "given", "made"),
    [
        ("text", ["甲", 7, None], ["甲", "7", None]),
        ("integer", [3, "4", None], [3, 4, None]),
        ("number", [1.5, "2.5", None], [1.5, 2.5, None]),
        ("boolean", [True, 0, None], [True, False, None]),
        ("date", ["2023-01-31", "2023-02-01T08:00:00", None], [date(2023, 1, 31), date(2023, 2, 1), None]),
        ("date", ["2023-01-31", None], [date(2023, 1, 31), None]),
        ("date", ["20230131", None], [date(2023, 1, 31), None]),
        ("number", [None, None], [None, None]),
        ("number", [-0.1, 3, None, 2**60], [-0.1, 3.0, None, 2.0**60]),
        ("integer", [-(2**63), None, 2**63 - 1], [-(2**63), None, 2**63 - 1]),
        ("text", [None, "", "甲乙", "\U00020000", "a"] * 4, [None, "", "甲乙", "\U00020000", "a"] * 4),
        ("boolean", [True, None, False] * 7, [True, None, False] * 7),
        ("date", ["1899-12-31", None, "2024-02-29"], [date(1899, 12, 31), None, date(2024, 2, 29)]),
    ],
)
def test_a_column_has_values_of_its_type(kind, given, made):
    file = VectorFile(Path("a.dbf"), [VectorField("v", "v", kind)], None, "EPSG:4526")
    ids = [f"p{number}" for number in range(len(given))]
    assert file.batch(Columns(ids, [None] * len(ids), {"v": given})).to_pydict() == {"v": made}


def test_what_features_have_no_value_of_is_an_empty_column():
    fields = [VectorField("id", "feature_id", "text"), VectorField("v", "v", "integer")]
    file = VectorFile(Path("a.dbf"), fields, None, "EPSG:4526")
    assert file.batch(Columns(["p1"], [None], {})).to_pydict() == {"id": ["p1"], "v": [None]}


@pytest.mark.parametrize("given", ["many", 1e300])
def test_a_value_that_cannot_be_of_the_type_is_refused_by_name(given):
    file = VectorFile(Path("a.dbf"), [VectorField("v", "floors", "integer")], None, "EPSG:4526")
    with pytest.raises(InvalidFile, match=f"floors.*{re.escape(str(given))}"):
        file.batch(Columns(["p1"], [None], {"floors": [given]}))
