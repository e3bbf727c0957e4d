"""What was acknowledged stays, whatever is killed; and many may work at once."""

import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pandas
import pytest

from geo.model.errors import StoreUnavailable
from geo.model.feature_query import FeatureQuery
from geo.model.status import AnnualStatus
from tests.depth import examples
from tests.writers import Writer, assert_nothing_lost, make_all, make_and_report, prepare, write_by_eight

ROOT = Path(__file__).parents[2]


@pytest.fixture
def whole(url, opened):
    """Opens the store anew and checks every part of it."""

    def check():
        if url.startswith("gpkg:"):
            check_file(url.removeprefix("gpkg:///"))
        store = opened(url)
        ids = store.read_page("parcels", FeatureQuery()).ids
        assert store.read_page("parcels", FeatureQuery(bbox=(114, 33, 114.1, 33.1))).ids == ids
        assert store.count("parcels", FeatureQuery(search="p-")) == len(ids)
        reported = [feature_id for feature_id in ids if store.statuses("parcels", feature_id)]
        return ids, reported, store.revision("parcels")

    return check


def check_file(path):
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert file.execute("PRAGMA foreign_key_check").fetchall() == []
        assert file.execute("SELECT rtreecheck('rtree_parcels_geom')").fetchone() == ("ok",)


ROUNDS = examples(6, deep=50)
GEOPACKAGE = pytest.mark.parametrize("kind", ["geopackage"], indirect=True, scope="session")


def test_a_killed_writer_leaves_every_acknowledged_write(url, layers_folder, whole):
    dice, acknowledged, following = random.Random(), set(), 0
    for round_number in range(1, ROUNDS + 1):
        writer = Writer(make_and_report, url, layers_folder, following)
        acknowledged.add(writer.next())
        time.sleep(dice.uniform(0, 0.1))
        acknowledged.update(writer.kill())
        ids, reported, revision = whole()
        expected = {f"p-{number}" for number in acknowledged}
        assert expected <= set(reported)
        # What was being written when the process was killed is there as a whole or not at all.
        assert set(reported) == set(ids)
        assert len(set(ids) - expected) <= round_number
        assert revision == len(ids)
        following = len(ids)


def test_what_a_killed_writer_leaves_passes_every_check(url, store, layers_folder, kind):
    writer = Writer(make_and_report, url, layers_folder, 0)
    writer.next()
    said = writer.kill()
    assert list(store.faults()) == []
    if kind == "geopackage":
        command = ["ogrinfo", "-so", url.removeprefix("gpkg:///"), "parcels"]
        shown = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
        assert int(re.search(r"Feature Count: (\d+)", shown.stdout)[1]) > len(said)
        assert shown.stderr == ""


def test_eight_writers_in_two_processes_lose_nothing(store, url, layers_folder):
    prepare(store)
    took_s, hashes, counted = write_by_eight(url, layers_folder, writes=20)
    assert len(took_s) == 160
    assert_nothing_lost(store, hashes, counted)


def test_a_maker_killed_at_any_moment_leaves_a_whole_store_or_none(new_url, opened, layers_folder):
    dice, url = random.Random(), new_url()
    for _ in range(5):
        maker = Writer(make_all, url, layers_folder, 0)
        assert maker.next() == "ready"
        time.sleep(dice.uniform(0, 0.5))
        maker.kill()
        if opened(url).exists():
            break
    again = Writer(make_all, url, layers_folder, 0)
    assert again.rest()[-1][1] == 3000
    assert again.exit_code == 0


def test_several_makers_at_once_make_one_store(new_url, layers_folder):
    url = new_url()
    makers = [Writer(make_all, url, layers_folder, 0.3) for _ in range(3)]
    answers = [maker.rest() for maker in makers]
    assert [maker.exit_code for maker in makers] == [0, 0, 0]
    assert sorted(answer[-1] for answer in answers) == [(0, 3000), (0, 3000), (5, 3000)]
    assert sum("filling" in answer for answer in answers) == 1
    if url.startswith("gpkg:"):
        assert not Path(f"{url.removeprefix('gpkg:///')}.unfinished").exists()


def test_threads_and_processes_write_and_read_at_once_and_nothing_is_lost(store, url, layers_folder):
    other = Writer(make_and_report, url, layers_folder, 0)
    first = other.next()
    stop = threading.Event()

    def write(name):
        for number in range(25):
            store.add_features("parcels", pandas.DataFrame(index=[f"{name}-{number}"]))
            store.add_statuses(
                [AnnualStatus(layer_id="parcels", feature_id=f"{name}-{number}", year=2023, stage="started")]
            )

    def read():
        seen = 0
        while not stop.is_set():
            ids = [i for page in store.scan("parcels", FeatureQuery(year=2023), batch=10) for i in page.ids]
            assert len(ids) == len(set(ids)) >= seen
            seen = len(ids)
        return seen

    with ThreadPoolExecutor() as pool:
        readers = [pool.submit(read) for _ in range(2)]
        for writer in [pool.submit(write, name) for name in "abcd"]:
            writer.result()
        stop.set()
        assert all(reader.result() > 0 for reader in readers)
    last = max(other.kill(), default=first)
    ids = set(store.read_page("parcels", FeatureQuery()).ids)
    assert {f"{name}-{number}" for name in "abcd" for number in range(25)} <= ids
    assert {f"p-{number}" for number in range(last + 1)} <= ids


def test_a_scan_sees_one_state_and_holds_nobody_up(store):
    store.add_features("targets", pandas.DataFrame(index=[f"t-{number}" for number in range(100)]))
    pages = store.scan("targets", FeatureQuery(), batch=10)
    first = next(pages)
    began = time.monotonic()
    store.add_features("targets", pandas.DataFrame(index=["late"]))
    assert time.monotonic() - began < 5  # half of what a writer would wait for another one
    ids = first.ids + [feature_id for page in pages for feature_id in page.ids]
    assert len(ids) == 100
    assert store.count("targets", FeatureQuery()) == 101


def test_abandoned_scans_give_their_connections_back(store):
    store.add_features("targets", pandas.DataFrame(index=[f"t-{number}" for number in range(100)]))
    for _ in range(200):  # far more than there are connections
        next(store.scan("targets", FeatureQuery(), batch=10))
    assert store.count("targets", FeatureQuery()) == 100


def test_a_store_that_another_program_holds_is_said_in_words(store, url, opened, monkeypatch):
    monkeypatch.setattr("geo.store.gpkg_engine.BUSY_TIMEOUT_S", 0.1)
    monkeypatch.setattr("geo.store.postgis_engine.BUSY_TIMEOUT_S", 0.1)
    hasty = opened(url)
    with store._writing():
        with pytest.raises(StoreUnavailable, match="占用"):
            hasty.add_features("targets", pandas.DataFrame(index=["t"]))
        assert hasty.count("targets", FeatureQuery()) == 0  # readers do not wait
    hasty.add_features("targets", pandas.DataFrame(index=["t"]))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork")
def test_a_forked_child_has_connections_of_its_own(store):
    store.add_features("targets", pandas.DataFrame(index=["t"]))
    child = os.fork()
    if child == 0:
        try:
            store.add_features("targets", pandas.DataFrame(index=["from-the-child"]))
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert store.read_page("targets", FeatureQuery()).ids == ["t", "from-the-child"]


@GEOPACKAGE
def test_a_full_disk_is_said_and_nothing_is_half_written(kind, tmp_path, layers_folder):
    small_disk = 'mount -t tmpfs -o size=5m none "$1" && cd "$1" && PYTHONPATH="$2" exec "$3" -m tests.full_disk "$4"'
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", small_disk, "sh"]
    run = subprocess.run(
        [*command, tmp_path, ROOT, sys.executable, layers_folder], capture_output=True, encoding="utf-8", check=False
    )
    assert run.returncode == 0, run.stderr
    seen = json.loads(run.stdout)
    assert "磁盘已满" in seen["said"]
    assert seen["kept"] == seen["written"] > 10
    assert seen["faults"] == []
    assert seen["integrity"] == "ok"
    assert seen["kept_after"] == seen["written"] + 1  # room came back, and so did writing
    assert seen["faults_after"] == 0
