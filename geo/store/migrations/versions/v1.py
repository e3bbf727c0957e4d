"""The first schema: layers, statuses, search index."""

revision = "1"
down_revision = None


def upgrade() -> None:
    """Nothing was there before."""
