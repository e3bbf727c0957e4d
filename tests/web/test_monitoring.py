"""The monitoring page: figures that lead to their rows, filters, past days, workbooks, rule and comparison."""

import io
import re
from datetime import date, datetime, timedelta

import openpyxl
import pytest

from geo.model import office_time
from geo.model.journal import Act, FeatureChange
from geo.model.status import AnnualStatus
from geo.service.as_of import OFFICE_TIME
from geo.web.current import current_store

WANG = Act("王工", "年报")
SCHOOL, LATE = "2021-1", "2021-2"


@pytest.fixture
def reported(office):
    """An office with two reports of 2021: one school in service, one far behind with an obstacle and an owner."""
    with office.app_context():
        store = current_store()
        store.write(
            [
                AnnualStatus("schools", SCHOOL, 2021, stage="in_service", progress_pct=100.0, seats_delivered=900),
                AnnualStatus("schools", LATE, 2021, stage="started", progress_pct=20.0, obstacle="征地<b>未完</b>",
                             obstacle_owner="张三", obstacle_due="2022-06-30"),
                AnnualStatus("indicators", "9", 2021, value=10.6, value_source="统计局"),
            ],
            WANG,
        )  # fmt: skip
        page = store.read_feature("schools", LATE)
        revision = dict(zip(page.columns, page.rows[0], strict=True))["revision"]
        store.write([FeatureChange("schools", LATE, revision, {"responsible_unit": "教体局"})], WANG)
    return office


def text_of(page: str, test_id: str) -> str:
    """The words of an element and what stands in it, up to the next element with a name of its own."""
    part = page.split(f'data-testid="{test_id}"', 1)[1].split("data-testid=", 1)[0]
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", part.partition(">")[2]))


def test_nothing_reported_is_shown_as_unknown_and_never_as_zero(client):
    page = client.get("/monitoring").text
    table = page.split('id="table-seats"')[1].split("</table>")[0]
    assert "4,230" in table and "15,750" in table
    assert 'data-value="0' not in table
    assert table.count(">未填报<") == 5 + 1  # every year and the sum
    assert "乡（街道）界线图层还没有数据" in page


def test_every_figure_leads_to_rows_that_add_up_to_it(reported):
    client = reported.test_client()
    page = client.get("/monitoring?year=2021").text
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/monitoring/rows\?[^"]+)"', page)]
    assert len(links) > 30
    for measure, total, rows in (("seats.actual", "900 个学位", 10), ("schools.planned", "3 个", 3)):
        link = next(each for each in links if f"figure={measure}" in each and "of=2021" in each)
        answer = client.get(link).text
        assert f'data-testid="total">{total}<' in answer
        assert answer.count('data-testid="row"') == rows
    to_date = next(each for each in links if "figure=seats.planned" in each and "of=to-2022" in each)
    assert 'data-testid="total">7,200 个学位<' in client.get(to_date).text
    for link in links:
        assert client.get(link).status_code == 200, link


def test_lamps_and_what_is_behind_are_told_with_reason_and_owner(reported):
    page = reported.test_client().get("/monitoring?year=2021").text
    row = page.split('data-testid="behind-row"')[1].split("</tr>")[0]
    assert "征地&lt;b&gt;未完&lt;/b&gt;" in row and "张三" in row and "2022-06-30" in row
    assert "滞后 80 个百分点" in row and "按年份推定" in row
    assert text_of(page, "lamp-red").split()[0] == "1"
    assert "/monitoring/rule" in page


@pytest.mark.parametrize(("day", "begun"), [("2022-12-31", ["2021", "2022"]), ("2019-05-01", ["2021"])])
def test_years_to_come_have_no_lamps_and_miss_no_report(client, monkeypatch, day, begun):
    monkeypatch.setattr(office_time, "today", lambda: date.fromisoformat(day))
    page = client.get("/monitoring").text
    lamps, yearly = page.split('data-testid="lamps"')[1].split('data-testid="yearly"')
    assert re.findall(r'<th scope="row">(\d{4})</th>', lamps) == begun
    rows = re.findall(r'<th scope="row">(\d{4})</th>(.*?)</tr>', yearly.split("</table>")[0])
    missing = {year: cells.split("<td")[-1] for year, cells in rows}
    assert [year for year, cell in missing.items() if "11</a>" in cell] == (begun if day > "2021" else [])


def test_filters_narrow_every_figure_and_stay_in_the_links(reported):
    page = reported.test_client().get("/monitoring?year=2021&layer=schools&unit=教体局").text
    assert "1 个对象" in page and 'data-testid="indicators"' not in page
    assert text_of(page, "lamp-red").split()[0] == "1"
    assert "unit=%E6%95%99%E4%BD%93%E5%B1%80" in page.split('data-testid="lamps"')[1]
    assert "responsible_unit=" in page  # on the map by the same unit
    unknown = reported.test_client().get("/monitoring?year=2021&layer=schools&unit=-").text
    assert "10 个对象" in unknown and 'data-testid="on-map"' not in unknown


@pytest.mark.parametrize(
    "address",
    [
        "/monitoring?layer=nothing", "/monitoring?layer=roads", "/monitoring?since=yesterday",
        "/monitoring/rows", "/monitoring/rows?figure=seats.wished&of=2021",
        "/monitoring/rows?figure=seats.actual&of=1800",
        "/monitoring/rows?figure=lamp.blue&of=2021", "/monitoring/xlsx?figure=wishes.actual",
    ],
)  # fmt: skip
def test_a_wrong_question_is_refused_in_words(client, address):
    answer = client.get(address)
    assert answer.status_code in (400, 404)
    assert "Traceback" not in answer.text


def test_indicators_stand_in_the_plans_order_and_null_stays_null(reported):
    page = reported.test_client().get("/monitoring?year=2021").text
    assert re.findall(r'data-testid="indicator-(\d+)"', page) == [str(number) for number in range(1, 21)]
    assert "2021 年后每年 +0.1 年" in text_of(page, "indicator-9")  # (11 - 10.6) / 4
    assert "规划没有写明可计算的目标值" in text_of(page, "indicator-16")
    assert "2020 年后年均 20%" in text_of(page, "indicator-4")  # no fall from 66 to 20


def test_an_editor_finds_the_form_of_each_year_and_a_reader_does_not(reported, signed_in):
    assert "/status/indicators/2021/9" in signed_in(reported, "editor").get("/monitoring?year=2021").text
    assert "/status/indicators/" not in reported.test_client().get("/monitoring?year=2021").text


def test_changes_since_a_day_are_listed_by_feature(reported):
    page = reported.test_client().get("/monitoring").text
    changes = page.split('id="changes" ')[1]
    assert "填报 2021 年：开工，形象进度 20%" in changes and "修改：责任单位" in changes
    assert changes.count('data-testid="changed"') == 3
    later = (datetime.now(OFFICE_TIME) + timedelta(days=2)).date().isoformat()
    assert "这段时间没有变更" in reported.test_client().get(f"/monitoring?since={later}").text


def test_a_past_day_is_shown_as_it_was_known(reported):
    today = datetime.now(OFFICE_TIME).date().isoformat()
    page = reported.test_client().get(f"/monitoring?as_of={today}&year=2021").text
    assert f"as_of={today}" in page.split('data-testid="lamps"')[1]
    assert reported.test_client().get("/monitoring?as_of=1999-01-01").status_code == 400


def test_every_table_comes_as_a_sheet(reported):
    answer = reported.test_client().get("/monitoring/xlsx?year=2021")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames[:5] == ["2021 年年底进度灯", "学校（投用）", "学位", "投资", "建筑面积"]
    assert book.sheetnames[5:7] == ["滞后与未达标", "主要指标"] and book.sheetnames[-1] == "说明"
    seats = [[cell.value for cell in row] for row in book["学位"].iter_rows()]
    assert seats[0][:4] == ["年份", "规划(个学位)", "年度计划（填报）(个学位)", "实际(个学位)"]
    assert seats[1] == [2021, 4230, None, 900, 4230, 900, 0, 9]
    assert seats[2][3] is None  # nobody reported 2022
    assert [row[0].value for row in book["主要指标"].iter_rows(min_row=2)] == list(range(1, 21))
    late = [cell.value for cell in book["滞后与未达标"][2]]
    assert "征地<b>未完</b>" in late and "张三" in late


def test_the_rows_of_a_figure_come_as_a_sheet(reported):
    answer = reported.test_client().get("/monitoring/xlsx?year=2021&figure=seats.actual&of=2021")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
    assert sum(row[0].value or 0 for row in sheet.iter_rows(min_row=2)) == 900
    counted = reported.test_client().get("/monitoring/xlsx?year=2021&figure=lamp.red")
    assert openpyxl.load_workbook(io.BytesIO(counted.data)).worksheets[0].max_row == 2


def test_the_rule_is_published_with_examples_that_the_code_worked_out(client):
    page = client.get("/monitoring/rule").text
    assert "滞后 10 至 30 个百分点" in page and "滞后超过 30 个百分点" in page
    lamps = re.findall(r'data-lamp="(\w+)"', page)
    assert lamps[:4] == ["green", "yellow", "yellow", "red"] and len(lamps) == 14
    english = client.get("/monitoring/rule?lang=en").text
    assert "More than 30 points behind" in english


def test_two_years_are_compared_on_the_same_filter(reported):
    page = reported.test_client().get("/monitoring/compare?left=2021&right=2022&layer=schools").text
    assert re.findall('data-key="([^"]+)"', page) == [f"schools/{LATE}"]  # the other one stays in service
    assert '"left": 2021' in page and '"chosen": ["schools"]' in page and '"keys": null' in page
    narrow = reported.test_client().get("/monitoring/compare?unit=教体局").text
    assert f'"keys": ["schools/{LATE}"]' in narrow
    assert '"left": 2021' in narrow and '"right": 2025' in narrow


def test_the_pages_say_in_english_what_they_say_in_chinese(reported):
    for address in ("/monitoring", "/monitoring/compare", "/monitoring/rows?figure=behind&year=2021"):
        page = reported.test_client().get(f"{address}{'&' if '?' in address else '?'}lang=en").text
        assert "Monitoring" in page


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("/monitoring?year=1999", 2025),
        ("/monitoring?year=abc", 2025),
        ("/monitoring/rows?year=1999&figure=lamp.all", 2025),
        ("/monitoring/compare?left=1999&right=2025", 2021),
        ("/reports?year=1999", 2025),
        ("/export?year=1999", 2025),
        ("/features/schools/2021-1?year=1999", 2025),
    ],
)
def test_a_page_says_that_it_shows_another_year_than_its_link(client, monkeypatch, address, shown):
    monkeypatch.setattr(office_time, "today", lambda: date(2026, 3, 1))
    page = client.get(address).text
    assert page.count('data-testid="correction"') == 1
    assert f"不在规划期 2021–2025 年，已改为 {shown} 年" in page
    assert 'data-testid="correction"' not in client.get(re.sub("1999|abc", "2023", address)).text


def test_a_file_of_a_year_outside_the_plan_is_refused(client):
    for given, words in (("1999", "没有 1999 年"), ("abc", "year 应为整数")):
        answer = client.get(f"/monitoring/xlsx?year={given}")
        assert (answer.status_code, words in answer.text) == (400, True)


def test_rows_of_no_figure_lead_back_to_the_page(client):
    answer = client.get("/monitoring/rows")
    assert (answer.status_code, "请在监测页点一个数字" in answer.text) == (400, True)
