"""Many rows at once, each database by its quickest way."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Table, insert

from geo.store.columns import BlobGeometry, PostgisGeometry

FEW = 50
"""Up to so many rows an ordinary INSERT is as quick."""


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Add rows to a table; all have the same columns."""
    if len(rows) <= FEW:
        connection.execute(insert(table), rows)
    else:
        insert_columns(connection, table, {name: [row[name] for row in rows] for name in rows[0]})


def insert_columns(connection: Connection, table: Table, columns: Mapping[str, Sequence[object]]) -> None:
    """Add rows to a table that are given column by column; SQLAlchemy does not look at them one by one."""
    kept = [_kept(connection, table, name, values) for name, values in columns.items()]
    insert_tuples(connection, table, list(columns), list(zip(*kept, strict=True)))


def insert_tuples(connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple]) -> None:
    """Add rows to a table, their values as the database keeps them and in the order of the columns."""
    quote = connection.dialect.identifier_preparer.quote
    names = ", ".join(map(quote, columns))
    if connection.dialect.name == "postgresql":
        statement = f"COPY {quote(table.name)} ({names}) FROM STDIN"
        with connection.connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    else:
        statement = f"INSERT INTO {quote(table.name)} ({names}) VALUES ({', '.join('?' * len(columns))})"
        connection.exec_driver_sql(statement, rows)


def _kept(connection: Connection, table: Table, name: str, values: Sequence[object]) -> Sequence[object]:
    """A column as the database keeps it: only geometries are kept in another form."""
    form = table.c[name].type.dialect_impl(connection.dialect)
    if isinstance(form, PostgisGeometry):
        return [form.copied(wkb) for wkb in values]
    return form.blobs(values) if isinstance(form, BlobGeometry) else values
