"""What a report may say; every rule with a report just inside and one just outside."""

from dataclasses import replace
from datetime import date

import pytest

from geo.analysis.status import report_faults
from geo.model.layer import Layer, Status, Title
from geo.model.status import AnnualStatus

TITLE = Title(zh="层", en="Layer")
BASE = {"title": TITLE, "description": TITLE, "role": "plan", "source": "试验", "licence": "CC0"}
SCHOOLS = Layer(id="schools", status=Status(kind="construction"), **BASE)
RIVERS = Layer(id="rivers", status=Status(kind="measurement", unit="water_class"), **BASE)
FIXED = Layer(id="fixed", **BASE)
TODAY = date(2024, 3, 1)
GOOD = AnnualStatus(layer_id="schools", feature_id="a", year=2023, stage="started", progress_pct=40.0)
CLEAN = AnnualStatus(layer_id="rivers", feature_id="a", year=2023, value=3.0, value_source="市生态环境局")
BEFORE = replace(GOOD, year=2022, progress_pct=30.0)
AFTER = replace(GOOD, year=2024, stage="topped_out", progress_pct=80.0)


def fields(status, layer=SCHOOLS, reported=(), sealed=False):
    found = report_faults(layer, {"seats": 1000}, list(reported), status, today=TODAY, sealed=sealed)
    return [fault.field for fault in found]


@pytest.mark.parametrize(
    "status",
    [
        GOOD,
        replace(GOOD, year=2024),
        replace(GOOD, stage="completed", progress_pct=100.0),
        replace(GOOD, stage="completed", progress_pct=None),
        replace(GOOD, stage="permitted", progress_pct=0.0),
        replace(GOOD, flag="delayed"),
        replace(GOOD, flag="suspended", note="资金未到位"),
        replace(GOOD, seats_delivered=1000),
        replace(GOOD, seats_delivered=1200, note="加建一栋"),
        replace(GOOD, obstacle="征地", obstacle_owner="王工", obstacle_due="2024-06-30"),
    ],
)
def test_what_can_be_is_taken(status):
    assert fields(status) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"year": 2025}, "year"),
        ({"stage": None}, "stage"),
        ({"stage": "completed", "progress_pct": 40.0}, "progress_pct"),
        ({"stage": "in_service", "progress_pct": 99.9}, "progress_pct"),
        ({"stage": "permitted", "progress_pct": 0.1}, "progress_pct"),
        ({"flag": "suspended"}, "note"),
        ({"investment_done_cny_10k": -1.0}, "investment_done_cny_10k"),
        ({"seats_delivered": 1001}, "seats_delivered"),
        ({"value": 3.0}, "value"),
        ({"obstacle_owner": "王工"}, "obstacle"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(change, field):
    assert fields(replace(GOOD, **change)) == [field]


def test_going_backwards_needs_a_reason_against_the_year_before_and_the_year_after():
    assert fields(replace(GOOD, stage="permitted", progress_pct=None), reported=[BEFORE]) == ["stage"]
    assert fields(replace(GOOD, progress_pct=29.9), reported=[BEFORE]) == ["progress_pct"]
    assert fields(replace(GOOD, stage="completed", progress_pct=None), reported=[AFTER]) == ["stage"]
    assert fields(replace(GOOD, progress_pct=81.0), reported=[AFTER]) == ["progress_pct"]
    assert fields(replace(GOOD, progress_pct=29.9, note="返工"), reported=[BEFORE, AFTER]) == []
    assert fields(replace(GOOD, progress_pct=29.9), reported=[replace(GOOD, progress_pct=90.0)]) == []


def test_only_the_nearest_years_count():
    far = replace(GOOD, year=2021, stage="completed", progress_pct=100.0)
    assert fields(GOOD, reported=[far, BEFORE]) == []


def test_a_measured_value_has_a_source_and_lies_on_its_scale():
    assert fields(CLEAN, RIVERS) == []
    assert fields(replace(CLEAN, value_source=None), RIVERS) == ["value_source"]
    assert fields(replace(CLEAN, value=None), RIVERS) == ["value"]
    assert fields(replace(CLEAN, value=3.5), RIVERS) == ["value"]
    assert fields(replace(CLEAN, value=7.0), RIVERS) == ["value"]
    assert fields(replace(CLEAN, stage="started"), RIVERS) == ["stage"]


def test_a_closed_year_needs_a_reason_and_some_layers_report_nothing():
    assert fields(GOOD, sealed=True) == ["note"]
    assert fields(replace(GOOD, note="据审计更正"), sealed=True) == []
    assert fields(GOOD, FIXED) == ["year"]
