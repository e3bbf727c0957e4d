"""ZIP archives from outside: looked through before anything is unpacked, taken out under names of our own."""

import stat
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from geo.exchange.texts import short_name
from geo.exchange.zips import BROKEN_ZIP
from geo.model.errors import N_
from geo.model.file_finding import RefusedFile

MOST_ENTRIES = 2_000
LARGEST_UNPACKED = 1536 * 2**20
LARGEST_RATIO = 200
FREE_OF_RATIO = 32 * 2**20
"""An archive that unpacks to no more than this may be packed as tightly as it likes."""

SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
CHUNK = 2**20
NESTED = (".zip", ".7z", ".rar", ".gz", ".tgz", ".bz2", ".xz", ".tar", ".kmz")
UTF8_NAME = 0x800
ENCRYPTED = 0x1


@dataclass(frozen=True)
class Entry:
    """A file in an archive, by its name as people read it."""

    info: zipfile.ZipInfo
    name: str

    @property
    def plain(self) -> str:
        return PurePosixPath(self.name).name

    @property
    def ending(self) -> str:
        return PurePosixPath(self.name).suffix.lower()

    @property
    def stem(self) -> str:
        return PurePosixPath(self.name).stem


def entries_of(path: Path) -> list[Entry]:
    """What an archive holds, once it is sure that unpacking it does no harm.

    Raises
    ------
    RefusedFile
        If it is broken, encrypted, too large once unpacked, or has names that lead out of a folder.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
    except BROKEN_ZIP:
        raise RefusedFile("archive_broken", N_("%(file)s 不是完好的 ZIP 文件"), file=short_name(path)) from None
    if len(infos) > MOST_ENTRIES:
        message = N_("%(file)s 里有 %(count)s 个文件，最多 %(most)s 个")
        raise RefusedFile("archive_bomb", message, file=short_name(path), count=len(infos), most=MOST_ENTRIES)
    for info in infos:
        _check(path, info)
    unpacked = sum(info.file_size for info in infos)
    ratio = unpacked / max(path.stat().st_size, 1)
    if unpacked > LARGEST_UNPACKED or (unpacked > FREE_OF_RATIO and ratio > LARGEST_RATIO):
        message = N_("%(file)s 解开后有 %(size)s MB，是压缩前的 %(ratio)s 倍，不像是正常的数据")
        raise RefusedFile(
            "archive_bomb", message, file=short_name(path), size=unpacked // 2**20, ratio=round(ratio)
        )  # fmt: skip
    found = [Entry(info, _name(info)) for info in infos if not info.is_dir()]
    return [entry for entry in found if not entry.plain.startswith(".") and "__MACOSX" not in entry.name]


def parts_of(shape: Entry, entries: Sequence[Entry]) -> list[Entry]:
    """What belongs to a .shp: files of its own name beside it, whatever the case of their letters."""
    stem = shape.name[:-4].lower()
    return [entry for entry in entries if entry.ending in SHAPEFILE and entry.name[:-4].lower() == stem]


def _check(path: Path, info: zipfile.ZipInfo) -> None:
    name = _name(info)
    parts = PurePosixPath(name.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or ":" in name or "\x00" in info.orig_filename:
        message = N_("%(file)s 里的文件名 %(name)s 指向别的文件夹")
        raise RefusedFile("archive_unsafe_name", message, file=short_name(path), name=name[:80])
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        message = N_("%(file)s 里的 %(name)s 是链接，不是文件")
        raise RefusedFile("archive_unsafe_name", message, file=short_name(path), name=name[:80])
    if info.flag_bits & ENCRYPTED:
        raise RefusedFile("archive_encrypted", N_("%(file)s 设有密码，读不了"), file=short_name(path))


def _name(info: zipfile.ZipInfo) -> str:
    """The name as it was meant: archives made on Chinese Windows do not say that it is GBK."""
    if info.flag_bits & UTF8_NAME:
        return info.filename
    raw = info.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gbk"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.filename


def take_out(path: Path, entries: Sequence[Entry], folder: Path, stem: str) -> None:
    """Write entries into a folder, each called `stem` and its own ending.

    Raises
    ------
    RefusedFile
        If the archive is broken, or larger than it says.
    """
    left = LARGEST_UNPACKED
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in entries:
                left -= _copy(archive, entry, folder / f"{stem}{entry.ending}", left)
                if left < 0:
                    message = N_("%(file)s 解开后太大")
                    raise RefusedFile("archive_bomb", message, file=short_name(path))
    except BROKEN_ZIP:
        raise RefusedFile("archive_broken", N_("%(file)s 不是完好的 ZIP 文件"), file=short_name(path)) from None


def _copy(archive: zipfile.ZipFile, entry: Entry, target: Path, most: int) -> int:
    """Take one file out; stops soon after `most` bytes, or after those that it says it has."""
    size, most = 0, min(most, entry.info.file_size)
    with archive.open(entry.info) as packed, target.open("wb") as file:
        while size <= most and (chunk := packed.read(CHUNK)):
            size += file.write(chunk)
    return size


def nested(entries: Sequence[Entry]) -> Entry | None:
    """An archive inside the archive, if there is one."""
    return next((entry for entry in entries if entry.ending in NESTED), None)
