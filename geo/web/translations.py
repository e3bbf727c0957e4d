"""Compiled translations: what gettext reads, made from the catalogues that people edit."""

import os
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_catalogues(folder: Path) -> list[Path]:
    """Compile every `.po` file under a folder whose `.mo` file is missing or older.

    Several server processes may start at once: each writes a file of its own and moves it into place.

    Returns
    -------
    compiled
        The `.mo` files that were written; none on a later start.
    """
    return [_compile(path) for path in sorted(folder.rglob("*.po")) if _is_stale(path.with_suffix(".mo"), path)]


def _is_stale(compiled: Path, source: Path) -> bool:
    return not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime


def _compile(source: Path) -> Path:
    target = source.with_suffix(".mo")
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parts[-3])
    handle, draft = tempfile.mkstemp(dir=source.parent, suffix=".mo.part")
    with os.fdopen(handle, "wb") as file:
        write_mo(file, catalogue)
    Path(draft).replace(target)
    return target
