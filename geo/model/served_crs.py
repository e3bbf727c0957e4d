"""The coordinate reference systems in which the OGC API answers: OGC API - Features - Part 2 (OGC 18-058r1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from geo.model.crs import CRS84, STORED_CRS, gauss_kruger_crs, zone_of

EPSG_URI = "http://www.opengis.net/def/crs/EPSG/0/"
CGCS2000 = "EPSG:4490"


@dataclass(frozen=True)
class ServedCrs:
    """A CRS as clients name it.

    Parameters
    ----------
    uri
        Its name in requests and in the header `Content-Crs`.
    code
        EPSG code.
    north_first
        Whether its coordinates are latitude, longitude or northing, easting, as the EPSG registry has them.
    decimals
        With which coordinates are given: a centimetre in degrees, a millimetre in metres.
    """

    uri: str
    code: str
    north_first: bool
    decimals: int


LON_LAT = ServedCrs(CRS84, STORED_CRS, north_first=False, decimals=7)
"""What is served where a client names none, and how geometries are stored."""


@cache
def served_crs(extent: tuple[float, float, float, float]) -> Mapping[str, ServedCrs]:
    """All of a zone by URI: WGS 84, CGCS2000, and the 3-degree Gauss-Krüger zone with and without its number.

    Parameters
    ----------
    extent
        min lon, min lat, max lon, max lat of the zone.
    """
    zone = zone_of((extent[0] + extent[2]) / 2)
    metric = [gauss_kruger_crs(zone, with_zone_digits=digits) for digits in (True, False)]
    degrees = [_north_first(code, 7) for code in (STORED_CRS, CGCS2000)]
    return MappingProxyType({crs.uri: crs for crs in (LON_LAT, *degrees, *(_north_first(code, 3) for code in metric))})


def _north_first(code: str, decimals: int) -> ServedCrs:
    return ServedCrs(EPSG_URI + code.removeprefix("EPSG:"), code, north_first=True, decimals=decimals)
