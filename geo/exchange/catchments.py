"""Catchments to take away: GeoJSON, and a workbook with sheets for schools, places and what they stand on."""

import io
import math
from collections.abc import Iterator, Mapping, Sequence

import geopandas
import orjson
import pandas
import shapely
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell

from geo.exchange.workbook import header_cell, sheet_name, text_cell

WIDTH = 16

Sheet = tuple[str, Sequence[str], Sequence[Sequence[object]]]
"""Title, header and rows."""


def features(frame: geopandas.GeoDataFrame) -> dict[str, object]:
    """A frame in EPSG:4326 as a FeatureCollection for orjson; unknown is null, shapes go in unread."""
    rows = pandas.DataFrame(frame.drop(columns=frame.geometry.name)).to_dict("records")
    shapes = frame.geometry.to_numpy()
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": None if shape is None else orjson.Fragment(shapely.to_geojson(shape)),
                "properties": {name: plain(value) for name, value in row.items()},
            }
            for row, shape in zip(rows, shapes, strict=True)
        ],
    }


def geojson(frame: geopandas.GeoDataFrame, **members: object) -> bytes:
    """A frame as a GeoJSON file; `members` stand beside its features."""
    return orjson.dumps(features(frame) | members)


def plain(value: object) -> object:
    """A value as JSON has it: unknown is null."""
    value = value.item() if hasattr(value, "item") else value
    if value is pandas.NA or value is pandas.NaT or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value


def xlsx(sheets: Sequence[Sheet]) -> bytes:
    """A workbook; texts stay texts, whatever they look like."""
    book = Workbook(write_only=True)
    for title, header, rows in sheets:
        sheet = book.create_sheet(sheet_name(book, title))
        sheet.freeze_panes = "A2"
        for number in range(len(header)):
            sheet.column_dimensions[chr(ord("A") + number)].width = WIDTH * (2 if number == 0 else 1)
        sheet.append([header_cell(sheet, words) for words in header])
        for row in rows:
            sheet.append(list(_cells(sheet, row)))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _cells(sheet: object, row: Sequence[object]) -> Iterator[Cell | None]:
    for value in map(plain, row):
        yield (
            text_cell(sheet, value)
            if isinstance(value, str)
            else None
            if value is None
            else WriteOnlyCell(sheet, value)
        )


def rows_of(frame: pandas.DataFrame, columns: Sequence[str]) -> list[list[object]]:
    """The rows of a frame by columns; a column that is not there is empty."""
    held: Mapping[str, list[object]] = {name: list(frame[name]) for name in columns if name in frame.columns}
    empty = [None] * len(frame)
    return [list(row) for row in zip(*(held.get(name, empty) for name in columns), strict=True)]
