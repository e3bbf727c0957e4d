"""Reading from a hot standby: never older than a second, and the primary wherever it cannot be had."""

import threading
import time

import pandas
import pytest

from geo.model.errors import InvalidInput, StoreUnavailable
from geo.model.feature_query import FeatureQuery
from geo.store import open_replica
from geo.store.replica import FRESH_S
from tests.standby import Standby

pytestmark = [
    pytest.mark.usefixtures("kind"),
    pytest.mark.parametrize("kind", ["postgis"], indirect=True, scope="session"),
]

ALL = FeatureQuery()
WITHIN_S = 1.0
LONGEST_WAIT_S = 30


@pytest.fixture(scope="module")
def standby(cluster):
    standby = Standby(cluster)
    yield standby
    standby.remove()


@pytest.fixture
def replica(standby, store, url):
    replica = open_replica(standby.url(url.rpartition("/")[2]), store)
    yield replica
    replica.close()


def reads_standby(replica) -> bool:
    with replica._reading() as connection:
        return connection.exec_driver_sql("SELECT pg_is_in_recovery()").scalar()


def wait_until(holds) -> None:
    end = time.monotonic() + LONGEST_WAIT_S
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def assert_seen_in_time(replica, count: int) -> None:
    """No look that begins a second after now, or later, misses one of so many."""
    written = began = time.monotonic()
    while replica.count("targets", ALL) != count:
        assert began - written < WITHIN_S
        time.sleep(0.02)
        began = time.monotonic()


def add(store, *ids: str) -> None:
    store.add_features("targets", pandas.DataFrame(index=list(ids)))


def test_a_fresh_standby_is_read_and_sees_a_write_within_a_second(replica, store):
    wait_until(lambda: reads_standby(replica))
    for number in range(1, 4):
        add(store, f"t{number}")
        assert_seen_in_time(replica, number)
    assert [page.ids for page in replica.scan("targets", ALL)] == [["t1", "t2", "t3"]]
    wait_until(lambda: replica.lag_s < FRESH_S)


def test_a_standby_that_lags_behind_is_left_for_the_primary(replica, store, standby):
    wait_until(lambda: replica.is_fresh)
    standby.administer("SELECT pg_wal_replay_pause()")
    try:
        add(store, "t")
        assert_seen_in_time(replica, 1)
        assert not reads_standby(replica)
        assert replica.lag_s >= FRESH_S
        assert_takes_no_write(replica)
    finally:
        standby.administer("SELECT pg_wal_replay_resume()")
    wait_until(lambda: reads_standby(replica))
    assert replica.count("targets", ALL) == 1


def test_reading_goes_on_when_the_standby_is_gone_and_comes_back(replica, store, standby):
    add(store, "t")
    wait_until(lambda: reads_standby(replica))
    standby.stop()
    try:
        assert replica.count("targets", ALL) == 1
        assert not reads_standby(replica)
    finally:
        standby.start()
    wait_until(lambda: reads_standby(replica))


def test_a_standby_takes_no_write(replica):
    wait_until(lambda: reads_standby(replica))
    assert_takes_no_write(replica)


def assert_takes_no_write(replica) -> None:
    """Neither on the standby nor, while that is not read, on the primary."""
    before = replica.primary.count("targets", ALL)
    with pytest.raises(StoreUnavailable, match="不能写入"):
        add(replica, "refused")
    assert replica.primary.count("targets", ALL) == before


def test_the_server_of_a_standby_itself_takes_no_write(replica, standby, url, opened):
    wait_until(lambda: reads_standby(replica))  # it has the database
    with pytest.raises(StoreUnavailable, match="不能写入"):
        add(opened(standby.url(url.rpartition("/")[2])), "refused")


def test_nothing_looks_at_the_servers_any_more_once_it_is_closed(store, url):
    for _ in range(20):  # some of them in the middle of a look
        itself = open_replica(url, store)
        itself._look()
        itself.close()
        assert "plan-atlas-replica" not in {each.name for each in threading.enumerate()}
    assert store._engine.pool.checkedout() == 0


def test_a_server_that_follows_nobody_is_never_read(store, url):
    itself = open_replica(url, store)
    try:
        itself._look()
        assert (itself.is_fresh, itself.lag_s) == (False, None)
        assert itself.count("targets", ALL) == 0
    finally:
        itself.close()


def test_only_the_address_of_a_database_server_names_a_standby(store):
    with pytest.raises(InvalidInput, match="DATABASE_URL_READ"):
        open_replica("gpkg:///nowhere/plan.gpkg", store)
