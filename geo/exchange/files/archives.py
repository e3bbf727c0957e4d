"""A Shapefile in a ZIP archive, as offices send it: taken out under plain names, up to a size."""

import zipfile
import zlib
from pathlib import Path, PurePosixPath

from geo.exchange.files.reading import short_name
from geo.model.errors import InvalidFile, N_

PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
LARGEST_UNPACKED = 512 * 2**20
CHUNK = 2**20


def unpacked(path: Path, folder: Path) -> Path:
    """The file itself, or the Shapefile in it, taken out into a folder.

    Parameters
    ----------
    folder
        An empty one; the caller removes it.

    Raises
    ------
    InvalidFile
        If the archive is broken, holds no Shapefile or several, or grows too large.
    """
    if path.suffix.lower() != ".zip" or not zipfile.is_zipfile(path):
        return path
    try:
        with zipfile.ZipFile(path) as archive:
            return _taken_out(path, archive, folder)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as fault:
        raise InvalidFile(N_("%(file)s 不是完好的 ZIP 文件"), file=short_name(path)) from fault


def _taken_out(path: Path, archive: zipfile.ZipFile, folder: Path) -> Path:
    names = [name for name in archive.namelist() if not PurePosixPath(name).name.startswith(".")]
    shapes = [name for name in names if name.lower().endswith(".shp")]
    if len(shapes) != 1:
        message = N_("%(file)s 里应有且只有一个 .shp 文件，现有 %(count)s 个")
        raise InvalidFile(message, file=short_name(path), count=len(shapes))
    stem, left = shapes[0][:-4].lower(), LARGEST_UNPACKED
    for name in names:
        ending = name[-4:].lower()
        if name[:-4].lower() == stem and ending in PARTS:
            left -= _write(archive, name, folder / f"{path.stem}{ending}", left)
            if left < 0:
                raise InvalidFile(N_("%(file)s 解开后太大"), file=short_name(path))
    return folder / f"{path.stem}.shp"


def _write(archive: zipfile.ZipFile, name: str, target: Path, most: int) -> int:
    """Take one file out; stops soon after `most` bytes, whatever the archive says of its size."""
    size = 0
    with archive.open(name) as packed, target.open("wb") as file:
        while size <= most and (chunk := packed.read(CHUNK)):
            size += file.write(chunk)
    return size
