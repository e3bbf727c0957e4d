"""`parse-plan`, `parse-locations` and `audit`: what a plan's words say, and whether it fits together."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import click
import orjson

from geo.service import reading
from geo.web.commands.command import command
from geo.web.current import current_store
from geo.web.terminal import DONE, FINDINGS, answer, in_terminal_words, say


@command("parse-plan")
@click.argument("file", type=click.Path(path_type=Path))
def parse_plan(file: Path) -> None:
    """Read a plan's FILE (text in UTF-8 or GBK, or .docx): its projects, its totals, and what does not fit."""
    answer(reading.reading_json(reading.read_plan_file(file), in_terminal_words))


@command("audit")
@click.argument("file", type=click.Path(path_type=Path), required=False)
def audit(file: Path | None) -> int:
    """Hold the layers against the totals that the plan states; with FILE, that plan, and the layers against it."""
    found = reading.audit(current_store(), file)
    told = [finding for finding in found if finding.verdict in ("differs", "note")]
    for finding in told:
        say(finding.remark.message, **finding.remark.params)
    answer({"findings": [reading.finding_json(finding, in_terminal_words) for finding in found]})
    return FINDINGS if told else DONE


@command("parse-locations")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
def parse_locations(file: Path) -> None:
    """Read FILE (- for standard input), one location phrase a line: JSON Lines, one for each line in its order."""
    piped = str(file) == "-"
    lines = reading.lines_of_bytes(sys.stdin.buffer.read(), "-") if piped else reading.lines_of_file(file)
    write_lines(reading.read_locations(lines, processes=os.cpu_count() or 1))


def write_lines(values: Iterable[object]) -> None:
    """Values to standard output, one JSON text a line, in UTF-8."""
    output = sys.stdout.buffer
    for value in values:
        output.write(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE))
    output.flush()
