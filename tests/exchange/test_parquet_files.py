"""GeoParquet comes in: values, shapes and CRS as written, and one sentence where the file is something else."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import geopandas
import pyarrow
import pyarrow.parquet
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.exchange.files.incoming import Options, open_incoming
from geo.exchange.files.incoming.parquet_file import MOST_ROWS
from geo.exchange.files.places import read_places
from geo.model.errors import InvalidFile

POINT = shapely.Point(114.01, 33.02)


def write(path: Path, crs: object = 4326, **columns: list) -> Path:
    count = len(next(iter(columns.values())))
    geopandas.GeoDataFrame(columns, geometry=[POINT] * count, crs=crs).to_parquet(path)
    return path


cells = st.lists(st.one_of(st.none(), st.text(max_size=8)), min_size=1, max_size=8)


@given(cells, st.data())
def test_what_is_written_is_read(tmp_path_factory, texts, data):
    figures = data.draw(st.lists(st.integers(-(2**53), 2**53), min_size=len(texts), max_size=len(texts)))
    path = write(tmp_path_factory.mktemp("a") / "a.parquet", text=texts, figure=figures)
    incoming = open_incoming(path, path.parent, Options())
    (batch,) = incoming.batches()
    assert batch.fields == {"text": texts, "figure": figures} and list(batch.rows) == list(range(1, len(texts) + 1))
    assert all(shape == POINT for shape in batch.shapes) and incoming.crs == pyproj.CRS(4326)


def test_moments_are_texts_fractions_numbers_and_nan_is_nothing(tmp_path):
    moments, parts = [date(2024, 3, 1), None], [Decimal("1.5"), None]
    path = write(tmp_path / "a.parquet", day=moments, part=parts, share=[float("nan"), 0.5])
    (batch,) = open_incoming(path, tmp_path, Options()).batches()
    assert batch.fields == {"day": ["2024-03-01", None], "part": [1.5, None], "share": [None, 0.5]}


def test_metres_of_a_zone_are_turned_into_degrees_and_heights_are_left(tmp_path):
    frame = geopandas.GeoDataFrame({"id": [1]}, geometry=[shapely.Point(114.01, 33.02, 60)], crs=4326)
    frame.to_crs(4526).to_parquet(tmp_path / "a.parquet")
    (found,) = read_places(tmp_path / "a.parquet").places.geometry
    assert found.distance(POINT) < 1e-8 and not found.has_z


def test_a_crs_that_is_told_to_be_undefined_is_taken_from_the_coordinates(tmp_path):
    file = read_places(write(tmp_path / "a.parquet", crs=None, id=[1]))
    assert "由坐标推断" in str(file.remarks[0])


def no_geometry(path: Path) -> None:
    pyarrow.parquet.write_table(pyarrow.table({"a": [1]}), path)


def other_encoding(path: Path) -> None:
    geopandas.GeoDataFrame({"a": [1]}, geometry=[POINT], crs=4326).to_parquet(path, geometry_encoding="geoarrow")


def cut_off(path: Path) -> None:
    write(path, a=[1])
    path.write_bytes(path.read_bytes()[:-20])


def too_many_rows(path: Path) -> None:
    geo = '{"primary_column": "g", "columns": {"g": {"encoding": "WKB", "geometry_types": []}}}'
    schema = pyarrow.schema([("g", pyarrow.binary())], {"geo": geo})
    with pyarrow.parquet.ParquetWriter(path, schema) as writer:
        for _ in range(6):
            writer.write_table(pyarrow.table([pyarrow.nulls(MOST_ROWS // 5, pyarrow.binary())], schema=schema))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (no_geometry, "不是 GeoParquet"),
        (other_encoding, "不是 WKB"),
        (cut_off, "读不出来"),
        (too_many_rows, "50000000"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(tmp_path, spoil, words):
    spoil(tmp_path / "坏.parquet")
    with pytest.raises(InvalidFile, match=words) as refused:
        read_places(tmp_path / "坏.parquet")
    assert "坏.parquet" in str(refused.value) and "\n" not in str(refused.value)


def test_a_shape_that_cannot_be_read_is_none_and_told(tmp_path):
    path = tmp_path / "a.parquet"
    table = pyarrow.parquet.read_table(write(path, id=[1, 2]))
    shapes = pyarrow.array([shapely.to_wkb(POINT), b"\x01\x02"])
    pyarrow.parquet.write_table(table.set_column(1, table.schema.field(1), shapes), path)
    file = read_places(path)
    assert list(file.places.geometry.isna()) == [False, True] and "第 2 行" in str(file.remarks[0])
