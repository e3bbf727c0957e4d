"""A store that an earlier version made becomes one of the present version; every row stays, and the journal begins."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import shapely

from geo.model.errors import StoreUnavailable
from geo.model.feature_query import Condition, FeatureQuery
from geo.model.journal import PROGRAM, WHOLE_JOURNAL, Act, FeatureChange
from geo.model.status import AnnualStatus
from geo.service.editing import edit
from geo.service.retiring import Retiree, retire
from geo.store import migrations, open_store
from geo.store.catalog import read_catalog
from geo.store.schema import VERSION

FIRST = Path(__file__).parents[1] / "data" / "version_1"
GEOPACKAGE = pytest.mark.parametrize("kind", ["geopackage"], indirect=True, scope="session")
TABLES = ("parcels", "roads", "villages", "targets", "annual_status", "search_index", "layer_revisions")


@pytest.fixture
def first_catalog():
    return read_catalog(FIRST / "layers")


@pytest.fixture
def file(tmp_path):
    return shutil.copy(FIRST / "plan.gpkg", tmp_path / "plan.gpkg")


@pytest.fixture
def upgraded(file, first_catalog):
    store = open_store(f"gpkg:///{file}", first_catalog)
    yield store
    store.close()


def ask(path, statement):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def contents(path):
    """Every row of the first version's tables, as plain SQLite reads it."""
    rows = {}
    with closing(sqlite3.connect(FIRST / "plan.gpkg")) as first, closing(sqlite3.connect(path)) as now:
        for table in TABLES:
            columns = [f'"{row[1]}"' for row in first.execute(f"PRAGMA table_info({table})")]
            rows[table] = now.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY 1, 2").fetchall()
    return rows


def shape_of(path):
    """Tables with their columns, and indexes with theirs, whatever their names and order."""
    shape = {}
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%\\_v%'")
        for (table,) in names.fetchall():
            columns = {row[1:4] for row in connection.execute(f'PRAGMA table_info("{table}")')}
            indexes = connection.execute(f'PRAGMA index_list("{table}")').fetchall()
            shape[table] = (
                columns,
                {tuple(row[2] for row in connection.execute(f'PRAGMA index_info("{index[1]}")')) for index in indexes},
            )
    return shape


def test_the_last_migration_leads_to_the_present_version():
    assert migrations.versions()[-1] == VERSION
    assert migrations.versions()[0] == "1"


def without_marks(rows):
    """Words as an earlier version had them are marked, and made anew by the next search."""
    words = [(*key, text.removeprefix("\x01")) for *key, text in rows["search_index"]]
    return rows | {"search_index": words}


def test_an_upgrade_keeps_every_row(upgraded, file):
    before = contents(file)
    assert sum(len(rows) for rows in before.values()) > 20
    assert upgraded.create() == []
    assert without_marks(contents(file)) == before
    assert ask(file, "SELECT value FROM store_info WHERE key = 'schema_version'") == [(VERSION,)]
    assert upgraded.create() == []
    assert without_marks(contents(file)) == before
    assert upgraded.count("parcels", FeatureQuery(search="parcels/2021-1")) == 1


def test_what_was_there_is_read_as_before(upgraded):
    upgraded.create()
    page = upgraded.read_page("parcels", FeatureQuery(year=2023, schematic=True, retired=True))
    assert page.ids == ["2023-1", "2021-1", "3"]
    school = dict(zip(page.columns, page.rows[0], strict=True))
    assert (school["name"], school["seats"], school["stage"], school["progress_pct"]) == (
        "宏志小学",
        1620,
        "started",
        40,
    )
    assert [shapely.from_wkb(wkb).geom_type if wkb else None for wkb in page.wkb] == ["Polygon", "MultiPolygon", None]
    assert [status.year for status in upgraded.statuses("parcels", "2023-1")] == [2022, 2023]
    rows = upgraded.status_rows("parcels", "2023-1")
    assert [row.reported_by for row in rows] == ["王工", "王工", "李工"]
    assert not any(row.withdrawn or row.obstacle or row.value_source for row in rows)


def test_what_was_there_is_edited_and_retired(upgraded):
    upgraded.create()
    act = Act("王工", "批复")
    values = {"responsible_unit": "区教体局", "responsible_officer": "王芳"}
    edit(upgraded, "parcels", "2023-1", upgraded.read_feature("parcels", "2023-1").rows[0][-1], values, act)
    owned = FeatureQuery(conditions=(Condition("responsible_unit", ("区教体局",)),))
    assert upgraded.read_page("parcels", owned).ids == ["2023-1"]
    retire(upgraded, [Retiree("parcels", "2023-1")], act)
    assert upgraded.count("parcels", owned) == 0
    assert list(upgraded.faults()) == []


def test_the_journal_begins_with_what_was_there(upgraded):
    upgraded.create()
    entries = list(upgraded.journal())
    assert [entry.action for entry in entries] == ["create"] * 7 + ["status"] * 4
    assert {(entry.author, entry.change_set) for entry in entries} == {(PROGRAM, 1)}
    assert all("升级" in entry.cause for entry in entries)
    school = next(entry for entry in entries if entry.feature_id == "2023-1")
    assert school.after["name"] == "宏志小学"
    assert list(upgraded.faults()) == []
    upgraded.write([FeatureChange("parcels", "2023-1", 1, {"seats": 1700})], Act("王工"))
    upgraded.write(
        [AnnualStatus("villages", "w", 2023, value=1.0, obstacle="断电", obstacle_due="2024-03-01")], Act("王工")
    )
    assert list(upgraded.faults()) == []
    assert upgraded.create() == []
    assert upgraded.count_journal(WHOLE_JOURNAL) == 13


def test_an_upgraded_file_is_like_a_new_one(upgraded, file, tmp_path, first_catalog):
    upgraded.create()
    new = open_store(f"gpkg:///{tmp_path}/new.gpkg", first_catalog)
    new.create()
    new.close()
    now, wanted = shape_of(file), shape_of(tmp_path / "new.gpkg")
    assert now.keys() - wanted.keys() == {"alembic_version"}
    assert {table: now[table] for table in wanted} == wanted
    titles = "SELECT column_name, title FROM gpkg_data_columns WHERE table_name = '{}' ORDER BY 1"
    for table in ("annual_status", "parcels"):
        assert ask(file, titles.format(table)) == ask(tmp_path / "new.gpkg", titles.format(table))
    assert ask(file, "PRAGMA integrity_check") == [("ok",)]
    assert ask(file, "PRAGMA foreign_key_check") == []


def test_an_upgrade_that_fails_leaves_the_store_as_it_was(upgraded, file, monkeypatch):
    def fail(*_arguments):
        raise StoreUnavailable("gone")

    before = Path(file).read_bytes()
    monkeypatch.setattr("geo.store.sql_making.baseline", fail)
    with pytest.raises(StoreUnavailable, match="gone"):
        upgraded.create()
    assert ask(file, "SELECT value FROM store_info WHERE key = 'schema_version'") == [("1",)]
    assert "journal" not in shape_of(file)
    upgraded.close()
    assert Path(file).read_bytes() == before
    monkeypatch.undo()
    assert upgraded.create() == []


def test_either_store_is_upgraded(store, outside, frame, square):
    """What version 2 added is taken away again; so the first version would have left the tables."""
    store.add_features("parcels", frame({"a": {"name": "甲", "geometry": square(114, 33)}}))
    store.add_statuses([AnnualStatus("parcels", "a", 2023, stage="started")])
    for name in ("value_source", "obstacle", "obstacle_owner", "obstacle_due", "withdrawn"):
        outside(f"ALTER TABLE annual_status DROP COLUMN {name}")
    for table in ("journal", "account_sessions", "accounts", "evidence"):
        outside(f"DROP TABLE {table}")
    for event in ("insert", "update", "delete"):
        for table in ("annual_status", *store.catalog):
            outside(f"DROP TRIGGER IF EXISTS {table}_state_{event}" + ("" if "gpkg" in store.name else f" ON {table}"))
    outside("DROP TRIGGER IF EXISTS plan_atlas_note" + ("" if "gpkg" in store.name else " ON parcels"))
    outside("ALTER TABLE layer_revisions DROP COLUMN state")
    outside("UPDATE store_info SET value = '1' WHERE key = 'schema_version'")
    assert store.create() == []
    assert store.read_page("parcels", FeatureQuery(year=2023)).ids == ["a"]
    assert [entry.action for entry in store.journal()] == ["create", "status"]
    assert list(store.faults()) == []
    store.accounts.add("张三", "admin", "hash", by=None)
    assert store.create() == []


def test_a_field_that_every_plan_layer_has_by_now_is_added(store, outside, frame):
    store.add_features("parcels", frame({"a": {"name": "甲"}}))
    outside("ALTER TABLE parcels DROP COLUMN progress_curve")
    assert store.create() == []
    page = store.read_page("parcels", FeatureQuery())
    assert dict(zip(page.columns, page.rows[0], strict=True))["progress_curve"] is None
    assert list(store.faults()) == []


def test_the_second_version_had_no_responsible_unit_and_officer(store, outside, frame):
    store.add_features("parcels", frame({"a": {"name": "甲"}}))
    indexes = [f'DROP INDEX "ix_parcels.{name}"' for name in ("responsible_unit", "responsible_officer")]
    for statement in indexes:
        outside(statement)
    for name in ("responsible_unit", "responsible_officer"):
        outside(f"ALTER TABLE parcels DROP COLUMN {name}")
    outside("UPDATE store_info SET value = '2' WHERE key = 'schema_version'")
    assert store.create() == []
    edit(store, "parcels", "a", 1, {"responsible_unit": "区教体局"}, Act("王工"))
    owned = FeatureQuery(conditions=(Condition("responsible_unit", ("区教体局",)),))
    assert store.read_page("parcels", owned).ids == ["a"]
    assert list(store.faults()) == []
    for statement in indexes:
        outside(statement)  # they are there again


@GEOPACKAGE
def test_a_style_that_a_person_saved_stays(store, outside):
    outside("INSERT INTO layer_styles (f_table_name, styleName, styleQML) VALUES ('parcels', '我的', '<qgis/>')")
    outside("ALTER TABLE parcels DROP COLUMN progress_curve")
    store.create()
    styles = outside("SELECT styleName, styleQML FROM layer_styles WHERE f_table_name = 'parcels' ORDER BY id")
    assert [name for name, _ in styles] == ["我的", "parcels"]
    assert 'field="progress_curve"' in styles[1][1]
