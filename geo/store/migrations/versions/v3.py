"""Whoever answers for a project can be filtered by: layers have an index of every field with a filter."""

revision = "3"
down_revision = "2"


def upgrade() -> None:
    """No table that is the same in every store changes; `geo.store.sql_making` makes the indexes of the layers."""
