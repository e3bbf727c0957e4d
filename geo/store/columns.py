"""Column types that every database keeps in its own way and that are the same outside."""

import struct
from collections.abc import Callable, Sequence
from datetime import date

from sqlalchemy import BigInteger, Boolean, ColumnElement, Double, Integer, Text, func
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import TypeCompiler
from sqlalchemy.types import TypeEngine, UserDefinedType

from geo.store.gpkg_blob import SRS_ID, to_blob, to_blobs, to_wkb
from geo.store.wkb import is_multi, promoted, single_part

_HAS_SRID = 0x2000_0000


class BlobGeometry(UserDefinedType):
    """A geometry of a GeoPackage: WKB outside, a blob with a header inside."""

    cache_ok = True

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def get_col_spec(self, **_options: object) -> str:
        return self.kind.upper()

    def bind_processor(self, dialect: Dialect) -> Callable[[bytes | None], bytes | None]:
        kind = self.kind
        if is_multi(kind):
            return lambda wkb: None if wkb is None else to_blob(promoted(wkb, kind))
        return lambda wkb: None if wkb is None else to_blob(wkb)

    def blobs(self, wkb: Sequence[bytes | None]) -> list[bytes | None]:
        """Many geometries as they are kept."""
        kind = self.kind
        if is_multi(kind):
            wkb = [None if each is None else promoted(each, kind) for each in wkb]
        return to_blobs(wkb)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[bytes | None], bytes | None]:
        if is_multi(self.kind):
            return lambda blob: None if blob is None else single_part(to_wkb(blob))
        return to_wkb


class PostgisGeometry(UserDefinedType):
    """A geometry of PostGIS: WKB outside, the server's own form inside."""

    cache_ok = True

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def get_col_spec(self, **_options: object) -> str:
        return f"geometry({self.kind},{SRS_ID})"

    def bind_expression(self, bindvalue: ColumnElement) -> ColumnElement:
        return func.ST_GeomFromWKB(bindvalue, SRS_ID, type_=self)

    def column_expression(self, column: ColumnElement) -> ColumnElement:
        return func.ST_AsBinary(column, type_=self)

    def bind_processor(self, dialect: Dialect) -> Callable[[bytes | None], bytes | None] | None:
        kind = self.kind
        return (lambda wkb: None if wkb is None else promoted(wkb, kind)) if is_multi(kind) else None

    def copied(self, wkb: bytes | None) -> str | None:
        """The geometry as COPY takes it: WKB that names its SRID (EWKB), in hexadecimal digits."""
        if wkb is None:
            return None
        plain = promoted(wkb, self.kind) if is_multi(self.kind) else wkb
        (code,) = struct.unpack_from("<I", plain, 1)
        return (struct.pack("<BII", 1, code | _HAS_SRID, SRS_ID) + plain[5:]).hex()

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[bytes | None], bytes | None] | None:
        return (lambda wkb: None if wkb is None else single_part(wkb)) if is_multi(self.kind) else None


class IsoDate(UserDefinedType):
    """A date as ISO 8601 text, in and out."""

    cache_ok = True

    def get_col_spec(self, **_options: object) -> str:
        return "DATE"

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[date | None], str | None] | None:
        if dialect.name == "sqlite":
            return None  # kept as text
        return lambda value: None if value is None else value.isoformat()


@compiles(Text, "postgresql")
def _by_code_points(kind: Text, compiler: TypeCompiler, **options: object) -> str:
    """Texts are compared by their code points, whatever the language of the server: one order in every store."""
    return f'{compiler.visit_text(kind, **options)} COLLATE "C"'


def geometry(kind: str) -> TypeEngine:
    """A geometry column of a layer's type: WKB outside; inside, the database's own form."""
    return BlobGeometry(kind).with_variant(PostgisGeometry(kind), "postgresql")


WHOLE = Integer().with_variant(BigInteger(), "postgresql")
"""A whole number of 64 bits."""

COLUMN_TYPES: dict[str, TypeEngine] = {
    "text": Text(),
    "integer": WHOLE,
    "number": Double(),
    "date": IsoDate(),
    "boolean": Boolean(),
}
