"""A download that finds no place waits in line, says so, and begins by itself."""

import re
from pathlib import Path

import pytest
import requests
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def small(serve, tmp_path_factory):
    """A server that sends one file at a time."""
    with serve(Path(tmp_path_factory.mktemp("small") / "plan.gpkg"), THREADS="3") as server:
        yield server


def test_a_reader_waits_in_line_and_the_file_comes_when_it_is_their_turn(open_page, small):
    other = "f" * 32
    page = open_page(f"{small.address}/export")
    expect(page.get_by_test_id("export-count")).to_contain_text("文件里将有")
    assert requests.get(f"{small.address}/export/turn?turn={other}", timeout=30).json() == {"before": 0}
    with page.expect_download() as download:
        page.get_by_test_id("export").click()
        expect(page.get_by_test_id("notice-download")).to_have_text(re.compile("正在排队：第 1 位"))
        taken = requests.get(f"{small.address}/export/file?layers=schools&turn={other}", timeout=30)
        assert taken.ok
    assert download.value.suggested_filename.endswith(".geojson")
    expect(page.get_by_test_id("notice-download")).to_have_count(0)


def test_who_gives_up_gets_no_file_later(open_page, small):
    other = "e" * 32
    page = open_page(f"{small.address}/export")
    started = []
    page.on("download", lambda download: started.extend([download]))
    expect(page.get_by_test_id("export-count")).to_contain_text("文件里将有")
    assert requests.get(f"{small.address}/export/turn?turn={other}", timeout=30).json() == {"before": 0}
    page.get_by_test_id("export").click()
    page.get_by_test_id("notice-download").get_by_role("button").click()
    expect(page.get_by_test_id("notice-download")).to_have_count(0)
    assert requests.get(f"{small.address}/export/file?layers=schools&turn={other}", timeout=30).ok
    page.wait_for_timeout(2500)
    assert started == []
