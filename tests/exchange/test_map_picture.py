"""The drawn map: what stands where, in the right colours, whatever the names are."""

import io
import math
import re
from pathlib import Path

import numpy
import pytest
import shapely
from PIL import Image

from geo.exchange import fonts, map_picture
from geo.exchange.map_picture import layout, signs
from geo.exchange.map_picture.content import Feature, Ground, Key, Picture, ScaleBar, Section
from geo.exchange.map_picture.labels import Wanted, place, straight_part

ROOT = Path(__file__).resolve().parents[2]
DPI = 127
"""Five dots a millimetre."""
HOSTILE = [
    "<script>&amp;",
    "$x^2$ \\frac{1}{2}",
    "a\x00b\nc",
    "长" * 500,
    "مدرسة",
    "\u202eabc",
    "🏫",
    "%(name)s {x} %s",
]


def picture(**changed) -> Picture:
    """A sheet of 150 × 100 mm over a square kilometre around (500 500, 3 650 500)."""
    frame = layout.frame_on_sheet((500_000, 3_650_000, 501_000, 3_651_000), 150, 100, notes=1)
    parts = {
        "title": "标题",
        "subtitle": "副题",
        "frame": frame,
        "width_mm": 150,
        "height_mm": 100,
        "ground": (),
        "features": (),
        "legend": (),
        "scale_bar": ScaleBar(500, 500, "500 m"),
        "scale_words": "1:1",
        "north_deg": 0.0,
        "north_words": "北",
        "notes": ("审图号：",),
    }
    return Picture(**parts | changed)


def pixels(drawn: Picture) -> numpy.ndarray:
    """The picture's dots, counted from its lower left corner: [x, y, colour]."""
    image = Image.open(io.BytesIO(map_picture.draw(drawn, "png", DPI))).convert("RGB")
    assert image.size == (150 * 5, 100 * 5)
    return numpy.asarray(image)[::-1].swapaxes(0, 1)


def dot(drawn: Picture, x: float, y: float) -> tuple[int, int]:
    """The dot of a place in the plane."""
    frame = drawn.frame
    mm = (
        (x - frame.bounds[0]) * frame.mm_per_m + frame.left_mm,
        (y - frame.bounds[1]) * frame.mm_per_m + frame.bottom_mm,
    )
    return round(mm[0] * 5), round(mm[1] * 5)


def near(dots: numpy.ndarray, colour: str, tolerance: int = 12) -> numpy.ndarray:
    wanted = numpy.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)])
    return (abs(dots.astype(int) - wanted) <= tolerance).all(axis=-1)


def point(x: float, y: float, lamp: str, **more) -> Feature:
    return Feature(shapely.Point(x, y), more.pop("name", ""), lamp, more.pop("basis", "surveyed"), "#8a5a2b", **more)


def test_the_web_map_has_the_same_colours():
    script = (ROOT / "static/js/symbols.js").read_text(encoding="utf-8")
    for name, ours in (("INK", signs.INK), ("FILL", signs.FILL)):
        theirs = re.search(rf"const {name} = {{(.*?)}}", script)[1]
        assert dict(re.findall(r'(\w+): "(#\w+)"', theirs)) == ours
    for name in ("SCHEMATIC_INK", "ACCURACY_INK"):
        assert re.search(rf'const {name} = "(#\w+)"', script)[1] == getattr(signs, name)


def test_a_feature_stands_where_it_is_in_the_colour_of_its_lamp():
    drawn = picture(features=(point(500_250, 3_650_700, "green"), point(500_750, 3_650_300, "red")))
    dots = pixels(drawn)
    for (x, y), colour in (((500_250, 3_650_700), "green"), ((500_750, 3_650_300), "red")):
        column, row = dot(drawn, x, y)
        assert near(dots, signs.FILL[colour])[column - 1 : column + 2, row - 1 : row + 2].all()


def test_north_is_up():
    """What lies north of another thing is drawn above it, and the arrow's tip points up."""
    drawn = picture(features=(point(500_500, 3_650_900, "green"), point(500_500, 3_650_100, "red")))
    dots = pixels(drawn)
    green, red = (numpy.argwhere(near(dots, signs.FILL[lamp])).mean(axis=0) for lamp in ("green", "red"))
    assert green[1] - red[1] == pytest.approx(800 * drawn.frame.mm_per_m * 5, abs=3)
    assert green[0] == pytest.approx(red[0], abs=2)


def test_the_scale_bar_is_as_long_as_it_says():
    drawn = picture(scale_bar=ScaleBar(500, 501.0, "500 m"))
    dots = pixels(drawn)
    left, bottom = drawn.frame.left_mm + 5.0, drawn.frame.bottom_mm + 5.0
    row = dots[:, round((bottom + 0.6) * 5)]
    dark = numpy.flatnonzero(near(row, signs.TEXT_INK, 40))
    inside = dark[(dark > (left - 1) * 5) & (dark < drawn.frame.left_mm * 5 + 60 * 5)]
    assert (inside.max() - inside.min()) / 5 == pytest.approx(501.0 * drawn.frame.mm_per_m, abs=0.5)


def test_a_schematic_position_is_hatched_and_a_surveyed_one_is_not():
    square = shapely.box(500_300, 3_650_300, 500_700, 3_650_700)

    def shades(basis: str) -> int:
        drawn = picture(features=(Feature(square, "", "grey", basis, "#8a5a2b"),))
        column, row = dot(drawn, 500_400, 3_650_400)
        part = pixels(drawn)[column : column + 20, row : row + 20]
        return len(numpy.unique(part.reshape(-1, 3), axis=0))

    assert shades("schematic") > 5
    assert shades("surveyed") == 1


def test_the_accuracy_of_a_located_place_is_a_circle_of_that_radius():
    drawn = picture(features=(point(500_500, 3_650_500, "grey", basis="located", accuracy_m=300.0),))
    found = numpy.argwhere(near(pixels(drawn), signs.ACCURACY_INK, 60))
    centre = numpy.array(dot(drawn, 500_500, 3_650_500))
    distances = numpy.linalg.norm(found - centre, axis=1)
    assert numpy.median(distances) == pytest.approx(300 * drawn.frame.mm_per_m * 5, abs=1.5)


def test_nothing_is_drawn_outside_the_window():
    road = shapely.LineString([(400_000, 3_650_500), (600_000, 3_650_500)])
    river = shapely.box(300_000, 3_650_100, 700_000, 3_650_200)
    ground = tuple(Ground(road, "", look, "#ff0000", 9.0) for look in ("line", "railway"))
    dots = pixels(picture(ground=(*ground, Ground(river, "", "area", "#ff0000", 2.0))))
    frame = picture().frame
    beside = dots[round((frame.left_mm + frame.width_mm) * 5) + 3 :]
    assert not near(beside, "#ff0000", 90).any()


@pytest.mark.parametrize("format_name", list(map_picture.MEDIA_TYPES))
def test_every_format_is_written(format_name):
    starts = {"png": b"\x89PNG", "pdf": b"%PDF", "svg": b"<?xml"}
    keys = tuple(Key(sign, value, "字") for sign, value in [
        ("lamp", "red"), ("basis", "placed"), ("basis", "schematic"), ("hatch", "#8a5a2b"), ("accuracy", ""),
        ("road", "#9aa5ad"), ("railway", "#5b6770"), ("line", "#112233"), ("area", "#112233"),
    ])  # fmt: skip
    drawn = picture(legend=(Section("图例", keys, "一段说明" * 20),), warning="演示数据")
    assert map_picture.draw(drawn, format_name).startswith(starts[format_name])


def test_hostile_names_are_drawn_as_they_are():
    features = tuple(point(500_100 + 100 * at, 3_650_500, "grey", name=name) for at, name in enumerate(HOSTILE))
    text = "\n".join(HOSTILE)
    drawn = picture(features=features, title=text, subtitle=text, notes=(text,), warning=text)
    assert len(map_picture.draw(drawn, "png", 50)) > 1000


def test_signs_that_no_font_has_leave_a_mark():
    assert fonts.drawable("学校🏫A\x07مدرسة\n下一行") == "学校□A□مدرسة 下一行"


def test_no_name_lies_on_another_one():
    wanted = [Wanted("驻马店开发区小学", 6.0, 1, x=50 + at, y=50) for at in range(40)]
    placed = place(wanted, [(60, 40, 62, 60)], (0, 0, 150, 100))
    boxes = [shapely.box(*each.box) for each in placed]
    assert 2 <= len(placed) < 40
    assert all(one.intersection(other).area == 0 for one in boxes for other in boxes if one is not other)
    assert not any(box.intersects(shapely.box(60.01, 40.01, 61.99, 59.99)) for box in boxes)


def test_a_name_runs_along_the_longest_straight_part_of_a_line():
    line = shapely.LineString([(0, 0), (1, 5), (-20, 6)])
    assert straight_part(line) == ((-20, 6), (1, 5))
    assert straight_part(shapely.Point(0, 0)) is None


@pytest.mark.parametrize(("longest", "length"), [(0.5, 1), (1, 1), (4.9, 2), (99, 50), (5_100, 5000), (12_345, 10_000)])
def test_scale_bars_are_round(longest, length):
    assert layout.round_length(longest) == length


@pytest.mark.parametrize(("length", "words"), [(500, "500 m"), (1000, "1 km"), (2500, "2.5 km")])
def test_scale_bars_say_their_length(length, words):
    assert layout.bar_words(length) == words


def test_the_scale_in_figures_is_that_of_the_sheet():
    frame = picture().frame
    metres_a_mm = (frame.bounds[2] - frame.bounds[0]) / frame.width_mm
    words = layout.scale_words(frame, ScaleBar(500, 500, ""))
    assert int(words.removeprefix("1:").replace(" ", "")) == pytest.approx(metres_a_mm * 1000, rel=0.005)


def test_the_window_shows_all_that_it_is_asked_for_without_stretching_it():
    frame = layout.frame_on_sheet((0, 0, 4000, 100), 277, 190, notes=4)
    west, south, east, north = frame.bounds
    assert west < 0 and south < 0 and east > 4000 and north > 100
    assert (east - west) / frame.width_mm == pytest.approx((north - south) / frame.height_mm)


def test_lines_of_text_keep_words_and_begin_with_no_closing_sign():
    lines = layout.broken("坐标系：CGCS2000 3度带，" * 12, 6.3, 60)
    assert len(lines) > 3 and not any(layout.closes(line[0]) for line in lines)
    assert all("CGCS2000" in line or "CGCS" not in line for line in lines)
    assert "".join(lines).replace(" ", "") == ("坐标系：CGCS2000 3度带，" * 12).replace(" ", "")
    assert max(math.fsum(2 if ord(sign) > 0x2E7F else 1 for sign in line) for line in lines) < 70
