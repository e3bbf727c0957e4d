"""A download that finds no place waits in line, says so, and begins by itself."""

import re
import time
from pathlib import Path

import pytest
import requests
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def small(serve, tmp_path_factory):
    """A server that sends one file at a time."""
    with serve(Path(tmp_path_factory.mktemp("small") / "plan.gpkg"), THREADS="3") as server:
        yield server


def take_turn(server, turn):
    """Somebody else takes the only place, as soon as whoever had it before has gone."""
    for _ in range(300):
        if requests.get(f"{server.address}/export/turn?turn={turn}", timeout=60).json() == {"before": 0}:
            return
        time.sleep(0.1)
    raise AssertionError("nobody gives the place back")


def come(server, turn):
    """They take their file away."""
    assert requests.get(f"{server.address}/export/file?layers=schools&turn={turn}", timeout=60).ok


def test_a_reader_waits_in_line_and_the_file_comes_when_it_is_their_turn(open_page, small):
    other = "f" * 32
    page = open_page(f"{small.address}/export")
    expect(page.get_by_test_id("export-count")).to_contain_text("文件里将有")
    take_turn(small, other)
    with page.expect_download() as download:
        page.get_by_test_id("export").click()
        expect(page.get_by_test_id("notice-download")).to_have_text(re.compile("正在排队：第 1 位"))
        come(small, other)
    assert download.value.suggested_filename.endswith(".geojson")
    expect(page.get_by_test_id("notice-download")).to_have_count(0)


def test_who_gives_up_gets_no_file_later(open_page, small):
    other = "e" * 32
    page = open_page(f"{small.address}/export", first=True)  # its clock is turned
    started = []
    page.on("download", lambda download: started.extend([download]))
    expect(page.get_by_test_id("export-count")).to_contain_text("文件里将有")
    take_turn(small, other)
    page.clock.install()
    page.get_by_test_id("export").click()
    page.get_by_test_id("notice-download").get_by_role("button").click()
    expect(page.get_by_test_id("notice-download")).to_have_count(0)
    come(small, other)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(60_000)  # many times what it waits before it asks again
    page.evaluate("fetch('/healthz').then(() => null)")  # whatever was asked before is known by now
    assert (asked, started) == ([f"{small.address}/healthz"], [])
