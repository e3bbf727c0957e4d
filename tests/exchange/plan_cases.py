"""Project lists that were read by hand, and what a reading has wrong of them."""

import json
import re
from pathlib import Path

from geo.exchange.plan_text import parse_plan
from geo.model.plan import PlanRecord

ROOT = Path(__file__).resolve().parents[2]
BY_HAND = sorted((ROOT / "tests" / "data" / "plans" / "by_hand").glob("*.expected.json"))
SHARED = sorted((ROOT.parent / "shared" / "cases").glob("*.expected.json"))
"""Lists that lie beside the checkout, where they do."""
FIELDS = ("location_text", "land_area_mu", "building_area_m2", "investment_cny_10k", "classes", "seats", "plan_year")
KIND = re.compile("(?:新建|建设|拆除重建|迁建)?(?:项目|工程)$")
ROUNDING = 1e-4


def same(wanted: object, got: object) -> bool:
    if isinstance(wanted, int | float) and isinstance(got, int | float):
        return abs(wanted - got) <= max(0.01, ROUNDING * abs(wanted))
    return wanted == got


def faults(expected: Path) -> tuple[int, list[tuple[str, str, object, object]]]:
    """How many fields there are, name included, and those read wrong: project, field, what is right, what was read."""
    wanted = json.loads(expected.read_text(encoding="utf-8"))["records"]
    text = expected.with_name(expected.name.replace(".expected.json", ".txt")).read_text(encoding="utf-8")
    left: list[PlanRecord] = list(parse_plan(text).records)
    wrong: list[tuple[str, str, object, object]] = []
    for case in wanted:
        name = KIND.sub("", case["name"])
        record = next((each for each in left if KIND.sub("", each.name) == name), None)
        if record is None:
            wrong += [(case["name"], field, case.get(field), None) for field in ("name", *FIELDS)]
            continue
        left.remove(record)
        got = {field: getattr(record, field) for field in FIELDS}
        wrong += [
            (name, field, case.get(field), got[field]) for field in FIELDS if not same(case.get(field), got[field])
        ]
    wrong += [(record.name, "name", None, record.name) for record in left]
    return len(wanted) * (1 + len(FIELDS)), wrong
