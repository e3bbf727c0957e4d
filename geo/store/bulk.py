"""Many rows at once, each database by its quickest way."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Table, insert

from geo.store.columns import PostgisGeometry

FEW = 50
"""Up to so many rows an ordinary INSERT is as quick."""


def insert_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Add rows to a table; all have the same columns."""
    if connection.dialect.name != "postgresql" or len(rows) <= FEW:
        connection.execute(insert(table), rows)
        return
    quote = connection.dialect.identifier_preparer.quote
    names = list(rows[0])
    forms = {name: table.c[name].type.dialect_impl(connection.dialect) for name in names}
    shapes = {name: form for name, form in forms.items() if isinstance(form, PostgisGeometry)}
    statement = f"COPY {quote(table.name)} ({', '.join(quote(name) for name in names)}) FROM STDIN"
    with connection.connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            values = row | {name: form.copied(row[name]) for name, form in shapes.items()} if shapes else row
            copy.write_row([values[name] for name in names])
