"""What the preview of an import shows, as plain values: kept beside the file, so that a page can be read again."""

from flask_babel import gettext as _

from geo.model.errors import N_
from geo.model.file_finding import FileFinding
from geo.model.location import BASIS_TITLES
from geo.service.import_matching import MATCHINGS
from geo.service.import_report import BLOCKING, ImportPlan, ImportReport, Match
from geo.service.looking import SUSPECTED
from geo.web.language import translated

MOST_FINDINGS = 200
MATCHED_BY = {"id": N_("编号"), "name": N_("名称"), "place": N_("位置")}


def view_of(layer_id: str, file_name: str, plan: ImportPlan, report: ImportReport) -> dict[str, object]:
    """Of a plan and of what it would do, in the page's language; the file is called as its owner calls it."""
    told = [_finding(each, file_name) for each in report.findings]
    blocking = [each for each in told if each["code"] in BLOCKING or report.mapping is None]
    doubts = [each for each in told if each["code"] not in BLOCKING and report.mapping is not None]
    return {
        "layer": layer_id,
        "asked": _asked(plan, report),
        **{name: getattr(report, name) for name in "driver crs crs_from encoding features new layers".split()},
        "file_layer": report.chosen_layer,
        "matched": sum(report.matched.values()),
        "matches": [_match(each) for each in report.matches],
        "mapping": None if report.mapping is None else report.mapping.fields,
        "left": [] if report.mapping is None else report.mapping.left,
        "extent": report.extent,
        "faults": len(blocking),
        "blocking": blocking[:MOST_FINDINGS],
        "doubts": doubts[:MOST_FINDINGS],
        "suspected": [datum for datum, code in SUSPECTED.items() if any(each["code"] == code for each in told)],
        "repairs": report.repairs,
        "repairable": {str(row): (before, after) for row, before, after in report.repairable},
    }


def _finding(finding: FileFinding, file_name: str) -> dict[str, object]:
    return {
        "row": None if finding.tells_row else finding.row,
        "field": None if finding.tells_row else _("几何") if finding.field == "geometry" else finding.field,
        "code": finding.code,
        "words": translated(finding.remark.message, **{**finding.remark.params, "file": file_name}),
    }


def _match(match: Match) -> dict[str, object]:
    """A basis that changes is told: a surveyed boundary takes the place of a less sure one."""
    changes = match.new_basis is not None and match.new_basis != match.basis
    return {
        "row": match.row,
        "id": match.feature_id,
        "name": match.name or match.feature_id,
        "by": _(MATCHED_BY[match.by]),
        "basis": [_(BASIS_TITLES[each]) for each in (match.basis, match.new_basis) if each in BASIS_TITLES]
        if changes
        else [],
    }


def _asked(plan: ImportPlan, report: ImportReport) -> dict[str, object]:
    return {
        "crs": plan.asked.crs,
        "encoding": plan.asked.encoding,
        "basis": (plan.basis or report.basis).value,
        "accuracy_m": plan.accuracy_m,
        "repair": plan.repair,
        "matching": [by for by in MATCHINGS if by in plan.matching],
    }
