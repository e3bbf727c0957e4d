"""Boundary-point files: written as the rule has them, read as they really come."""

from datetime import date

import pyproj
import pytest
import shapely

from geo.exchange.boundary_reading import is_boundary_text, read_boundaries
from geo.exchange.boundary_txt import DEFAULT_PROFILE, Parcel, Profile, encoded, lines, read_profiles
from geo.model.errors import InvalidInput
from geo.model.file_finding import FileFindings

TO_DEGREES = pyproj.Transformer.from_crs(4526, 4326, always_xy=True)
HEADER = ["[属性描述]", "坐标系=2000国家大地坐标系", "几度分带=3", "带号=38", "[地块坐标]"]
SQUARE = ["J1,1,3657100.000,38501000.000", "J2,1,3657100.000,38501100.000", "J3,1,3657000.000,38501100.000",
          "J4,1,3657000.000,38501000.000", "J1,1,3657100.000,38501000.000"]  # fmt: skip

EAST_FIRST = [",".join([name, ring, east, north]) for name, ring, north, east in (line.split(",") for line in SQUARE)]


def degrees(shape):
    return shapely.transform(shape, lambda points: list(zip(*TO_DEGREES.transform(*points.T), strict=True)))


def read(text_lines):
    findings = FileFindings()
    return read_boundaries(text_lines, findings), [finding.code for finding in findings]


def test_a_parcel_is_written_clockwise_from_the_north_west_with_its_hole_and_its_area():
    outer = [(38501000, 3657000), (38501100, 3657000), (38501100, 3657100), (38501000, 3657100)]
    hole = [(38501010, 3657010), (38501020, 3657010), (38501020, 3657020), (38501010, 3657020)]
    parcel = Parcel("D1", "沙路小学", degrees(shapely.Polygon(outer, [hole])), {"land_use_code": "080403"})
    found = list(lines([parcel], 38, DEFAULT_PROFILE, date(2026, 1, 2)))
    assert found[:3] == ["[属性描述]", "格式版本号=1.01版本", "数据产生单位="]
    assert found[found.index("[地块坐标]") + 1 :] == [
        "10,0.9900,D1,沙路小学,面,,,080403,@",
        *SQUARE,
        "J5,2,3657020.000,38501010.000",
        "J6,2,3657010.000,38501010.000",
        "J7,2,3657010.000,38501020.000",
        "J8,2,3657020.000,38501020.000",
        "J5,2,3657020.000,38501010.000",
    ]
    content = b"".join(encoded(found, DEFAULT_PROFILE))
    assert content.startswith("[属性描述]\r\n".encode("gbk"))


def test_parts_are_parcels_of_their_own_and_one_feature_again():
    parts = [shapely.box(38501000 + 200 * place, 3657000, 38501100 + 200 * place, 3657100) for place in range(2)]
    parcel = Parcel("D1", "学校", degrees(shapely.MultiPolygon(parts)), {})
    found, codes = read(lines([parcel], 38, DEFAULT_PROFILE, date(2026, 1, 2)))
    assert [fields["地块编号"] for fields in found.fields] == ["D1"]
    assert found.shapes[0].equals_exact(shapely.MultiPolygon(parts).normalize(), 0.001) or (
        found.shapes[0].symmetric_difference(shapely.MultiPolygon(parts)).area < 0.1
    )
    assert codes == []


@pytest.mark.parametrize(
    ("parcel", "points", "said"),
    [
        ("5,1.0000,D1,学校,面,,教育,080403,@", SQUARE, []),
        ("4,1.0,D1,学校,面,,,,@", SQUARE[:4], []),
        ("5,10000.00,D1,学校,面,,,,@", SQUARE, []),
        ("5,15,D1,学校,面,,,,@", SQUARE, []),
        ("5,1,D1,学校,面,,,,附加一,附加二,@", SQUARE, []),
        ("5，1，D1，学校，面，，，，@", [line.replace(",", "，") for line in SQUARE], []),
        ("5,1,D1,学校,面,,,,@", [line.replace("J", "") for line in SQUARE], []),
        ("5,1,D1,学校,面,,,,@", [line.replace(",38", ",") for line in SQUARE], []),
        ("7,1,D1,学校,面,,,,@", SQUARE, ["count_mismatch"]),
        ("5,2,D1,学校,面,,,,@", SQUARE, ["area_mismatch"]),
        ("5,1,D1,学校,面,,,,@", SQUARE[::-1], ["ring_order"]),
        ("5,1,D1,学校,面,,,,@", EAST_FIRST, ["swapped_axes"]),
        ("5,1,D1,学校,面,,,,@", [*SQUARE, "看不懂的一行"], ["unknown_line"]),
    ],
)  # fmt: skip
def test_parcels_are_read_in_every_variant_and_never_believed(parcel, points, said):
    found, codes = read([*HEADER, parcel, *points])
    assert codes == said
    assert found.shapes[0].area == pytest.approx(10000)
    assert found.crs.to_epsg() in (4526, 4547)
    assert (found.fields[0]["地块编号"], found.fields[0]["地块名称"]) == ("D1", "学校")


def test_an_extra_block_first_and_restarted_names_of_holes_do_no_harm():
    hole = ["J1,2,3657020.000,38501010.000", "J2,2,3657010.000,38501010.000", "J3,2,3657010.000,38501020.000",
            "J1,2,3657020.000,38501010.000"]  # fmt: skip
    found, codes = read(["[其他]", "说明=1", *HEADER, "9,0.995,D1,学校,面,,,,@", *SQUARE, *hole])
    assert codes == []
    assert len(found.shapes[0].interiors) == 1


def test_a_ring_beside_the_first_is_a_part_not_a_hole_and_is_told_by_its_place():
    beside = [line.replace(",1,36571", ",2,36581").replace(",1,36570", ",2,36580") for line in SQUARE]
    findings = FileFindings()
    found = read_boundaries([*HEADER, "10,2,D1,学校,面,,,,@", *SQUARE, *beside], findings)
    assert [part.bounds for part in shapely.get_parts(found.shapes[0])] == [
        (38501000, 3657000, 38501100, 3657100),
        (38501000, 3658000, 38501100, 3658100),
    ]
    (finding,) = findings
    assert (finding.code, finding.row, finding.field) == ("ring_outside", 6, "geometry")
    assert finding.remark.params["number"] == 2 and "第 %(number)s 圈" in finding.remark.message


@pytest.mark.parametrize(
    ("header", "points", "code"),
    [
        (["[属性描述]", "坐标系=80国家大地坐标系", "几度分带=3", "带号=38"], SQUARE, 2362),
        (["[属性描述]", "几度分带=6", "带号=19"], [line.replace(",38", ",19") for line in SQUARE], 4497),
        (["[属性描述]", "带号=39"], SQUARE, 4526),
    ],
)
def test_datum_and_zone_come_from_the_header_and_the_digits(header, points, code):
    found, _ = read([*header, "[地块坐标]", "5,1,D1,学校,面,,,,@", *points])
    assert found.crs.to_epsg() == code


def test_texts_are_known_by_sections_or_by_parcels_and_points():
    assert is_boundary_text(["", "[地块坐标]"])
    assert is_boundary_text(["5,1,D1,学校,面,,,,@", SQUARE[0]])
    assert not is_boundary_text(["名称,经度,纬度", "学校,114,33"])


def test_profiles_are_read_from_their_file_and_faults_name_it():
    assert read_profiles('[x]\nencoding = "UTF-8"', "f")["x"] == Profile(encoding="UTF-8")
    with pytest.raises(InvalidInput, match=r"f 不合要求"):
        read_profiles('[x]\ncolour = "red"', "f")


def test_a_parcel_of_ten_thousand_rings_beside_each_other_is_none():
    rings = [
        f"J{corner},{number % 900 + 1},{3657000 + 20 * number + dy}.000,{38501000 + dx}.000"
        for number in range(10_000)
        for corner, dy, dx in ((1, 10, 0), (2, 10, 10), (3, 0, 10), (1, 10, 0))
    ]
    found, codes = read([*HEADER, "40000,50,D1,学校,面,,,,@", *rings])
    assert found.shapes == [None] and {"ring_outside", "too_complex"} == set(codes)


TOP = "[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n带号=38\n[地块坐标]\n"
PARCEL = "5,1.0000,DK1,一号,面,,教育用地,080403,@\n"
CORNERS = [(3657100, 38501000), (3657100, 38501100), (3657000, 38501100), (3657000, 38501000), (3657100, 38501000)]


def one_parcel(number=1):
    return PARCEL.replace("DK1", f"DK{number}") + "".join(f"J{i},1,{x},{y}\n" for i, (x, y) in enumerate(CORNERS, 1))


def read_text(text):
    findings = FileFindings()
    return read_boundaries(text.splitlines(), findings), [(each.row, each.code) for each in findings]


def test_an_empty_column_between_tabs_stays_one():
    read, told = read_text((TOP + one_parcel()).replace(",", "\t"))
    assert (read.fields[0]["图幅号"], read.fields[0]["地块用途"], read.fields[0]["地类编码"]) == (
        None,
        "教育用地",
        "080403",
    )
    assert told == []


def test_a_comma_in_a_name_moves_no_column_and_is_told():
    read, told = read_text(TOP + one_parcel().replace("一号", "一号,东区"))
    assert (read.fields[0]["地块编号"], read.fields[0]["地块名称"]) == ("DK1", "一号，东区")
    assert told == [(6, "comma_in_name")]


def test_a_second_header_with_another_crs_is_not_read_as_the_first():
    """Both have the zone's digits, so nothing but the header tells that the second parcel is 100 m off."""
    other = TOP.replace("2000国家大地坐标系", "1980西安坐标系")
    read, told = read_text(TOP + one_parcel() + other + one_parcel(2))
    assert [shape is not None for shape in read.shapes] == [True, False]
    assert told == [(17, "zone_mismatch")]
    read, told = read_text(TOP + one_parcel() + TOP.replace("分带=3", "分带=3度带") + one_parcel(2))
    assert (all(read.shapes), told) == (True, [])


@pytest.mark.parametrize("sign", ["＝", " = ", "："])
def test_a_header_with_other_signs_counts(sign):
    read, _ = read_text(TOP.replace("=", sign).replace("2000国家大地坐标系", "1980西安坐标系") + one_parcel())
    assert read.crs.to_epsg() == 2362


def test_a_crs_of_a_city_s_own_and_lines_that_are_no_areas_are_told():
    text = TOP.replace("2000国家大地坐标系", "驻马店城市坐标系") + one_parcel().replace("面", "线")
    assert read_text(text)[1] == [(None, "unknown_datum"), (6, "wrong_kind")]


def test_digits_of_full_width_are_digits():
    wide = str.maketrans("0123456789.", "０１２３４５６７８９．")
    read, told = read_text(TOP + one_parcel().translate(wide))
    assert (read.shapes[0].area, told) == (10_000, [])


@pytest.mark.parametrize(
    ("stated", "told"), [("15亩", []), ("10000㎡", []), ("1 hm2", []), ("2公顷", ["area_mismatch"])]
)
def test_an_area_with_its_unit_is_compared_in_that_unit(stated, told):
    """A square of 100 m: 10 000 m², 1 公顷, 15 亩."""
    assert [code for _, code in read_text(TOP + one_parcel().replace("1.0000", stated))[1]] == told


@pytest.mark.parametrize(("count", "told"), [("5.0", []), ("", []), ("7.0", ["count_mismatch"])])
def test_a_number_of_points_is_read_as_programs_write_it(count, told):
    read, found = read_text(TOP + one_parcel().replace("5,1.0000", f"{count},1.0000"))
    assert (read.shapes[0].area, [code for _, code in found]) == (10_000, told)
