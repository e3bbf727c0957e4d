"""What was measured, kept in `docs/benchmarks.json`, and the table and the plot that are drawn of it."""

import json
import math
import os
import platform
import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median

import shapely

from tests.benchmarks.runner import Row

DOCS = Path(__file__).parents[2] / "docs"
SMALL = 0.05
"""Ratios below this are told by their first digits."""

KEPT, PAGE, PLOT = DOCS / "benchmarks.json", DOCS / "benchmarks.md", DOCS / "images" / "benchmarks.svg"
PACKAGES = ("flask", "waitress", "geopandas", "fiona", "pyogrio", "numpy", "scipy", "ortools")
MEASURED = re.compile(r"(?<=<!-- measured -->\n).*?(?=<!-- /measured -->)", re.DOTALL)
LOOK = {"svg.hashsalt": "plan-atlas", "svg.fonttype": "none", "font.size": 8}


def keep(rows: Sequence[Row], peers: Mapping[str, str]) -> None:
    """Take rows in, for those of the same work and size; then draw the table and the plot anew."""
    kept = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {"rows": [], "peers": {}}
    by_work = {(row["name"], row["size"]): row for row in kept["rows"]}
    for row in rows:
        by_work[row.name, row.size] = asdict(row) | {"date": date.today().isoformat()}
    all_rows = [by_work[key] for key in sorted(by_work)]
    kept = {"machine": machine(), "peers": {**kept["peers"], **peers}, "rows": all_rows}
    KEPT.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", "utf-8")
    drawn = [Row(**{name: value for name, value in row.items() if name != "date"}) for row in all_rows]
    named = ", ".join(f"{name} {number}" for name, number in sorted(kept["peers"].items()))
    days = sorted({row["date"] for row in all_rows})
    when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    told = f"{kept['machine']}. Peers: {named}. Measured {when}.\n\n{table(drawn)}\n"
    PAGE.write_text(MEASURED.sub(lambda _: told, PAGE.read_text("utf-8")), "utf-8")
    plot(drawn, PLOT)


def machine() -> str:
    """The machine's size and what it ran with; no name of it."""
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30 if hasattr(os, "sysconf") else 0
    of_python = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    of_libraries = f"SQLite {sqlite3.sqlite_version}, GEOS {shapely.geos_version_string}"
    where = f"{platform.system()}, {os.cpu_count()} processors, {memory_gib:.0f} GiB"
    return f"{where}; Python {platform.python_version()}, {of_libraries}, {of_python}"


def table(rows: Sequence[Row]) -> str:
    """A table in Markdown: medians, with the spread where there were several rounds."""
    lines = [
        "| work | size | unit | ours | peer | ratio | budget | held | others |",
        "| --- | ---: | --- | ---: | ---: | ---: | ---: | --- | --- |",
    ]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}" if row.ratio >= SMALL else f"{row.ratio:.1e}"
        others = ", ".join(f"{name} {_spread(figures)}" for name, figures in row.others.items())
        held = "" if row.budget is None and row.budget_ratio is None else "no" if row.is_over else "yes"
        cells = [row.name, f"{row.size:,}", row.unit, _spread(row.ours), _spread(row.peer), ratio, _budget(row)]
        lines.append("| " + " | ".join([*cells, held, others]) + " |")
    return "\n".join(lines)


def _budget(row: Row) -> str:
    told = [f"{row.budget:g} {row.unit}"] if row.budget is not None else []
    return " and ".join([*told, *([f"{row.budget_ratio:.3g} ×"] if row.budget_ratio is not None else [])])


def _spread(figures: Sequence[float]) -> str:
    if not figures:
        return ""
    if not all(map(math.isfinite, figures)):
        return "too long"
    middle = f"{median(figures):.3g}" if median(figures) < 100 else f"{median(figures):,.0f}"
    return middle if len(figures) == 1 else f"{middle} ({min(figures):.3g}-{max(figures):.3g})"


def plot(rows: Sequence[Row], path: Path) -> None:
    """Cost against size, a small plot for each work that was measured at several sizes."""
    import matplotlib  # by the drawing alone: the tests need the table only
    from matplotlib.figure import Figure

    by_name: dict[str, list[Row]] = {}
    for row in rows:
        by_name.setdefault(row.name, []).append(row)
    drawn = {name: each for name, each in by_name.items() if len(each) > 1}
    if not drawn:
        return
    with matplotlib.rc_context(LOOK):
        down = -(-len(drawn) // 3)
        figure = Figure(figsize=(11, 2.9 * down), layout="constrained")
        for number, (name, each) in enumerate(drawn.items(), start=1):
            _draw(figure.add_subplot(down, 3, number), name, each)
        path.parent.mkdir(exist_ok=True)
        figure.savefig(path, metadata={"Date": None})


def _draw(axes, name: str, rows: Sequence[Row]) -> None:
    lines = {"ours": [row.ours for row in rows], "peer": [row.peer for row in rows]}
    lines |= {other: [row.others.get(other, []) for row in rows] for other in rows[0].others}
    for label, figures in lines.items():
        points = [(row.size, median(each)) for row, each in zip(rows, figures, strict=True) if each]
        points = [point for point in points if math.isfinite(point[1])]
        if points:
            axes.loglog(*zip(*points, strict=True), marker="o", label=label, linewidth=2 if label == "ours" else 1)
    axes.set_title(name, fontsize=8)
    axes.set_xlabel("size")
    axes.set_ylabel(rows[0].unit)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=7)
