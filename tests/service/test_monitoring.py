"""The figures of the monitoring page, against what the store of a small zone holds."""

from contextlib import closing
from datetime import date

import pytest

from geo.model.errors import InvalidInput, LayerNotFound
from geo.model.journal import Act, FeatureChange
from geo.model.status import AnnualStatus
from geo.service import changes_since as changes
from geo.service.changes_since import changes_since, in_brief
from geo.service.indicators import indicators
from geo.service.intake import open_or_create
from geo.service.monitoring import (
    UNKNOWN,
    Choice,
    Scope,
    behind,
    comparisons,
    lamp_counts,
    lamp_counts_in,
    parts,
    read,
    standings,
)
from tests.service.conftest import SCHOOLS, school, square

WANG = Act("王工", "年报")

TOWNSHIPS = """
title = { zh = "乡界", en = "Townships" }
description = { zh = "乡界", en = "Townships" }
role = "reference"
source = "办公室"
licence = "内部"
geometry = "MultiPolygon"
order = 9
townships = true
"""

INDICATORS = """
title = { zh = "指标", en = "Indicators" }
description = { zh = "指标", en = "Indicators" }
role = "plan"
source = "规划"
licence = "公开"
order = 4
[status]
kind = "measurement"
base = "base_value"
target = "target_value"
better = "higher"
""" + "".join(
    f'[[fields]]\nname = "{name}"\ntitle = {{ zh = "{name}", en = "{name}" }}\ntype = "{kind}"\nshort = "F{number}"\n'
    for number, (name, kind) in enumerate(
        [
            ("row_number", "integer"),
            ("base_value", "number"),
            ("base_text", "text"),
            ("target_value", "number"),
            ("target_text", "text"),
            ("target_cumulative", "boolean"),
        ]
    )
)


def report(feature_id: str, year: int, stage: str, **more) -> AnnualStatus:
    return AnnualStatus("schools", feature_id, year, stage=stage, **more)


REPORTS = [
    report("s-1", 2022, "in_service", progress_pct=100.0, seats_delivered=1000),  # planned for 2022
    report("s-2", 2023, "started", progress_pct=60.0, obstacle="征地未完", obstacle_owner="张三"),  # planned for 2023
    report("s-5", 2023, "started", progress_pct=85.0),  # planned for 2021
    report("s-3", 2023, "started"),  # no figure
    AnnualStatus("sections", "w", 2023, value=4, value_source="环保局"),
]


@pytest.fixture
def kept(folder, url):
    with closing(open_or_create(url, folder.path)) as store:
        store.write(REPORTS, WANG)
        yield store


def test_plan_and_reports_meet_by_year(kept):
    seats = next(each for each in comparisons(read(kept)) if each.measure.name == "seats")
    years = {line.year: line for line in seats.lines}
    assert list(years) == [2021, 2022, 2023, 2024, 2025]
    # Seven schools: s-5 in 2021, s-1 and s-6 in 2022, s-2 and s-7 (whose seats nobody states) in 2023 ...
    assert [years[year].planned.value for year in years] == [1000, 2000, 1000, 1000, 1000]
    assert years[2023].planned.missing == 1
    assert [years[year].actual.value for year in years] == [None, 1000, 0, None, None]
    assert (years[2023].actual.stated, years[2023].actual.missing) == (3, 3)  # s-1 is done, s-4, s-6, s-7 silent


def test_the_rows_behind_a_figure_add_up_to_it(kept):
    monitored = read(kept)
    rows = parts(monitored, "seats", "planned", 2022)
    assert {(row.item.name, row.value) for row in rows} == {("第1小学", 1000), ("第6小学", 1000)}
    assert [row.item.name for row in parts(monitored, "schools", "actual", 2022) if row.value] == ["第1小学"]
    with pytest.raises(InvalidInput):
        parts(monitored, "seats", "wished", 2022)
    with pytest.raises(InvalidInput):
        parts(monitored, "wishes", "planned", 2022)


def test_lamps_are_counted_layer_by_layer(kept):
    counts = {each.layer.id: each for each in lamp_counts(standings(read(kept), 2023))}
    # s-1 done; s-5 15 points behind; s-2 40 points behind; s-3 cannot be compared; s-4, s-6, s-7 silent and late.
    assert counts["schools"].counts == {"red": 1, "yellow": 1, "green": 1, "grey": 3, "none": 1}
    assert (counts["schools"].overdue, counts["schools"].total) == (3, 7)
    assert counts["sections"].counts == {"red": 0, "yellow": 1, "green": 0, "grey": 0, "none": 0}


def test_what_is_behind_comes_with_reason_and_owner_the_worst_first(kept):
    late = behind(standings(read(kept), 2023))
    assert [(each.item.feature_id, each.colour, each.behind_points) for each in late] == [
        ("s-2", "red", 40.0), ("s-5", "yellow", 15.0), ("w", "yellow", None),
    ]  # fmt: skip
    assert (late[0].report.obstacle, late[0].report.obstacle_owner) == ("征地未完", "张三")
    assert late[0].lamp.reasons


def test_a_scope_narrows_every_figure(kept):
    page = kept.read_feature("schools", "s-2")
    revision = dict(zip(page.columns, page.rows[0], strict=True))["revision"]
    kept.write([FeatureChange("schools", "s-2", revision, {"responsible_unit": "教体局"})], WANG)
    everything = read(kept)
    assert everything.units == (Choice("教体局", 1), Choice(UNKNOWN, 7))
    assert [item.feature_id for item in read(kept, Scope(unit="教体局")).items] == ["s-2"]
    assert len(read(kept, Scope(unit=UNKNOWN)).items) == 7
    assert [item.feature_id for item in read(kept, Scope(layers=("sections",))).items] == ["w"]
    assert {each.layer.id for each in lamp_counts(standings(read(kept, Scope(unit="教体局")), 2023))} == {"schools"}


def test_what_is_kept_from_an_earlier_question_is_never_old(kept):
    assert [each.counts["green"] for each in lamp_counts_in(read(kept), 2023) if each.layer.id == "schools"] == [1]
    kept.write([report("s-4", 2023, "completed", progress_pct=100.0)], WANG)
    assert [each.counts["green"] for each in lamp_counts_in(read(kept), 2023) if each.layer.id == "schools"] == [2]


@pytest.mark.parametrize(("layer", "error"), [("roads", InvalidInput), ("nothing", LayerNotFound)])
def test_a_layer_without_annual_status_is_refused(kept, layer, error):
    with pytest.raises(error):
        read(kept, Scope(layers=(layer,)))


def test_a_township_is_where_a_feature_lies_but_never_where_it_is_drawn_for_show(folder, url):
    made = folder
    box = {"type": "MultiPolygon", "coordinates": [square(114.015, 32.99, 0.03)["coordinates"]]}
    made.layer(
        "districts", TOWNSHIPS, {"type": "Feature", "id": "t", "geometry": box, "properties": {"name": "关王庙乡"}}
    )
    made.layer("schools", SCHOOLS, school(1), school(2), school(9, "schematic"), school(7, "unlocated"))
    with closing(open_or_create(url, made.path)) as store:
        monitored = read(store)
        assert monitored.has_townships
        # s-1 lies at 114.02-114.03; s-2 further east; the others have no true place.
        assert {item.feature_id: item.township for item in monitored.items if item.layer_id == "schools"} == {
            "s-1": "关王庙乡", "s-2": None, "s-9": None, "s-7": None,
        }  # fmt: skip
        assert monitored.townships == (Choice("关王庙乡", 1), Choice(UNKNOWN, 4))
        assert [item.feature_id for item in read(store, Scope(township="关王庙乡")).items] == ["s-1"]


def test_without_boundaries_a_township_is_what_the_record_says(folder, url):
    more = '[[fields]]\nname = "township"\ntitle = { zh = "乡", en = "Township" }\ntype = "text"\nshort = "X"\n'
    folder.layer(
        "schools", SCHOOLS.replace("[[ratios]]", more + "[[ratios]]"), school(1, township="金山街道"), school(2)
    )
    with closing(open_or_create(url, folder.path)) as store:
        monitored = read(store)
        assert not monitored.has_townships
        assert [item.township for item in monitored.items if item.layer_id == "schools"] == ["金山街道", None]


def test_indicators_stand_in_the_order_of_the_plan_with_the_pace_that_is_left(folder, url):
    def row(number: int, **more) -> dict:
        properties = {"name": f"指标{number}", "row_number": number, **more}
        return {"type": "Feature", "id": f"i-{number}", "geometry": None, "properties": properties}

    level = {"base_value": 10.0, "base_text": "10", "target_value": 20.0, "target_text": "20"}
    damaged = {"base_value": 66.0, "base_text": "66", "target_value": 20.0, "target_text": "年均增长20%"}
    folder.layer("indicators", INDICATORS, row(10), row(9, **damaged), row(2, **level))
    with closing(open_or_create(url, folder.path)) as store:
        store.write([AnnualStatus("indicators", "i-2", 2022, value=14.0, value_source="年鉴")], WANG)
        found = indicators(store, 2023)
        assert [each.number for each in found] == [2, 9, 10]
        assert (found[0].actuals, found[0].pace.per_year, found[0].pace.since) == ({2022: 14.0}, 2.0, 2022)
        assert (found[1].goal.kind, found[1].goal.base_compares) == ("growth", False)
        assert (found[2].goal.target, found[2].pace.per_year) == (None, None)
        assert found[2].pace.reason is not None


def test_changes_since_a_day_are_grouped_by_feature(folder, url, monkeypatch):
    monkeypatch.setattr("geo.store.journal.now", lambda: "2026-03-01T04:00:00.000Z")
    with closing(open_or_create(url, folder.path)) as store:
        monkeypatch.setattr("geo.store.journal.now", lambda: "2026-03-05T16:30:00.000Z")  # the 6th at the office
        store.write([report("s-1", 2022, "started", progress_pct=30.0), report("s-2", 2022, "reserved")], WANG)
        store.write([FeatureChange("schools", "s-1", 1, {"seats": 900})], Act("李工"))
        listed = changes_since(store, date(2026, 3, 6))
        assert [(each.feature_id, each.name) for each in listed.features] == [("s-1", "第1小学"), ("s-2", "第2小学")]
        assert [str(in_brief(entry, each.layer)) for each in listed.features for entry in each.entries] == [
            "修改：学位", "填报 2022 年：开工，形象进度 30%", "填报 2022 年：储备",
        ]  # fmt: skip
        assert [entry.author for entry in listed.features[0].entries] == ["李工", "王工"]
        assert (listed.count, listed.taken_in, listed.has_more) == (3, {}, False)
        assert changes_since(store, date(2026, 3, 7)).features == ()
        # What the program took in when the store was made is counted, not listed.
        whole = changes_since(store, date(2021, 1, 1))
        assert (whole.count, whole.taken_in) == (3, {"schools": 7, "sections": 1, "roads": 1})
        assert changes_since(store, date(2021, 1, 1), layers=("roads",)).features == ()
        only = changes_since(store, date(2021, 1, 1), keys={("schools", "s-2")})
        assert [each.feature_id for each in only.features] == ["s-2"]
        assert changes_since(store, date(2021, 1, 1), most=1).has_more
        monkeypatch.setattr(changes, "MOST_READ", 2)
        assert changes_since(store, date(2021, 1, 1)).has_more
