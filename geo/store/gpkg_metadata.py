"""What makes a SQLite file a GeoPackage: system tables, layer registration, R-tree and its triggers.

Source: OGC 12-128r17 (GeoPackage 1.3), annex C (table definitions), F.3 (R-tree). Field titles are in `gpkg_titles`.
"""

import sqlite3
from collections.abc import Collection, Iterable

from pyproj import CRS
from sqlalchemy import Connection, text

from geo.model.layer import Catalog, Layer
from geo.store import gpkg_titles
from geo.store.gpkg_blob import SRS_ID
from geo.store.schema import KEY_FIELDS, STATUS_ROW

APPLICATION_ID = 0x47504B47  # "GPKG"
USER_VERSION = 10300
CGCS2000_SRS_ID = 4490
SINGLE_PRECISION_DEG = 4e-5
"""More than two steps of a single-precision number near 180."""

_TABLES = """
CREATE TABLE gpkg_spatial_ref_sys (
  srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL,
  organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (
  table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, description TEXT DEFAULT '',
  last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));
CREATE TABLE gpkg_geometry_columns (
  table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL,
  z TINYINT NOT NULL, m TINYINT NOT NULL,
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name),
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id));
CREATE TABLE gpkg_extensions (
  table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))
"""

_RTREE = """
CREATE VIRTUAL TABLE "rtree_{table}_geom" USING rtree(id, minx, maxx, miny, maxy);
CREATE TRIGGER "rtree_{table}_geom_insert" AFTER INSERT ON "{table}"
  WHEN (NEW.geom NOT NULL AND NOT ST_IsEmpty(NEW.geom))
BEGIN {put} END;
CREATE TRIGGER "rtree_{table}_geom_update1" AFTER UPDATE OF geom ON "{table}"
  WHEN OLD.fid = NEW.fid AND (NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))
BEGIN {put} END;
CREATE TRIGGER "rtree_{table}_geom_update2" AFTER UPDATE OF geom ON "{table}"
  WHEN OLD.fid = NEW.fid AND (NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))
BEGIN DELETE FROM "rtree_{table}_geom" WHERE id = OLD.fid; END;
CREATE TRIGGER "rtree_{table}_geom_update3" AFTER UPDATE ON "{table}"
  WHEN OLD.fid != NEW.fid AND (NEW.geom NOTNULL AND NOT ST_IsEmpty(NEW.geom))
BEGIN DELETE FROM "rtree_{table}_geom" WHERE id = OLD.fid; {put} END;
CREATE TRIGGER "rtree_{table}_geom_update4" AFTER UPDATE ON "{table}"
  WHEN OLD.fid != NEW.fid AND (NEW.geom ISNULL OR ST_IsEmpty(NEW.geom))
BEGIN DELETE FROM "rtree_{table}_geom" WHERE id IN (OLD.fid, NEW.fid); END;
CREATE TRIGGER "rtree_{table}_geom_delete" AFTER DELETE ON "{table}"
  WHEN OLD.geom NOT NULL
BEGIN DELETE FROM "rtree_{table}_geom" WHERE id = OLD.fid; END
"""

_RTREE_PUT = """INSERT OR REPLACE INTO "rtree_{table}_geom" VALUES
  (NEW.fid, ST_MinX(NEW.geom), ST_MaxX(NEW.geom), ST_MinY(NEW.geom), ST_MaxY(NEW.geom));"""


def create_system_tables(connection: Connection) -> None:
    """Make an empty database the GeoPackage of a store, with tables for titles of fields."""
    create_bare_tables(connection, USER_VERSION, {SRS_ID, CGCS2000_SRS_ID})
    run_script(connection, gpkg_titles.TABLES)


def create_bare_tables(connection: Connection, user_version: int, srs_ids: Collection[int]) -> None:
    """Make an empty database a GeoPackage, with the tables of the specification and the CRS that it asks for.

    Parameters
    ----------
    srs_ids
        EPSG codes; 4326 has to be among them.
    """
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.exec_driver_sql(f"PRAGMA user_version = {user_version}")
    run_script(connection, _TABLES)
    references = [
        ("Undefined cartesian SRS", -1, "NONE", -1, "undefined"),
        ("Undefined geographic SRS", 0, "NONE", 0, "undefined"),
    ]
    for code in sorted(srs_ids):
        crs = CRS.from_epsg(code)
        references.append((crs.name, code, "EPSG", code, crs.to_wkt("WKT1_GDAL", output_axis_rule=True)))
    connection.exec_driver_sql("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, NULL)", references)


def register_layer(connection: Connection, layer: Layer, catalog: Catalog) -> None:
    """Tell GIS programs of a layer's table: title, geometry, field titles, coded values; and index its geometries."""
    register_table(
        connection,
        layer.id,
        data_type="features" if layer.geometry else "attributes",
        identifier=gpkg_titles.unique(layer.title.zh, layer.id, [other.title.zh for other in catalog.values()]),
        description=layer.description.zh,
        srs_id=SRS_ID if layer.geometry else None,
    )
    gpkg_titles.register_titles(connection, layer.id, (*KEY_FIELDS, *layer.fields), geometry=layer.geometry is not None)
    if layer.geometry:
        register_geometry(connection, layer.id, layer.geometry, SRS_ID)


def register_geometry(connection: Connection, table: str, kind: str, srs_id: int) -> None:
    """Tell of a table's geometries, and make an R-tree of them that is empty yet, with its triggers."""
    connection.exec_driver_sql(
        "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, ?, 0, 0)", (table, kind.upper(), srs_id)
    )
    connection.exec_driver_sql(
        "INSERT INTO gpkg_extensions VALUES (?, 'geom', 'gpkg_rtree_index',"
        " 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')",
        (table,),
    )
    run_script(connection, _RTREE.format(table=table, put=_RTREE_PUT.format(table=table)))


def register_statuses(connection: Connection) -> None:
    """Show `annual_status` to GIS programs as a table without geometry."""
    register_table(
        connection, "annual_status", data_type="attributes", identifier="annual_status", description="", srs_id=None
    )
    gpkg_titles.register_titles(connection, "annual_status", STATUS_ROW, geometry=False)


def register_titles_anew(connection: Connection, layers: Iterable[Layer]) -> None:
    """Say how columns are titled after some were added, to `annual_status` and to these layers."""
    tables = {layer.id: ((*KEY_FIELDS, *layer.fields), layer.geometry is not None) for layer in layers}
    for table, (fields, geometry) in (tables | {"annual_status": (STATUS_ROW, False)}).items():
        gpkg_titles.forget_titles(connection, table)
        gpkg_titles.register_titles(connection, table, fields, geometry=geometry)


def touch(connection: Connection, table: str, bounds: Iterable[float] | None = None) -> None:
    """Note in `gpkg_contents` that a table was written, and that geometries within `bounds` were added.

    Parameters
    ----------
    bounds
        min x, min y, max x, max y; None where no geometry was added.
    """
    connection.exec_driver_sql(
        "UPDATE gpkg_contents SET last_change = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE table_name = ?", (table,)
    )
    if bounds is not None:
        connection.execute(
            text(
                "UPDATE gpkg_contents SET min_x = min(coalesce(min_x, :w), :w), min_y = min(coalesce(min_y, :s), :s),"
                " max_x = max(coalesce(max_x, :e), :e), max_y = max(coalesce(max_y, :n), :n) WHERE table_name = :table"
            ),
            dict(zip("wsen", bounds, strict=True), table=table),
        )


def remeasure(connection: Connection, table: str) -> None:
    """Set the extent of a layer's table in `gpkg_contents` to that of the geometries it holds now.

    The R-tree rounds bounds outwards to single precision, so the true extreme lies among the few features whose
    rounded bound is within that precision of the rounded extreme.
    """
    extremes = {
        "min_x": ("min", "minx", "<= (SELECT min(minx)", "+"), "min_y": ("min", "miny", "<= (SELECT min(miny)", "+"),
        "max_x": ("max", "maxx", ">= (SELECT max(maxx)", "-"), "max_y": ("max", "maxy", ">= (SELECT max(maxy)", "-"),
    }  # fmt: skip
    functions = {"min_x": "ST_MinX", "min_y": "ST_MinY", "max_x": "ST_MaxX", "max_y": "ST_MaxY"}
    tree = f'"rtree_{table}_geom"'
    measured = [
        f'{name} = (SELECT {extreme}({functions[name]}(geom)) FROM "{table}" WHERE fid IN'
        f" (SELECT id FROM {tree} WHERE {bound} {within} FROM {tree}) {sign} {SINGLE_PRECISION_DEG}))"
        for name, (extreme, bound, within, sign) in extremes.items()
    ]
    connection.exec_driver_sql(f"UPDATE gpkg_contents SET {', '.join(measured)} WHERE table_name = ?", (table,))


def register_table(
    connection: Connection, table: str, *, data_type: str, identifier: str, description: str, srs_id: int | None
) -> None:
    """Tell of a table: `features` with geometries in a CRS, or `attributes` without."""
    connection.exec_driver_sql(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES (?, ?, ?, ?, ?)",
        (table, data_type, identifier, description, srs_id),
    )


def run_script(connection: Connection, script: str) -> None:
    """Run statements one by one, inside the transaction (sqlite3's own executescript would commit first)."""
    pending = ""
    for line in script.strip().splitlines():
        pending += line + "\n"
        if sqlite3.complete_statement(pending):
            connection.exec_driver_sql(pending)
            pending = ""
    connection.exec_driver_sql(pending)
