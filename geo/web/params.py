"""Request parameters, read in one place: every wrong one is an `InvalidInput` that names it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from shapely import to_wkb
from shapely.geometry.base import BaseGeometry
from werkzeug.datastructures import MultiDict

from geo.exchange import cql2
from geo.exchange.served_crs import box_in_degrees
from geo.model import office_time
from geo.model.errors import InvalidInput, N_
from geo.model.feature_query import (
    DEFAULT_LIMIT,
    ITEMS_PARAMETERS,
    MAX_LIMIT,
    STATUS_COLUMNS,
    Condition,
    FeatureQuery,
    Order,
)
from geo.model.field_value import NUMBER
from geo.model.filter import GEOMETRY, Operation, Property, Shape, properties_of
from geo.model.layer import Catalog, Layer, Zone
from geo.model.served_crs import LON_LAT, ServedCrs, served_crs
from geo.service import areas
from geo.store.base import Store

MAX_OFFSET = 10_000_000
MAX_SEARCH_LENGTH = 200
MAX_WITHIN_LENGTH = 20_000
FIRST_YEAR, LAST_YEAR = 1949, 2100

Args = MultiDict[str, str]


def feature_query(args: Args, layer: Layer, store: Store) -> FeatureQuery:
    """The query of a request for one layer.

    Raises
    ------
    InvalidInput
        On any parameter that is unknown or cannot be read.
    """
    asked = filter_(args, store.catalog.zone)
    if unknown := _unknown_fields(args, [layer], (), asked):
        raise InvalidInput(N_("图层“%(layer)s”没有参数或字段“%(name)s”"), layer=layer.id, name=unknown[0])
    return _read(args, layer, _asked(args, store, asked))


def feature_queries(
    args: Args, layers: Iterable[Layer], store: Store, *, beside: Iterable[str] = ()
) -> dict[str, FeatureQuery]:
    """The query of a request over several layers, for each layer that has every filtered field.

    A layer without a filtered field matches nothing and is left out.

    Parameters
    ----------
    beside
        Parameters that the address itself reads.
    """
    layers, asked = list(layers), filter_(args, store.catalog.zone)
    if unknown := _unknown_fields(args, layers, beside, asked):
        raise InvalidInput(N_("没有图层有参数或字段“%(name)s”"), name=unknown[0])
    both = _asked(args, store, asked)
    fitting = [layer for layer in layers if not _unknown_fields(args, [layer], beside, asked)]
    return {layer.id: _read(args, layer, both) for layer in fitting}


def filter_(args: Args, zone: Zone) -> Operation | None:
    """The filter in CQL2 (OGC API - Features - Part 3); None where there is none.

    Raises
    ------
    InvalidInput
        If it cannot be read.
    """
    language = args.get("filter-lang", cql2.TEXT)
    if language not in cql2.LANGUAGES:
        raise InvalidInput(N_("参数 filter-lang 应为 cql2-text 或 cql2-json，现为“%(given)s”"), given=language)
    crs = served(args, "filter-crs", zone)
    given = text(args, "filter", cql2.LONGEST)
    return None if given is None else cql2.read_filter(given, language, crs)


def layers(args: Args, catalog: Catalog) -> list[Layer]:
    """The layers that `layers` names; all of the plan where it names none."""
    names = [name for name in args.get("layers", "").split(",") if name]
    return [catalog[name] for name in names] or catalog.plan


def _unknown_fields(args: Args, layers: list[Layer], beside: Iterable[str], asked: Operation | None) -> list[str]:
    others = [name for name in args if name not in ITEMS_PARAMETERS and name not in beside]
    in_filter = [name for name in properties_of(asked) if name != GEOMETRY] if asked else []
    if not others and not in_filter:
        return []
    fields = set().union(*(_filterable(layer, args) for layer in layers))
    return [name for name in (*others, *in_filter) if name not in fields]


def _filterable(layer: Layer, args: Args) -> set[str]:
    names = {"feature_id", *(field.name for field in layer.fields)}
    if "year" in args and layer.status.kind != "none":
        names.update(STATUS_COLUMNS)
    return names


def marked_area(args: Args, store: Store) -> areas.Area | None:
    """The area marked by `within`, `buffer_m` and `schematic`; None where nothing is."""
    within, buffer_m = text(args, "within", MAX_WITHIN_LENGTH), number(args, "buffer_m")
    if within is None:
        if buffer_m is not None:
            raise InvalidInput(N_("参数 buffer_m 须与 within 同时给出"))
        return None
    return areas.marked_area(store, within, buffer_m, schematic=flag(args, "schematic"))


@dataclass(frozen=True)
class _Asked:
    """What a request asks of every layer alike, read once for all of them."""

    bbox: tuple[float, float, float, float] | None
    within: BaseGeometry | None
    filter: Operation | None


def _asked(args: Args, store: Store, asked: Operation | None) -> _Asked:
    """The marked area, the box that is an area too, and the filter; features must meet each of them."""
    marked, box = marked_area(args, store), bbox(args)
    boxed = boxed_area(args, store.catalog.zone) if box is None else None
    if marked is None or boxed is None:
        return _Asked(box, boxed if marked is None else marked.geometry, asked)
    meets = Operation("s_intersects", (Property(GEOMETRY), Shape(to_wkb(boxed))))
    return _Asked(box, marked.geometry, meets if asked is None else Operation("and", (meets, asked)))


def _read(args: Args, layer: Layer, asked: _Asked) -> FeatureQuery:
    others = args.keys() - ITEMS_PARAMETERS
    names = sorted(others & _filterable(layer, args)) if others else ()
    return FeatureQuery(
        bbox=asked.bbox,
        within=asked.within,
        year=year(args),
        search=text(args, "q", MAX_SEARCH_LENGTH),
        conditions=tuple(_condition(name, args.getlist(name), layer) for name in names),
        filter=asked.filter,
        between=_between(args),
        order=_order(args, layer),
        limit=integer(args, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT, clamp=True),
        offset=integer(args, "offset", 0, 0, MAX_OFFSET),
        schematic=flag(args, "schematic"),
        retired=flag(args, "include_retired"),
    )


def text(args: Args, name: str, longest: int) -> str | None:
    """A text parameter without blanks at its ends; None where absent or empty."""
    value = args.get(name, "").strip()
    if len(value) > longest:
        raise InvalidInput(N_("参数 %(name)s 太长，最多 %(longest)s 个字符"), name=name, longest=longest)
    if "\x00" in value:
        raise InvalidInput(N_("参数 %(name)s 含有不可用的字符"), name=name)
    return value or None


def integer(
    args: Args, name: str, default: int | None, lowest: int, highest: int, *, clamp: bool = False
) -> int | None:
    """A whole number between two bounds; with `clamp`, one above the highest is the highest (OGC's `limit`)."""
    given = args.get(name)
    if given is None:
        return default
    if not re.fullmatch(r"[+-]?[0-9]{1,40}", given.strip()):
        raise InvalidInput(N_("参数 %(name)s 应为整数，现为“%(given)s”"), name=name, given=given)
    value = int(given)
    if clamp and value > highest:
        return highest
    if not lowest <= value <= highest:
        raise InvalidInput(
            N_("参数 %(name)s 应在 %(lowest)s 到 %(highest)s 之间，现为 %(given)s"),
            name=name,
            lowest=lowest,
            highest=highest,
            given=given,
        )
    return value


def number(args: Args, name: str) -> float | None:
    """A finite number; None where absent."""
    given = args.get(name)
    return None if given is None else _number(name, given)


def _number(name: str, given: str) -> float:
    if not NUMBER.fullmatch(given.strip()):
        raise InvalidInput(N_("参数 %(name)s 应为数字，现为“%(given)s”"), name=name, given=given)
    value = float(given)
    if abs(value) > 1e300:
        raise InvalidInput(N_("参数 %(name)s 的数字太大"), name=name)
    return value


def flag(args: Args, name: str) -> bool:
    """True or false; false where absent."""
    given = args.get(name, "false").strip().lower()
    if given not in ("true", "false", "1", "0"):
        raise InvalidInput(N_("参数 %(name)s 应为 true 或 false，现为“%(given)s”"), name=name, given=given)
    return given in ("true", "1")


def year(args: Args) -> int | None:
    """The year whose status is asked for."""
    return integer(args, "year", None, FIRST_YEAR, LAST_YEAR)


def year_shown(args: Args, zone: Zone) -> int:
    """The year that a page shows; one that is no year of the plan gives this one or the plan's nearest."""
    asked = args.get("year", "")
    return next((year for year in zone.years if str(year) == asked), zone.nearest_year(office_time.today().year))


def year_of_file(args: Args, zone: Zone) -> int:
    """The year of a file to take away: as `year_shown`, but nobody would see that it is not the one asked for.

    Raises
    ------
    InvalidInput
        If it is no year of the plan.
    """
    asked = year(args)
    if asked is None:
        return year_shown(args, zone)
    zone.check_year(asked)
    return asked


def bbox(args: Args) -> tuple[float, float, float, float] | None:
    """The box in degrees; one in another CRS, or across the antimeridian, is an area: `boxed_area`."""
    numbers = _box(args)
    if numbers is None or args.get("bbox-crs", LON_LAT.uri) != LON_LAT.uri:
        return None
    west, south, east, north = numbers
    if not (min(west, east) >= -180 and max(west, east) <= 180 and -90 <= south <= north <= 90):
        raise InvalidInput(N_("参数 bbox 应为 西,南,东,北（度），现为“%(given)s”"), given=args["bbox"])
    return (west, south, east, north) if west <= east else None


def boxed_area(args: Args, zone: Zone) -> BaseGeometry | None:
    """The area of a `bbox` for which `bbox` gives none; None where no box is asked for.

    Where its west lies east of its east it crosses the antimeridian (OGC API - Features - Part 1, 7.15.3); its
    numbers may be in another CRS, in that one's order of axes (Part 2, 7.2).
    """
    crs = served(args, "bbox-crs", zone)
    numbers = _box(args)
    if numbers is None:
        if "bbox-crs" in args:
            raise InvalidInput(N_("参数 bbox-crs 须与 bbox 同时给出"))
        return None
    area = box_in_degrees(numbers, crs)
    if area is None:
        message = N_("参数 bbox 应为 bbox-crs 坐标系的两个角点，轴序依该坐标系，现为“%(given)s”")
        raise InvalidInput(message, given=args["bbox"])
    return area


def _box(args: Args) -> list[float] | None:
    """Four numbers, or six of which the heights are passed over: OGC API Features Part 1, 7.15.3."""
    given = args.get("bbox")
    if given is None:
        return None
    numbers = [_number("bbox", part) for part in given.split(",")]
    if len(numbers) not in (4, 6):
        raise InvalidInput(N_("参数 bbox 应为 4 个或 6 个数字，现有 %(count)s 个"), count=len(numbers))
    half = len(numbers) // 2
    return [*numbers[:2], *numbers[half : half + 2]]


def served(args: Args, name: str, zone: Zone) -> ServedCrs:
    """The CRS that a parameter names by its URI; longitude and latitude where it is absent.

    Raises
    ------
    InvalidInput
        If it is none that the collections list.
    """
    known = served_crs(zone.extent)
    given = args.get(name, LON_LAT.uri)
    if given not in known:
        raise InvalidInput(
            N_("参数 %(name)s 没有坐标系“%(given)s”，可选 %(known)s"), name=name, given=given, known=", ".join(known)
        )
    return known[given]


def _between(args: Args) -> tuple[str | None, str | None] | None:
    given = args.get("datetime")
    if given is None:
        return None
    ends = given.split("/")
    if len(ends) > 2 or (len(ends) == 2 and all(end in ("", "..") for end in ends) and given != "../.."):
        raise InvalidInput(N_("参数 datetime 应为日期，或用“/”隔开的起止日期，现为“%(given)s”"), given=given)
    days = [None if len(ends) == 2 and end in ("", "..") else _day(end) for end in ends]
    first, last = days[0], days[-1]
    if first and last and first > last:
        raise InvalidInput(N_("参数 datetime 的起始日期晚于结束日期：“%(given)s”"), given=given)
    return first, last


def _day(given: str) -> str:
    try:
        if "T" in given.upper():
            return datetime.fromisoformat(given.upper().replace("Z", "+00:00")).date().isoformat()
        return date.fromisoformat(given).isoformat()
    except ValueError:
        raise InvalidInput(
            N_("参数 datetime 里的“%(given)s”不是日期，应写作 2023-01-31 或 2023-01-31T00:00:00Z"), given=given
        ) from None


def _condition(name: str, given: list[str], layer: Layer) -> Condition:
    field = layer.field(name)
    is_text = name == "feature_id" or (field is not None and field.type in ("text", "boolean"))
    if is_text or len(given) > 1 or "/" not in given[0]:
        return Condition(name, values=tuple(given))
    ends = given[0].split("/")
    if len(ends) != 2:
        raise InvalidInput(
            N_("参数 %(name)s 应为一个值，或用“/”隔开的起止值，现为“%(given)s”"), name=name, given=given[0]
        )
    lowest, highest = (None if end in ("", "..") else end for end in ends)
    return Condition(name, minimum=lowest, maximum=highest)


def _order(args: Args, layer: Layer) -> tuple[Order, ...]:
    given = args.get("sortby")
    if not given:
        return ()
    names = _filterable(layer, args)
    order = tuple(Order(part.lstrip("+-").strip(), part.strip().startswith("-")) for part in given.split(","))
    for item in order:
        if item.field not in names:
            raise InvalidInput(N_("不能按“%(name)s”排序：图层“%(layer)s”没有这个字段"), name=item.field, layer=layer.id)
    return order
