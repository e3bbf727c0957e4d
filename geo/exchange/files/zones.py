"""Folders partitioned by zone: what is given of each zone, and what is written of it, whole or not at all.

`FOLDER/zone=CODE/` is a zone, and the files in it are named by what they are: `schools.parquet`, `roads.parquet` …
`CODE` is the county's; any name will do. Readers of partitioned GeoParquet (Dask, DuckDB, Spark) take
`FOLDER/zone=*/roads.parquet` as one table with a column `zone`.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import geopandas
import orjson

from geo.exchange.files.reading import shown
from geo.model.errors import InvalidFile, InvalidInput, N_

PREFIX = "zone="
DRAFT = ".draft-"
PARQUET = ".parquet"


@dataclass(frozen=True)
class ZoneFolder:
    """The folder of a zone."""

    folder: Path
    code: str

    @property
    def path(self) -> Path:
        return self.folder / f"{PREFIX}{self.code}"


def zones_of(folder: Path) -> list[ZoneFolder]:
    """The zones of a folder, in the order of their codes.

    Raises
    ------
    InvalidInput
        If there is no such folder, no zone in it, or a folder that is none's.
    """
    try:
        inside = sorted(each for each in folder.iterdir() if each.is_dir() and not each.name.startswith((".", "_")))
    except OSError as fault:
        message = N_("读不了文件夹 %(folder)s：%(reason)s")
        raise InvalidInput(message, folder=str(folder), reason=fault.strerror) from None
    if not inside:
        message = N_("%(folder)s 里没有分区：每个区一个文件夹，名为 zone=代码，里面是 schools.parquet 等")
        raise InvalidInput(message, folder=str(folder))
    for each in inside:
        if not each.name.startswith(PREFIX) or each.name == PREFIX:
            message = N_("%(folder)s 里的文件夹 %(name)s 不是分区，应名为 zone=代码")
            raise InvalidInput(message, folder=str(folder), name=each.name)
    return [ZoneFolder(folder, each.name.removeprefix(PREFIX)) for each in inside]


def files_of(zone: ZoneFolder, endings: Mapping[str, tuple[str, ...]], needed: tuple[str, ...]) -> dict[str, Path]:
    """The files of a zone by their names.

    Parameters
    ----------
    endings
        By name, those that such a file may have.
    needed
        The names without which nothing can be done.

    Raises
    ------
    InvalidFile
        If one of them is missing, or a file of such an ending has another name.
    """
    try:
        inside = sorted(each for each in zone.path.iterdir() if each.is_file() and not each.name.startswith((".", "_")))
    except OSError as fault:
        message = N_("读不了文件夹 %(folder)s：%(reason)s")
        raise InvalidFile(message, folder=str(zone.path), reason=fault.strerror) from None
    readable = {ending for each in endings.values() for ending in each}
    found: dict[str, Path] = {}
    for each in inside:
        if each.suffix in endings.get(each.stem, ()):
            found[each.stem] = each
        elif each.suffix in readable:
            known = ", ".join(f"{name}{ending}" for name, own in endings.items() for ending in own)
            message = N_("%(file)s 的名字不认识，可以有：%(known)s")
            raise InvalidFile(message, file=f"{zone.path.name}/{each.name}", known=known)
    for name in needed:
        if name not in found:
            raise InvalidFile(N_("缺少文件 %(file)s"), file=f"{zone.path.name}/{name}{endings[name][0]}")
    return found


def write_zone(zone: ZoneFolder, frames: Mapping[str, geopandas.GeoDataFrame], documents: Mapping[str, object]) -> None:
    """Put frames as GeoParquet and documents as JSON in place of whatever the zone's folder held.

    Raises
    ------
    InvalidFile
        If it cannot be written.
    """
    draft = zone.folder / f"{DRAFT}{uuid4().hex}"
    before = zone.folder / f"{DRAFT}{uuid4().hex}"
    try:
        draft.mkdir(parents=True)
        for name, frame in frames.items():
            frame.to_parquet(draft / f"{name}{PARQUET}", compression="zstd")
        for name, document in documents.items():
            (draft / f"{name}.json").write_bytes(_json(document))
        if zone.path.exists():
            zone.path.rename(before)
        try:
            draft.rename(zone.path)
        except OSError:
            if before.exists():
                before.rename(zone.path)
            raise
    except OSError as fault:
        message = N_("不能写文件 %(file)s：%(reason)s")
        raise InvalidFile(message, file=str(zone.path), reason=fault.strerror or shown(fault)) from fault
    finally:
        for each in (draft, before):
            shutil.rmtree(each, ignore_errors=True)


def read_document(zone: ZoneFolder, name: str) -> dict[str, object] | None:
    """A JSON document of a zone; None where there is none that can be read."""
    try:
        found = orjson.loads((zone.path / f"{name}.json").read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None
    return found if isinstance(found, dict) else None


def write_document(folder: Path, name: str, document: object) -> None:
    """A JSON document of the folder itself, whole or not at all.

    Raises
    ------
    InvalidFile
        If it cannot be written.
    """
    draft = folder / f"{DRAFT}{uuid4().hex}"
    try:
        draft.write_bytes(_json(document))
        draft.replace(folder / f"{name}.json")
    except OSError as fault:
        message = N_("不能写文件 %(file)s：%(reason)s")
        raise InvalidFile(message, file=f"{name}.json", reason=fault.strerror or shown(fault)) from fault
    finally:
        draft.unlink(missing_ok=True)


def clear_drafts(folder: Path) -> None:
    """Take away what runs that were broken off have left."""
    for draft in folder.glob(f"{DRAFT}*"):
        shutil.rmtree(draft, ignore_errors=True) if draft.is_dir() else draft.unlink(missing_ok=True)


def _json(document: object) -> bytes:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
