"""Which field of a file is which field of a layer: guessed by names, titles and short names, or said by the user."""

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite

from geo.model.errors import InvalidInput, N_
from geo.model.field_value import LARGEST, LONGEST_TEXT, is_storable, read_value
from geo.model.layer import Field, Layer
from geo.model.location import BASIS_TITLES
from geo.model.search_text import spellings
from geo.model.units import UNITS
from geo.service.editing import KEPT

ID = "feature_id"
ID_NAMES = frozenset("feature_id id ysbh bh 编号 地块编号 要素编号 项目编号 dkbh xmbh 代码 bsm".split())
ALIASES: dict[str, tuple[str, ...]] = {
    "name": tuple("name 名称 地块名称 项目名称 学校名称 mc dkmc xmmc 标题 title text".split()),
    "land_area_mu": tuple("用地面积 占地面积 面积 亩 亩数 zdmj ydmj".split()),
    "seats": tuple("学位数 学位数量 座位数 xws".split()),
    "classes": tuple("班级数 教学班数 班数 班级 bjs".split()),
    "building_area_m2": tuple("建筑面积 总建筑面积 建筑规模 jzmj".split()),
}
"""More names by which people call fields; they count only where nothing nearer is there."""

DBF_NAME = 10
"""Longest name of a Shapefile's field."""

OTHER_WORDS = {
    "area": {
        **dict.fromkeys(("亩", "mu"), "mu"),
        **dict.fromkeys(("㎡", "平方米", "平米", "m2", "m²"), "m2"),
        **dict.fromkeys(("公顷", "ha", "hm2", "hm²"), "ha"),
    },
    "money": {"万元": "cny_10k", "亿元": "cny_100m", "元": "cny"},
}
"""Units by the words behind a name, of quantities that people give in several: 占地（平方米）, 总投资(亿元)."""

UNIT = re.compile(r"[(（\[][^)）\]]*[)）\]]?\s*$")
TIME_OF_DAY = re.compile(r"(?<=\d)[T\s]+\d{1,2}:.*$", re.DOTALL)
"""What follows the day where a file says when on it."""

MEASURED = frozenset({"location_basis", "location_accuracy_m", "location_note"})
"""Fields of a position; a file's own words on it are taken where they are sound."""

WRITABLE_KEPT = frozenset({"planned_dates_assumed"})


LONGEST_NAME = 100
"""Characters of a field's name that is understood; a file may have one of megabytes."""


@dataclass(frozen=True)
class FieldMapping:
    """What each field of a file becomes.

    Parameters
    ----------
    fields
        Name in the file to name in the layer; `feature_id` is the id.
    left
        Fields of the file that become nothing.
    """

    fields: dict[str, str]
    left: tuple[str, ...]

    def source_of(self, name: str) -> str | None:
        return next((source for source, target in self.fields.items() if target == name), None)


def guess_mapping(layer: Layer, names: Sequence[str], told: Mapping[str, str]) -> FieldMapping:
    """The fields of a file as a layer's.

    Parameters
    ----------
    names
        Of the file's fields.
    told
        What the user says: field of the file to field of the layer, an empty one leaves it out.

    Raises
    ------
    InvalidInput
        If what the user names is not there.
    """
    targets = _targets(layer)
    for source, target in told.items():
        if source not in names:
            message = N_("文件里没有字段 %(field)s，有：%(known)s")
            raise InvalidInput(message, field=source[:60], known=", ".join(names)[:200])
        if target and target not in targets:
            message = N_("图层“%(layer)s”没有字段“%(field)s”，有：%(known)s")
            raise InvalidInput(message, layer=layer.id, field=target[:60], known=", ".join(targets)[:300])
    fields = {source: target for source, target in told.items() if target}
    units = {field.name: field.unit for field in layer.fields if field.unit}
    _guess(fields, targets, names, told, units)
    if any(name.isascii() and name not in told and name not in fields for name in names):
        _guess(fields, _spelt(layer, targets), names, told, units)
    return FieldMapping(fields, tuple(name for name in names if name not in fields))


def _guess(
    fields: dict[str, str],
    targets: Mapping[str, Sequence[str]],
    names: Sequence[str],
    told: Mapping[str, str],
    units: Mapping[str, str],
) -> None:
    """Add what names say to a mapping; a name with another unit than the field's is none of it."""
    taken = set(fields.values())
    free: dict[str, list[str]] = {}
    for name in names:
        if len(name) <= LONGEST_NAME and name not in told and name not in fields:
            free.setdefault(_plain(name), []).append(name)
    for target, words in targets.items():
        if target in taken:
            continue
        known = (name for word in words for name in free.get(word, ()))
        found = next((name for name in known if not _is_other(name, units.get(target))), None)
        if found is not None:
            free[_plain(found)].remove(found)
            fields[found] = target


def _targets(layer: Layer) -> dict[str, tuple[str, ...]]:
    """What each field of a layer may be called, nearest first."""
    found = {ID: (ID, "ysbh", *sorted(ID_NAMES))}
    for field in layer.fields:
        if field.name in KEPT - MEASURED - WRITABLE_KEPT:
            continue
        own = (field.name, field.short, field.title.zh, field.title.en)
        found[field.name] = (*(_plain(word) for word in own), *ALIASES.get(field.name, ()))
    return found


def _spelt(layer: Layer, targets: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """What fields are called where only Latin letters fit: titles in pinyin, names cut to a Shapefile's ten."""
    found = {}
    for target in targets:
        if (field := layer.field(target)) is not None:
            pinyin = (word for word in spellings(_plain(field.title.zh)) if len(word) > 1)
            found[target] = (field.name[:DBF_NAME], *pinyin)
    return found


def _plain(name: str) -> str:
    """A name without its unit, blanks and capitals."""
    return UNIT.sub("", name.strip()).strip().lower().replace(" ", "")


def _is_other(name: str, unit: str | None) -> bool:
    """Whether a name of a field has another unit of the same quantity in brackets at its end."""
    found = UNIT.search(name.strip())
    word = found[0].strip("()（）[] ").lower() if found else ""
    return unit is not None and OTHER_WORDS.get(UNITS[unit].quantity, {}).get(word, unit) != unit


def value_of(field: Field, given: object) -> object:
    """A value of a file as one of a field: numbers as they are, texts read, titles of codes as their codes.

    Raises
    ------
    InvalidInput
        In words that name no field.
    """
    if given is None or given == "":
        return None
    if type(given) is float and field.type == "number" and not field.values and isfinite(given):
        return given  # most values of a large file
    if isinstance(given, bool) and field.type == "boolean":
        return given
    if isinstance(given, date):
        given = given.isoformat()
    if isinstance(given, int | float) and not isinstance(given, bool) and not field.values:
        if field.type == "number" and abs(given) <= sys.float_info.max:
            return float(given)
        if field.type == "integer" and abs(given) <= LARGEST and given == given // 1:
            return int(given)
        if isinstance(given, float) and given.is_integer() and abs(given) < 2**53:
            given = int(given)
    text = str(given).strip()
    if field.name == "location_basis":
        return next((basis for basis, title in BASIS_TITLES.items() if text in (basis, title)), None)
    by_title = {title: choice.value for choice in field.values for title in (choice.title.zh, choice.title.en)}
    if field.type == "date":
        text = TIME_OF_DAY.sub("", text)
    return read_value(field, by_title.get(text, text))


def taken_value(field: Field, given: object) -> object:
    """Like `value_of`; what should be a date and is none counts as not filled in, whatever the format of the file.

    Raises
    ------
    InvalidInput
        In words that name no field.
    """
    try:
        return value_of(field, given)
    except InvalidInput:
        if field.type == "date":
            return None
        raise


def values_at_once(field: Field, given: Sequence[object]) -> list[object] | None:
    """Like `value_of`, of a whole column; None where its values have to be looked at one by one."""
    kinds = set(map(type, given)) - {type(None)}
    if field.values or field.name == "location_basis":
        return None
    if kinds == {float} and field.type == "number":
        return list(given) if all(isfinite(value) for value in given if value is not None) else None
    if kinds != {str} or field.type != "text":
        return None
    texts = ["" if text is None else text for text in given]
    if "\r" in "".join(texts) or len(max(texts, key=len)) > LONGEST_TEXT or not is_storable("".join(texts)):
        return None
    return [text.strip() or None for text in texts]


def mappable_fields(layer: Layer) -> list[Field]:
    """The fields of a layer that a file may fill, the id apart."""
    return [field for name in _targets(layer) if (field := layer.field(name)) is not None]
