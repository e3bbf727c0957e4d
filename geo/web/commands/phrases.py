"""`parse-locations`: where location phrases say that a site is."""

import os
import sys
from pathlib import Path

import click

from geo.service import phrases
from geo.web.commands.command import command


@command("parse-locations")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True))
def parse_locations(file: Path) -> None:
    """Read FILE (- for standard input), one location phrase a line: JSON Lines, one for each line in its order."""
    piped = str(file) == "-"
    lines = phrases.lines_of_bytes(sys.stdin.buffer.read(), "-") if piped else phrases.lines_of_file(file)
    output = sys.stdout.buffer
    for part in phrases.read_locations(lines, processes=os.cpu_count() or 1):
        output.write(part)
    output.flush()
