"""Figures of a plan against one another; every expected value by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.analysis.cluster_sizes import sizes_against_parts
from geo.analysis.consistency import Claim, Item, agrees, check, is_under
from geo.analysis.school_figures import check_figures, standard_of
from geo.model.finding import Citation


def school(
    name: str, year: int = 2021, *, level: str | None = "primary", section: str = "七(二)1 专栏", corner=None, **figures
):
    return Item(name, Citation(name, section, 9), "schools", level, year, corner, figures)


def claim(value: float, measure: str = "count", *, section="七(二)1", paragraph=1, label="总数", **more):
    citation = Citation(label, section, paragraph, more.pop("span", None))
    return Claim(more.pop("subject", "学校"), measure, value, citation, more.pop("layer", "schools"), **more)


def told(findings) -> list[tuple[str, str]]:
    return [(finding.code, finding.verdict) for finding in findings]


def test_a_total_that_closes_agrees_and_cites_total_and_items():
    items = [school("一小", seats=1080), school("二小", seats=1350)]
    (finding,) = check(items, [claim(2430, "seats")])
    assert (finding.code, finding.verdict) == ("total", "agrees")
    assert [place.label for place in finding.places] == ["总数", "一小", "二小"]
    assert finding.figures == {"stated": 2430, "found": 2430}


def test_a_total_that_does_not_close_differs_unless_an_item_lacks_the_figure():
    items = [school("一小", seats=1080), school("二小", seats=1350)]
    assert told(check(items, [claim(2500, "seats")])) == [("total", "differs")]
    assert told(check([*items, school("三小")], [claim(2500, "seats")])) == [("total", "explained")]
    assert told(check(items, [claim(3)])) == [("total", "differs")]


def test_a_total_counts_its_year_its_level_and_its_section_only():
    items = [school("一小"), school("二小", 2022), school("一中", level="junior"), school("外校", section="八")]
    assert told(check(items, [claim(2, year=2021)])) == [("total", "agrees")]
    assert told(check(items, [claim(1, year=2021, level="primary")])) == [("total", "agrees")]
    assert told(check(items, [claim(3)])) == [("total", "agrees")]


def test_a_number_without_items_is_explained_and_what_was_before_is_left_out():
    assert told(check([], [claim(10, level="kindergarten")])) == [("total_not_itemised", "explained")]
    assert told(check([school("一小")], [claim(8, past=True)])) == []


@pytest.mark.parametrize(("parts", "verdict"), [((3, 2), "agrees"), ((3, 3), "differs")])
def test_the_whole_is_held_against_its_years(parts, verdict):
    items = [school(f"{n}小", year) for year, many in zip((2021, 2022), parts, strict=True) for n in range(many)]
    years = [claim(many, year=year, section="七(二)1 专栏") for year, many in zip((2021, 2022), parts, strict=True)]
    found = check(items, [claim(5), *years])
    assert ("total_by_years", verdict) in told(found)


def test_levels_are_parts_only_behind_the_whole():
    claims = [claim(10, level="kindergarten", span=(5, 9)), claim(11, span=(20, 24))]
    claims += [claim(3, level="junior", span=(30, 34)), claim(8, level="primary", span=(40, 44))]
    levels = [finding for finding in check([], claims) if finding.code == "total_by_levels"]
    assert told(levels) == [("total_by_levels", "agrees")]


def test_24_villages_are_16_villages_and_8_communities():
    def villages(value, subject, paragraph):
        return claim(value, subject=subject, paragraph=paragraph, layer=None, label=f"{subject}{value}")

    first, second, third = villages(24, "行政村", 19), villages(16, "行政村", 243), villages(8, "居委会", 243)
    (finding,) = check([], [first, second, third])
    assert (finding.code, finding.verdict) == ("settlements", "explained")
    assert [place.paragraph for place in finding.places] == [19, 243, 243]
    assert told(check([], [first, villages(17, "行政村", 243), third])) == [("settlements", "differs")]


def test_one_corner_and_one_name_for_two_are_told():
    corner = (frozenset(("靖宇路", "吴房路")), "SW")
    items = [school("五中", corner=corner, land_area_mu=55.35), school("实小", corner=corner, land_area_mu=39.01)]
    (finding,) = check(items, [])
    assert (finding.code, finding.figures["land_area_mu"]) == ("same_corner", pytest.approx(94.36))
    assert told(check([school("一小"), school("一小", 2022)], [])) == [("same_name", "note")]
    open_corner = (frozenset(("甲路", "乙路")), None)
    assert check([school("一小", corner=open_corner), school("二小", corner=open_corner)], []) == []


def park(name: str, number: int, **figures):
    return Item(name, Citation(name, f"四(一)1 专栏1({number})", 175), "logistics_parks", figures=figures)


def size(value: float, subject: str = "物流集群", section: str = "四(一)1 专栏1", **more):
    return claim(value, "size", section=section, subject=subject, layer=None, **more)


PARKS = [
    park(name, number, turnover=turnover)
    for number, (name, turnover) in enumerate({"万邦": 150.0, "恒兴": 150.0, "丰树": 30.0, "豫鑫": 5.0}.items(), 1)
]


def test_385_is_its_parts_when_one_counts_with_what_it_leads_to():
    led = size(200, "交易体系", "四(一)1 专栏1(1)")
    (finding,) = sizes_against_parts(PARKS, [size(385), led])
    assert (finding.verdict, finding.figures["found_cny_10k"]) == ("explained", 335)
    assert "万邦" in str(finding.remark)


@pytest.mark.parametrize(("value", "verdict"), [(335, "agrees"), (400, "explained"), (300, "differs")])
def test_a_size_is_held_against_its_projects(value, verdict):
    assert told(sizes_against_parts(PARKS, [size(value)])) == [("size", verdict)]


def test_a_size_is_held_against_the_clusters_in_it():
    above = size(500, "服务业集群", "四(一)1 专栏")
    below = [size(385), size(100, "金融集群", "四(一)1 专栏2"), size(100, "商贸集群", "四(一)1 专栏3")]
    verdicts = dict(zip("服物金商", told(sizes_against_parts([], [above, *below])), strict=True))
    assert verdicts["服"] == ("size", "agrees")
    heading = size(200, "玉米集群", "四(二)3 专栏1", headings=("专栏:农产品加工产业集群",))
    found = sizes_against_parts([], [size(500, "农产品加工集群", "二(四)1"), heading])
    assert told(found)[0] == ("size", "explained")


def test_many_alternatives_take_bounded_time():
    items = [park(f"园{n}", 1, turnover=1.0, full_turnover=2.0) for n in range(60)]
    assert told(sizes_against_parts(items, [size(100, section="四(一)1")])) == [("size", "explained")]


def test_seats_are_classes_times_45_and_50():
    right = [school("一小", classes=24, seats=1080), school("一中", level="junior", classes=36, seats=1800)]
    wrong = school("二小", classes=30, seats=1500)
    found = {finding.verdict: finding for finding in check_figures([*right, wrong]) if finding.code == "class_size"}
    assert found["agrees"].figures == {"schools": 2}
    assert found["differs"].figures == {"stated": 1500, "found": 1350}


def test_floor_area_a_pupil_is_held_against_the_standard_of_its_size():
    # table 4-1: primary schools of 24 classes 5.4 to 7.9 m², of 30 and more 5.2 to 7.2
    assert (standard_of("primary", 24), standard_of("primary", 48)) == ((5.4, 7.9), (5.2, 7.2))
    assert standard_of("junior", 6) == (7.9, 11.4)
    below = school("一小", classes=24, seats=1000, building_area_m2=5000)
    within = school("二小", classes=24, seats=1000, building_area_m2=6000)
    above = school("三小", classes=24, seats=1000, building_area_m2=18000)
    found = [finding for finding in check_figures([below, within, above]) if finding.code == "floor_area_per_pupil"]
    assert [(finding.verdict, finding.places[0].label) for finding in found] == [("differs", "一小"), ("note", "三小")]


def test_what_stands_out_in_a_plan_is_told():
    usual = [school(f"{n}小", land_area_mu=40, investment_cny_10k=8000, seats=1600) for n in range(5)]
    dear = school("贵小", land_area_mu=40, investment_cny_10k=15000, seats=1600)
    found = [finding for finding in check_figures([*usual, dear]) if finding.verdict == "note"]
    assert [(finding.code, finding.places[0].label) for finding in found] == [("investment_per_mu", "贵小")]
    assert found[0].figures == {"value": 375.0, "median": 200.0}


@pytest.mark.parametrize(
    ("section", "above", "is_below"),
    [
        ("七(二)1 专栏", "七(二)1", True),
        ("四(一)10", "四(一)1", False),
        ("四(一)1 专栏1(2)", "四(一)1 专栏", True),
        ("五", "四", False),
    ],
)
def test_sections_stand_in_sections(section, above, is_below):
    assert is_under(section, above) is is_below


@given(value=st.floats(1, 1e9), share=st.floats(-0.2, 0.2))
def test_qualifiers_widen_what_agrees(value, share):
    found = value * (1 + share)
    assert agrees(value, value, ())
    assert not agrees(value, found, ()) or agrees(value, found, ("约",))
    assert agrees(value, found, ("以上",)) or found < value
