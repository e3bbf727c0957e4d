"""Whatever a demonstration store gives, in pages, answers or files, says that it is one; a real store never does."""

import csv
import io

import openpyxl
import pytest

from geo.web import create_app

NOTE = "演示数据"
REMARK = "进展为虚构"
DOCUMENTS = (
    "/ogc/",
    "/ogc/api",
    "/ogc/collections",
    "/ogc/collections/schools",
    "/ogc/collections/schools/schema",
    "/ogc/collections/schools/items",
    "/ogc/collections/schools/items?year=2023",
    "/ogc/collections/schools/items/2023-1",
    "/ogc/summary",
    "/ogc/search?q=宏志",
)
PAGES = ("/", "/export", "/reports", "/features/schools/2023-1", "/nothing")


@pytest.fixture(scope="module")
def demo(demo_store):
    """A client of the demonstration store."""
    return create_app({"DATABASE_URL": demo_store}).test_client()


@pytest.mark.parametrize("address", DOCUMENTS)
def test_a_document_of_the_demonstration_says_so(demo, client, address):
    told = demo.get(address)
    assert told.status_code == 200
    document = told.get_json(force=True)
    assert REMARK in (document.get("note") or document["info"]["note"])
    assert REMARK not in client.get(address).text


def test_clients_that_show_titles_show_it_too(demo):
    landing = demo.get("/ogc/").get_json()
    assert NOTE in landing["title"]
    assert all(NOTE in each["title"] for each in demo.get("/ogc/collections").get_json()["collections"])
    demo.set_cookie("language", "en")
    assert "emonstration" in demo.get("/ogc/").get_json()["title"]
    demo.delete_cookie("language")


@pytest.mark.parametrize("address", PAGES)
def test_a_page_of_the_demonstration_says_so(demo, client, address):
    assert "demo-strip" in demo.get(address).text
    assert "demo-strip" not in client.get(address).text


def test_a_file_of_the_demonstration_says_so_with_and_without_a_year(demo):
    for year in ({}, {"year": 2023}):
        query = {"layers": "schools,residential_areas", **year}
        assert (
            NOTE in demo.get("/export/file", query_string={**query, "format": "geojson"}).get_json(force=True)["note"]
        )
        text = demo.get("/export/file", query_string={**query, "format": "csv"}).data.decode("utf-8-sig")
        assert all(NOTE in row for row in list(csv.reader(io.StringIO(text)))[1:])
        book = openpyxl.load_workbook(
            io.BytesIO(demo.get("/export/file", query_string={**query, "format": "xlsx"}).data)
        )
        for sheet in book:
            assert NOTE in " ".join(str(cell.value) for row in sheet.iter_rows(max_row=3) for cell in row), sheet.title
