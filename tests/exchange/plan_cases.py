"""Project lists that were read by hand, and what a reading has wrong of them."""

import json
import re
from pathlib import Path

from geo.exchange.plan_structure import fold
from geo.exchange.plan_text import parse_plan
from geo.model.plan import PlanRecord

ROOT = Path(__file__).resolve().parents[2]
BY_HAND = sorted((ROOT / "tests" / "data" / "plans" / "by_hand").glob("*.expected.json"))
FORMS = sorted((ROOT / "tests" / "data" / "plans" / "forms").glob("*.expected.json"))
"""Lists in words of our own, each in a form of its own, read by hand before the parser saw them."""
PROSE = sorted((ROOT / "tests" / "data" / "plans" / "prose").glob("*.expected.json"))
"""Chapters of plans and news, the facts of public ones in words of our own, read by hand before the parser saw them."""
SHARED = sorted((ROOT.parent / "shared" / "cases").glob("*.expected.json"))
"""Lists that lie beside the checkout, where they do."""
FIELDS = (
    "location_text", "land_area_mu", "building_area_m2", "investment_cny_10k", "classes", "seats", "plan_year",
    "throughput", "turnover",
)  # fmt: skip
KIND = re.compile("(?:(?:新建|建设|拆除重建|迁建)?(?:项目|工程))+$")
ROUNDING = 1e-4


def same(wanted: object, got: object) -> bool:
    if isinstance(wanted, int | float) and isinstance(got, int | float):
        return abs(wanted - got) <= max(0.01, ROUNDING * abs(wanted))
    return plain(wanted) == plain(got)


def plain(value: object) -> object:
    """Words without spaces and in half-width forms."""
    return fold(value).replace(" ", "") if isinstance(value, str) else value


def bare(name: str) -> str:
    return KIND.sub("", str(plain(name)))


def faults(expected: Path) -> tuple[int, list[tuple[str, str, object, object]]]:
    """How many fields and totals there are, names included, and those read wrong: project, field, right, read."""
    wanted = json.loads(expected.read_text(encoding="utf-8"))
    text = expected.with_name(expected.name.replace(".expected.json", ".txt")).read_text(encoding="utf-8")
    reading = parse_plan(text)
    left: list[PlanRecord] = list(reading.records)
    counted = {(total.measure, total.subject, total.value) for total in reading.totals}
    totals = [(each["measure"], each["subject"], each["value"]) for each in wanted.get("totals", ())]
    wrong: list[tuple[str, str, object, object]] = [(each[1], each[0], each[2], None) for each in {*totals} - counted]
    number = len(totals)
    for case in wanted["records"]:
        names = {bare(each) for each in (case["name"], *case.get("also", ()))}
        fields = (*FIELDS, "layer") if "layer" in case else FIELDS
        record = next((each for each in left if bare(each.name) in names), None)
        number += 1 + len(fields)
        if record is None:
            wrong += [(case["name"], field, case.get(field), None) for field in ("name", *fields)]
            continue
        left.remove(record)
        got = {field: getattr(record, field) for field in fields}
        wrong += [
            (case["name"], field, case.get(field), got[field])
            for field in fields
            if not same(case.get(field), got[field])
        ]
    wrong += [(record.name, "name", None, record.name) for record in left]
    return number, wrong
