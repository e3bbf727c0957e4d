"""Features as a table for people: titled columns with their units, coded values in words, one position per feature."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy
import shapely

from geo.exchange.geojson import DECIMALS
from geo.model.errors import N_
from geo.model.layer import Field, FieldType, Layer, Title
from geo.model.location import BASIS_TITLES
from geo.model.status import FLAGS, LAMPS, NOT_REPORTED, STAGES, WATER_CLASSES
from geo.model.units import UNITS

WORDS_OF: dict[str, dict[str, str]] = {
    "location_basis": BASIS_TITLES,
    "stage": {**STAGES, NOT_REPORTED: N_("未填报")},
    "flag": FLAGS,
    "lamp": LAMPS,
}
"""The words of values that the model itself codes, by field name."""

NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 has no way to write (clause 2.2) and no reader of tables expects."""

LON, LAT, DEMO, AS_OF = "@lon", "@lat", "@demo", "@as_of"
"""Columns that no field can be named like."""

Row = Mapping[str, object]


@dataclass(frozen=True)
class Edition:
    """What a table is written for.

    Parameters
    ----------
    year
        The year whose status stands in it; None for none.
    demo
        Whether it holds demonstration data, which then says so in every row.
    language
        `zh` or `en`.
    translate
        Turns our own Chinese words into that language.
    scope
        What was asked for, as label and words.
    filled
        By layer, the columns that have a value in any row (`geom` stands for the position); the others are left out.
        None keeps all.
    """

    year: int | None = None
    demo: bool = False
    language: str = "zh"
    translate: Callable[[str], str] = str
    scope: Sequence[tuple[str, str]] = ()
    filled: Mapping[str, Collection[str]] | None = None

    def title(self, title: Title) -> str:
        return getattr(title, self.language)

    def has_rows(self, layer: Layer) -> bool:
        """Whether the layer has any feature in the table."""
        return self.filled is None or bool(self.filled[layer.id])


@dataclass(frozen=True)
class Column:
    """One column of a layer's table.

    Parameters
    ----------
    name
        Of the value in a row.
    header
        As people read it, with its unit: 占地面积(亩).
    type
        Of the cells; coded values and booleans are text.
    words
        The word for each code.
    decimals
        How many a computed figure or a coordinate has; None as many as the value itself.
    """

    name: str
    header: str
    type: FieldType = "text"
    words: Mapping[object, str] | None = None
    unit: str | None = None
    decimals: int | None = None

    def cell(self, row: Row) -> object:
        """The value as it stands in the table: text, a number, an ISO date, or None."""
        value = row.get(self.name)
        if value is None:
            return None
        if self.words is not None:
            return self.words.get(value, str(value))
        return cleaned(value) if isinstance(value, str) else value


def cleaned(text: str) -> str:
    """Text without control characters; each leaves a visible mark, and every line end is one sign."""
    return NOT_TEXT.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def columns_of(layer: Layer, edition: Edition) -> list[Column]:
    """The columns of a layer in reading order: which feature, figures, status, dates and source, place."""
    leading = [field for field in layer.fields if field.name in ("name", "plan_year")]
    others = [field for field in layer.fields if field not in leading and field not in layer.own_fields]
    columns = [Column("feature_id", edition.translate(N_("编号")))]
    as_of = Column(AS_OF, edition.translate(N_("进展截至年份")), "integer")
    columns += [_column(field, edition) for field in (*leading, *layer.own_fields)]
    for ratio in layer.ratios:
        header = _header(edition.title(ratio.title), ratio.unit, edition)
        columns.append(Column(ratio.name, header, "number", unit=ratio.unit, decimals=ratio.decimals))
    if edition.year is not None:
        columns += [as_of] if layer.status_fields else []
        columns += [_column(field, edition) for field in layer.status_fields]
    columns += [_column(field, edition) for field in others]
    if layer.geometry:
        columns.append(Column(LON, edition.translate(N_("经度(°)")), "number", decimals=DECIMALS))
        columns.append(Column(LAT, edition.translate(N_("纬度(°)")), "number", decimals=DECIMALS))
    if edition.demo:
        columns.insert(0, Column(DEMO, edition.translate(N_("演示")), words={True: edition.translate(N_("演示数据"))}))
    return _with_different_headers([column for column in columns if _is_filled(column.name, layer, edition)])


ALWAYS = ("feature_id", "name", DEMO)
"""Columns that stand in every table."""

MADE_OF = {LON: ("geom",), LAT: ("geom",), "planned_progress_pct": ("planned_start", "planned_finish")}
"""Computed columns, and the stored ones without which they are empty."""


def _is_filled(name: str, layer: Layer, edition: Edition) -> bool:
    if edition.filled is None or name in ALWAYS:
        return True
    filled = edition.filled[layer.id]
    ratio = next((ratio for ratio in layer.ratios if ratio.name == name), None)
    needed = (ratio.numerator, ratio.denominator) if ratio else MADE_OF.get(name, (name,))
    return bool(filled) and (name in (AS_OF, "lamp") or all(each in filled for each in needed))


def _column(field: Field, edition: Edition) -> Column:
    header = _header(edition.title(field.title), field.unit, edition)
    words = _words(field, edition)
    return Column(field.name, header, field.type if words is None else "text", words, field.unit)


def _header(title: str, unit: str | None, edition: Edition) -> str:
    sign = getattr(UNITS[unit], edition.language) if unit else ""
    return f"{title}({sign})" if sign else title


def _words(field: Field, edition: Edition) -> Mapping[object, str] | None:
    if field.values:
        return {choice.value: edition.title(choice.title) for choice in field.values}
    if field.name in WORDS_OF:
        return {code: edition.translate(words) for code, words in WORDS_OF[field.name].items()}
    if field.type == "boolean":
        return {True: edition.translate(N_("是")), False: edition.translate(N_("否"))}
    if field.unit == "water_class":
        return WATER_CLASSES
    return None


def _with_different_headers(columns: Sequence[Column]) -> list[Column]:
    """Two fields that happen to have one title keep their names beside it."""
    count = Counter(column.header for column in columns)
    return [
        column if count[column.header] == 1 else replace(column, header=f"{column.header} [{column.name}]")
        for column in columns
    ]


def rows_of(
    ids: Sequence[str], wkb: Sequence[bytes | None], properties: Sequence[Row], edition: Edition
) -> list[dict[str, object]]:
    """What the columns read: the properties, the id, and a point on each feature's surface in degrees."""
    shapes = shapely.from_wkb(numpy.array(wkb, dtype=object))
    points = shapely.point_on_surface(shapes)
    lons, lats = shapely.get_x(points).round(DECIMALS), shapely.get_y(points).round(DECIMALS)
    return [
        {
            **values,
            "feature_id": feature_id,
            DEMO: edition.demo or None,
            AS_OF: edition.year,
            LON: None if numpy.isnan(lon) else float(lon),
            LAT: None if numpy.isnan(lat) else float(lat),
        }
        for feature_id, values, lon, lat in zip(ids, properties, lons, lats, strict=True)
    ]
