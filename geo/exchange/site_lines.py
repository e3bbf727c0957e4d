"""Sites as a plain text lists them: one a line, a location phrase and, behind a tab or comma, the area in 亩."""

import re
from collections.abc import Sequence

from geo.model.errors import InvalidFile, N_

AREA = re.compile(r"[\t,，;；]\s*(?P<area_mu>\d{1,9}(?:\.\d{1,9})?)\s*亩?$")


def parse_site_lines(lines: Sequence[str], name: str) -> list[tuple[str, float | None]]:
    """Phrases and their areas in 亩, None where a line has none; blank lines are left out.

    Parameters
    ----------
    name
        What an error calls the file.

    Raises
    ------
    InvalidFile
        If a line has an area but no phrase, or there is no phrase at all.
    """
    sites = []
    for number, line in enumerate(lines, start=1):
        line = line.strip()
        match = AREA.search(line)
        text = line[: match.start()].strip() if match else line
        if match and not text:
            raise InvalidFile(N_("%(file)s 第 %(row)s 行没有位置描述"), file=name, row=number)
        if text:
            sites.append((text, float(match["area_mu"]) if match else None))
    if not sites:
        raise InvalidFile(N_("%(file)s 里没有位置描述"), file=name)
    return sites
