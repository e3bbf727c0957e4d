"""The journal; who stands behind a value, what stands in its way, whether it was taken back; states of layers."""

from alembic import op
from sqlalchemy import Boolean, Column, Text, false

from geo.store.columns import WHOLE, IsoDate

revision = "2"
down_revision = "1"


def upgrade() -> None:
    """Rows stay as they are; `geo.store.sql_making` writes them into the journal afterwards."""
    for column in (
        Column("value_source", Text),
        Column("obstacle", Text),
        Column("obstacle_owner", Text),
        Column("obstacle_due", IsoDate()),
        Column("withdrawn", Boolean, nullable=False, server_default=false()),
    ):
        op.add_column("annual_status", column)
    op.add_column("layer_revisions", Column("state", Text, nullable=False, server_default=""))
    required = {"change_set", "at", "author", "action", "hash"}
    texts = ("at", "author", "cause", "source", "action", "layer_id", "feature_id")
    op.create_table(
        "journal",
        Column("seq", WHOLE, primary_key=True, autoincrement=False),
        Column("change_set", WHOLE, nullable=False),
        *(Column(name, Text, nullable=name not in required) for name in texts),
        Column("revision", WHOLE),
        *(Column(name, Text, nullable=name not in required) for name in ("before", "after", "hash")),
    )
    for columns in (("layer_id", "feature_id", "seq"), ("change_set",), ("action", "seq")):
        op.create_index(f"ix_journal.{'_'.join(columns)}", "journal", list(columns))
