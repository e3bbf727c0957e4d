"""What a file will hold is told before it is made, by the same parameters, and refused in the same words."""

from urllib.parse import unquote

import pytest


@pytest.fixture
def client(office):
    return office.test_client()


def contents(client, query):
    return client.get(f"/export/contents?{query}", headers={"Accept": "application/json"})


def test_a_file_is_told_by_name_count_basis_and_scope(client):
    told = contents(client, "layers=schools&year=2025&format=geojson&crs=EPSG:4490").json
    assert told["count"] == 11 == sum(each["count"] for each in told["bases"])
    assert ["坐标系", "EPSG:4490"] in told["scope"]
    assert any("工作副本" in note for note in told["notes"])
    given = client.get("/export/file?layers=schools&year=2025&format=geojson&crs=EPSG:4490")
    assert told["name"] in unquote(given.headers["Content-Disposition"])
    assert "CGCS2000-EPSG4490" in told["name"]
    assert given.json["crs"]["properties"]["name"] == "urn:ogc:def:crs:EPSG::4490"
    assert len(given.json["features"]) == told["count"]


def test_schematic_shapes_are_told_as_they_are_written(client):
    (without,) = [note for note in contents(client, "layers=schools").json["notes"] if "示意" in note]
    assert "写属性、不写图形" in without
    (shown,) = [note for note in contents(client, "layers=schools&schematic=true").json["notes"] if "示意" in note]
    assert "不能用于报批" in shown
    (txt,) = contents(client, "layers=schools&format=txt&match_schematic=true").json["notes"]
    assert "不写入" in txt


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("layers=roads,schools,villages&format=txt", "只能由面图层导出，请去掉：道路中心线、行政村与居委会"),
        ("layers=schools&format=txt&profile=none", "没有界址点格式“none”"),
        ("layers=schools&format=txt&crs=EPSG:4490", "应为 CGCS2000 3 度带"),
        ("layers=schools&format=csv&crs=EPSG:4526", "只有经纬度"),
        ("layers=schools&format=shp&encoding=BIG5", "编码只能是 UTF-8 或 GBK"),
        ("layers=schools&format=geojson&crs=EPSG:3857", "导出不用坐标系“EPSG:3857”"),
        ("layers=schools&format=gpkg&nothing=1", "没有图层有参数或字段“nothing”"),
    ],
)
def test_what_cannot_be_made_is_refused_in_the_same_words_before_and_at_the_download(client, query, words):
    for address in ("contents", "file"):
        answer = client.get(f"/export/{address}?{query}", headers={"Accept": "application/json"})
        assert (answer.status_code, words in answer.json["detail"]) == (400, True)


def test_the_page_takes_up_what_its_address_asks_for(client):
    page = client.get("/export?layers=roads&format=shp&crs=EPSG:4547&q=路").text
    for words in ('value="roads" checked', 'data-testid="format-shp"', 'value="EPSG:4547" data-metres selected'):
        assert words in page
    assert 'value="schools" checked' not in page


def test_the_page_says_which_layers_of_its_address_there_are_not(client):
    page = client.get("/export?layers=schools,<i>nowhere").text
    assert "链接里的图层“&lt;i&gt;nowhere”不存在，已略去。" in page
    assert 'data-testid="correction"' not in client.get("/export?layers=schools").text
