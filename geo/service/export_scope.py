"""What a file was asked for, in words for its readers and in short for its name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from geo.exchange.table import WORDS_OF
from geo.model.crs import STORED_CRS
from geo.model.errors import FeatureNotFound, N_
from geo.model.feature_query import Condition, FeatureQuery
from geo.model.layer import STATUS_FIELDS, Field, Layer
from geo.model.units import UNITS
from geo.store.base import Store

LONGEST = 300
"""Characters of a shape or a search that a file quotes."""

LISTED = 2
"""Layers that a file's name lists."""


@dataclass(frozen=True)
class Asked:
    """What was asked for beside the queries themselves.

    Parameters
    ----------
    within, buffer_m
        The marked area as the reader gave it; the queries only know its shape.
    as_of
        The past day as of which the store is read.
    schematic_shapes
        Whether schematic positions have their shapes in the file.
    crs
        Of the coordinates, where the reader named one.
    """

    within: str | None = None
    buffer_m: float | None = None
    as_of: str | None = None
    schematic_shapes: bool = False
    crs: str | None = None


@dataclass(frozen=True)
class Scope:
    """The queries of a file, told in a language."""

    store: Store
    queries: Mapping[str, FeatureQuery]
    asked: Asked
    language: str = "zh"
    translate: Callable[[str], str] = str

    def rows(self) -> list[tuple[str, str]]:
        """Label and words of everything that decided what is in the file."""
        say = self.translate
        rows = [(say(N_("图层")), self._separator.join(self._titles))]
        if self.asked.as_of:
            rows.append((say(N_("数据截至")), self.asked.as_of))
        rows += self._filters()
        query = self._query
        if query.search:
            rows.append((say(N_("搜索")), query.search[:LONGEST]))
        if self.asked.within:
            rows.append((say(N_("圈选")), self._area()))
        if query.bbox:
            rows.append((say(N_("视野")), ", ".join(f"{side:.5f}" for side in query.bbox)))
        if query.between:
            rows.append((say(N_("计划时间")), " / ".join(day or ".." for day in query.between)))
        shapes = N_("写出") if self.asked.schematic_shapes else N_("不写出")
        rows.append((say(N_("示意位置的图形")), say(shapes)))
        if self.asked.crs:
            rows.append((say(N_("坐标系")), self.asked.crs))
        return rows

    def name(self, ending: str, day: str) -> str:
        """A file's name for people, such as 规划一张图-新建学校-截至2023年-圈选-2024-03-01.xlsx."""
        say, query = self.translate, self._query
        titles = self._titles
        layers = (
            self._separator.join(titles)
            if len(titles) <= LISTED
            else say(N_("%(first)s等%(count)s个图层")) % {"first": titles[0], "count": len(titles)}
        )
        year = say(N_("截至%(year)s年")) % {"year": query.year} if query.year else ""
        plan_years = self._values("plan_year")
        planned = say(N_("计划%(years)s年")) % {"years": "+".join(plan_years)} if plan_years else ""
        marks = [say(words) for words, is_so in self._marks() if is_so]
        parts = [say(N_("规划一张图")), layers, year, planned, *marks, *self._crs_mark(), day]
        return f"{'-'.join(_plain(part) for part in parts if part)}.{ending}"

    def plain_name(self, ending: str, day: str) -> str:
        """The same in ASCII, for programs that take nothing else."""
        ids = list(self.queries)
        layers = ids if len(ids) <= LISTED else [ids[0], f"and-{len(ids) - 1}-more"]
        year = [f"as-of-{self._query.year}"] if self._query.year else []
        plan_years = [f"planned-{value}" for value in self._values("plan_year") if value.isalnum() and value.isascii()]
        marks = [PLAIN_MARKS[words] for words, is_so in self._marks() if is_so]
        marks += [mark.lower() for mark in self._crs_mark()]
        return f"{'-'.join(['plan-atlas', *layers, *year, *plan_years, *marks, day])}.{ending}"

    def _crs_mark(self) -> list[str]:
        """What a name says of a CRS other than WGS 84: a working copy is known by its name."""
        if self.asked.crs in (None, STORED_CRS):
            return []
        return [f"CGCS2000-{self.asked.crs.replace(':', '')}"]

    @property
    def _query(self) -> FeatureQuery:
        """What all layers were asked alike."""
        return next(iter(self.queries.values()), FeatureQuery())

    @property
    def _titles(self) -> list[str]:
        return [getattr(self.store.catalog[layer_id].title, self.language) for layer_id in self.queries]

    @property
    def _separator(self) -> str:
        return self.translate(N_("、"))

    def _marks(self) -> list[tuple[str, bool]]:
        query = self._query
        others = [condition for condition in query.conditions if condition.field != "plan_year"]
        return [
            (AREA, bool(self.asked.within)),
            (VIEW, bool(query.bbox)),
            (FILTERED, bool(others or query.between)),
            (SEARCHED, bool(query.search)),
            (DEMO, self.store.demo),
        ]

    def _values(self, name: str) -> list[str]:
        return [str(value)[:20] for each in self._query.conditions if each.field == name for value in each.values]

    def _filters(self) -> list[tuple[str, str]]:
        """Each filter once; a field of one name may have other titles in other layers, the first one tells."""
        found: dict[str, tuple[str, str]] = {}
        for layer_id, query in self.queries.items():
            layer = self.store.catalog[layer_id]
            for condition in query.conditions:
                found.setdefault(condition.field, self._filter(layer, condition))
        return list(found.values())

    def _filter(self, layer: Layer, condition: Condition) -> tuple[str, str]:
        field = layer.field(condition.field) or STATUS_BY_NAME.get(condition.field)
        title = getattr(field.title, self.language) if field else condition.field
        unit = getattr(UNITS[field.unit], self.language) if field and field.unit else ""
        if condition.values:
            words = self._separator.join(self._word(field, value) for value in condition.values)
        else:
            words = f"{_end(condition.minimum)} – {_end(condition.maximum)}"
        label = self.translate(N_("筛选：%(field)s")) % {"field": title}
        return label, f"{words} {unit}".strip()[:LONGEST]

    def _word(self, field: Field | None, value: object) -> str:
        for choice in field.values if field else ():
            if choice.value == value:
                return getattr(choice.title, self.language)
        words = WORDS_OF.get(field.name, {}) if field else {}
        return self.translate(words[value]) if value in words else str(value)

    def _area(self) -> str:
        within = self.asked.within[:LONGEST]
        layer_id, _, feature_id = within.partition("/")
        if layer_id in self.store.catalog:
            layer = self.store.catalog[layer_id]
            within = f"{getattr(layer.title, self.language)} · {self._name_of(layer_id, feature_id)}"
        if self.asked.buffer_m is None:
            return within
        return self.translate(N_("%(area)s，外扩 %(metres)s 米")) % {
            "area": within,
            "metres": f"{self.asked.buffer_m:g}",
        }

    def _name_of(self, layer_id: str, feature_id: str) -> str:
        try:
            page = self.store.read_feature(layer_id, feature_id)
        except FeatureNotFound:
            return feature_id
        return dict(zip(page.columns, page.rows[0], strict=True)).get("name") or feature_id


AREA, VIEW, FILTERED, SEARCHED, DEMO = N_("圈选"), N_("视野"), N_("筛选"), N_("搜索"), N_("演示")
PLAIN_MARKS = {AREA: "area", VIEW: "view", FILTERED: "filtered", SEARCHED: "search", DEMO: "demo"}
STATUS_BY_NAME = {field.name: field for fields in STATUS_FIELDS.values() for field in fields}


def _end(value: object) -> str:
    return ".." if value is None else str(value)


def _plain(part: str) -> str:
    """Without what file systems do not take."""
    return "".join("_" if sign in '\\/:*?"<>|' or not sign.isprintable() else sign for sign in part)
