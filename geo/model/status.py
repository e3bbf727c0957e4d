"""How a feature stands in a year: stages, flags, measured values, and what "as of a year" means."""

from dataclasses import dataclass

from geo.model.errors import N_

STAGES: dict[str, str] = {
    "reserved": N_("储备"),
    "approved": N_("立项"),
    "land_reviewed": N_("用地预审"),
    "land_granted": N_("供地"),
    "permitted": N_("施工许可"),
    "started": N_("开工"),
    "topped_out": N_("封顶"),
    "completed": N_("竣工"),
    "in_service": N_("投用"),
}
"""Stages of construction in their order."""

NOT_REPORTED = "not_reported"
"""The stage of a feature whose status nobody reported: shown as unknown, never guessed."""

FLAGS: dict[str, str] = {
    "none": N_("正常"),
    "delayed": N_("滞后"),
    "suspended": N_("停工"),
    "adjusted": N_("调整"),
    "cancelled": N_("取消"),
}

LAMPS: dict[str, str] = {
    "green": N_("按期"),
    "yellow": N_("轻度滞后"),
    "red": N_("严重滞后"),
    "grey": N_("未填报"),
}
"""Traffic lights of a project's progress against its plan; the rule is in `geo.analysis.schedule`."""

WATER_CLASSES = {1: "Ⅰ", 2: "Ⅱ", 3: "Ⅲ", 4: "Ⅳ", 5: "Ⅴ", 6: "劣Ⅴ"}
"""Surface water classes of GB 3838-2002 and their order; 6 stands for "worse than Ⅴ"."""

CARRIED_ON = (
    "stage",
    "flag",
    "progress_pct",
    "seats_delivered",
    "value_source",
    "obstacle",
    "obstacle_owner",
    "obstacle_due",
)
"""What a year's form or ledger takes over from the report before it, until somebody says what is new."""

LONGEST_TEXT = 2000
"""Characters of a text in a report."""


@dataclass(frozen=True)
class AnnualStatus:
    """One reported row: how one feature stood in one year.

    Rows are only added; of several rows for one feature and year the latest counts.

    Parameters
    ----------
    layer_id, feature_id, year
        Which feature, which calendar year.
    stage, flag, progress_pct, investment_planned_cny_10k, investment_done_cny_10k, seats_delivered
        For construction. `progress_pct` is 0 to 100; investments are those of the year, in 10 000 CNY.
    value, unit, target
        For measurement: the figure of the year, its unit, and the target it stands against.
    note
        Free text of the reporter.
    value_source
        Who measured the value, or where it is published.
    obstacle, obstacle_owner, obstacle_due
        What stands in the way, who has to clear it, and by which day (ISO 8601).
    evidence
        Content hashes (SHA-256) of the evidence files, separated by blanks.
    reported_by, reported_at
        Who reported it and when (ISO 8601, UTC).
    demo
        True for demonstration data, which says so wherever it is shown.
    withdrawn
        True where the row takes back what was reported of the feature and year; it says nothing itself.
    """

    layer_id: str
    feature_id: str
    year: int
    stage: str | None = None
    flag: str | None = None
    progress_pct: float | None = None
    investment_planned_cny_10k: float | None = None
    investment_done_cny_10k: float | None = None
    seats_delivered: int | None = None
    value: float | None = None
    unit: str | None = None
    target: float | None = None
    note: str | None = None
    value_source: str | None = None
    obstacle: str | None = None
    obstacle_owner: str | None = None
    obstacle_due: str | None = None
    evidence: str | None = None
    reported_by: str | None = None
    reported_at: str | None = None
    demo: bool = False
    withdrawn: bool = False
