"""Compiled translations: what gettext reads, made from the catalogues that people edit."""

import os
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from geo.model.errors import N_
from geo.web.browser_libraries import SetupFailed
from geo.web.settings import ROOT

TRANSLATIONS = ROOT / "translations"


def compile_catalogues(folder: Path) -> list[Path]:
    """Compile every `.po` file under a folder whose `.mo` file is missing or older.

    Several server processes may start at once: each writes a file of its own and moves it into place.

    Returns
    -------
    compiled
        The `.mo` files that were written; none on a later start.

    Raises
    ------
    SetupFailed
        If one is stale and may not be written, as where a service must not change its own program.
    """
    stale = [path for path in sorted(folder.rglob("*.po")) if _is_stale(path.with_suffix(".mo"), path)]
    try:
        return [_compile(path) for path in stale]
    except PermissionError:
        message = N_("翻译还没有编译，而本账户不能写 %(folder)s：请用能写的账户先执行 flask --app server setup")
        raise SetupFailed(message, folder=str(folder)) from None


def _is_stale(compiled: Path, source: Path) -> bool:
    return not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime


def _compile(source: Path) -> Path:
    target = source.with_suffix(".mo")
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parts[-3])
    handle, draft = tempfile.mkstemp(dir=source.parent, suffix=".mo.part")
    with os.fdopen(handle, "wb") as file:
        write_mo(file, catalogue)
    Path(draft).chmod(source.stat().st_mode & 0o777)  # whoever may read the one may read the other
    Path(draft).replace(target)
    return target
