"""Files whose bytes depend on their content and a day alone: the same data give the same file, which can be proved."""

import re
import sqlite3
import zipfile
from collections.abc import Iterable
from contextlib import closing
from datetime import date
from hashlib import sha256
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

MOMENT = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")
CORE = "docProps/core.xml"
DRAWN = re.compile(rb"(\$TDU?(?:CREATE|UPDATE)\r?\n\s*40\r?\n)[^\r\n]+")
DRAWING_ID = re.compile(rb"(\$(?:FINGERPRINT|VERSION)GUID\r?\n\s*2\r?\n)\{[^}\r\n]*\}")
WRITTEN_BY = re.compile(rb"(\n[\w.]+ @ )\d{4}-\d\d-\d\dT[\d:.]+\+00:00")
JULIAN_DAY_0 = 1_721_424.5
"""Julian date of the day before the first one that Python counts."""

FILE_MODE = 0o644 << 16


def write_zip(path: Path, members: Iterable[tuple[str, Path]], on: date) -> None:
    """An archive of files under names, in this order, all of one day."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            with content.open("rb") as source, archive.open(_info(name, on), "w", force_zip64=True) as target:
                while chunk := source.read(1 << 20):
                    target.write(chunk)


def steady_workbook(path: Path, on: date) -> None:
    """An XLSX file as if made at the beginning of a day."""
    with zipfile.ZipFile(path) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    moment = rb"\g<1>" + f"{on.isoformat()}T00:00:00Z".encode() + rb"\g<2>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(_info(name, on), MOMENT.sub(moment, content) if name == CORE else content)


def steady_geopackage(path: Path, on: date) -> None:
    """A GeoPackage as if last changed at the beginning of a day."""
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE gpkg_contents SET last_change = ?", [f"{on.isoformat()}T00:00:00.000Z"])


def steady_drawing(path: Path, on: date) -> None:
    """A DXF as if drawn at the beginning of a day, its identity that of its content."""
    text = DRAWN.sub(rb"\g<1>" + str(on.toordinal() + JULIAN_DAY_0).encode(), path.read_bytes())
    text = WRITTEN_BY.sub(rb"\g<1>" + f"{on.isoformat()}T00:00:00+00:00".encode(), text)
    identity = uuid5(NAMESPACE_OID, sha256(DRAWING_ID.sub(rb"\g<1>", text)).hexdigest())
    path.write_bytes(DRAWING_ID.sub(rb"\g<1>" + f"{{{str(identity).upper()}}}".encode(), text))


def _info(name: str, on: date) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (max(on.year, 1980), on.month, on.day, 0, 0, 0))
    info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, FILE_MODE, 3
    return info
