"""Catchments in the page's words: what scripts, files and slips get of an answer."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas
import orjson
import shapely
from flask_babel import gettext as _

from geo.exchange import catchments as exchange
from geo.exchange.catchments import plain
from geo.exchange.files.geopackage import write_geopackage
from geo.model import office_time
from geo.model.errors import N_
from geo.model.remark import Remark
from geo.service.catchments.answering import Answer
from geo.service.catchments.asking import Choice, Reason
from geo.service.catchments.scenarios import Renewed
from geo.web.language import in_words, translated

ROUGH_M = 100.0
"""From this error on streets are a sketch: no boundary between two houses can be told from them."""

LAMPS = {
    "short": N_("学位不足"),
    "tight": N_("学位偏紧"),
    "fine": N_("学位合适"),
    "surplus": N_("学位有余"),
    "later_surplus": N_("后期富余"),
    "unknown": N_("未知"),
}

FORMATS = {
    "gpkg": "application/geopackage+sqlite3",
    "geojson": "application/geo+json",
    "assignments.geojson": "application/geo+json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Of files to take away; a GeoJSON file has one layer, areas or assignments."""


def sentences(remarks: Sequence[Remark]) -> list[str]:
    return [in_words(each) for each in remarks]


def summary_of(answer: Answer) -> dict[str, object]:
    """Figures of an answer, what is doubtful in words, and whether its streets are a sketch."""
    summary = answer.outcome.summary
    error_m = plain(summary["streets"]["error_m"])
    streets = summary["streets"] | {"error_m": error_m, "rough": error_m is not None and error_m >= ROUGH_M}
    return summary | {"streets": streets, "remarks": sentences(summary["remarks"])}


def result_of(answer: Answer, renewed: Renewed | None = None) -> dict[str, object]:
    """What the page shows of an answer."""
    summary, inputs = summary_of(answer), answer.inputs
    schools = geopandas.GeoDataFrame(summary["schools"], geometry=list(inputs.school_places), crs=4326)
    schools = schools.drop(columns=["pupils_later"])
    return {
        "summary": summary,
        "areas": exchange.features(answer.outcome.catchments),
        "straight": exchange.features(answer.outcome.straight_catchments),
        "schools": exchange.features(schools),
        "homes": exchange.features(answer.outcome.assignments.assign(name=home_names(answer))),
        "scenario": None if renewed is None else scenario_of(renewed),
    }


def home_names(answer: Answer) -> list[str | None]:
    """The name of the home of each row of the assignments."""
    names = dict(zip(answer.inputs.demand_ids, answer.inputs.demand_names, strict=True))
    return [names.get(each) for each in answer.outcome.assignments["demand_id"]]


def scenario_of(renewed: Renewed) -> dict[str, object]:
    """A kept scenario beside what came of it now."""
    kept = renewed.scenario
    return {
        "id": kept.id,
        "name": kept.name,
        "note": kept.note,
        "made_by": kept.made_by,
        "made_at": office_time.shown(kept.made_at),
        "same": renewed.same,
        "changed": [
            {"layer": name, "before": before, "now": now} for name, (before, now) in sorted(renewed.changed.items())
        ],
    }


def reason_of(answer: Answer, reason: Reason) -> dict[str, object]:
    """Why a place belongs to a school."""
    way = reason.way
    return {
        "snap_m": plain(round(reason.snap_m, 1)),
        "street_error_m": plain(answer.inputs.street_error_m),
        "school": None if reason.school is None else _choice(answer, reason.school),
        "others": [_choice(answer, each) for each in reason.others],
        "without": None if reason.without is None else sentences([reason.without])[0],
        "rule": sentences([reason.rule])[0],
        "year": answer.question.year,
        "way": None if way is None else orjson.Fragment(shapely.to_geojson(way.line)),
        "roads": way.roads if way else [],
        "crossed": [{"name": name, "main": is_main} for name, is_main in way.crossed] if way else [],
        "barriers": way.barriers if way else [],
    }


def _choice(answer: Answer, choice: Choice) -> dict[str, object]:
    school = answer.outcome.summary["schools"][choice.number]
    return {
        "school_id": school["school_id"],
        "name": school["name"],
        "seats": school["seats"],
        "pupils": school["pupils"],
        "distance_m": round(choice.distance_m, 1),
        "straight_m": round(choice.straight_m, 1),
        "detour_factor": choice.detour_factor,
    }


def file_of(answer: Answer, format_name: str) -> bytes:
    """An answer as a file of one of `FORMATS`."""
    outcome = answer.outcome
    if format_name == "gpkg":
        with TemporaryDirectory() as folder:
            path = Path(folder) / "catchments.gpkg"
            write_geopackage(path, outcome.layers)
            return path.read_bytes()
    if format_name == "xlsx":
        return exchange.xlsx(_sheets(answer))
    frame = outcome.catchments if format_name == "geojson" else outcome.assignments
    return exchange.geojson(frame, question=answer.question.params(), remarks=summary_of(answer)["remarks"])


SCHOOL_COLUMNS = {
    "name": N_("学校"), "school_id": N_("编号"), "seats": N_("学位"), "pupils": N_("学生"), "seats_left": N_("余缺"),
    "lamp": N_("状态"), "surplus_from": N_("富余起始年份"), "places": N_("处数"), "mean_m": N_("平均步行（米）"),
    "longest_m": N_("最远步行（米）"),
}  # fmt: skip
PLACE_COLUMNS = {
    "name": N_("地点"), "demand_id": N_("地点编号"), "school": N_("学校"), "school_id": N_("学校编号"),
    "distance_m": N_("沿道路步行（米）"), "pupils": N_("学生"), "reason": N_("无校可去的原因"),
    "snap_m": N_("离道路（米）"), "straight_m": N_("直线（米）"),
}  # fmt: skip


def _sheets(answer: Answer) -> list[exchange.Sheet]:
    """Schools, places, and what the figures stand on."""
    summary = summary_of(answer)
    schools = [school | {"lamp": translated(LAMPS[school["lamp"]])} for school in summary["schools"]]
    names = {school["school_id"]: school["name"] for school in schools}
    places = answer.outcome.assignments.drop(columns="geometry").assign(name=home_names(answer))
    places["school"] = [names.get(each) for each in places["school_id"]]
    params = [[name, "; ".join(values)] for name, values in answer.question.params().items()]
    sources = [[name, _listed(source)] for name, source in summary["sources"].items()]
    told = [[_("说明"), words] for words in summary["remarks"]]
    return [
        (
            _("学校"),
            [_(words) for words in SCHOOL_COLUMNS.values()],
            [[school[name] for name in SCHOOL_COLUMNS] for school in schools],
        ),
        (_("地点"), [_(words) for words in PLACE_COLUMNS.values()], exchange.rows_of(places, list(PLACE_COLUMNS))),
        (_("依据"), [_("项目"), _("内容")], [*params, *sources, *told]),
    ]


def _listed(source: Mapping[str, object]) -> str:
    """Layers with their revisions."""
    return "; ".join(f"{name} {value}" for name, value in source.items() if value is not None)
