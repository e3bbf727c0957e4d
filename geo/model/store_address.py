"""Addresses of stores, as settings write them."""

import re
from pathlib import Path

RELATIVE = re.compile("gpkg:(?=[^/])")


def seen_from(folder: Path, url: str) -> str:
    """The address with a relative file meant from a folder; any other address as it is."""
    path = RELATIVE.sub("", url)
    return url if path == url else f"gpkg:///{(folder / path).as_posix().lstrip('/')}"
