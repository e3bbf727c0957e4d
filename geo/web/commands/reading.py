"""`parse-plan`: what a plan's words say."""

from pathlib import Path

import click

from geo.service import reading
from geo.web.commands.command import command
from geo.web.terminal import answer, in_terminal_words


@command("parse-plan")
@click.argument("file", type=click.Path(path_type=Path))
def parse_plan(file: Path) -> None:
    """Read a plan's FILE (text in UTF-8 or GBK, or .docx): its projects, its totals, and what does not fit."""
    answer(reading.reading_json(reading.read_plan_file(file), in_terminal_words))
