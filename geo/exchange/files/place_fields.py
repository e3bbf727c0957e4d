"""What the fields of a file of places mean: ids, figures, levels, years; named by the user or guessed by name."""

import math
import re
from collections.abc import Sequence

import numpy
import pandas

from geo.exchange.files.places import PlaceFile
from geo.exchange.files.reading import short_name, shown
from geo.model.errors import InvalidFile, N_

ID_FIELDS = {
    "school": tuple("school_id schoolid 学校编号 学校代码 学校标识码 feature_id id 编号 代码 bm".split()),
    "demand": tuple("demand_id block_id place_id 地块编号 小区编号 居住区编号 feature_id id 编号 代码 bm".split()),
}
NAME_FIELDS = tuple("name 名称 学校名称 学校名 校名 小区名称 村名 mc".split())
CAPACITY_FIELDS = tuple("seats capacity 学位 学位数 学位(个学位) 容量 规模 xw xws".split())
DEMAND_FIELDS = {
    "primary": tuple("pupils_primary 小学学龄人口 小学学龄人口(人) 小学生 小学生数 小学生源 xxxl".split()),
    "junior": tuple("pupils_junior 初中学龄人口 初中学龄人口(人) 初中生 初中生数 初中生源 czxl".split()),
    None: tuple("pupils students demand 学生 学生数 生源 生源数 学龄人口 需求 人数 xss".split()),
}
POPULATION_FIELDS = tuple("population residents 人口 常住人口 总人口 户籍人口 人口(人) rk".split())
LEVEL_FIELDS = tuple("level 学段 办学类型 学校类型 学校类别 办学层次 xd".split())
YEAR_FIELDS = tuple("open_year opening_year opened plan_year 开办年份 启用年份 投用年份 建成年份 计划年份 年份".split())
"""Names in small letters; the first that the file has is taken."""

LEVELS = {
    "primary": re.compile(r"小学|primary|elementary|九年|一贯|nine|完全|十二年|k-?12", re.IGNORECASE),
    "junior": re.compile(r"初中|初级中学|junior|middle|九年|一贯|nine|完全中学|十二年|k-?12", re.IGNORECASE),
}


def find_field(file: PlaceFile, given: str | None, guesses: Sequence[str]) -> str | None:
    """The field that was named, else the first guess that the file has; None where it has none.

    Raises
    ------
    InvalidFile
        If the named field is not there.
    """
    if given is not None:
        if given not in file.fields:
            message = N_("%(file)s 里没有字段 %(field)s，有：%(known)s")
            raise InvalidFile(message, file=short_name(file.path), field=given, known=", ".join(file.fields))
        return given
    by_name = {name.lower(): name for name in reversed(file.fields)}
    return next((by_name[guess] for guess in guesses if guess in by_name), None)


def ids(file: PlaceFile, given: str | None, guesses: Sequence[str]) -> tuple[pandas.Series, str | None]:
    """What each place is called, and the field it is from; the numbers of the rows where no field can be it.

    Raises
    ------
    InvalidFile
        If the named field is not there, or has an empty or a repeated value.
    """
    if given is None:
        having = (find_field(file, None, [guess]) for guess in guesses)
        sound = (name for name in having if name is not None and _id_fault(file.places[name]) is None)
        field = next(sound, None)
        if field is None:
            return pandas.Series(file.places.index, index=file.places.index), None
        return plain_ids(file.places[field]), field
    field = find_field(file, given, ())
    fault = _id_fault(file.places[field])
    if fault is not None:
        row, value = fault
        message = (
            N_("%(file)s 第 %(row)s 行：%(field)s 是空的")
            if value is None
            else N_("%(file)s 第 %(row)s 行：%(field)s 的值 %(given)s 前面已有")
        )
        raise InvalidFile(message, file=short_name(file.path), row=row, field=field, given=shown(value))
    return plain_ids(file.places[field]), field


def plain_ids(values: pandas.Series) -> pandas.Series:
    """Whole numbers that came as 1.0 are whole numbers."""
    if values.dtype.kind == "f" and (values == values.round()).all() and values.abs().max() < 2**53:
        return values.astype("int64")
    return values


def _id_fault(values: pandas.Series) -> tuple[int, object] | None:
    """The first row whose id is empty or was there before."""
    empty = values.isna() | (values.astype(str).str.strip() == "")
    if empty.any():
        return int(empty.idxmax()), None
    repeated = values.map(str).duplicated()
    return (int(repeated.idxmax()), values[repeated.idxmax()]) if repeated.any() else None


def figures(file: PlaceFile, field: str) -> numpy.ndarray:
    """Figures of 0 or more; NaN where a cell is empty.

    Raises
    ------
    InvalidFile
        Names the first row whose cell is no such figure.
    """
    return numpy.array([_figure(file, row, field, cell) for row, cell in file.places[field].items()], dtype=float)


def _figure(file: PlaceFile, row: int, field: str, cell: object) -> float:
    if cell is None or cell is pandas.NA or (isinstance(cell, str) and not cell.strip()):
        return math.nan
    try:
        value = float(str(cell).replace(",", "")) if isinstance(cell, str) else float(cell)
    except (TypeError, ValueError):
        value = math.inf
    if math.isnan(value) and not isinstance(cell, str):
        return math.nan
    if not 0 <= value < 1e12:
        message = N_("%(file)s 第 %(row)s 行：%(field)s 应为不小于 0 的数字，现为 %(given)s")
        raise InvalidFile(message, file=short_name(file.path), row=row, field=field, given=shown(cell))
    return value


def is_of_level(values: pandas.Series, level: str) -> numpy.ndarray:
    """Whether each school teaches a level; what does not say its level may."""
    texts = [value if isinstance(value, str) and value.strip() else None for value in values]
    return numpy.array([text is None or LEVELS[level].search(text) is not None for text in texts], dtype=bool)


def years(file: PlaceFile, field: str) -> numpy.ndarray:
    """The year of each row, NaN where there is none; of a date its year.

    Raises
    ------
    InvalidFile
        Names the first row whose cell is neither.
    """
    found = []
    for row, cell in file.places[field].items():
        text = "" if cell is None or cell is pandas.NA or cell != cell else str(cell).strip()
        match = re.match(r"(19|20|21)\d\d(?!\d)", text)
        if text and not match:
            message = N_("%(file)s 第 %(row)s 行：%(field)s 应为年份，例如 2024，现为 %(given)s")
            raise InvalidFile(message, file=short_name(file.path), row=row, field=field, given=shown(cell))
        found.append(float(match[0]) if match else math.nan)
    return numpy.array(found)
