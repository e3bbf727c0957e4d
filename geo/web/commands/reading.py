"""`parse-plan` and `parse-locations`: what a plan's words say."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import click
import orjson

from geo.service import reading
from geo.web.commands.command import command
from geo.web.terminal import answer, in_terminal_words


@command("parse-plan")
@click.argument("file", type=click.Path(path_type=Path))
def parse_plan(file: Path) -> None:
    """Read a plan's FILE (text in UTF-8 or GBK, or .docx): its projects, its totals, and what does not fit."""
    answer(reading.reading_json(reading.read_plan_file(file), in_terminal_words))


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
