"""Cases of location phrases that were read by hand, and what a reading has wrong of one."""

import json
from pathlib import Path

from geo.exchange.location_phrase import parse_location, to_json_dict

ROOT = Path(__file__).resolve().parents[2]
BY_HAND = sorted((ROOT / "tests" / "data" / "phrases").glob("by_hand_*.jsonl"))
SHARED = sorted((ROOT.parent / "shared" / "cases").glob("phrases.jsonl"))
"""Cases that lie beside the checkout, where they do."""


def cases(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def faults(case: dict) -> dict[str, tuple[object, object]]:
    """What a reading has wrong, by field: what is right and what was read. Empty where it is fully right.

    `accept_kinds` are other right kinds, `aliases` other right names, `unnamed_sides` roads without a name that may
    be told or not. Sides belong to every kind but a crossing. Further sites (`more`) count as a whole.
    """
    read = to_json_dict(parse_location(case["text"]))
    further, found = case.get("more", []), read.get("more", [])
    wrong = faults_of_site(case, read)
    right = len(further) == len(found) and not any(map(faults_of_site, further, found))
    return wrong if right else {"more": (further, found), **wrong}


def faults_of_site(case: dict, read: dict) -> dict[str, tuple[object, object]]:
    """What is wrong of one site."""
    known = {alias: name for name, aliases in case.get("aliases", {}).items() for alias in aliases}
    unnamed = {place.partition("@")[0] for place in case.get("unnamed_sides", {})}
    named = [known.get(road, road) for road in read["roads"]]
    wanted = {key: case.get(key) for key in ("quadrant", "offset_m", "offset_dir", "roadside")}
    got = {key: read[key] for key in wanted}
    if case["kind"] != "intersection" and read["kind"] != "intersection":
        del wanted["quadrant"]
    wanted["roads"], got["roads"] = (
        case["roads"],
        [road for road in named if road in case["roads"] or road not in unnamed],
    )
    for key in ("sides", "other_sides"):
        wanted[key] = case.get(key, {})
        got[key] = {known.get(name, name): side for name, side in read[key].items()}
    wanted["bounds"] = case.get("bounds", {})
    got["bounds"] = {side: known.get(name, name) for side, name in read["bounds"].items()}
    if read["kind"] == "intersection" != case["kind"]:
        del wanted["sides"]
    wrong = {key: (value, got[key]) for key, value in wanted.items() if value != got[key]}
    kinds = {case["kind"], *case.get("accept_kinds", ())}
    return wrong if read["kind"] in kinds else {"kind": (case["kind"], read["kind"]), **wrong}
