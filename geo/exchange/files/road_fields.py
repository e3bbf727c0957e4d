"""What the fields of a road file mean: names, width, lanes, class, direction, bridges; Chinese bureaus' words and
those of OpenStreetMap (wiki.openstreetmap.org/wiki/Key:highway), Geofabrik's and OSMnx's spellings of them included.
"""

import ast
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache

import geopandas
import pandas

from geo.exchange.files.lines import LineTable

NAME_FIELDS = tuple("name NAME Name 名称 道路名称 道路名 路名 road_name ROADNAME ROAD_NAME MC DLMC".split())
"""Preferred where several fields hold as many names of roads. A Shapefile cuts names of fields after 10 bytes."""

ALIAS_FIELDS = tuple(
    "name:zh name_zh name:zh-Hans official_name official_n alt_name old_name loc_name short_name aliases ref "
    "别名 曾用名 原名 路线编号 路线编 编号 BM".split()
)
CHINESE_NAME_FIELDS = ("name:zh", "name_zh", "name:zh-Hans")
"""Hold the names where `name` is in another language."""

WIDTH_FIELDS = tuple(
    "width_m width WIDTH Width est_width 宽度 路宽 道路宽度 道路宽 红线宽度 红线宽 路面宽度 路面宽 KD LK".split()
)
LANE_FIELDS = tuple("lanes LANES Lanes 车道数 车道".split())
ERROR_FIELDS = tuple("error_m accuracy_m 误差 位置误差 位置误".split())
CLASS_FIELDS = tuple(
    "road_class highway fclass class CLASS type TYPE 道路等级 道路等 等级 道路类型 道路类 类型 DJ DLDJ".split()
)

OSM_CLASSES = frozenset(
    "motorway trunk primary secondary tertiary unclassified residential living_street service pedestrian track road "
    "busway bus_guideway footway path steps cycleway bridleway corridor elevator platform raceway construction "
    "proposed motorway_link trunk_link primary_link secondary_link tertiary_link rest_area services".split()
)

GONE = frozenset("razed abandoned disused no".split())
CLASS_WORDS = {
    "高速公路": "motorway",
    "高速": "motorway",
    "快速路": "trunk",
    "城市快速路": "trunk",
    "国道": "trunk",
    "省道": "primary",
    "主干路": "primary",
    "主干道": "primary",
    "城市主干路": "primary",
    "次干路": "secondary",
    "次干道": "secondary",
    "城市次干路": "secondary",
    "县道": "secondary",
    "支路": "tertiary",
    "城市支路": "tertiary",
    "乡道": "tertiary",
    "街坊路": "residential",
    "村道": "unclassified",
    "巷道": "service",
    "内部道路": "service",
    "匝道": "primary_link",
    "人行道": "footway",
    "步行街": "pedestrian",
}
"""Classes of GB 50220-95 and of the highway law, and what comes nearest in OpenStreetMap."""

TEXTS = ("name", "aliases", "road_class", "structure")
"""Columns of `standard_columns` that are text or None."""

ROAD_NAME = re.compile(
    r"(?:[路街道巷弄线环]|胡同|大道|高速|高架|国道|省道)(?:[东西南北中])?(?:[东西南北中]段|辅路)?(?: [A-Za-z].*)?$"
)
NO_NAMES = frozenset(
    {"", "none", "null", "nan", "<null>", "无", "无名", "无名路", "未命名", "未知", "-", "--", "/", "0", "*", "?"}
)
NO_ROAD = re.compile(
    r"路线?|路?(?:中心|中|红|边|边缘|控制)线"
    r"|(?:规划|现状|城市)*(?:道路|公路|主干路|主干道|次干路|次干道|支路|快速路|高速公路|铁路|路网|道路网|街道|人行道|车行道)"
    r"(?:中心|中|红|边|边缘|控制|设计)?线?"
)
"""What people call roads in general, and layers of a drawing: 道路, 支路, 规划道路中心线."""

TAG = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')
TAGS = frozenset(
    "name:zh name:zh-Hans official_name alt_name old_name loc_name ref width lanes oneway bridge tunnel layer "
    "junction".split()
)
CACHED_TEXTS = 100_000
"""A road's name stands in every piece of it."""

NUMBER = re.compile(r"\d+(?:\.\d+)?")
FALSE_WORDS = frozenset({"", "no", "false", "0", "f", "none"})
BOTH_WAYS = frozenset({"", "no", "false", "0", "b", "none", "reversible", "alternating"})
"""Of `oneway`; Geofabrik writes B, F and T for both ways, forward and backward."""


def with_tags(table: LineTable) -> LineTable:
    """GDAL keeps most of OpenStreetMap's tags in one field, `other_tags`; those of use become fields."""
    frame = table.frame
    if "other_tags" not in frame.columns:
        return table
    tags = [_tags(text) if isinstance(text, str) else {} for text in frame["other_tags"]]
    found = pandas.DataFrame(tags, index=frame.index)
    fresh = [name for name in found.columns if name not in frame.columns]
    return replace(table, frame=frame.join(found[fresh]).drop(columns="other_tags"))


def _tags(text: str) -> dict[str, str]:
    return {key: value.replace('\\"', '"') for key, value in TAG.findall(text) if key in TAGS}


def roads_only(table: LineTable) -> LineTable:
    """Rivers and railways out, where OpenStreetMap's `highway` tells them from roads; and roads that are gone."""
    if "highway" not in table.frame.columns:
        return table
    kinds = table.frame["highway"].map(_cleaned)
    is_road = kinds.notna() & ~kinds.isin(GONE)
    return replace(table, frame=table.frame[is_road].reset_index(drop=True)) if is_road.any() else table


def find_name_field(frame: geopandas.GeoDataFrame) -> tuple[str, int] | None:
    """The field that holds the most names of roads, and how many; None where no field can be one."""
    counts = {
        name: count_names(frame[name])
        for name in frame.columns
        if name != frame.geometry.name and (name not in ALIAS_FIELDS or name in CHINESE_NAME_FIELDS)
    }
    best = max(counts.values(), default=0)
    named = [name for name, count in counts.items() if count == best] if best else []
    named = named or [name for name in NAME_FIELDS if name in frame.columns and frame[name].map(_cleaned).notna().any()]
    if not named:
        return None
    return min(named, key=lambda name: NAME_FIELDS.index(name) if name in NAME_FIELDS else len(NAME_FIELDS)), best


def count_names(values: Iterable[object]) -> int:
    """How many values end as names of roads do."""
    return sum(1 for value in values if (name := _cleaned(value)) is not None and _is_road_name(name))


@lru_cache(CACHED_TEXTS)
def _is_road_name(name: str) -> bool:
    return ROAD_NAME.search(name) is not None and NO_ROAD.fullmatch(name) is None


def standard_columns(frame: geopandas.GeoDataFrame, name_field: str) -> dict[str, list]:
    """A file's fields as those of `NetworkFile.roads`."""
    names = [None if name and NO_ROAD.fullmatch(name) else name for name in _texts(frame, (name_field,))]
    others = [
        [_cleaned(value) for value in frame[field]] for field in ALIAS_FIELDS if _is_other(frame, field, name_field)
    ]
    columns = list(zip(*others, strict=True)) if others else [()] * len(frame)
    aliases = [[alias for alias in row if alias and alias != name] for name, row in zip(names, columns, strict=True)]
    oneway = _texts(frame, ("oneway",))
    junction = _texts(frame, ("junction",))
    return {
        "name": [name or (row.pop(0) if row else None) for name, row in zip(names, aliases, strict=True)],
        "aliases": ["、".join(dict.fromkeys(row)) or None for row in aliases],
        "error_m": _numbers(frame, ERROR_FIELDS, max),
        "width_m": _numbers(frame, WIDTH_FIELDS, max),
        "lanes": _numbers(frame, LANE_FIELDS, max),
        "road_class": _classes(frame),
        "oneway": [text is not None and text.lower() not in BOTH_WAYS for text in oneway],
        "structure": _structures(frame),
        "level": [_level(text) for text in _texts(frame, ("layer",))],
        "roundabout": [text in ("roundabout", "circular") for text in junction],
    }


def _is_other(frame: geopandas.GeoDataFrame, field: str, name_field: str) -> bool:
    return field in frame.columns and field != name_field


def _cleaned(value: object) -> str | None:
    """A text without what stands for nothing; lists, also written as text, joined by a semicolon."""
    if isinstance(value, list | tuple):
        value = _joined(value)
    return _cleaned_text(value) if isinstance(value, str) else None


@lru_cache(CACHED_TEXTS)
def _cleaned_text(text: str) -> str | None:
    if text.startswith(("['", '["')):
        try:
            text = _joined(ast.literal_eval(text[:2000]))
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            return None
    text = " ".join(text.replace("\x00", " ").split())
    return None if text.lower() in NO_NAMES else text


def _joined(values: Iterable[object]) -> str:
    return ";".join(dict.fromkeys(str(each) for each in values))


def _texts(frame: geopandas.GeoDataFrame, fields: Iterable[str]) -> list[str | None]:
    """The first of the fields that is there, as text."""
    for field in fields:
        if field in frame.columns:
            return [_cleaned(value if isinstance(value, str | list) else _plain(value)) for value in frame[field]]
    return [None] * len(frame)


def _plain(value: object) -> str | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    return f"{value:g}" if isinstance(value, float) else str(value)


def _numbers(frame: geopandas.GeoDataFrame, fields: Iterable[str], pick: Callable) -> list[float]:
    """The number in a text such as 3.5 m or 2;3; NaN where there is none above 0."""
    found = [[float(each) for each in NUMBER.findall(text)] if text else [] for text in _texts(frame, fields)]
    return [pick(numbers) if numbers and 0 < pick(numbers) < 1e6 else math.nan for numbers in found]


def _classes(frame: geopandas.GeoDataFrame) -> list[str | None]:
    """From the first field of which most values are classes that we know."""
    for field in CLASS_FIELDS:
        if field not in frame.columns:
            continue
        texts = _texts(frame, (field,))
        found = [_class_of(text) for text in texts]
        known = sum(1 for each in found if each is not None)
        if known and known * 2 >= sum(1 for text in texts if text is not None):
            return found
    return [None] * len(frame)


def _class_of(text: str | None) -> str | None:
    """One class; of several the first, for they are sorted by no importance that we could know."""
    first = (text or "").split(";")[0].strip()
    return first if first in OSM_CLASSES else CLASS_WORDS.get(first)


def _structures(frame: geopandas.GeoDataFrame) -> list[str | None]:
    bridges, tunnels = _texts(frame, ("bridge",)), _texts(frame, ("tunnel",))
    return [
        "bridge" if (b or "").lower() not in FALSE_WORDS else "tunnel" if (t or "").lower() not in FALSE_WORDS else None
        for b, t in zip(bridges, tunnels, strict=True)
    ]


def _level(text: str | None) -> int:
    match = re.fullmatch(r"-?\d{1,2}", text or "")
    return int(match[0]) if match else 0
