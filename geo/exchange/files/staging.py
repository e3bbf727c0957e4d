"""A file alone in a folder of its own: GDAL sees nothing else, whatever lies beside the file that people named."""

import os
import shutil
from pathlib import Path


def beside(path: Path, ending: str) -> Path | None:
    """The file of the same stem and an ending, large or small letters."""
    wanted = (path.stem + ending).lower()
    return next((each for each in path.parent.iterdir() if each.name.lower() == wanted), None)


def staged(path: Path, folder: Path, endings: tuple[str, ...]) -> Path:
    """The file and what belongs to it, alone in a folder under a plain name.

    Parameters
    ----------
    endings
        Of the file itself, then of what belongs to it.
    """
    for ending in endings:
        source = path if ending == endings[0] else beside(path, ending)
        if source is not None and source.is_file():
            _link_or_copy(source, folder / f"layer{ending}")
    return folder / f"layer{endings[0]}"


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source.resolve(), target)
    except OSError:  # another file system, or one without links
        shutil.copyfile(source, target)


def made_own(target: Path) -> None:
    """Make a staged file one that may be changed: it may be the very file that people named."""
    copy = target.with_name(f"{target.name}.copy")
    shutil.copyfile(target, copy)
    copy.replace(target)
