"""A PostGIS store is one for every other program, keeps what it acknowledged, and says in words what it cannot do."""

import re
import shutil
import subprocess
from contextlib import contextmanager

import pandas
import pytest
import shapely

from geo.model.errors import InvalidInput, StoreUnavailable
from geo.model.feature_query import Condition, FeatureQuery, Order
from geo.store import open_store
from geo.store.limits import Limits
from geo.store.postgis_engine import without_password
from geo.store.query import values_of
from tests.cluster import Cluster

pytestmark = [
    pytest.mark.usefixtures("kind"),
    pytest.mark.parametrize("kind", ["postgis"], indirect=True, scope="session"),
]

SECRET, QUOTED = "geheim/#1", "geheim%2F%231"


@pytest.fixture
def database(url):
    return url.rpartition("/")[2]


@contextmanager
def refused(words, store):
    """What fails in there says what is wrong in one line, and no password."""
    with pytest.raises(StoreUnavailable, match=words) as raised:
        yield
    assert "\n" not in str(raised.value)
    assert store.name in str(raised.value)
    assert SECRET not in str(raised.value)


def test_gdal_sees_every_layer_with_its_geometry_and_crs(cluster, store, database, frame, square, catalog):
    assert shutil.which("ogrinfo"), "ogrinfo is missing: make setup-tests installs gdal-bin"
    store.add_features("parcels", frame({"p": {"geometry": square(114, 33), "name": "宏志小学", "fenced": True}}))
    types = {"MultiPolygon": "Multi Polygon", "MultiLineString": "Multi Line String"}
    for layer in catalog.values():
        source = f"PG:{cluster.plain_url(database)}"
        shown = subprocess.run(
            ["ogrinfo", "-al", source, layer.id], capture_output=True, encoding="utf-8", check=True, timeout=60
        ).stdout
        assert f"Geometry: {types.get(layer.geometry, layer.geometry)}" in shown
        assert ('ID["EPSG",4326]' in shown) == (layer.geometry is not None)
        assert ("宏志小学" in shown) == (layer.id == "parcels")


def test_a_place_is_found_through_the_index(store, frame, square, outside):
    store.add_features(
        "parcels", frame({f"p-{n}": {"geometry": square(100 + n / 100, 33, 0.005)} for n in range(3000)})
    )
    outside("ANALYZE parcels")
    query = FeatureQuery(bbox=(114, 33, 114.001, 33.001), limit=10)
    page = store._select("parcels", query).page().params(values_of(query))
    with store._reading() as connection:
        statement = page.compile(store._engine)
        plan = connection.exec_driver_sql(f"EXPLAIN {statement}", statement.construct_params()).scalars().all()
    assert any("Index Cond: (geom &&" in line for line in plan), plan
    assert store.read_page("parcels", FeatureQuery(bbox=(114, 33, 114.001, 33.001))).ids == ["p-1400"]


COLLATIONS = """
SELECT DISTINCT collname FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid
JOIN pg_collation ON attcollation = pg_collation.oid
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'spatial_ref_sys' AND attnum > 0
"""


def test_every_text_is_compared_by_its_code_points(store, outside, frame):
    assert outside(COLLATIONS) == [("C",)]
    names = ["a", "B", "ä", "Z", "乙", "甲", "_"]
    store.add_features(
        "targets", frame({str(n): {"name": name} for n, name in enumerate(names)}).drop(columns="geometry")
    )
    page = store.read_page("targets", FeatureQuery(order=(Order("name"),)))
    assert [row[0] for row in page.rows] == sorted(names)


def test_whole_numbers_of_any_size_may_be_asked_for(store, frame):
    store.add_features("parcels", frame({"a": {"seats": 2**62}, "b": {"seats": 2**62}}))
    assert store.count("parcels", FeatureQuery(conditions=(Condition("revision", (2**62,)),))) == 0
    assert store.count("parcels", FeatureQuery(conditions=(Condition("seats", (2**62,)),))) == 2
    assert store.summarise("parcels", FeatureQuery(), fields=["seats"]).totals == {"seats": 2**63}


def test_a_server_that_crashes_keeps_every_acknowledged_write_and_is_found_again(tmp_path, opened):
    own = Cluster(tmp_path)
    store = opened(own.url(own.new_database()))
    store.create()
    store.add_features("targets", pandas.DataFrame(index=["t"]))
    assert store.count("targets", FeatureQuery()) == 1
    own.crash()
    assert store.read_page("targets", FeatureQuery()).ids == ["t"]
    store.add_features("targets", pandas.DataFrame(index=["u"]))
    assert store.revision("targets") == 2
    store.close()
    own.leave()


def test_a_server_that_is_not_there_is_said(catalog):
    store = open_store(f"postgresql+psycopg://planner:{QUOTED}@127.0.0.1:1/plan", catalog)
    assert store.name == "postgresql+psycopg://planner@127.0.0.1:1/plan"
    for ask in (store.create, store.remove_demo, lambda: store.revision("parcels")):
        with refused("连不上", store):
            ask()


def test_a_wrong_password_or_database_is_said(cluster, catalog):
    host = re.sub(r".*@", "", cluster.url("plan_nowhere"))
    for address in (f"postgresql+psycopg://plan_atlas:{SECRET[:6]}@{host}", cluster.url("plan_nowhere")):
        store = open_store(address, catalog)
        with refused("连不上", store) as _:
            store.create()
        store.close()


def test_a_database_without_a_store_is_said(new_url, opened):
    store = opened(new_url())
    with refused("还没有规划一张图的数据", store):
        store.count("parcels", FeatureQuery())


def test_a_database_of_another_program_stays_as_it_is(cluster, new_url, opened):
    url = new_url()
    cluster.administer("CREATE TABLE roads (x int)", url.rpartition("/")[2])
    store = opened(url)
    with refused("roads.*空的数据库", store):
        store.create()
    with refused("还没有规划一张图的数据", store):
        store.count("parcels", FeatureQuery())


def test_postgis_is_brought_in_where_the_account_may(cluster, opened):
    database = cluster.new_database("template1")
    store = opened(cluster.url(database))
    with refused("权限.*postgis", store):
        store.create()
    cluster.administer("ALTER ROLE plan_atlas SUPERUSER")
    try:
        assert len(store.create()) == 5
    finally:
        cluster.administer("ALTER ROLE plan_atlas NOSUPERUSER")


def test_an_account_that_may_only_read_cannot_write(cluster, store, database, outside, catalog):
    outside("DROP ROLE IF EXISTS reader")
    outside(f"CREATE ROLE reader LOGIN PASSWORD '{SECRET}'")
    outside("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
    host = re.sub(r".*@", "", cluster.url(database))
    reader = open_store(f"postgresql+psycopg://reader:{QUOTED}@{host}", catalog)
    assert reader.create() == []
    assert reader.count("targets", FeatureQuery()) == 0
    with refused("权限", reader):
        reader.add_features("targets", pandas.DataFrame(index=["t"]))
    reader.close()
    outside("DROP OWNED BY reader")
    outside("DROP ROLE reader")


def test_a_statement_that_takes_too_long_is_ended(store, opened, url):
    hasty = opened(url, limits=Limits(query_s=1))
    with refused("太久", hasty), hasty._reading() as connection:
        connection.exec_driver_sql("SELECT pg_sleep(5)")
    assert hasty.count("targets", FeatureQuery()) == 0


def test_too_many_at_once_are_told_to_come_again(store, url, opened, monkeypatch):
    monkeypatch.setattr("geo.store.postgis_engine.BUSY_TIMEOUT_S", 0.1)
    small = opened(url, limits=Limits(connections=1))
    with small._reading(), refused("太多", small):
        small.count("targets", FeatureQuery())


def test_a_store_may_lie_in_a_schema_of_its_own(cluster, new_url, opened, frame, square):
    url = new_url()
    database = url.rpartition("/")[2]
    cluster.administer("CREATE SCHEMA planning AUTHORIZATION plan_atlas", database)
    store = opened(f"{url}?options=-csearch_path%3Dplanning,public")
    assert len(store.create()) == 5
    store.add_features("blocks", frame({"b": {"geometry": square(114, 33)}}))
    assert shapely.from_wkb(store.read_page("blocks", FeatureQuery(bbox=(114, 33, 115, 34))).wkb[0]) == square(114, 33)
    assert len(opened(url).create()) == 5


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://planner:geheim@db.example",
        "postgresql+psycopg://planner:geheim@db.example:port/plan",
        "postgresql://planner:geheim@db.example/plan",
        "postgres://planner:ge@heim@db.example/plan",
        "postgresql+psycopg2://planner:geheim@db.example/plan?password=geheim",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_its_password(catalog, url):
    with pytest.raises(InvalidInput, match=r"DATABASE_URL.*db\.example") as raised:
        open_store(url, catalog)
    assert "heim" not in str(raised.value)


def test_an_address_is_shown_without_password_and_options():
    shown = without_password("postgresql+psycopg://planner:geheim@db.example/plan?password=geheim&sslmode=require")
    assert shown == "postgresql+psycopg://planner@db.example/plan"
    assert without_password("postgresql+psycopg://planner@/plan?host=/run/postgresql").endswith(
        "host=%2Frun%2Fpostgresql"
    )
    assert without_password("gpkg:instance/plan.gpkg") == "gpkg:instance/plan.gpkg"
