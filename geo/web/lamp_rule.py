"""The lamp's rule as a page, made from the thresholds that decide."""

from dataclasses import dataclass

from flask import Blueprint, render_template
from flask_babel import gettext as _

from geo.analysis import lamp_rule
from geo.analysis.lamp_rule import Example, Rule
from geo.model.status import LAMPS, STAGES
from geo.web.figures import in_decimals
from geo.web.language import in_sentences
from geo.web.monitoring_view import INCOMPARABLE, OVERDUE

blueprint = Blueprint("lamp_rule", __name__)


@dataclass(frozen=True)
class Case:
    """An example as the page shows it."""

    words: str
    start: str
    finish: str
    planned: str
    stage: str
    reported: str
    funds: str
    lamp: str
    lamp_title: str
    reasons: list[str]


@blueprint.get("/monitoring/rule")
def page() -> str:
    """Sentences and worked examples."""
    return render_template(
        "monitoring/rule.html",
        rules=[_sentence(each) for each in lamp_rule.rules()],
        measured_rules=[_sentence(each) for each in lamp_rule.measured_rules()],
        examples=[_case(each) for each in lamp_rule.examples()],
        measured_examples=[_case(each) for each in lamp_rule.measured_examples()],
        year=lamp_rule.YEAR,
    )


def _sentence(rule: Rule) -> tuple[str | None, str]:
    colour = "done" if rule.colour == "none" else rule.colour
    return colour, in_sentences([rule.words])[0]


def _case(each: Example) -> Case:
    plan, report, colour = each.plan, each.report, each.lamp.colour
    funds = ""
    if report and report.investment_planned_cny_10k is not None:
        amounts = {"planned": report.investment_planned_cny_10k, "done": report.investment_done_cny_10k}
        funds = _(
            "计划 %(planned)s，完成 %(done)s 万元", **{name: in_decimals(value) for name, value in amounts.items()}
        )
    has_progress = report is not None and report.progress_pct is not None
    return Case(
        words=in_sentences([each.case])[0],
        start=plan.start.isoformat() if plan else "",
        finish=plan.finish.isoformat() if plan else "",
        planned="" if each.planned_pct is None else f"{in_decimals(each.planned_pct)}%",
        stage=_(STAGES[report.stage]) if report else "",
        reported=f"{in_decimals(report.progress_pct)}%" if has_progress else "",
        funds=funds,
        lamp=colour or "done",
        lamp_title=_title(each),
        reasons=in_sentences(each.lamp.reasons),
    )


def _title(each: Example) -> str:
    colour = each.lamp.colour
    if colour is None:
        return _(INCOMPARABLE)
    if each.lamp.overdue:
        return _(OVERDUE)
    if each.plan is None and colour != "grey":
        return _("达到目标") if colour == "green" else _("未达目标")
    return _(LAMPS[colour])
