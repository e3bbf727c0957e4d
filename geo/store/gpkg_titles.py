"""Chinese field titles and coded values for GIS programs, in each of the ways in which one of them looks for them.

- `gpkg_data_columns` and its constraints (GeoPackage 1.3, annex F.9, schema extension): GDAL from 3.7, and QGIS on it.
- `gpkg_metadata` (annex F.8): older GDAL, such as Debian's, prints it with the layer.
- `layer_styles`: QGIS on an older GDAL takes aliases from a layer's default style.
"""

from collections.abc import Iterable
from xml.etree import ElementTree

from sqlalchemy import Connection, text

from geo.model.layer import Field
from geo.model.units import UNITS

TABLES = """
CREATE TABLE gpkg_data_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT, description TEXT, mime_type TEXT,
  constraint_name TEXT,
  CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name), CONSTRAINT gdc_tn UNIQUE (table_name, name));
CREATE TABLE gpkg_data_column_constraints (
  constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT, min NUMERIC, min_is_inclusive BOOLEAN,
  max NUMERIC, max_is_inclusive BOOLEAN, description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value));
CREATE TABLE gpkg_metadata (
  id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL, md_scope TEXT NOT NULL DEFAULT 'dataset',
  md_standard_uri TEXT NOT NULL, mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL DEFAULT '');
CREATE TABLE gpkg_metadata_reference (
  reference_scope TEXT NOT NULL, table_name TEXT, column_name TEXT, row_id_value INTEGER,
  timestamp DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), md_file_id INTEGER NOT NULL,
  md_parent_id INTEGER,
  CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id),
  CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id));
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')));
INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('layer_styles', 'attributes', 'layer_styles');
INSERT INTO gpkg_extensions VALUES
  ('gpkg_data_columns', NULL, 'gpkg_schema',
   'http://www.geopackage.org/spec121/#extension_schema', 'read-write'),
  ('gpkg_data_column_constraints', NULL, 'gpkg_schema',
   'http://www.geopackage.org/spec121/#extension_schema', 'read-write'),
  ('gpkg_metadata', NULL, 'gpkg_metadata',
   'http://www.geopackage.org/spec120/#extension_metadata', 'read-write'),
  ('gpkg_metadata_reference', NULL, 'gpkg_metadata',
   'http://www.geopackage.org/spec120/#extension_metadata', 'read-write')
"""


def register_titles(connection: Connection, table: str, fields: Iterable[Field], *, geometry: bool) -> None:
    """Say how a table's columns are titled, and what their coded values mean."""
    fields = list(fields)
    _describe_columns(connection, table, fields)
    connection.exec_driver_sql(
        "INSERT INTO gpkg_metadata (md_scope, md_standard_uri, mime_type, metadata)"
        " VALUES ('dataset', 'http://gdal.org', 'text/xml', ?)",
        (_gdal_metadata(fields),),
    )
    connection.exec_driver_sql(
        "INSERT INTO gpkg_metadata_reference (reference_scope, table_name, md_file_id)"
        " VALUES ('table', ?, last_insert_rowid())",
        (table,),
    )
    connection.exec_driver_sql(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,"
        " styleQML, useAsDefault) VALUES ('', '', ?, ?, ?, ?, 1)",
        (table, "geom" if geometry else "", table, _qgis_style(fields)),
    )


def forget_titles(connection: Connection, table: str) -> None:
    """Take back what `register_titles` said of a table; styles that a person saved stay."""
    for statement in (
        "DELETE FROM gpkg_data_columns WHERE table_name = :table",
        "DELETE FROM gpkg_data_column_constraints WHERE substr(constraint_name, 1, length(:table) + 1) = :table || '.'",
        "DELETE FROM gpkg_metadata_reference WHERE table_name = :table AND reference_scope = 'table'",
        "DELETE FROM gpkg_metadata WHERE md_standard_uri = 'http://gdal.org'"
        " AND id NOT IN (SELECT md_file_id FROM gpkg_metadata_reference)",
        "DELETE FROM layer_styles WHERE f_table_name = :table AND styleQML LIKE '%styleCategories=\"Fields\"%'",
    ):
        connection.execute(text(statement), {"table": table})


def unique(title: str, name: str, titles: list[str]) -> str:
    """The title, with the name behind it where another one has the same: the specification wants them unique."""
    return title if titles.count(title) == 1 else f"{title} ({name})"


def _describe_columns(connection: Connection, table: str, fields: list[Field]) -> None:
    """GDAL reads the alias from `name`, other readers from `title`."""
    titles = [field.title.zh for field in fields]
    for field in fields:
        constraint = f"{table}.{field.name}" if field.values else None
        connection.exec_driver_sql(
            "INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, ?)",
            (table, field.name, unique(field.title.zh, field.name, titles), field.title.zh, _unit(field), constraint),
        )
        for choice in field.values:
            connection.exec_driver_sql(
                "INSERT INTO gpkg_data_column_constraints VALUES (?, 'enum', ?, NULL, NULL, NULL, NULL, ?)",
                (constraint, choice.value, choice.title.zh),
            )


def _unit(field: Field) -> str | None:
    return UNITS[field.unit].zh or None if field.unit else None


def _gdal_metadata(fields: list[Field]) -> str:
    root = ElementTree.Element("GDALMultiDomainMetadata")
    items = ElementTree.SubElement(root, "Metadata")
    for field in fields:
        unit = _unit(field)
        title = f"{field.title.zh} ({unit})" if unit else field.title.zh
        ElementTree.SubElement(items, "MDI", key=field.name).text = title
    return ElementTree.tostring(root, encoding="unicode")


def _qgis_style(fields: list[Field]) -> str:
    """A style of the category "Fields" alone: symbols stay as the reader has them."""
    root = ElementTree.Element("qgis", version="3.22", styleCategories="Fields")
    aliases = ElementTree.SubElement(root, "aliases")
    for index, field in enumerate(fields, 1):  # 0 is fid
        ElementTree.SubElement(aliases, "alias", index=str(index), field=field.name, name=field.title.zh)
    return ElementTree.tostring(root, encoding="unicode")
