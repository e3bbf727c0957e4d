"""Location phrases line by line: where each says that a site is. Loads nothing that only a plan's text needs."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from geo.exchange import plan_file
from geo.exchange.location_phrase import json_lines
from geo.exchange.site_lines import parse_site_lines

SHARED_FROM, SHARE = 3000, 250
"""Lines from which it pays to start processes, and lines that one of them takes at a time."""
LOADS_ALL = ("花园路三百米",)
"""Whoever reads this has loaded all that lines may need, numerals too, and no process after it loads it again."""


def lines_of_file(path: Path) -> list[str]:
    """The lines of a file of phrases.

    Raises
    ------
    InvalidFile
        If it is not there, too large, or neither a text nor a Word document.
    """
    return lines_of_bytes(plan_file.read_bytes(path), path.name)


def lines_of_bytes(content: bytes, name: str) -> list[str]:
    """The lines of phrases that were read from somewhere, with the name that an error gives it.

    Raises
    ------
    InvalidFile
        If it is too large, or neither a text nor a Word document.
    """
    return plan_file.lines_of_bytes(content, name)


def sites_of_lines(lines: Sequence[str], name: str) -> list[tuple[str, float | None]]:
    """Phrases and their areas in 亩, one a line, as `locating.locate_all` takes them.

    Raises
    ------
    InvalidFile
        If a line has an area but no phrase, or there is no phrase at all.
    """
    return parse_site_lines(lines, name)


def read_locations(lines: Sequence[str], *, processes: int = 1) -> Iterator[bytes]:
    """One reading a line as JSON Lines, in the lines' order, some lines at a time.

    Parameters
    ----------
    processes
        Among how many processes many lines are shared out; for commands, not for a server with threads.
    """
    parts = [lines[start : start + SHARE] for start in range(0, len(lines), SHARE)]
    if processes < 2 or len(lines) < SHARED_FROM:
        yield from map(json_lines, parts)
        return
    json_lines(LOADS_ALL)
    with ProcessPoolExecutor(processes) as pool:
        yield from pool.map(json_lines, parts)
