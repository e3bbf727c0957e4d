"""The tables of a store, built from the catalog; the same for every database."""

import hashlib
import secrets
from functools import cached_property

from sqlalchemy import Column, ColumnElement, ForeignKey, FromClause, Index, MetaData, Table, Text, exists, select, text

from geo.model.layer import Catalog, Field, Layer, common
from geo.model.location import LocationBasis
from geo.store.columns import COLUMN_TYPES, WHOLE, geometry

VERSION = "3"
"""Of the schema; kept in `store_info`."""

NAMING = {"ix": "ix_%(table_name)s.%(column_0_N_name)s"}
"""The dot, which is in no name, keeps column b_c of table a from meeting column c of table a_b."""


def new_state() -> str:
    """A name for a layer's content that nothing had before; triggers of the database give one after each change."""
    return secrets.token_hex(8)


KEY_FIELDS: tuple[Field, ...] = (
    common("feature_id", "编号", "Id", "text", "BH"),
    common("revision", "版本", "Revision", "integer", "BB"),
)
"""Columns of every layer's table beside its fields and its geometry."""

STATUS_ROW: tuple[Field, ...] = (
    common("layer_id", "图层", "Layer", "text", "TC"),
    common("feature_id", "要素编号", "Feature", "text", "BH"),
    common("year", "填报年份", "Reported year", "integer", "NF"),
    common("stage", "阶段", "Stage", "text", "JD"),
    common("flag", "标记", "Flag", "text", "BJ"),
    common("progress_pct", "实际进度", "Actual progress", "number", "SJJD", unit="pct"),
    common("investment_planned_cny_10k", "当年计划投资", "Investment planned", "number", "JHTZ", unit="cny_10k"),
    common("investment_done_cny_10k", "当年完成投资", "Investment done", "number", "WCTZ", unit="cny_10k"),
    common("seats_delivered", "已交付学位", "Seats delivered", "integer", "XW", unit="seat"),
    common("value", "实测值", "Value", "number", "SCZ"),
    common("unit", "单位", "Unit", "text", "DW"),
    common("target", "目标值", "Target", "number", "MBZ"),
    common("note", "填报说明", "Note", "text", "SM"),
    common("value_source", "数据来源", "Source of the value", "text", "SJLY"),
    common("obstacle", "存在问题", "Obstacle", "text", "WT"),
    common("obstacle_owner", "问题责任人", "Obstacle owner", "text", "WTZRR"),
    common("obstacle_due", "解决期限", "Obstacle due", "date", "JJQX"),
    common("evidence", "佐证文件", "Evidence", "text", "ZZ"),
    common("reported_by", "填报人", "Reported by", "text", "TBR"),
    common("reported_at", "填报时间", "Reported at", "text", "TBSJ"),
    common("demo", "演示数据", "Demonstration data", "boolean", "YS"),
    common("withdrawn", "已撤回", "Withdrawn", "boolean", "CH"),
)
"""Columns of `annual_status`: the attributes of `geo.model.status.AnnualStatus`."""

STATUS_NAMES = {"year": "status_year", "note": "status_note", "demo": "status_demo"}
"""Columns of `annual_status` that a feature shows under another name."""


JOURNAL_TEXTS = ("at", "author", "cause", "source", "action", "layer_id", "feature_id")


class Schema:
    """Every table of a catalog's store.

    Parameters
    ----------
    catalog
        Each layer becomes a table of its own name.
    """

    def __init__(self, catalog: Catalog) -> None:
        self.metadata = MetaData(naming_convention=NAMING)
        self.store_info = Table(
            "store_info", self.metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False)
        )
        self.layer_revisions = Table(
            "layer_revisions",
            self.metadata,
            Column("layer_id", Text, primary_key=True),
            Column("revision", WHOLE, nullable=False),
            Column("state", Text, nullable=False, default=new_state),
        )
        self.annual_status = _annual_status(self.metadata)
        self.journal = _journal(self.metadata)
        self.search_index = Table(
            "search_index",
            self.metadata,
            Column("layer_id", Text, ForeignKey("layer_revisions.layer_id"), primary_key=True),
            Column("feature_id", Text, primary_key=True),
            Column("text", Text, nullable=False),
            sqlite_with_rowid=False,  # one layer's texts lie side by side
        )
        marked = is_marked(self.search_index)
        self.marked_words = Index(
            "ix_search_index_marked", self.search_index.c.layer_id, sqlite_where=marked, postgresql_where=marked
        )
        self.layers = {layer.id: _layer_table(layer, self.metadata) for layer in catalog.values()}
        # The same tables under a second name, for subqueries; made once, because making them costs more than a query.
        self.twins = {layer_id: table.alias("twin") for layer_id, table in self.layers.items()}
        self.status = self.annual_status.alias("status")
        self.earlier_status = self.annual_status.alias("earlier")
        self.withdrawal = self.annual_status.alias("withdrawal")

    @cached_property
    def fingerprint(self) -> str:
        """Another one for other tables or columns: what one program made another may not be able to read."""
        columns = [
            (table.name, column.name, repr(column.type))
            for table in self.metadata.tables.values()
            for column in table.columns
        ]
        return hashlib.blake2b(repr((VERSION, sorted(columns))).encode(), digest_size=8).hexdigest()


def _journal(metadata: MetaData) -> Table:
    """Rows are only added; see `geo.store.journal` and `geo.model.journal.JournalEntry`."""
    table = Table(
        "journal",
        metadata,
        Column("seq", WHOLE, primary_key=True, autoincrement=False),
        Column("change_set", WHOLE, nullable=False),
        *(Column(name, Text, nullable=name not in ("at", "author", "action")) for name in JOURNAL_TEXTS),
        Column("revision", WHOLE),
        *(Column(name, Text) for name in ("before", "after")),
        Column("hash", Text, nullable=False),
    )
    Index(None, table.c.layer_id, table.c.feature_id, table.c.seq)
    Index(None, table.c.change_set)
    Index(None, table.c.action, table.c.seq)
    return table


def _annual_status(metadata: MetaData) -> Table:
    """Rows are only added; of several for one feature and year the one with the highest id counts.

    A withdrawn row takes back every earlier one of its feature and year.
    """
    required = {"layer_id", "feature_id", "year", "demo", "withdrawn"}
    columns = [
        Column(field.name, COLUMN_TYPES[field.type], nullable=field.name not in required) for field in STATUS_ROW
    ]
    columns[0].append_foreign_key(ForeignKey("layer_revisions.layer_id"))
    table = Table("annual_status", metadata, Column("id", WHOLE, primary_key=True), *columns, sqlite_autoincrement=True)
    Index(None, table.c.layer_id, table.c.feature_id, table.c.year, table.c.id)
    return table


def _layer_table(layer: Layer, metadata: MetaData) -> Table:
    shape = [Column("geom", geometry(layer.geometry))] if layer.geometry else []
    table = Table(
        layer.id,
        metadata,
        Column("fid", WHOLE, primary_key=True),
        *shape,
        Column("feature_id", Text, nullable=False, unique=True),
        Column("revision", WHOLE, nullable=False, server_default=text("1")),
        *(Column(field.name, COLUMN_TYPES[field.type]) for field in layer.fields),
        sqlite_autoincrement=True,
    )
    for field in layer.fields:
        if field.filter:
            Index(None, table.c[field.name])
    if layer.geometry:
        # Only PostGIS needs it: the R-tree of a GeoPackage is a table of its own.
        Index(None, table.c.geom, postgresql_using="gist").ddl_if(dialect="postgresql")
    if layer.role == "plan":
        _index_exceptions(table)
    return table


def _index_exceptions(table: Table) -> None:
    """The few rows that most queries leave out are found without reading the table."""
    retired, schematic = is_retired(table), is_schematic(table)
    Index(f"ix_{table.name}.only_retired", table.c.retired_on, sqlite_where=retired, postgresql_where=retired)
    Index(f"ix_{table.name}.only_schematic", table.c.location_basis, sqlite_where=schematic, postgresql_where=schematic)


def is_retired(table: Table):
    return table.c.retired_on.is_not(None)


def is_marked(index: FromClause) -> ColumnElement[bool]:
    """Whether words are those of earlier values: a control character stands before them; written out as above."""
    return index.c.text < text("' '")


def not_withdrawn(schema: Schema, status: FromClause) -> ColumnElement[bool]:
    """Whether no row takes back a row of `annual_status`, itself included."""
    later = schema.withdrawal
    same = [later.c[name] == status.c[name] for name in ("layer_id", "feature_id", "year")]
    taken_back = select(later.c.id).where(*same, later.c.withdrawn, later.c.id >= status.c.id)
    return ~exists(taken_back.correlate(status))


def is_schematic(table: Table):
    """Written out, not bound: a partial index serves only a condition that says the same."""
    return table.c.location_basis == text(f"'{LocationBasis.SCHEMATIC}'")
