"""The map as a picture, by address and by command."""

import io
import json
from datetime import datetime
from urllib.parse import unquote

import pytest
from PIL import Image

from geo.service import map_picture
from geo.service.as_of import OFFICE_TIME


def test_the_address_gives_a_png_that_is_named_for_what_it_shows(client):
    answer = client.get("/export/map.png?layers=schools&year=2023&plan_year=2023")
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert Image.open(io.BytesIO(answer.data)).width > 2000
    assert "规划一张图-新建学校-截至2023年-计划2023年" in unquote(answer.headers["Content-Disposition"])


@pytest.mark.parametrize(
    ("address", "status", "word"),
    [
        ("/export/map.gif", 400, "gif"),
        ("/export/map.png?layers=nothing", 404, "nothing"),
        ("/export/map.png?bbox=1,2,3", 400, "bbox"),
        ("/export/map.png?no_such_field=1", 400, "no_such_field"),
    ],
)
def test_a_wrong_question_is_refused_in_words(client, address, status, word):
    answer = client.get(address)
    assert answer.status_code == status and word in answer.text and "Traceback" not in answer.text


def test_the_filters_of_the_page_reach_the_picture(client, monkeypatch):
    asked = {}

    def remember(store, queries, wish, format_name):
        asked.update(queries)
        return b"picture"

    monkeypatch.setattr(map_picture, "picture_of", remember)
    answer = client.get("/export/map.svg?layers=schools,indicators&year=2022&q=小学&level=primary&schematic=false")
    assert answer.data == b"picture"
    query = asked.pop("schools")
    assert not asked, "a layer without geometry is no part of a map"
    assert (query.year, query.search, query.schematic) == (2022, "小学", False)
    assert query.conditions[0].values == ("primary",)


def test_a_picture_of_a_past_day_says_so(client, monkeypatch):
    wishes = []
    monkeypatch.setattr(map_picture, "picture_of", lambda store, queries, wish, name: wishes.append(wish) or b"picture")
    day = datetime.now(OFFICE_TIME).date().isoformat()
    assert client.get(f"/export/map.png?layers=schools&as_of={day}").data == b"picture"
    assert wishes[0].as_of == day and ("数据截至", day) in wishes[0].scope
    assert client.get("/export/map.png?as_of=1999-01-01").status_code == 400


def test_the_command_writes_a_picture(app, tmp_path):
    file = tmp_path / "map.pdf"
    done = app.test_cli_runner().invoke(args=["map-picture", "schools", "--filter", "plan_year=2023", "-o", str(file)])
    told = json.loads(done.stdout)
    assert done.exit_code == 0 and (told["format"], told["year"], told["layers"]) == ("pdf", 2025, ["schools"])
    assert file.read_bytes().startswith(b"%PDF") and told["bytes"] == file.stat().st_size


@pytest.mark.parametrize(
    "wrong",
    [
        ["-o", "map.gif"],
        ["--filter", "plan_year", "-o", "map.png"],
        ["--as-of", "soon", "-o", "map.png"],
        ["x", "-o", "map.png"],
    ],
)
def test_the_command_refuses_in_one_line(app, tmp_path, monkeypatch, wrong):
    monkeypatch.chdir(tmp_path)
    done = app.test_cli_runner().invoke(args=["map-picture", *wrong])
    assert done.exit_code == 2 and len(done.stderr.strip().splitlines()) == 1
    assert not list(tmp_path.glob("map*"))
