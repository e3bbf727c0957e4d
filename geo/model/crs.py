"""Coordinate reference systems: what is stored, and the plane in which lengths and areas are measured."""

from collections.abc import Sequence
from functools import lru_cache

import pyproj

from geo.model.errors import InvalidInput, N_

STORED_CRS = "EPSG:4326"
"""What the store keeps, lon/lat. CGCS2000 (EPSG:4490) is taken as equal at planning grade."""

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
"""OGC's name of WGS 84 in lon/lat order, the CRS of every GeoJSON answer."""

GEOD = pyproj.Geod(ellps="GRS80")
"""CGCS2000's ellipsoid (GB 22021-2008: a = 6 378 137 m, 1/f = 298.257222101), equal to GRS 80 within 0.1 mm."""

FIRST_ZONE, LAST_ZONE = 25, 45
"""The CGCS2000 3-degree Gauss-Krüger zones of China (75° E to 135° E)."""


def zone_of(lon: float) -> int:
    """Number of the 3-degree Gauss-Krüger zone around a meridian; its central meridian is 3 × the number.

    Raises
    ------
    InvalidInput
        If the meridian lies outside China's zones 25 to 45.
    """
    zone = int(lon / 3 + 0.5)
    if not FIRST_ZONE <= zone <= LAST_ZONE:
        raise InvalidInput(N_("经度 %(lon)s 不在我国 3 度带（25—45 带）范围内"), lon=round(lon, 4))
    return zone


def gauss_kruger_crs(zone: int, *, with_zone_digits: bool = False) -> str:
    """EPSG code of a CGCS2000 3-degree zone, eastings with or without the zone number in front.

    Zone 38 is EPSG:4526 with digits and EPSG:4547 without (EPSG registry, CGCS2000 / 3-degree Gauss-Kruger).
    """
    return f"EPSG:{(4513 if with_zone_digits else 4534) + zone - FIRST_ZONE}"


def zone_of_crs(crs: str) -> int | None:
    """The zone of a code that `gauss_kruger_crs` gives; None of any other."""
    codes = {gauss_kruger_crs(zone, with_zone_digits=digits): zone
             for zone in range(FIRST_ZONE, LAST_ZONE + 1) for digits in (True, False)}  # fmt: skip
    return codes.get(crs)


def metric_crs(bounds: Sequence[float]) -> str:
    """The plane to measure in: the CGCS2000 3-degree zone of the middle of the data.

    Parameters
    ----------
    bounds
        min lon, min lat, max lon, max lat in degrees.

    Returns
    -------
    crs
        EPSG code, metres, easting and northing without zone digits.
    """
    return gauss_kruger_crs(zone_of((bounds[0] + bounds[2]) / 2))


@lru_cache(maxsize=64)
def projection(source: str, target: str) -> pyproj.Transformer:
    """From one CRS to another, lon or easting first; kept, for making one takes longer than using it.

    pyproj's transformers may be used by several threads.
    """
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def plane_around(bounds: Sequence[float]) -> str:
    """A plane in metres for data anywhere: the CGCS2000 3-degree zone in China, elsewhere one around the middle.

    Parameters
    ----------
    bounds
        min lon, min lat, max lon, max lat in degrees.
    """
    middle = (bounds[0] + bounds[2]) / 2
    if FIRST_ZONE <= int(middle / 3 + 0.5) <= LAST_ZONE:
        return metric_crs(bounds)
    return f"+proj=tmerc +lat_0=0 +lon_0={middle:.4f} +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m"
