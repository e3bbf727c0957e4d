"""Which CRS a boundary-point file is in, from its header and from the zone digits of its coordinates."""

import re

import pyproj

from geo.model.crs import FIRST_ZONE, LAST_ZONE, gauss_kruger_crs
from geo.model.errors import N_
from geo.model.file_finding import FileFindings

DATUMS = {  # with zone digits, without; of the first zone of the series (EPSG registry)
    ("2000", 3): (4513, 4534),
    ("2000", 6): (4491, 4502),
    ("80", 3): (2349, 2370),
    ("80", 6): (2327, 2338),
    ("54", 3): (2401, 2422),
    ("54", 6): (21413, 21453),
}
FIRST = {3: FIRST_ZONE, 6: 13}
KNOWN_DATUM = re.compile("2000|80|54|84|cgcs|国家大地|西安|北京")


def crs_of(
    header: dict[str, str], typical: tuple[float, float] | None, findings: FileFindings
) -> tuple[pyproj.CRS | None, str | None]:
    """The CRS of coordinates and whether the header or they themselves tell it; None where neither does.

    Parameters
    ----------
    header
        What stands in [属性描述]; its zone counts where the coordinates have no zone digits.
    typical
        A northing and an easting, or latitude and longitude.
    """
    if typical is None:
        return None, None
    _, east = typical
    if abs(east) <= 180:
        return pyproj.CRS("EPSG:4490"), "coordinates"
    stated = re.search(r"\d+", header.get("带号", ""))
    stated_zone = int(stated[0]) if stated and len(stated[0]) < 4 else None
    digits = int(east // 1_000_000)
    zone = digits if digits else stated_zone
    if digits and stated_zone is not None and digits != stated_zone:
        message = N_("文件说带号是 %(told)s，坐标是 %(zone)s 带的，按坐标读取")
        findings.add("zone_mismatch", message, told=stated_zone, zone=digits)
    if zone is None:
        return None, None
    width = 6 if "6" in header.get("几度分带", "") or 13 <= zone < FIRST_ZONE - 1 else 3
    datum = _datum(named := header.get("坐标系", ""))
    if named and not KNOWN_DATUM.search(named.lower()):
        findings.add("unknown_datum", N_("坐标系“%(named)s”不认识，坐标按 CGCS2000 读取，请核对"), named=named[:40])
    last = LAST_ZONE if width == 3 else 23
    if not FIRST[width] <= zone <= last:
        findings.add("out_of_range", N_("带号 %(zone)s 不在我国范围内"), zone=zone)
        return None, None
    if datum == "2000" and width == 3:
        code = gauss_kruger_crs(zone, with_zone_digits=bool(digits))
    else:
        code = f"EPSG:{DATUMS[datum, width][0 if digits else 1] + zone - FIRST[width]}"
    return pyproj.CRS(code), "coordinates" if digits else "header"


def _datum(text: str) -> str:
    return next((year for year in ("80", "54") if year in text and "2000" not in text), "2000")


def differences(first: dict[str, str], other: dict[str, str]) -> list[str]:
    """What two headers of a file say differently of their CRS; what one does not say is no difference."""
    names = {"坐标系": _datum, "几度分带": _digits, "带号": _digits}
    return [name for name, read in names.items()
            if first.get(name) and other.get(name) and read(first[name]) != read(other[name])]  # fmt: skip


def _digits(text: str) -> str:
    return "".join(re.findall(r"\d+", text)[:1])
