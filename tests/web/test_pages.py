"""Pages and files as they leave the server, before any browser."""

import csv
import io
import json
import re
import shutil
from urllib.parse import unquote

import openpyxl
import pytest

from geo.model import office_time
from geo.web import create_app
from geo.web.figures import error_in_decimals
from geo.web.settings import ROOT


@pytest.fixture(scope="module")
def retiring(tmp_path_factory):
    """A client of an app whose plan has retired two schools: one has a successor, the other has none."""
    folder = tmp_path_factory.mktemp("zone")
    shutil.copytree(ROOT / "layers", folder / "layers")
    path = folder / "layers" / "schools" / "features.geojson"
    collection = json.loads(path.read_text(encoding="utf-8"))
    by_id = {feature["id"]: feature["properties"] for feature in collection["features"]}
    by_id["2021-1"] |= {"retired_on": "2024-05-06", "replaced_by": "2021-2"}
    by_id["2022-1"] |= {"retired_on": "2024-05-06"}
    path.write_text(json.dumps(collection), encoding="utf-8")
    app = create_app({"DATABASE_URL": f"gpkg:///{folder}/plan.gpkg", "LAYERS_DIR": folder / "layers"})
    return app.test_client()


def test_a_feature_page_shows_every_figure_of_the_plan_and_its_source(client):
    page = client.get("/features/schools/2023-1").text
    for words in (
        "宏志小学",
        "1,620",
        "45.4",
        "24,000",
        "8,000",
        "七(二)1 专栏",
        "乐山大道与古槐路交叉口西北侧",
        "1,600",
    ):
        assert words in page


@pytest.mark.parametrize(
    ("metres", "words"),
    [(0.05, "0.05"), (7, "7"), (10, "10"), (42.3, "43"), (650, "650"), (1514, "1,600"), (1600, "1,600")],
)
def test_an_error_is_said_no_finer_than_it_is_known(app, metres, words):
    with app.test_request_context():
        assert error_in_decimals(metres) == words


def test_a_retired_feature_stays_readable_and_names_its_successor(retiring):
    retired = retiring.get("/features/schools/2021-1")
    assert retired.status_code == 200
    assert 'href="/features/schools/2021-2"' in retired.text
    assert "2024-05-06" in retired.text and 'data-testid="figures"' in retired.text
    assert 'data-testid="successor"' not in retiring.get("/features/schools/2022-1").text
    assert "2024-05-06 停用" in retiring.get("/features/schools/2021-2").text


def test_a_retired_feature_is_in_no_list_and_no_file(retiring):
    assert retiring.get("/ogc/collections/schools/items?limit=100").get_json(force=True)["numberMatched"] == 9
    assert len(retiring.get("/export/file?layers=schools").get_json(force=True)["features"]) == 9


@pytest.mark.parametrize(("wrong", "meant"), [("2023", "2023-1"), ("hongzhi", "2023-1"), ("20231", "2023-1")])
def test_an_unknown_id_gets_404_with_what_was_meant(client, wrong, meant):
    answer = client.get(f"/features/schools/{wrong}")
    assert answer.status_code == 404
    assert f'href="/features/schools/{meant}"' in answer.text


def test_an_id_like_no_other_gets_no_suggestions_and_the_layers_name(client):
    page = client.get("/features/schools/xyz").text
    assert "“新建学校”里没有编号为“xyz”的要素" in page and "suggestion" not in page


def test_an_error_of_ours_says_what_to_do_and_shows_nothing_inside(client, monkeypatch):
    def broken(*_given: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("geo.web.features.feature_view", broken)
    answer = client.get("/features/schools/2023-1")
    assert answer.status_code == 500 and "secret" not in answer.text and "Traceback" not in answer.text
    assert "请稍后再试" in answer.text and "告诉管理员" in answer.text and "是否已写入" not in answer.text


def test_an_address_without_the_layers_name_says_so(client):
    assert "没有写明哪个图层" in client.get("/features/%20/x").text
    assert client.get("/submit?layer=").status_code == 200


def test_an_unknown_layer_or_address_gets_a_page_with_a_way_back(client):
    for address in ("/features/nothing/1", "/nothing"):
        answer = client.get(address)
        assert answer.status_code == 404
        assert 'href="/"' in answer.text
        assert answer.mimetype == "text/html"


def download(client, **parameters):
    answer = client.get("/export/file", query_string=parameters)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return answer


def test_a_file_holds_what_is_on_the_screen(client):
    answer = download(client, layers="schools", plan_year="2023", year="2023", format="geojson")
    assert answer.mimetype == "application/geo+json"
    collection = answer.get_json(force=True)
    assert {feature["id"] for feature in collection["features"]} == {"2023-1", "2023-2"}
    assert "crs" not in collection
    stages = {feature["properties"]["stage"] for feature in collection["features"]}
    assert stages == {"not_reported"}


def test_a_file_of_an_area_lists_what_is_illustrative_there_and_draws_it_only_when_asked(client):
    """Around the crossings of 乐山大道 with 古槐路 and 板桥路: 3 schools are located, 3 illustrative there."""
    located, schematic = {"2022-1", "2023-1", "2024-1"}, {"2021-1", "2023-2", "2024-2"}
    area = "POLYGON((114 33.03, 114.03 33.03, 114.03 33.05, 114 33.05, 114 33.03))"

    def drawn(**options) -> tuple[set, set]:
        features = download(client, layers="schools", within=area, **options).get_json(force=True)["features"]
        return {each["id"] for each in features}, {each["id"] for each in features if each["geometry"]}

    assert drawn() == (located, located)
    assert drawn(match_schematic="true") == (located | schematic, located)
    assert drawn(match_schematic="true", schematic="true") == (located | schematic, located | schematic)
    rows = list(
        csv.DictReader(
            io.StringIO(
                download(client, layers="schools", within=area, match_schematic="true", format="csv").data.decode(
                    "utf-8-sig"
                )
            )
        )
    )
    assert {row["编号"] for row in rows if not row["经度(°)"]} == schematic


def test_csv_and_xlsx_have_chinese_headers(client):
    rows = list(csv.DictReader(io.StringIO(download(client, layers="schools", format="csv").data.decode("utf-8-sig"))))
    assert len(rows) == 11
    assert sum(int(row["学位(个学位)"]) for row in rows) == 15_750
    book = openpyxl.load_workbook(io.BytesIO(download(client, layers="schools,villages", format="xlsx").data))
    assert book.sheetnames == ["新建学校", "行政村与居委会", "说明"]
    assert [cell.value for cell in book["新建学校"][1]][:2] == ["编号", "名称"]


@pytest.mark.parametrize("query", ["format=exe", "layers=nothing", "layers=schools&limit=x", "layers=schools&seats=x"])
def test_a_file_that_cannot_be_made_is_refused_in_words(client, query):
    answer = client.get(f"/export/file?{query}")
    assert answer.status_code in (400, 404)
    assert "Content-Disposition" not in answer.headers


def test_the_name_of_a_file_says_year_filter_area_in_both_alphabets(client):
    answer = download(client, layers="schools", year="2023", plan_year="2023", within="schools/2023-1", buffer_m="400")
    header = answer.headers["Content-Disposition"]
    assert 'filename="plan-atlas-schools-as-of-2023-planned-2023-area-' in header
    name = unquote(header.partition("filename*=UTF-8''")[2])
    assert name.startswith("规划一张图-新建学校-截至2023年-计划2023年-圈选-")
    assert answer.get_json(force=True)["scope"]["圈选"].endswith("宏志小学，外扩 400 米")


def test_a_name_of_a_file_breaks_no_header(client):
    answer = client.get("/export/file", query_string={"layers": "schools", "plan_year": "2023", "q": 'x"\r\ny'})
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].isascii()


def test_addresses_for_scripts_leave_the_past_day_to_them(client):
    """The scripts put `as_of` into every address; an address that has it already would have it twice."""
    today = office_time.today().isoformat()
    now, past = (client.get(address).text for address in ("/", f"/?as_of={today}"))
    for name in ("ogc", "exportUrl", "pictureUrl"):
        found = [re.search(rf'"{name}": ?"([^"]+)"', text)[1] for text in (now, past)]
        assert found[0] == found[1]
        assert "?" not in found[0]
