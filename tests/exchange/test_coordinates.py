"""Pasted positions. Gauss-Krüger values were computed with Debian's `cs2cs EPSG:4490 +to …` (PROJ 9.1.1)."""

from functools import cache

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Proj

from geo.exchange.coordinates import read_position
from geo.model.errors import InvalidInput
from tests.depth import examples

LON, LAT = 114.0168, 33.0456  # 114°01′00.48″, 33°02′44.16″
lons, lats = st.floats(73, 135), st.floats(3, 54)


def read(text, meridian=114.0):
    return read_position(text, default_meridian=meridian)


DEGREES = [
    "114.0168, 33.0456",
    "33.0456 114.0168",
    "114.0168，33.0456",
    "１１４．０１６８，３３．０４５６",
    "114.0168、33.0456。",
    "114.0168；33.0456",
    "（114.0168 33.0456）",
    "[114.0168,33.0456]",
    "POINT(114.0168 33.0456)",
    "lat=33.0456&lon=114.0168",
    "Lat: 33.0456, Lon: 114.0168",
    "坐标：114.0168, 33.0456",
    "经度：114.0168 纬度：33.0456",
    "东经114.0168度北纬33.0456度",
    "114.0168°E 33.0456°N",
    "114.0168E33.0456N",
    "N33.0456 E114.0168",
    "X=114.0168 Y=33.0456",
    "东经114°01′00.48″ 北纬33°02′44.16″",
    "北纬33度02分44.16秒，东经114度1分0.48秒",
    "33°02′44.16″北，114°01′00.48″东",
    "114°01'00.48\"E 33°02'44.16\"N",
    "E 114° 1' 0.48'' N 33° 2' 44.16''",
    "114º01’00.48” 33º02’44.16”",
    "114d01m00.48s 33d02m44.16s",
    "114°01.008′ 33°02.736′",
    "114:01:00.48, 33:02:44.16",
    "114 01 00.48 33 02 44.16",
    "114 01.008, 33 02.736",
    "N33 02 44.16 E114 01 00.48",
    "\n\t114.0168\t33.0456\n",
]


@pytest.mark.parametrize("text", DEGREES)
def test_degrees_are_read_in_every_usual_spelling_and_either_order(text):
    found = read(text)
    assert (found.lon, found.lat) == (pytest.approx(LON, abs=1e-9), pytest.approx(LAT, abs=1e-9))
    assert found.crs == "EPSG:4326"
    assert found.reading == "经度 114.0168°，纬度 33.0456°"


METRES = [
    ("3657805.4303 38501569.2059", 114.0, LON, LAT, "EPSG:4526"),
    ("38501569.2059,3657805.4303", 114.0, LON, LAT, "EPSG:4526"),
    ("X=3657805.4303 Y=38501569.2059", 114.0, LON, LAT, "EPSG:4526"),
    ("X：3657805.4303米，Y：38501569.2059米", 114.0, LON, LAT, "EPSG:4526"),
    ("Y=3657805.4303 X=38501569.2059", 114.0, LON, LAT, "EPSG:4526"),
    ("X(北)=3657805.4303 Y(东)=38501569.2059", 114.0, LON, LAT, "EPSG:4526"),
    ("东坐标38501569.2059m 北坐标3657805.4303m", 114.0, LON, LAT, "EPSG:4526"),
    ("３６５７８０５．４３０３　３８５０１５６９．２０５９", 114.0, LON, LAT, "EPSG:4526"),
    ("3657805.4303 501569.2059", 114.0, LON, LAT, "EPSG:4547"),
    ("501569.2059 3657805.4303", 113.4, LON, LAT, "EPSG:4547"),
    ("4421667.4932 38705875.0161", 114.0, 116.4074, 39.9042, "EPSG:4526"),
    ("4419060.1184 39449324.7914", 114.0, 116.4074, 39.9042, "EPSG:4527"),
    ("4419060.1184 449324.7914", 117.2, 116.4074, 39.9042, "EPSG:4548"),
    ("2378705.4842 33593261.0119", 114.0, 99.9, 21.5, "EPSG:4521"),
    ("5013822.7418 44382245.2939", 114.0, 130.5, 45.25, "EPSG:4532"),
    ("3661853.6480 19781837.7217", 114.0, LON, LAT, "EPSG:4497"),
    ("3661763.9065 20221302.4467", 114.0, LON, LAT, "EPSG:4498"),
]


@pytest.mark.parametrize(("text", "meridian", "lon", "lat", "crs"), METRES)
def test_gauss_kruger_metres_are_read_in_either_order_with_and_without_zone(text, meridian, lon, lat, crs):
    found = read(text, meridian)
    assert (found.lon, found.lat) == (pytest.approx(lon, abs=2e-9), pytest.approx(lat, abs=2e-9))
    assert found.crs == crs


def test_the_reading_says_which_zone_was_named_or_taken():
    assert read("3657805.43 38501569.21").reading == (
        "CGCS2000 3 度带第 38 带（中央经线 114°），X（北）3657805.430，Y（东）38501569.210"
    )
    assert read("3657805.43 501569.21", 117.0).reading.startswith(
        "未写带号，按 CGCS2000 3 度带第 39 带（中央经线 117°）"
    )
    assert read("3661853.648 19781837.722").reading.startswith("CGCS2000 6 度带第 19 带（中央经线 111°）")


def test_the_reading_is_translated_before_its_figures_are_put_in():
    found = read_position("114, 33", default_meridian=114.0, translate=lambda _: "Longitude %(lon)s")
    assert found.reading == "Longitude 114.0"


def test_a_position_is_a_point_as_wkb():
    assert shapely.from_wkb(read("114.0168, 33.0456").wkb).equals(shapely.Point(LON, LAT))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "宏志小学",
        "114.0168",
        "1 2 3",
        "114.0168,33.0456,88.5",
        "200, 33",
        "114.0168, 133.0456",
        "33, 34",
        "114, 115",
        "0, 0",
        "-114.0168, 33.0456",
        "114.0168W 33.0456S",
        "E33.0456 N114.0168",  # says the opposite of what can be
        "114°61′00″ 33°02′44″",
        "114°01′60″ 33°02′44″",
        "114.5°30′ 33°02′",
        "114,0168 33,0456",
        "3,657,805.43 38,501,569.21",
        "3657805.43 24501569.21",  # no zone has the number 24
        "3657805.43 46501569.21",
        "3657805.43 38050000.00",  # 450 km west of its meridian
        "3657805.43",
        "3657805.43 38",
        "114.0168 3657805.43",
        "3657805.43E 501569.21N",
        "9657805.43 38501569.21",
        "1e2 33",
        "nan nan",
        "inf 33",
        "114.0168.1 33",
        "${alert(1)}",
        "9" * 10_000,
        "114 " * 10_000,
        "°" * 200,
    ],
)
def test_what_is_no_position_in_china_is_refused_with_an_example(text):
    with pytest.raises(InvalidInput) as refused:
        read(text)
    assert "例如" in str(refused.value)
    assert len(str(refused.value)) < 300


@given(lons, lats, st.booleans(), st.sampled_from([" ", ",", "，", ", ", "、", "\t"]))
def test_any_decimal_degrees_in_china_come_back(lon, lat, lat_first, gap):
    pair = (f"{lat:.7f}", f"{lon:.7f}") if lat_first else (f"{lon:.7f}", f"{lat:.7f}")
    found = read(gap.join(pair))
    assert (found.lon, found.lat) == (pytest.approx(lon, abs=1e-7), pytest.approx(lat, abs=1e-7))


def sexagesimal(degrees, marks):
    """Degrees, minutes and hundredths of a second, by whole-number arithmetic."""
    hundredths = round(degrees * 360_000)
    whole, rest = divmod(hundredths, 360_000)
    minutes, seconds = divmod(rest, 6000)
    return f"{whole}{marks[0]}{minutes:02d}{marks[1]}{seconds // 100:02d}.{seconds % 100:02d}{marks[2]}"


@given(lons, lats, st.sampled_from(["°′″", "度分秒", "°'\"", ("d", "m", "s"), ("° ", "′ ", "″"), (":", ":", "")]))
def test_any_degrees_minutes_and_seconds_in_china_come_back(lon, lat, marks):
    found = read(f"{sexagesimal(lon, marks)}，{sexagesimal(lat, marks)}")
    half_a_hundredth = 0.0051 / 3600
    assert found.lon == pytest.approx(lon, abs=half_a_hundredth)
    assert found.lat == pytest.approx(lat, abs=half_a_hundredth)


@cache
def projection_of(zone, with_digits):
    return Proj(proj="tmerc", lon_0=3 * zone, x_0=zone * 1e6 * with_digits + 500_000, ellps="GRS80")


@settings(max_examples=examples(40, deep=200))
@given(st.integers(25, 45), st.floats(-1.5, 1.5), st.floats(10, 53.9), st.booleans())
def test_any_place_of_a_zone_comes_back_from_its_metres(zone, beside, lat, with_digits):
    lon = 3 * zone + beside
    if lon < 73 or lon > 135:
        return
    east, north = projection_of(zone, with_digits)(lon, lat)
    found = read(f"{north:.4f} {east:.4f}", meridian=3 * zone)
    assert (found.lon, found.lat) == (pytest.approx(lon, abs=1e-8), pytest.approx(lat, abs=1e-8))


@given(st.text(max_size=60) | st.text("0123456789.°′″'度分秒东北EN ,xy:-+", max_size=60))
def test_any_text_is_read_or_refused_in_words(text):
    try:
        found = read(text)
    except InvalidInput as refused:
        assert str(refused)
    else:
        assert 73 <= found.lon <= 135.2
        assert 3 <= found.lat <= 54
