"""A plan's text gives what the layers hold, and its totals close or are explained."""

import json
import time
from functools import cache
from pathlib import Path

import pytest

from geo.model.errors import InvalidInput
from geo.model.layer import Catalog, Layer, Title, Zone
from geo.service import reading

ROOT = Path(__file__).resolve().parents[2]
PLAN = ROOT.parent / "shared" / "plan" / "outline-2021-2025.txt"
"""The plan itself is not ours to ship; it lies beside the checkout where the project is built."""
MADE = ROOT / "tests" / "data" / "plans" / "new_district.txt"
SAME = {
    "schools": ("name", "plan_year", "location_text", "level", "land_area_mu", "building_area_m2",
                "investment_cny_10k", "classes", "seats", "source_section", "source_paragraph"),
    "logistics_parks": ("name", "scale_m2", "investment_cny_10k", "throughput_t_10k", "turnover_cny_10k", "companies",
                        "source_section", "source_paragraph"),
    "industrial_parks": ("name", "land_area_mu", "investment_cny_10k", "processing_t_10k", "output_cny_10k",
                         "full_output_cny_10k", "source_section", "source_paragraph"),
    "commercial_projects": ("name", "investment_cny_10k", "source_section", "source_paragraph"),
    "health_facilities": ("name", "source_section", "source_paragraph"),
}  # fmt: skip
"""Columns of a layer that the text alone must give."""
OF_RECORD = {
    "throughput_t_10k": "throughput", "processing_t_10k": "throughput", "turnover_cny_10k": "turnover",
    "output_cny_10k": "turnover", "full_output_cny_10k": "full_turnover",
}  # fmt: skip


def features(layer: str) -> list[dict]:
    collection = json.loads((ROOT / "layers" / layer / "features.geojson").read_text(encoding="utf-8"))
    return [feature["properties"] for feature in collection["features"]]


def told(record, columns: tuple[str, ...]) -> dict:
    values = {"source_section": record.source.section, "source_paragraph": record.source.paragraph}
    values |= {
        column: getattr(record, OF_RECORD.get(column, column), None) for column in columns if column not in values
    }
    return {column: values[column] for column in columns if values[column] is not None}


@cache
def plans() -> list[reading.Reading]:
    """The shipped plan where it lies beside us, so that nothing is skipped where it does not; read once."""
    return [reading.read_plan_file(PLAN)] if PLAN.exists() else []


@pytest.mark.parametrize("layer", SAME)
def test_the_plans_text_alone_gives_the_layers_features_with_every_figure(layer):
    for plan in plans():
        records = [told(record, SAME[layer]) for record in plan.records if record.layer == layer]
        ours = [{column: row[column] for column in SAME[layer] if column in row} for row in features(layer)]
        assert records == ours
    assert len(features(layer)) == {"schools": 11, "logistics_parks": 4, "industrial_parks": 2,
                                    "commercial_projects": 8, "health_facilities": 3}[layer]  # fmt: skip


def test_the_plans_text_gives_no_other_project():
    for plan in plans():
        assert {record.layer for record in plan.records} == set(SAME)
    assert set(SAME) <= {path.parent.name for path in ROOT.glob("layers/*/layer.toml")}


def test_every_counted_promise_of_the_plan_comes_out_as_a_total():
    targets = features("programme_targets")
    numbers = [row for row in targets if row["target_kind"] in ("count", "rate") and "target_value" in row]
    assert len(numbers) >= 15
    for plan in plans():
        stated = {(total.source.paragraph, total.value) for total in plan.totals}
        stated |= {(total.source.paragraph, total.value / 10_000) for total in plan.totals if total.unit == "cny_10k"}
        missing = [row["name"] for row in numbers if (row["source_paragraph"], row["target_value"]) not in stated]
        # 每2年1次, 提高10% and 三大数据库 count no things and state no rate
        assert missing == ["基层农技人员集中培训", "灌溉用水及自然降水生产效率", "人口健康数据库"]


def test_the_indicator_table_comes_out_row_by_row():
    for plan in plans():
        rows = {str(row.row): row for row in reversed(plan.indicators)}
        ours = {str(row["row_number"]): row for row in features("indicators")}
        assert rows.keys() == ours.keys()
        for number, row in rows.items():
            figures = (ours[number].get("base_value"), ours[number].get("target_value"))
            assert (row.base, row.target) == figures
    assert len(features("indicators")) == 20


def test_every_total_of_the_plan_closes_or_is_explained():
    for plan in plans():
        assert [finding for finding in plan.findings if finding.verdict == "differs"] == []
        codes = {finding.code for finding in plan.findings}
        assert codes >= {
            "total",
            "total_by_years",
            "total_by_levels",
            "settlements",
            "size",
            "same_corner",
            "class_size",
        }
        totals = [finding for finding in plan.findings if finding.code == "total"]
        assert len(totals) == 16 and {finding.verdict for finding in totals} == {"agrees"}
    assert reading.read_plan_file(MADE).findings != ()


def test_every_finding_cites_places_that_stand_in_the_text():
    for plan in (reading.read_plan_file(MADE), *plans()):
        for finding in plan.findings:
            assert finding.places
            for place in finding.places:
                first, last = place.span
                assert 0 <= first < last <= len(plan.text)
                assert plan.text.count("\n", 0, first) + 1 >= place.paragraph
                assert str(finding.remark)


def test_what_was_read_goes_to_layers_that_the_zone_has_by_id_then_by_title():
    zone = Zone(Title("某区", "Zone"), Title("规划", "Plan"), "某文", 2026, 2030, (102.2, 37.5, 102.4, 37.7))
    known = {"schools": "新建学校", "workshops": "标准厂房"}
    catalog = Catalog(zone, [
        Layer(name, Title(zh, name), Title(zh, name), "plan", "规划", "公开", geometry="MultiPolygon")
        for name, zh in known.items()
    ])  # fmt: skip
    text = """三、重点任务
（一）学校
1.县第三小学。位于甲路与乙路交叉口东北角，占地32亩。
2.城北冷链物流园。位于甲路与丙路交叉口东北角，占地95亩，投资2.3亿元。
（二）标准厂房和加工园
1.食品加工园。位于丙路与乙路交叉口东北角，占地200亩，投资5.2亿元。
"""
    read = reading.in_layers_of(reading.read_plan(text), catalog)
    assert [(each.name, each.layer) for each in read.records] == [
        ("县第三小学", "schools"), ("城北冷链物流园", None), ("食品加工园", "workshops"),
    ]  # fmt: skip


def test_a_plan_that_was_uploaded_is_read_like_a_file():
    assert reading.read_plan_bytes(MADE.read_bytes(), "plan.txt") == reading.read_plan_file(MADE)


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"全区{number}个行政村、8个居委会。\n" for number in range(2100)),
        "".join(
            f"({number})甲{number}小学:位于A路与B路交叉口西北侧,占地3亩,36个班,1620个学位。\n" for number in range(2100)
        ),
        "2021年新建3所学校,新增学位4230个:\n" * 1100,
        "".join(f"{number}.形成{number + 1}00亿级甲{number}产业集群。\n" for number in range(2100)),
    ],
    ids=["villages", "one corner", "groups", "clusters"],
)
def test_more_than_any_plan_has_is_compared_in_bounded_time(text):
    began = time.process_time()
    read = reading.read_plan(text)
    assert time.process_time() - began < 25  # 2 s alone; every pair compared with every other would take an hour
    assert read.findings[0].code == "too_many"


def test_a_text_that_is_longer_than_any_plan_is_refused():
    with pytest.raises(InvalidInput):
        reading.read_plan("一" * (reading.LONGEST_PLAN + 1))
