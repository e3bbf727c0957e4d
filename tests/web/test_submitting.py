"""The page of parcels for the bureau, its package, and where the land-use code of a feature is told."""

import json
import re
import zipfile
from io import BytesIO
from urllib.parse import unquote

import pytest

from geo.model import office_time
from geo.service import map_picture


def test_the_page_offers_layers_of_parcels_and_checks_nothing_unasked(client):
    page = client.get("/submit").text
    assert 'data-testid="layer-schools"' in page and 'data-testid="layer-villages"' not in page
    assert 'data-testid="basis-schematic"' not in page
    assert 'data-testid="found"' not in page and 'data-testid="unchecked"' in page
    assert '<a href="/export" aria-current="true">' in page


def test_without_parcels_or_lines_the_page_says_what_to_do(client):
    page = client.get("/submit?layer=schools&basis=surveyed").text
    assert 'data-testid="no-parcels"' in page and 'data-testid="load-lines"' in page
    assert page.count('<a href="/import">') == 2
    assert 'data-testid="no-parcels"' not in client.get("/submit?layer=schools&basis=located").text


def test_the_page_lists_what_is_found_and_hands_it_to_the_map(client):
    page = client.get("/submit?layer=schools&basis=located").text
    assert "6 个地块，15 处问题，5 个要素不报送。" in page
    assert page.count("未载入，未核查") == 3
    config = json.loads(re.search(r'<script type="application/json" id="config">(.*?)</script>', page, re.DOTALL)[1])
    assert [each["properties"]["basis"] for each in config["shapes"]] == ["located"] * 6
    assert sum("geometry" in each for each in config["check"]["findings"]) == 12


def test_the_package_is_a_download_with_a_name(client):
    answer = client.get("/submit/file?layer=schools&basis=located&encoding=GBK")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert "规划一张图-报送包-" in unquote(answer.headers["Content-Disposition"])
    with zipfile.ZipFile(BytesIO(answer.data)) as archive:
        assert archive.read("shapefile/schools.cpg") == b"GBK"
        assert len(json.loads(archive.read("manifest.json"))["parcels"]) == 6


def test_a_package_that_nobody_reads_leaves_nothing_behind(client, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    client.get("/submit/file?layer=schools&basis=located").close()
    assert list(tmp_path.iterdir()) == []


def test_the_page_says_beforehand_why_there_will_be_no_map_sheet(client, monkeypatch):
    assert 'data-testid="no-map"' not in client.get("/submit?layer=schools&basis=located").text
    monkeypatch.setattr(map_picture, "MOST_FEATURES", 5)
    page = client.get("/submit?layer=schools&basis=located").text
    assert "没有位置图：共 6 个地块，一张图上最多画 5 个，请分批报送" in page


def test_a_package_of_a_past_day_says_so(office):
    today = office_time.today().isoformat()
    answer = office.test_client().get(f"/submit/file?layer=schools&basis=located&as_of={today}")
    with zipfile.ZipFile(BytesIO(answer.data)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest["as_of"] == today
    assert f"数据截至: {today}" in manifest["notes"]


@pytest.mark.parametrize(
    "query",
    ["", "layer=schools", "layer=schools&basis=schematic", "layer=schools&basis=located&encoding=latin1",
     "layer=schools&basis=located&profile=x", "layer=schools&basis=located&year=1999"],
)  # fmt: skip
def test_what_cannot_be_submitted_is_refused(client, query):
    assert client.get(f"/submit/file?{query}", headers={"Accept": "application/json"}).status_code == 400


def test_unknown_layers_are_not_found(client):
    assert client.get("/submit?layer=nothing").status_code == 404


def test_a_feature_says_that_its_code_is_only_its_layers(client):
    assert "080403 中小学用地（图层默认，未逐项确认）" in client.get("/features/schools/2021-1").text
    assert "080601 医院用地（图层默认，未逐项确认）" in client.get("/features/health_facilities/shi-wu-yiyuan").text


def test_the_form_offers_the_codes_and_says_what_none_means(office, signed_in):
    client = signed_in(office, "editor")
    form = client.get("/editing/attributes/schools/2021-1").text
    assert '<option value="080404"' in form
    assert "不填就按图层默认：080403 中小学用地" in form
    technology = client.get("/editing/attributes/commercial_projects/qianjing").text
    assert "图层没有默认代码，报送前须选定" in technology
