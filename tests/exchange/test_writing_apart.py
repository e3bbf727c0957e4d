"""Large layers are written by a program of its own: the same file, one clear error, and nothing is left behind."""

from pathlib import Path

import pyogrio
import pytest
import shapely

from geo.exchange.files import apart, vector
from geo.exchange.files.vector import VectorField, VectorFile
from geo.model.errors import InvalidFile
from geo.model.page import Columns

PARTS = 30
LONG = "地块" * 5_000
"""A pipe takes two or three of them."""

FIELDS = [VectorField("id", "feature_id", "text"), VectorField("mc", "name", "text"), VectorField("n", "n", "integer")]


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(vector, "FEW", 5)


@pytest.fixture(autouse=True)
def no_program_is_left():
    before = programs()
    yield
    assert programs() == before


def programs():
    """The processes that this one has started and not yet seen the end of."""
    return {number for task in Path("/proc/self/task").iterdir() for number in (task / "children").read_text().split()}


def parts(fault_in=None, name="地块"):
    for number in range(PARTS):
        ids = [f"p{number}-{each}" for each in range(3)]
        wkb = [shapely.box(number, each, number + 1, each + 1).wkb for each in range(3)]
        values = {"name": [name, "𠮷", None], "n": ["many" if number == fault_in else number] * 3}
        yield Columns(ids, wkb, values)


def file_at(path, encoding="UTF-8"):
    return VectorFile(path, FIELDS, "Polygon", "EPSG:4526", encoding)


def written(path):
    file_at(path, "GBK").write(parts())
    return pyogrio.read_dataframe(path)


def test_the_file_is_the_same_as_one_that_is_written_here(tmp_path, monkeypatch):
    found = written(tmp_path / "a.shp")
    assert list(found["id"]) == [f"p{number}-{each}" for number in range(PARTS) for each in range(3)]
    assert list(found["n"]) == [number for number in range(PARTS) for _ in range(3)]
    (tmp_path / "here").mkdir()
    monkeypatch.setattr(vector, "FEW", PARTS + 1)
    here = written(tmp_path / "here" / "a.shp")
    assert found.equals(here)
    assert found.crs == here.crs


def test_a_value_that_cannot_be_written_is_told_as_it_is_and_ends_it(tmp_path):
    with pytest.raises(InvalidFile, match=r"n.*many"):
        file_at(tmp_path / "a.shp").write(parts(fault_in=20))


def test_whoever_stops_the_features_half_way_stops_the_writing(tmp_path):
    def broken():
        yield from list(parts())[:20]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        file_at(tmp_path / "a.shp").write(broken())


def test_a_file_that_cannot_be_made_is_one_error_that_names_it(tmp_path):
    with pytest.raises(InvalidFile, match=r"a\.shp"):
        file_at(tmp_path / "no" / "a.shp").write(parts(name=LONG))


def test_a_program_that_ends_by_itself_is_an_error_too(tmp_path, monkeypatch):
    program = tmp_path / "ends.py"
    program.write_text("import os\nos.kill(os.getpid(), 9)\n")
    monkeypatch.setattr(apart, "PROGRAM", program)
    with pytest.raises(InvalidFile, match=r"a\.shp.*-9"):
        file_at(tmp_path / "a.shp").write(parts(name=LONG))
