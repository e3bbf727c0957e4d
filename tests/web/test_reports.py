"""Reports by page, by address and by command."""

import io
import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import docx
import pytest
from pypdf import PdfReader
from werkzeug.datastructures import MultiDict

from geo.model.report import Heading
from geo.service import reports as service
from geo.web.current import current_store
from geo.web.reports import asked_report

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def asked(monkeypatch):
    """What was asked for, without making it."""
    wishes = []

    def remember(store, wish, format_name):
        wishes.append((wish, format_name))
        return b"file"

    monkeypatch.setattr(service, "file_of", remember)
    return wishes


def test_the_page_offers_every_kind_year_and_format(client):
    page = client.get("/reports").text
    for kind in service.KINDS:
        assert f'data-testid="kind-{kind}"' in page
    for name in service.FORMATS:
        assert f'data-testid="format-{name}"' in page
    assert 'data-testid="layer-schools"' in page and 'value="2021"' in page and "没有设置审图号" in page


def test_the_export_page_leads_to_reports_and_pictures(client):
    page = client.get("/export").text
    assert 'href="/reports"' in page and 'href="/export/map.png"' in page


def test_word_comes_with_headings_tables_and_maps(client):
    answer = client.get("/reports/file?kind=annual&year=2023&format=docx&layer=schools")
    assert answer.status_code == 200 and answer.mimetype == service.FORMATS["docx"]
    assert "规划一张图-年度监测报告-2023年-部分-" in unquote(answer.headers["Content-Disposition"])
    document = docx.Document(io.BytesIO(answer.data))
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert headings[0] == "一、总体情况" and headings[-1].endswith("、数据完整性")
    assert len(document.inline_shapes) == 2 and len(document.tables) >= 6


def test_what_is_asked_reaches_the_report(client, asked):
    answer = client.get("/reports/file?kind=final&layer=schools&layer=villages&unit=教育局&township=-&format=pdf")
    ((wish, format_name),) = asked
    assert answer.data == b"file" and format_name == "pdf"
    assert (wish.kind.name, wish.year) == ("final", 2025)
    assert (wish.scope.layers, wish.scope.unit, wish.scope.township) == (("schools", "villages"), "教育局", "")


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("kind=weekly", "weekly"),
        ("format=odt", "odt"),
        ("year=1999", "1999"),
        ("year=x", "year"),
        ("as_of=soon", "soon"),
    ],
)
def test_a_wrong_question_is_refused_in_words(client, asked, query, word):
    answer = client.get(f"/reports/file?{query}")
    assert answer.status_code == 400 and word in answer.text and not asked


def test_a_layer_without_status_is_refused(client):
    answer = client.get("/reports/file?layer=roads", headers={"Accept": "application/json"})
    assert answer.status_code == 400 and "道路" in answer.json["detail"]


def test_the_command_writes_a_report(app, asked, tmp_path):
    file = tmp_path / "report.pdf"
    done = app.test_cli_runner().invoke(args=["report", "--kind", "midterm", "--layer", "schools", "-o", str(file)])
    told = json.loads(done.stdout)
    assert done.exit_code == 0 and file.read_bytes() == b"file"
    assert told == {"file": str(file), "format": "pdf", "bytes": 4, "kind": "midterm", "year": 2023}


@pytest.mark.parametrize(
    "wrong",
    [
        ["-o", "r.odt"],
        ["--year", "1999", "-o", "r.docx"],
        ["--kind", "weekly", "-o", "r.docx"],
        ["--layer", "x", "-o", "r.xlsx"],
    ],
)
def test_the_command_refuses_in_one_line(app, tmp_path, monkeypatch, wrong):
    monkeypatch.chdir(tmp_path)
    done = app.test_cli_runner().invoke(args=["report", *wrong])
    assert done.exit_code == 2 and len(done.stderr.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_a_report_in_english_has_no_chinese_of_its_own(app):
    with app.app_context():
        made = service.report(current_store(), asked_report(MultiDict(), current_store(), "en"))
    own = [block.text for block in made.blocks if isinstance(block, Heading)]
    own += [column.title for each in made.tables for column in each.columns]
    assert own and not [words for words in own if any("一" <= sign <= "鿿" for sign in words)]


def test_a_demonstration_says_so_on_every_page(app, tmp_path, monkeypatch):
    monkeypatch.setattr("geo.store.geopackage.GeoPackageStore.demo", property(lambda store: True))
    answer = app.test_client().get("/reports/file?year=2023&layer=water_sections&format=pdf")
    pages = [page.extract_text().replace("\x00", "") for page in PdfReader(io.BytesIO(answer.data)).pages]
    assert len(pages) >= 3 and all(page.startswith("演示数据：进展为虚构，不得引用") for page in pages)
    assert "演示" in unquote(answer.headers["Content-Disposition"])


def test_the_monitoring_page_leads_here_with_its_filters(client):
    page = client.get("/monitoring?layer=schools&year=2022").text
    assert "/reports?" in page
    chosen = client.get("/reports?layer=schools&year=2022").text
    assert '<option value="2022" selected>' in chosen and 'value="schools" checked' in chosen


def test_the_libraries_that_draw_and_write_are_not_loaded_at_start():
    code = "import sys, geo.web; print(*{'matplotlib', 'docx', 'fpdf'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
