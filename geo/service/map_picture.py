"""The map as a picture: what the reader's filters find, on the store's own ground, in the plane of the data."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from geo.analysis.measuring import to_plane
from geo.exchange import map_picture
from geo.exchange.map_picture import content, layout
from geo.model import office_time
from geo.model.crs import FIRST_ZONE, GEOD, LAST_ZONE, STORED_CRS, plane_around, projection
from geo.model.errors import InvalidInput, N_
from geo.model.feature_query import FeatureQuery
from geo.model.layer import Layer
from geo.model.location import BASIS_TITLES, stated_accuracy_m
from geo.model.status import LAMPS
from geo.service import map_notes
from geo.service.features import properties_of
from geo.store.base import Store

FORMATS = map_picture.MEDIA_TYPES
"""Formats by the end of their file names, with their media types."""

A4_LYING_MM = (277.0, 190.0)
"""An A4 sheet within margins of 10 mm, as the web map is printed."""

MOST_FEATURES = 5000
MOST_GROUND = 20_000
"""Most that one picture draws of the plan, and of each reference layer."""

UNSURE_FROM_M = 400
"""Lines of reference layers with a greater error are dashed, as on the web map."""

BAR_SHARE = 0.28
"""Part of the map's width that the scale bar takes at most."""


@dataclass(frozen=True)
class Wish:
    """What a picture is to show beside what the queries find.

    Parameters
    ----------
    year
        Status as of its end; every query names the same year.
    title
        Over the map; None for the usual one.
    scope
        What was asked for, as `geo.service.export_scope` says it.
    review_number
        The 审图号 that the office was given; empty leaves a line to be filled.
    size_mm
        Width and height of the sheet.
    as_of
        The past day as of which the store is read, ISO 8601.
    """

    year: int
    title: str | None = None
    scope: Sequence[tuple[str, str]] = ()
    review_number: str = ""
    size_mm: tuple[float, float] = A4_LYING_MM
    as_of: str | None = None
    language: str = "zh"
    translate: Callable[[str], str] = str


def picture_of(store: Store, queries: Mapping[str, FeatureQuery], wish: Wish, format_name: str) -> bytes:
    """A map of what the queries find, as a file of one of `FORMATS`.

    Raises
    ------
    InvalidInput
        If they find more than a picture can show.
    """
    return map_picture.draw(MapPicture(store, queries, wish).whole(), format_name)


@dataclass(frozen=True)
class _Found:
    """A feature with a shape, in degrees."""

    layer: Layer
    shape: BaseGeometry
    properties: dict


@dataclass(frozen=True)
class MapPicture:
    """A map picture in the making; see `picture_of`."""

    store: Store
    queries: Mapping[str, FeatureQuery]
    wish: Wish

    def whole(self) -> content.Picture:
        """What the picture shows; drawing it is left to `geo.exchange.map_picture`."""
        wish, zone = self.wish, self.store.catalog.zone
        title = wish.title or self._say(N_("%(zone)s规划项目分布与进展图")) % {"zone": self._title(zone.title)}
        features = tuple(self._features())
        ground = tuple(self._ground())
        return content.Picture(
            title=title,
            subtitle=self._subtitle(),
            frame=self.frame,
            width_mm=wish.size_mm[0],
            height_mm=wish.size_mm[1],
            ground=ground,
            features=features,
            legend=tuple(self._legend(features, ground)),
            scale_bar=self._bar,
            scale_words=self._say(N_("比例尺 %(scale)s")) % {"scale": layout.scale_words(self.frame, self._bar)},
            north_deg=self._north_deg(),
            north_words=self._say(N_("北")),
            notes=self.notes,
            warning=self._warning(),
        )

    @cached_property
    def found(self) -> list[_Found]:
        """Features that have a shape, with their figures."""
        found = []
        for layer_id, query in self.queries.items():
            layer = self.store.catalog[layer_id]
            for page in self.store.scan(layer_id, query):
                properties = properties_of(layer, page, self.wish.year)
                shapes = zip(page.wkb, properties, strict=True)
                found += [_Found(layer, shapely.from_wkb(wkb), of) for wkb, of in shapes if wkb is not None]
                check_count([len(found)])
        return found

    @cached_property
    def without_shape(self) -> int:
        """How many features match and have nowhere to be drawn."""
        placed = (layer_id for layer_id in self.queries if self.store.catalog[layer_id].geometry)
        return sum(self.store.count(layer_id, self.queries[layer_id]) for layer_id in placed) - len(self.found)

    @cached_property
    def crs(self) -> str:
        """The plane of the picture."""
        return plane_around(self.bounds)

    @cached_property
    def bounds(self) -> tuple[float, float, float, float]:
        """What is to be seen at least, degrees: the asked view, else what is found, else the zone."""
        asked = next((query.bbox for query in self.queries.values() if query.bbox), None)
        if asked:
            return asked
        found = [each.shape for each in self.found]
        return tuple(shapely.total_bounds(found)) if found else self.store.catalog.zone.extent

    @cached_property
    def frame(self) -> content.Frame:
        shown = projection(STORED_CRS, self.crs).transform_bounds(*self.bounds)
        return layout.frame_on_sheet(shown, *self.wish.size_mm, notes=len(self.notes))

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """The lines below the map."""
        room = self.wish.size_mm[0] - 2 * layout.MARGIN_MM - layout.LEGEND_MM - 2.5
        texts = map_notes.notes(
            self.store,
            [(each.layer, each.properties) for each in self.found],
            without_shape=self.without_shape,
            zone_number=self._zone_number,
            review_number=self.wish.review_number,
            translate=self._say,
            language=self.wish.language,
        )
        return tuple(line for text in texts for line in layout.broken(text, layout.NOTE_PT, room))

    def _features(self) -> Iterator[content.Feature]:
        for each in sorted(self.found, key=lambda each: _area(each.shape), reverse=True):
            of, basis = each.properties, each.properties.get("location_basis")
            name = str(of.get("name") or "")
            mark = self._say(N_("%(name)s（示意）")) if basis == "schematic" and name else "%(name)s"
            plan_year = of.get("plan_year")
            yield content.Feature(
                shape=to_plane(each.shape, self.crs),
                name=mark % {"name": name[: map_notes.LONGEST_NAME]},
                lamp=_lamp(each.layer, of),
                basis=basis,
                colour=each.layer.style.colour,
                accuracy_m=stated_accuracy_m(of) if basis == "located" else None,
                later=isinstance(plan_year, int) and plan_year > self.wish.year,
            )

    def _ground(self) -> Iterator[content.Ground]:
        """Roads, rivers and outlines that are switched on by default, as far as they reach into the window."""
        window = _in_degrees(self.frame.bounds, self.crs)
        for layer in self.store.catalog.reference:
            if layer.geometry is None or not layer.style.visible or layer.id in self.queries:
                continue
            query = FeatureQuery(bbox=window, limit=MOST_GROUND)
            page = self.store.read_page(layer.id, query)
            for wkb, of in zip(page.wkb, properties_of(layer, page), strict=True):
                if wkb is not None:
                    yield self._drawn_ground(layer, shapely.from_wkb(wkb), of)

    def _drawn_ground(self, layer: Layer, shape: BaseGeometry, of: dict) -> content.Ground:
        is_line = "LineString" in layer.geometry
        look = layer.style.line if layer.style.line != "plain" else "line" if is_line else "area"
        if layer.geometry == "Point":
            shape, look = shape.buffer(0.0002), "area"
        return content.Ground(
            shape=to_plane(shape, self.crs),
            name=str(of.get("name") or "") if layer.style.label else "",
            look=look,
            colour=layer.style.colour,
            weight=layer.style.weight,
            unsure=(stated_accuracy_m(of) or 0) >= UNSURE_FROM_M,
        )

    def _legend(
        self, features: Sequence[content.Feature], ground: Sequence[content.Ground]
    ) -> Iterator[content.Section]:
        """Only signs that are on the map."""
        say, bases = self._say, {feature.basis for feature in features}
        lamps = {feature.lamp for feature in features}
        measured = any(each.layer.status.kind == "measurement" for each in self.found)
        words = LAMPS | {"done": N_("已填报·无从比较"), "none": N_("没有年度状态")}
        keys = [content.Key("lamp", lamp, say(title)) for lamp, title in words.items() if lamp in lamps]
        if keys:
            heading = say(N_("进度状态（%(year)s 年底）")) % {"year": self.wish.year}
            note = say(N_("监测值：圆形达到目标，方形未达目标")) if measured else ""
            yield content.Section(heading, tuple(keys), note)
        keys = [content.Key("basis", basis, say(title)) for basis, title in BASIS_TITLES.items() if basis in bases]
        if any(feature.accuracy_m for feature in features):
            keys.append(content.Key("accuracy", "", say(N_("位置误差范围"))))
        if keys:
            yield content.Section(say(N_("位置依据")), tuple(keys))
        hatched = {
            each.layer.id: each.layer for each in self.found if each.properties.get("location_basis") == "schematic"
        }
        if hatched:
            keys = [content.Key("hatch", layer.style.colour, self._title(layer.title)) for layer in hatched.values()]
            yield content.Section(say(N_("示意斜纹的颜色")), tuple(keys))
        keys = [content.Key(each.look, each.colour, self._ground_title(each)) for each in _one_of_each(ground)]
        if keys:
            yield content.Section(say(N_("底图资料")), tuple(keys))

    def _ground_title(self, ground: content.Ground) -> str:
        layers = self.store.catalog.reference
        alike = (
            layer for layer in layers if (layer.style.colour, layer.style.weight) == (ground.colour, ground.weight)
        )
        return self._title(next(alike).title)

    def _subtitle(self) -> str:
        day = self.wish.as_of or office_time.today().isoformat()
        known = N_("数据截至 %(day)s") if self.wish.as_of else N_("制图日期 %(day)s")
        pair = self._say(N_("%(label)s：%(words)s"))
        scope = [pair % {"label": label, "words": words} for label, words in self.wish.scope]
        return " · ".join([self._say(known) % {"day": day}, *scope])

    def _warning(self) -> str:
        return self._say(N_("演示数据：进展为虚构，不得引用")) if self.store.demo else ""

    @cached_property
    def _middle(self) -> tuple[float, float]:
        return (self.bounds[0] + self.bounds[2]) / 2, (self.bounds[1] + self.bounds[3]) / 2

    @cached_property
    def _bar(self) -> content.ScaleBar:
        """A round length on the ellipsoid, measured eastwards and westwards from the middle of the map."""
        west, _, east, _ = self.frame.bounds
        length = layout.round_length((east - west) * BAR_SHARE)
        lon, lat = self._middle
        ends = [GEOD.fwd(lon, lat, bearing, length / 2)[:2] for bearing in (90, 270)]
        plane = to_plane(shapely.LineString(ends), self.crs).length
        return content.ScaleBar(length, plane, layout.bar_words(length))

    def _north_deg(self) -> float:
        """Direction of the meridian in the plane: grid north and true north differ by the convergence."""
        lon, lat = self._middle
        factors = pyproj.Proj(self.crs).get_factors(lon, lat)
        return -factors.meridian_convergence

    @property
    def _zone_number(self) -> int | None:
        middle = int(self._middle[0] / 3 + 0.5)
        return middle if FIRST_ZONE <= middle <= LAST_ZONE else None

    def _say(self, message: str) -> str:
        return self.wish.translate(message)

    def _title(self, title) -> str:
        return getattr(title, self.wish.language)


def check_count(counts: Iterable[int]) -> None:
    """Refuse more features than one picture can show.

    Raises
    ------
    InvalidInput
    """
    if sum(counts) > MOST_FEATURES:
        raise InvalidInput(N_("符合条件的要素超过 %(most)s 个，一张图画不下，请缩小范围"), most=MOST_FEATURES)


def shown(queries: Mapping[str, FeatureQuery], year: int, *, schematic: bool = True) -> dict[str, FeatureQuery]:
    """Queries as a picture needs them: with the year's status, without paging, with schematic positions or without."""
    return {
        layer_id: replace(query, year=year, schematic=schematic, limit=None, offset=0)
        for layer_id, query in queries.items()
    }


def _lamp(layer: Layer, properties: dict) -> str:
    """The sign of a feature: its lamp, `done` where a report has nothing to compare it with, `none` without status."""
    if layer.status.kind == "none":
        return "none"
    return properties.get("lamp") or "done"


def _area(shape: BaseGeometry) -> float:
    return shape.area


def _one_of_each(ground: Sequence[content.Ground]) -> list[content.Ground]:
    return list({(each.look, each.colour, each.weight): each for each in ground}.values())


def _in_degrees(bounds: tuple[float, float, float, float], crs: str) -> tuple[float, float, float, float]:
    """A window of the plane in degrees, wide enough for all of it."""
    return projection(crs, STORED_CRS).transform_bounds(*bounds)
