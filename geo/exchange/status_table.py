"""Reads `status.csv` of a layer folder: UTF-8, one row per feature and reported year, columns as in `AnnualStatus`.

Rows are counted as a spreadsheet counts them: the header is row 1.
"""

import csv
import io
import re
from collections.abc import Collection, Iterator
from dataclasses import fields
from pathlib import Path

from geo.exchange.files.reading import Inspected, read_text, short_name, shown
from geo.model.errors import InvalidFile, N_
from geo.model.layer import Layer
from geo.model.status import FLAGS, STAGES, AnnualStatus

FIRST_YEAR, LAST_YEAR = 1949, 2100
ELSEWHERE = frozenset("layer_id demo withdrawn value_source obstacle obstacle_owner obstacle_due".split())
"""Attributes of a status that a folder does not give: the folder itself says some, later reports the others."""
HEADER = tuple(each.name for each in fields(AnnualStatus) if each.name not in ELSEWHERE)
WHOLE = ("year", "seats_delivered")
NUMBERS = ("progress_pct", "investment_planned_cny_10k", "investment_done_cny_10k", "value", "target")
CODES = {"stage": tuple(STAGES), "flag": tuple(FLAGS)}
ONLY_FOR = {
    "construction": (*CODES, *NUMBERS[:3], "seats_delivered"),
    "measurement": ("value", "unit", "target"),
}
"""Columns that belong to one kind of status."""

NEEDS_STAGE = ("flag", *NUMBERS[:3], "seats_delivered")
"""Figures of a construction that mean nothing while its stage is not said."""

Row = dict[str, str]
Fault = tuple[str, dict[str, object]]
"""A message and its parameters, without file and row."""


def read_statuses(path: Path, layer: Layer, feature_ids: Collection[str]) -> list[AnnualStatus]:
    """The reported years of a layer folder.

    Parameters
    ----------
    feature_ids
        Of the layer; a row of any other feature is a fault.

    Raises
    ------
    InvalidFile
        On the first fault, naming file, row and field.
    """
    return inspect_statuses(path, layer, feature_ids).sound()


def inspect_statuses(path: Path, layer: Layer, feature_ids: Collection[str]) -> Inspected[list[AnnualStatus]]:
    """Like `read_statuses`, with all faults; faulty rows are left out. A folder without the file reported nothing."""
    if not path.exists():
        return Inspected([], [])
    statuses: list[AnnualStatus] = []
    faults: list[InvalidFile] = []
    try:
        for number, row in _rows(path):
            found = list(_faults(row, layer, feature_ids)) or list(_gaps(row, layer))
            faults += [InvalidFile(message, file=short_name(path), row=number, **params) for message, params in found]
            if not found:
                statuses.append(_status(row, layer))
    except InvalidFile as fault:
        faults.append(fault)
    return Inspected(statuses, faults)


def _rows(path: Path) -> Iterator[tuple[int, Row]]:
    """Each row that is not blank, with its number."""
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    header: list[str] | None = None
    try:
        for number, cells in enumerate(reader, start=1):
            if header is None:
                header = _header(cells, path)
            elif any(cells):
                if len(cells) != len(header):
                    message = N_("%(file)s 第 %(row)s 行有 %(count)s 格，表头有 %(known)s 格")
                    raise InvalidFile(message, file=short_name(path), row=number, count=len(cells), known=len(header))
                yield number, dict(zip(header, (cell.strip() for cell in cells), strict=True))
    except csv.Error as fault:
        message = N_("%(file)s 第 %(row)s 行读不成 CSV：%(reason)s")
        raise InvalidFile(message, file=short_name(path), row=reader.line_num, reason=fault) from None
    if header is None:
        _header([], path)


def _header(cells: list[str], path: Path) -> list[str]:
    """The header as it stands: every known column once, in any order."""
    header = [cell.strip() for cell in cells]
    if sorted(header) != sorted(HEADER):
        different = [*(set(HEADER) - set(header)), *(set(header) - set(HEADER))] or header
        message = N_("%(file)s 第 1 行：表头应为 %(known)s；缺少、多出或重复的是 %(given)s")
        raise InvalidFile(
            message, file=short_name(path), known=",".join(HEADER), given=shown(",".join(sorted(different)))
        )
    return header


def _faults(row: Row, layer: Layer, feature_ids: Collection[str]) -> Iterator[Fault]:
    if layer.status.kind == "none":
        yield N_("%(file)s 第 %(row)s 行：图层“%(layer)s”不填报年度进展"), {"layer": layer.id}
        return
    if row["feature_id"] not in feature_ids:
        message = N_("%(file)s 第 %(row)s 行：%(field)s“%(given)s”在图层里没有")
        yield message, {"field": "feature_id", "given": shown(row["feature_id"])}
    if not row["year"]:
        yield N_("%(file)s 第 %(row)s 行：缺少 %(field)s"), {"field": "year"}
    for name in WHOLE:
        if row[name] and not re.fullmatch(r"[0-9]{1,9}", row[name]):
            yield N_("%(file)s 第 %(row)s 行：%(field)s 应为整数，现为“%(given)s”"), _named(row, name)
    for name in NUMBERS:
        if row[name] and not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,15})?", row[name]):
            yield N_("%(file)s 第 %(row)s 行：%(field)s 应为数字，现为“%(given)s”"), _named(row, name)
    for name, known in CODES.items():
        if row[name] and row[name] not in known:
            message = N_("%(file)s 第 %(row)s 行：%(field)s 应为 %(known)s 之一，现为“%(given)s”")
            yield message, {**_named(row, name), "known": ", ".join(known)}
    yield from _range_faults(row)
    for kind, names in ONLY_FOR.items():
        for name in names:
            if row[name] and kind != layer.status.kind:
                yield N_("%(file)s 第 %(row)s 行：这个图层不填 %(field)s，现为“%(given)s”"), _named(row, name)


def _gaps(row: Row, layer: Layer) -> Iterator[Fault]:
    """What a row that is sound by itself leaves out."""
    if layer.status.kind == "construction" and not row["stage"] and any(row[name] for name in NEEDS_STAGE):
        yield N_("%(file)s 第 %(row)s 行：填了进展，却缺少 %(field)s"), {"field": "stage"}


def _range_faults(row: Row) -> Iterator[Fault]:
    for name, lowest, highest in (("year", FIRST_YEAR, LAST_YEAR), ("progress_pct", 0, 100)):
        if re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]+)?", row[name]) and not lowest <= float(row[name]) <= highest:
            message = N_("%(file)s 第 %(row)s 行：%(field)s 应在 %(lowest)s 到 %(highest)s 之间，现为“%(given)s”")
            yield message, {**_named(row, name), "lowest": lowest, "highest": highest}


def _named(row: Row, name: str) -> dict[str, object]:
    return {"field": name, "given": shown(row[name])}


def _status(row: Row, layer: Layer) -> AnnualStatus:
    known = {name: text for name, text in row.items() if text}
    typed = {
        name: int(text) if name in WHOLE else float(text) if name in NUMBERS else text for name, text in known.items()
    }
    return AnnualStatus(layer_id=layer.id, **typed)
