"""An area that a reader marks on the map, to ask what lies in it: drawn, picked, or a distance around either."""

from dataclasses import dataclass

import numpy
import shapely
from shapely.geometry.base import BaseGeometry

from geo.analysis.measuring import area_m2, buffer
from geo.exchange.wkt import shape_of_wkt
from geo.model.errors import InvalidInput, N_
from geo.model.location import LocationBasis
from geo.model.units import SQUARE_METRES_PER_MU
from geo.model.validity import invalid_reason
from geo.store.base import Store

MAX_BUFFER_M = 100_000

SHAPES = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")
"""What may be marked; curves and collections have no size that everybody computes alike."""


@dataclass(frozen=True)
class Limits:
    """The most that a shape may have."""

    parts: int
    vertices: int


GIVEN = Limits(parts=100, vertices=2_000)
"""Of a shape that a reader writes: every feature is compared with all of it."""

WIDENED = Limits(parts=100, vertices=500)
"""Of a shape that is widened: measured, the offsets of a tangled line of 500 vertices take 2 s, of 1000 ten."""

WIDENED_FEATURE = Limits(parts=200, vertices=2_000)
"""Of a feature that is widened; boundaries do not cross themselves."""

SIMPLER = (0.0, 0.001, 0.01)
"""By which share of the distance a shape with too many vertices is simplified; GEOS' own offsets allow the last."""

METRES_PER_DEGREE = 111_320
"""Of longitude at the equator, the longest degree: a tolerance in degrees is nowhere longer than meant."""


@dataclass(frozen=True)
class Area:
    """A marked area in EPSG:4326 and its size on the ellipsoid."""

    geometry: BaseGeometry
    area_m2: float

    @property
    def area_mu(self) -> float:
        return self.area_m2 / SQUARE_METRES_PER_MU


def marked_area(store: Store, within: str, buffer_m: float | None, *, schematic: bool) -> Area:
    """The shape that a reader marked.

    Parameters
    ----------
    within
        WKT in lon/lat degrees, or `<layer>/<feature_id>`.
    buffer_m
        Metres around it, or None for the shape itself.
    schematic
        Whether a schematic position may be taken for a shape.

    Raises
    ------
    InvalidInput
        If the text is neither, the feature has no position or a schematic one that was not asked for, or the shape is
        not valid or has too many parts or vertices.
    LayerNotFound, FeatureNotFound
    """
    if within.partition("/")[0] in store.catalog:
        shape, limits = _shape_of_feature(store, within, schematic=schematic), WIDENED_FEATURE
    else:
        shape, limits = _shape_of_wkt(within), WIDENED
    if buffer_m is not None:
        shape = _around(shape, buffer_m, limits)
    return Area(shape, area_m2(shape))


def _shape_of_feature(store: Store, within: str, *, schematic: bool) -> BaseGeometry:
    layer_id, _, feature_id = within.partition("/")
    page = store.read_feature(layer_id, feature_id, schematic=schematic)
    (wkb,) = page.wkb
    if wkb is None:
        values = dict(zip(page.columns, page.rows[0], strict=True))
        if values.get("location_basis") == LocationBasis.SCHEMATIC:
            raise InvalidInput(N_("“%(within)s”的位置只是示意，要用它圈选须加 schematic=true"), within=within)
        raise InvalidInput(N_("“%(within)s”没有位置，不能用来圈选"), within=within)
    return shapely.from_wkb(wkb)


def _shape_of_wkt(within: str) -> BaseGeometry:
    try:
        with numpy.errstate(all="ignore"):  # a number too large is infinite, and refused below
            shape = shape_of_wkt(within)
    except NotImplementedError:  # curves
        raise InvalidInput(N_("圈选范围应为点、线或面（%(known)s），不能是曲线"), known=", ".join(SHAPES)) from None
    if shape is None:
        raise InvalidInput(N_("圈选范围 within 应为 WKT（经度 纬度）或“图层/编号”，例如 POINT(114.01 33.02)"))
    if shape.geom_type not in SHAPES:
        raise InvalidInput(
            N_("圈选范围应为点、线或面（%(known)s），现为 %(given)s"), known=", ".join(SHAPES), given=shape.geom_type
        )
    _check_size(shape, GIVEN)
    west, south, east, north = shape.bounds
    if not shape.is_empty and not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise InvalidInput(N_("圈选范围超出经纬度范围：应先经度后纬度，单位为度"))
    if shape.is_empty or not shape.is_valid:
        raise InvalidInput(N_("圈选范围无效：%(reason)s"), reason=invalid_reason(shape))
    return shapely.force_2d(shape)


def _around(shape: BaseGeometry, buffer_m: float, limits: Limits) -> BaseGeometry:
    if not 0 < buffer_m <= MAX_BUFFER_M:
        raise InvalidInput(
            N_("缓冲距离 buffer_m 应大于 0 且不超过 %(max)s 米，现为 %(given)s"), max=MAX_BUFFER_M, given=buffer_m
        )
    tolerances = (share * buffer_m / METRES_PER_DEGREE for share in SIMPLER)
    simpler = (shapely.simplify(shape, tolerance) if tolerance else shape for tolerance in tolerances)
    fitting = (each for each in simpler if shapely.get_num_coordinates(each) <= limits.vertices)
    plain = next(fitting, shape)
    _check_size(plain, limits)
    return buffer(plain, buffer_m)


def _check_size(shape: BaseGeometry, limits: Limits) -> None:
    parts, vertices = shapely.get_num_geometries(shape), shapely.get_num_coordinates(shape)
    for count, most, message in (
        (parts, limits.parts, N_("圈选范围有 %(count)s 个部分，最多 %(most)s 个")),
        (vertices, limits.vertices, N_("圈选范围有 %(count)s 个顶点，最多 %(most)s 个")),
    ):
        if count > most:
            raise InvalidInput(message, count=int(count), most=most)
