"""`flask --app server catchments-batch`: every zone as the one-machine command has it, whatever happens to workers.

It goes to a scheduler and a worker that are started here as an office starts them on its machines; a benchmark has
the local ones.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError
from pathlib import Path

import geopandas
import numpy
import pandas
import pyogrio
import pytest
from distributed import Client
from distributed.comm import CommClosedError
from pandas.testing import assert_frame_equal

from geo.service.zones import batch
from tests.analysis.cities import city, points

ROOT = Path(__file__).resolve().parents[2]
WAIT_S = 120
QUIET = {"DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "critical"}


def travelling(source: str) -> Callable:
    """A function that belongs to no module, so that it travels to other processes as a whole."""
    made: dict[str, Callable] = {}
    exec(source, made)
    return made["travels"]


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """Address of a scheduler with a worker, a process that is replaced when it is lost."""
    told = tmp_path_factory.mktemp("scheduler") / "scheduler.json"
    python = [sys.executable, "-m"]
    options = ["--host", "127.0.0.1", "--no-dashboard"]
    settings = os.environ | QUIET
    programs = [
        [*python, "distributed.cli.dask_scheduler", *options, "--port", "0", "--scheduler-file", str(told)],
        [*python, "distributed.cli.dask_worker", *options, "--scheduler-file", str(told), "--nworkers", "1",
         "--nthreads", "1", "--memory-limit", "2GiB"],
    ]  # fmt: skip
    started = [
        subprocess.Popen(each, cwd=ROOT, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for each in programs
    ]
    try:
        deadline = time.monotonic() + WAIT_S
        while not (told.exists() and told.read_text()) and time.monotonic() < deadline:
            time.sleep(0.1)
        address = json.loads(told.read_text())["address"]
        with Client(address) as client:
            client.wait_for_workers(1, timeout=WAIT_S)
        yield address
    finally:
        for each in reversed(started):
            each.terminate()
            each.wait(WAIT_S)


def make_zone(folder: Path, seed: int, *, ids: type = int) -> None:
    """A small town: bent streets, five schools with seats, homes with pupils, one of them far from any street."""
    random = numpy.random.default_rng(seed)
    folder.mkdir(parents=True)
    city(seed, size=6).to_parquet(folder / "roads.parquet")
    schools = {"school_id": [f"校{number}" for number in range(5)], "seats": [60, 80, 100, 60, 90]}
    geopandas.GeoDataFrame(schools, geometry=points(random.uniform(0, 600, (5, 2)).tolist()), crs=4326).to_parquet(
        folder / "schools.parquet"
    )
    where = [*random.uniform(0, 600, (30, 2)).tolist(), (9000, 9000)]
    homes = {"demand_id": [ids(number) for number in range(31)], "pupils": random.integers(1, 20, 31)}
    geopandas.GeoDataFrame(homes, geometry=points(where), crs=4326).to_parquet(folder / "demand.parquet")


@pytest.fixture(scope="module")
def country(tmp_path_factory) -> Path:
    """Three zones; of one the ids are texts."""
    folder = tmp_path_factory.mktemp("country") / "全国"
    for number in range(3):
        make_zone(folder / f"zone=41170{number}", number, ids=str if number == 2 else int)
    return folder


@pytest.fixture
def run(app, monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    return lambda *arguments: app.test_cli_runner().invoke(args=["catchments-batch", *map(str, arguments)])


@pytest.fixture(scope="module")
def done(app, country, scheduler, tmp_path_factory):
    """Catchments and checks of the country: where the results lie, and what was printed."""
    out = tmp_path_factory.mktemp("done")
    arguments = [
        "catchments-batch",
        country,
        "--scheduler",
        scheduler,
        "-o",
        out,
        "--job",
        "catchments",
        "--job",
        "check",
    ]
    result = app.test_cli_runner().invoke(args=[str(each) for each in arguments])
    assert result.exit_code == 0
    return out, json.loads(result.stdout)


def plain(frame: geopandas.GeoDataFrame) -> pandas.DataFrame:
    """Values without their shapes, in whatever types a format keeps them."""
    table = pandas.DataFrame(frame.drop(columns="geometry"))
    return table.astype(object).where(table.notna(), None)


def assert_as_alone(app, zone: Path, results: Path, alone: Path, method: str) -> None:
    """What `catchments` makes of a zone's files is what the batch made of them: rows, shapes and summary."""
    files = [word for name in ("schools", "roads", "demand") for word in (f"--{name}", str(zone / f"{name}.parquet"))]
    told = app.test_cli_runner().invoke(args=["catchments", *files, "--method", method, "-o", str(alone)]).stdout
    expected = {name: value for name, value in json.loads(told).items() if name not in ("file", "bytes")}
    summary = json.loads((results / "summary.json").read_text("utf-8"))
    assert {name: summary.get(name) for name in expected} == expected
    for layer in ("assignments", "catchments", "straight_catchments"):
        found = geopandas.read_parquet(results / f"{layer}.parquet")
        theirs = pyogrio.read_dataframe(alone, layer=layer)
        assert_frame_equal(plain(found), plain(theirs), check_dtype=False)
        assert found.crs == theirs.crs and found.geometry.geom_equals(theirs.geometry).all()


def test_each_zone_has_the_nearest_schools_of_the_one_machine_command(app, country, done, tmp_path):
    for zone in ("zone=411700", "zone=411702"):
        assert_as_alone(app, country / zone, done[0] / zone, tmp_path / "alone.gpkg", "nearest")


def test_each_zone_has_the_seats_of_the_one_machine_command(run, app, country, scheduler, tmp_path):
    result = run(country, "--method", "capacity", "--scheduler", scheduler, "-o", tmp_path)
    assert result.exit_code == (1 if json.loads(result.stdout)["totals"]["unseated"] else 0)
    assert_as_alone(app, country / "zone=411701", tmp_path / "zone=411701", tmp_path / "alone.gpkg", "capacity")


def test_totals_and_statistics_are_those_of_all_zones(done):
    out, told = done
    zones = sorted(out.glob("zone=*"))
    places = pandas.concat([geopandas.read_parquet(zone / "assignments.parquet") for zone in zones])
    areas = pandas.concat([geopandas.read_parquet(zone / "catchments.parquet") for zone in zones])
    walked = places[places["school_id"].notna()]
    assert told["zones"] == {"done": 3, "kept": 0, "failed": 0} and told["totals"]["schools"] == 15
    assert told["totals"]["demand"] == {"places": 93, "pupils": int(places["pupils"].sum()), "places_without_figure": 0}
    assert told["totals"]["unassigned"]["off_streets"]["places"] == 3
    by_class = {each["to_m"]: (each["assignments"], each["pupils"]) for each in told["statistics"]["walks"]}
    short = walked[walked["distance_m"] <= 500]
    assert by_class[500.0] == (len(short), short["pupils"].sum())
    assert sum(count for count, _ in by_class.values()) == len(walked)
    assert sum(told["statistics"]["area_km2"].values()) == pytest.approx(areas["area_m2"].sum() / 1e6, abs=0.01)
    assert told["statistics"]["extent"] == pytest.approx(list(places.total_bounds), abs=1e-6)
    checks = json.loads((zones[0] / "summary.json").read_text("utf-8"))["checks"]
    assert checks["schools"] == {"result": "accept", "features": 5, "findings": []}


def test_a_zone_that_is_broken_is_told_and_loses_no_other(run, country, scheduler, tmp_path):
    folder = tmp_path / "in"
    for number, name in enumerate(["甲", "乙", "丙", "丁"]):
        make_zone(folder / f"zone={name}", number)
    schools = geopandas.read_parquet(folder / "zone=乙" / "schools.parquet")
    schools.assign(seats=["60", "80", "很多", "60", "90"]).to_parquet(folder / "zone=乙" / "schools.parquet")
    (folder / "zone=丙" / "roads.parquet").write_bytes(b"PAR1 broken")
    (folder / "zone=丁" / "demand.parquet").unlink()
    result = run(folder, "--method", "capacity", "--scheduler", scheduler)
    told = json.loads(result.stdout)
    assert result.exit_code == 1 and told["zones"] == {"done": 1, "kept": 0, "failed": 3}
    errors = {each["zone"]: each["error"] for each in told["by_zone"] if "error" in each}
    assert "schools.parquet 第 3 行" in errors["乙"] and "seats" in errors["乙"] and "很多" in errors["乙"]
    assert "roads.parquet" in errors["丙"] and errors["丁"] == "缺少文件 zone=丁/demand.parquet"
    out = tmp_path / "in-results"
    assert told["folder"] == str(out)
    assert sorted(each.name for each in (out / "zone=乙").iterdir()) == ["error.json"]
    assert json.loads((out / "zone=乙" / "error.json").read_text("utf-8"))["error"] == errors["乙"]
    assert (out / "zone=甲" / "assignments.parquet").exists()


def test_a_worker_that_is_killed_costs_time_and_no_results(run, country, scheduler, done, tmp_path):
    results = []
    out = ["--scheduler", scheduler, "-o", tmp_path]
    going = threading.Thread(target=lambda: results.append(run(country, *out, "--job", "catchments")))
    with Client(scheduler) as client:
        pid_of = client.run(os.getpid)
        going.start()
        deadline = time.monotonic() + WAIT_S
        while not (busy := [worker for worker, keys in client.processing().items() if keys]):
            assert time.monotonic() < deadline
            time.sleep(0.01)
        os.kill(pid_of[busy[0]], signal.SIGKILL)
        going.join(WAIT_S)
        client.wait_for_workers(1, timeout=WAIT_S)
        assert pid_of[busy[0]] not in client.run(os.getpid).values()
    told = json.loads(results[0].stdout)
    assert (results[0].exit_code, told["zones"]) == (0, {"done": 3, "kept": 0, "failed": 0})
    assert told["statistics"] == done[1]["statistics"]
    assert told["totals"] == {name: done[1]["totals"][name] for name in told["totals"]}
    assert list(tmp_path.glob(".draft*")) == []


def test_a_zone_that_takes_its_workers_down_is_told_and_loses_no_other(run, country, scheduler, tmp_path, monkeypatch):
    ends_at_one = travelling(
        "def travels(zone, work):\n"
        "    import os\n"
        "    from geo.service.zones.work import do_zone\n"
        "    return os._exit(9) if zone.code == '411701' else do_zone(zone, work)\n"
    )
    allow_losses = travelling("def travels(dask_scheduler, count):\n    dask_scheduler.allowed_failures = count\n")
    monkeypatch.setattr("geo.service.zones.cluster.do_zone", ends_at_one)
    with Client(scheduler) as client:
        client.run_on_scheduler(allow_losses, count=0)
        result = run(country, "--job", "check", "--scheduler", scheduler, "-o", tmp_path)
        client.run_on_scheduler(allow_losses, count=3)
    told = json.loads(result.stdout)
    assert (result.exit_code, told["zones"]) == (1, {"done": 2, "kept": 0, "failed": 1})
    assert told["by_zone"][1]["error"] == "做这个区的工作进程接连 1 次中止，可能是内存不够"
    assert (tmp_path / "zone=411701" / "error.json").exists()


def test_what_is_broken_off_goes_on_where_it_was(run, country, scheduler, tmp_path, monkeypatch):
    over_zones = batch.over_zones

    def broken_off(*arguments):
        yield next(over_zones(*arguments))
        (tmp_path / ".draft-left").mkdir()
        raise KeyboardInterrupt

    check = [country, "--job", "check", "--scheduler", scheduler, "-o", tmp_path]
    monkeypatch.setattr(batch, "over_zones", broken_off)
    result = run(*check)
    assert (result.exit_code, result.stdout) == (2, "") and "3 个区里做好了 1 个" in result.stderr
    assert list(tmp_path.glob(".draft*")) == []
    monkeypatch.setattr(batch, "over_zones", over_zones)
    told = json.loads(run(*check).stdout)
    assert told["zones"]["kept"] >= 1 and told["zones"]["done"] + told["zones"]["kept"] == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["{none}"], "读不了文件夹"),
        (["{country}", "-o", "{country}/out"], "结果不能写进输入的文件夹"),
        (["{country}", "--memory", "1GB1"], "--memory 应像 2GiB"),
        (["{country}", "--memory", "1MiB"], "至少 512MiB"),
        (["{country}", "--workers", "2", "--scheduler", "{scheduler}"], "只用于本机"),
        (["{country}", "--scheduler", "nowhere"], "地址应像 tcp://"),
        (["{country}", "--job", "sum"], "--job"),
        (["{country}", "--standard-m", "-1"], "standard-m 应大于 0"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(run, country, scheduler, tmp_path, arguments, words):
    named = {"none": tmp_path / "none", "country": country, "scheduler": scheduler}
    result = run("-o", tmp_path / "out", *(each.format(**named) for each in arguments))
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr and result.stderr.count("\n") == 1
    assert list(tmp_path.glob("out/zone=*")) == []


def test_nothing_is_left_of_a_connection_that_could_not_be_made(run, country, tmp_path):
    before = set(threading.enumerate())
    assert run(country, "--scheduler", "nowhere", "-o", tmp_path / "out").exit_code == 2
    assert [thread for thread in threading.enumerate() if thread not in before and thread.name == "IO loop"] == []


def test_a_second_run_into_the_same_folder_is_refused(run, country, scheduler, tmp_path):
    with batch.FileLock(tmp_path / ".lock"):
        result = run(country, "--scheduler", scheduler, "-o", tmp_path)
    assert result.exit_code == 2 and "另一次计算正在写" in result.stderr


def test_a_worker_with_another_program_is_refused(run, country, scheduler, tmp_path, monkeypatch):
    monkeypatch.setattr("geo.service.zones.cluster.program", lambda: "another")
    result = run(country, "--scheduler", scheduler, "-o", tmp_path)
    assert result.exit_code == 2 and "与这里的版本不同" in result.stderr


@pytest.mark.parametrize("fault", [CommClosedError("closed"), CancelledError(), TimeoutError()])
def test_a_scheduler_that_is_lost_is_told_in_one_line(run, country, scheduler, tmp_path, monkeypatch, fault):
    def lost(*_arguments):
        raise fault

    monkeypatch.setattr(batch, "over_zones", lost)
    result = run(country, "--scheduler", scheduler, "-o", tmp_path)
    assert (result.exit_code, result.stdout) == (2, "") and "连接断了" in result.stderr
    with batch.FileLock(tmp_path / ".lock", timeout=0) as free:
        assert free.is_locked
