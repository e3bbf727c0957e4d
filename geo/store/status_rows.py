"""Status rows in and out: every one checked against its layer before it is written."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import fields
from itertools import groupby
from operator import itemgetter

from sqlalchemy import Row, Select, Table, bindparam, func, select

from geo.model.errors import InvalidInput, N_
from geo.model.layer import Layer
from geo.model.status import FLAGS, STAGES, AnnualStatus
from geo.store.schema import STATUS_ROW
from geo.store.values import typed

YEARS = range(1949, 2101)
CODES = {"stage": STAGES, "flag": FLAGS}
_NAMES = [field.name for field in fields(AnnualStatus)]
_FEATURE_YEAR = itemgetter(_NAMES.index("feature_id"), _NAMES.index("year"))


def row_of(status: AnnualStatus, layer: Layer, *, demo: bool) -> dict:
    """A status as a row of `annual_status`.

    Parameters
    ----------
    demo
        Whether the store is for demonstration data, the only one that takes any.

    Raises
    ------
    InvalidInput
        Naming layer, feature, year and field.
    """
    if layer.status.kind == "none":
        raise InvalidInput(N_("图层“%(layer)s”不填报年度状态"), layer=layer.id)
    if status.demo and not demo:
        raise InvalidInput(N_("演示数据只能存入演示库：图层“%(layer)s”"), layer=layer.id)
    row = {}
    for field in STATUS_ROW:
        given = getattr(status, field.name)
        try:
            row[field.name] = None if given is None else _checked(field.name, typed(field.type, given))
        except ValueError:
            raise InvalidInput(
                N_("图层“%(layer)s”要素“%(feature_id)s”%(year)s 年的状态：“%(field)s”不能是“%(given)s”"),
                layer=layer.id,
                feature_id=status.feature_id,
                year=status.year,
                field=field.name,
                given=str(given)[:80],
            ) from None
    return row


def status_of(row: Row) -> AnnualStatus:
    """A row of `annual_status` as it was reported."""
    return AnnualStatus(**{name: row._mapping[name] for name in _NAMES})


def latest_rows(table: Table, layer_id: str) -> Select:
    """Every row of a layer as `AnnualStatus` has them, those of one feature and year together, the latest one last."""
    columns = table.c
    order = (columns.feature_id, columns.year, columns.id)
    return select(*(columns[name] for name in _NAMES)).where(columns.layer_id == layer_id).order_by(*order)


def latest_of_feature(table: Table) -> Select:
    """The last row of each year of the feature that the parameters `layer_id` and `feature_id` name."""
    columns = table.c
    of_feature = (columns.layer_id == bindparam("layer_id"), columns.feature_id == bindparam("feature_id"))
    latest = select(func.max(columns.id)).where(*of_feature).group_by(columns.year).correlate(None)
    return select(*(columns[name] for name in _NAMES)).where(columns.id.in_(latest)).order_by(columns.year)


def standing(rows: Iterable[Row]) -> Iterator[AnnualStatus]:
    """The last row of each feature and year, unless it takes back what was reported.

    Parameters
    ----------
    rows
        As `latest_rows` orders them.
    """
    for _key, same in groupby(rows, key=_FEATURE_YEAR):
        status = AnnualStatus(*deque(same, maxlen=1).pop())
        if not status.withdrawn:
            yield status


def _checked(name: str, value: object) -> object:
    known = value in CODES[name] if name in CODES else True
    in_range = 0 <= value <= 100 if name == "progress_pct" else value in YEARS if name == "year" else True
    if not (known and in_range):
        raise ValueError
    return value
