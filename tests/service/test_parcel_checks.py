"""Parcels before they go to the bureau: expected areas are whole metres of the zone's plane."""

import json
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
import shapely
from pypdf import PdfReader

from geo.exchange import parcel_check
from geo.exchange.reports import write
from geo.model.errors import InvalidInput
from geo.service.intake import open_or_create
from geo.service.parcel_checks import check
from geo.service.parcel_report import report
from geo.service.parcels import choose
from tests.exchange.test_reports import text_of
from tests.service.parcel_layers import LINES, PARCELS, TABLE, feature, ground, line, parcel

MU = 2000 / 3


@pytest.fixture
def made(folder, url):
    """Makes a store of parcels and lines."""
    stores = []

    def make(*parcels, lines=(), codes=TABLE):
        (folder.path / "land_use.toml").write_text(codes, encoding="utf-8")
        folder.layer("schools", PARCELS, *parcels)
        if lines is not None:
            folder.layer("control_lines", LINES, *lines)
        stores.append(open_or_create(url, folder.path))
        return stores[-1]

    yield make
    for store in stores:
        store.close()


def checked(store, *bases):
    return check(store, choose(store, ["schools"], bases or ("surveyed",)))


def told(found, code):
    return [finding for finding in found.findings if finding.code == code]


ALL_LINES = (
    line("n", "farmland", ground(-1000, -1000, -900, 2000)),
    line("e", "ecological", ground(-800, -1000, -700, 2000)),
    line("u", "urban", ground(-500, -500, 2000, 2000)),
)


def test_a_sound_parcel_within_its_lines_has_no_findings(made):
    found = checked(made(parcel("a", ground(0, 0, 200, 100), 30), lines=ALL_LINES))
    assert found.findings == ()
    (own,) = found.parcels
    assert own.area_plane_m2 == pytest.approx(20_000, abs=0.05)
    assert own.area_ellipsoid_m2 == pytest.approx(20_000, rel=2e-5)
    assert (own.code, own.code_given) == ("080403", "layer")
    assert {each.kind: each.area_m2 for each in own.meetings} == {"farmland": 0, "ecological": 0, "urban": 0}
    assert (found.zone, found.crs) == (38, "EPSG:4547")


def test_what_lies_on_a_line_is_measured_and_says_where_and_of_which_edition(made):
    lines = (*ALL_LINES, line("n2", "farmland", ground(150, 50, 300, 300)))
    found = checked(made(parcel("a", ground(0, 0, 200, 100), 30), lines=lines))
    (own,) = found.findings
    assert own.code == "on_line"
    assert own.figures["area_m2"] == pytest.approx(2500, abs=0.05)
    assert own.figures["area_mu"] == pytest.approx(3.75, abs=1e-4)
    assert own.figures["area_ha"] == pytest.approx(0.25, abs=1e-5)
    assert own.figures["share_pct"] == pytest.approx(12.5, abs=1e-4)
    assert own.place.symmetric_difference(ground(150, 50, 200, 100)).area < 1e-12
    assert str(own.remark) == "a号小学 压占永久基本农田 2500.0 ㎡（3.750 亩，0.2500 公顷，占地块 12.50%）"
    assert {each.kind: each.editions for each in found.lines}["farmland"] == (("2022", "2022-10-14"),)


def test_being_outside_of_the_urban_boundary_is_the_finding(made):
    lines = (*ALL_LINES[:2], line("u", "urban", ground(50, -500, 2000, 2000)))
    found = checked(
        made(parcel("a", ground(0, 0, 200, 100), 30), parcel("b", ground(300, 0, 400, 100), 15), lines=lines)
    )
    (own,) = found.findings
    assert (own.code, own.parcels) == ("off_line", ("schools/a",))
    assert own.figures["area_m2"] == pytest.approx(5000, abs=0.05)
    assert own.place.symmetric_difference(ground(0, 0, 50, 100)).area < 1e-12


def test_a_line_that_is_not_loaded_is_said(made):
    found = checked(made(parcel("a", ground(0, 0, 200, 100), 30), lines=ALL_LINES[:1]))
    assert [(each.kind, each.count) for each in found.lines] == [("farmland", 1), ("ecological", 0), ("urban", 0)]
    assert [str(each.remark) for each in told(found, "line_not_loaded")] == [
        "生态保护红线没有载入，没有核查：不能说明地块不涉及生态保护红线",
        "城镇开发边界没有载入，没有核查：不能说明地块不涉及城镇开发边界",
    ]


def test_a_zone_that_has_no_layer_of_lines_is_said(made):
    found = checked(made(parcel("a", ground(0, 0, 200, 100), 30), lines=None))
    assert (found.lines, [each.code for each in found.findings]) == ((), ["line_not_loaded"])
    assert "没有控制线图层" in str(found.findings[0].remark) and "永久基本农田" in str(found.findings[0].remark)


def test_doubts_about_a_line_are_told(made):
    lines = (
        *ALL_LINES,
        line("n2", "farmland", ground(-1000, 2100, -900, 2200), "2023", None),
        feature("x", ground(0, 0, 50, 50), name="x"),
    )
    found = checked(made(parcel("a", ground(0, 0, 200, 100), 30), lines=lines))
    assert sorted(each.code for each in found.findings) == [
        "line_editions_mixed", "line_of_no_kind", "line_without_edition",
    ]  # fmt: skip


def test_slivers_are_counted_and_not_told(made):
    lines = (*ALL_LINES, line("n2", "farmland", ground(-10, -0.9, 1, 100)))
    neighbour = parcel("b", ground(199.995, 0, 300, 100), 15)
    found = checked(made(parcel("a", ground(0, 0, 200, 100), 30), neighbour, lines=lines))
    assert [each.code for each in found.findings] == ["on_line"]
    assert (found.slivers, found.slivers_m2) == (1, pytest.approx(0.5, abs=0.01))


def test_overlaps_gaps_and_repeats_are_told_once(made):
    found = checked(
        made(
            parcel("a", ground(0, 0, 200, 100), 30),
            parcel("b", ground(190, 0, 300, 100), 16.5),
            parcel("c", ground(300.5, 0, 400, 100), 14.925),
            parcel("d", ground(0, 0, 200, 100), 30, name="a号小学"),
            lines=ALL_LINES,
        )
    )
    assert [(each.code, each.parcels) for each in found.findings] == [
        ("duplicate_geometry", ("schools/a", "schools/d")),
        ("overlap", ("schools/a", "schools/b")),
        ("overlap", ("schools/b", "schools/d")),
        ("duplicate_name", ("schools/a", "schools/d")),
        ("gap", ("schools/b", "schools/c")),
    ]
    assert told(found, "overlap")[0].figures["area_m2"] == pytest.approx(1000, abs=0.05)
    assert told(found, "gap")[0].figures["area_m2"] == pytest.approx(50, abs=0.05)


def test_what_a_parcel_lacks_or_states_wrongly_is_told(made):
    found = checked(
        made(
            parcel("a", ground(0, 0, 200, 100), 31, responsible_unit=None, level="nursery"),
            parcel("b", ground(300, 0, 500, 100), 30.05, location_accuracy_m=None),
            lines=ALL_LINES,
        )
    )
    assert [(each.code, each.parcels) for each in found.findings] == [
        ("missing_code", ("schools/a",)),
        ("missing_field", ("schools/a",)),
        ("area_differs", ("schools/a",)),
        ("missing_field", ("schools/b",)),
    ]
    (area,) = told(found, "area_differs")
    assert area.figures["difference_mu"] == pytest.approx(-1, abs=1e-3)


def test_a_shape_that_another_program_broke_is_told_and_checked_as_its_repair(made):
    store = made(parcel("a", ground(0, 0, 200, 100), 15), lines=ALL_LINES)
    chosen = choose(store, ["schools"])
    corners = shapely.get_coordinates(ground(0, 0, 200, 100))
    bow = shapely.Polygon(corners[[0, 2, 1, 3]])
    found = check(store, replace(chosen, parcels=(replace(chosen.parcels[0], shape=bow),)))
    assert "invalid_geometry" in [each.code for each in found.findings]
    assert all(each.area_m2 == 0 for each in found.parcels[0].meetings)


def test_a_code_that_a_later_table_lacks_is_told(made, folder):
    store = made(parcel("a", ground(0, 0, 200, 100), 30, land_use_code="080404"), lines=ALL_LINES)
    store.catalog.land_use.codes.pop("080404")
    assert [each.code for each in checked(store).findings] == ["unknown_code"]


def test_only_what_is_asked_for_is_a_parcel_and_the_rest_is_listed_with_its_reason(made):
    store = made(
        parcel("a", ground(0, 0, 200, 100), 30),
        parcel("b", ground(300, 0, 500, 100), 30, "located", location_accuracy_m=800),
        parcel("c", ground(600, 0, 800, 100), 30, "schematic", location_accuracy_m=None),
        parcel("d", None, 30, "unlocated", location_accuracy_m=None),
        parcel("e", ground(900, 0, 1100, 100), 30, retired_on="2024-01-01"),
        lines=ALL_LINES,
    )
    chosen = choose(store, ["schools"])
    assert [each.feature_id for each in chosen.parcels] == ["a"]
    assert {each.feature_id: each.reason.message for each in chosen.left_out} == {
        "b": "位置依据是“%(basis)s”，没有要求报送", "c": "示意位置，不是地块，不报送",
        "d": "没有图形，待落图", "e": "已停用",
    }  # fmt: skip
    found = checked(store, "located", "surveyed")
    assert [each.feature_id for each in found.parcels] == ["a", "b"]
    assert [(each.code, each.parcels) for each in found.findings] == [("not_surveyed", ("schools/b",))]
    with pytest.raises(InvalidInput):
        choose(store, ["schools"], ["schematic"])
    with pytest.raises(InvalidInput):
        choose(store, ["roads"])


def test_a_store_without_parcels_is_checked_too(made):
    found = checked(made(parcel("c", ground(600, 0, 800, 100), 30, "schematic")))
    assert found.parcels == ()
    assert [each.code for each in found.findings] == ["line_not_loaded"] * 3


def test_the_json_and_the_pdf_say_the_same(made):
    lines = (*ALL_LINES[:1], line("n2", "farmland", ground(150, 50, 300, 300)))
    store = made(
        parcel("a", ground(0, 0, 200, 100), 30), parcel("b", ground(600, 0, 800, 100), 30, "schematic"), lines=lines
    )
    found = checked(store)
    document = json.loads(parcel_check.dumps(parcel_check.document(found, str, "zh")))
    assert document["counts"] == {"on_line": 1, "line_not_loaded": 2}
    assert document["findings"][0]["figures"]["area_m2"] == pytest.approx(2500, abs=0.05)
    assert shapely.from_geojson(json.dumps(document["findings"][0]["geometry"])).contains(
        shapely.Point(document["findings"][0]["point"])
    )
    assert document["parcels"][0]["control_lines"]["farmland"]["share_pct"] == pytest.approx(12.5, abs=0.01)
    assert [each["reason"] for each in document["left_out"]] == ["示意位置，不是地块，不报送"]
    assert date.fromisoformat(document["made_on"]) == found.on

    text = text_of(PdfReader(BytesIO(write(report(store, found), "pdf")))).replace("\n", "")
    for words in (
        "地块检查报告",
        "压占永久基本农田",
        "2500.0 ㎡",
        "未载入，未核查",
        "城镇开发边界",
        "示意位置，不是地块，不报送",
    ):
        assert words in text
