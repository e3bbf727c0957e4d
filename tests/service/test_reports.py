"""Reports say what the store knows: the monitoring service's figures, their sources, and what nobody reported."""

import io
from datetime import date

import docx
import openpyxl
import pytest

from geo.model.errors import InvalidInput, LayerNotFound
from geo.model.journal import Act, FeatureChange
from geo.model.report import Heading, Paragraph, Picture, Table
from geo.model.status import AnnualStatus
from geo.service import map_picture, monitoring, reports
from geo.service.monitoring import Scope
from geo.service.reports import KINDS, ReportWish, default_year
from geo.service.sealing import SealingKey, seal_year

WANG = Act("王工")
ANNUAL = KINDS["annual"]


def wish(kind="annual", year=2023, **more) -> ReportWish:
    return ReportWish(KINDS[kind], year, **{"with_pictures": False} | more)


def status(feature_id: str, year: int, stage: str, layer: str = "schools", **more) -> AnnualStatus:
    return AnnualStatus(layer_id=layer, feature_id=feature_id, year=year, stage=stage, **more)


def table(made, title: str) -> Table:
    return next(each for each in made.tables if title in each.title)


def rows_by_name(found: Table) -> dict[str, dict[str, object]]:
    titles = [column.title for column in found.columns]
    return {row[0]: dict(zip(titles, row, strict=True)) for row in found.rows}


def text(made) -> str:
    return "\n".join(block.text for block in made.blocks if isinstance(block, Heading | Paragraph))


@pytest.fixture
def ids(written) -> list[str]:
    """Schools planned for 2021, so that 2023 finds them late."""
    found = [item for item in monitoring.read(written).items if item.layer_id == "schools" and item.plan_year == 2021]
    return [item.feature_id for item in found]


@pytest.fixture
def reported(written, ids):
    """Two schools reported for 2023: one in service, one far behind with an obstacle."""
    written.write(
        [
            status(ids[0], 2023, "in_service", seats_delivered=1080, investment_done_cny_10k=5000.0),
            status(
                ids[1], 2023, "started", progress_pct=40.0, obstacle="拆迁未完成", obstacle_owner="李主任",
                obstacle_due="2024-06-30",
            ),
        ],
        WANG,
    )  # fmt: skip
    return written


def test_every_report_has_the_parts_in_their_order(reported):
    made = reports.report(reported, wish())
    parts = [block.text for block in made.blocks if isinstance(block, Heading) and block.level == 1]
    assert parts == [
        "总体情况", "规划与实际对照", "主要指标", "分领域进展", "存在问题", "下一步工作", "数据变更", "数据完整性",
    ]  # fmt: skip
    assert made.title.endswith("2023 年度监测报告") and not made.alarm


def test_figures_are_those_of_the_monitoring_service(reported):
    made, monitored = reports.report(reported, wish()), monitoring.read(reported)
    found = list(monitoring.standings(monitored, 2023))
    lamps = table(made, "年底进度灯")
    for counted, row in zip(monitoring.lamp_counts(found), lamps.rows, strict=False):
        assert row[1:] == (counted.total, *(counted.counts[colour] for colour in monitoring.COLOURS), counted.overdue)
    assert lamps.rows[-1][0] == "合计" and lamps.rows[-1][1] == len(found)
    for comparison in monitoring.comparisons(monitored):
        yearly = table(made, f"{comparison.measure.title}：规划与实际")
        for line in comparison.lines:
            row = next(row for row in yearly.rows if row[0] == str(line.year))
            assert row[1] == line.planned.value
            assert row[-1] == (line.actual.missing if line.year <= 2023 else None), "a report does not look ahead"
    assert len(table(made, "滞后与未达标").rows) == len(monitoring.behind(found))


def test_every_figure_cites_the_plan_and_who_reported_it(reported, ids):
    made = reports.report(reported, wish())
    schools = rows_by_name(table(made, "新建学校 2023"))
    page = reported.read_feature("schools", ids[1])
    feature = dict(zip(page.columns, page.rows[0], strict=True))
    row = schools[feature["name"]]
    assert row["规划出处"] == f"{feature['source_section']} 第{feature['source_paragraph']}段"
    assert row["填报人和时间"].startswith("王工 20")
    assert (row["阶段"], row["进度(%)"]) == ("开工", 40.0)
    assert row["计划进度(%)"] == "100（推定）", "the plan states the year alone"
    assert all(table.source for table in made.tables)


def test_what_nobody_reported_is_said_to_be_so(reported):
    made = reports.report(reported, wish())
    schools = table(made, "新建学校 2023")
    silent = [row for row in rows_by_name(schools).values() if row["填报人和时间"] is None]
    assert len(silent) == 9
    assert {(row["阶段"], row["进度(%)"]) for row in silent} == {("未填报", None)}
    assert "2023 年尚未填报的有" in text(made)


def test_what_is_behind_has_reason_and_owner_and_leaves_room_for_the_office(reported, ids):
    made = reports.report(reported, wish())
    (behind,) = [row for row in rows_by_name(table(made, "滞后与未达标")).values() if row["存在问题"]]
    assert (behind["存在问题"], behind["责任人"], behind["期限"]) == ("拆迁未完成", "李主任", "2024-06-30")
    assert "滞后 60 个百分点" in behind["依据"] and "拆迁未完成" in text(made)
    assert "2024-06-30 前，由李主任解决" in text(made)
    blanks = [block.text for block in made.blocks if isinstance(block, Paragraph) and block.kind == "blank"]
    assert len(blanks) == 2 and all("请编制单位补充" in words for words in blanks)


def test_mid_term_and_final_look_back_over_the_years(reported):
    midterm, final = (reports.report(reported, wish(kind, year)) for kind, year in (("midterm", 2023), ("final", 2025)))
    assert [row[0] for row in table(midterm, "各年年底进度灯").rows] == ["2021", "2022", "2023"]
    assert len(table(final, "各年年底进度灯").rows) == 5
    indicators = table(final, "主要指标")
    assert sum(column.title.endswith(" 年") for column in indicators.columns) == 5 and len(indicators.rows) == 20
    assert "中期评估报告（截至 2023 年年底）" in midterm.title and "终期评估报告" in final.title
    assert not [each for each in reports.report(reported, wish()).tables if "各年年底" in each.title]


def test_indicators_keep_the_plans_words_and_gaps(reported):
    found = {row[1]: row for row in table(reports.report(reported, wish()), "主要指标").rows}
    growth, rate = found["地区生产总值增长"], found["常住人口城镇化率"]
    assert growth[3:5] == ("年均增长7.3", "年均增长8左右")
    assert rate[3:6] == ("—", "高于全市平均水平", None) and "没有写明可计算的目标值" in rate[-2]


def test_a_scope_narrows_the_whole_report(reported, ids):
    reported.write([FeatureChange("schools", ids[0], 1, {"responsible_unit": "教育局"})], WANG)
    made = reports.report(reported, wish(scope=Scope(unit="教育局")))
    assert table(made, "年底进度灯").rows[-1][1] == 1
    assert len(table(made, "新建学校 2023").rows) == 1 and "责任单位 教育局" in made.running
    assert "主要指标" not in text(made)
    changes = table(made, "以来的变更")
    assert {row[3] for row in changes.rows} == {table(made, "新建学校 2023").rows[0][0]}


def test_maps_are_of_the_scope_alone(reported, ids, monkeypatch):
    asked = []

    def remember(store, queries, wish, format_name):
        asked.append(queries)
        return b"picture"

    monkeypatch.setattr(map_picture, "picture_of", remember)
    reported.write([FeatureChange("schools", ids[0], 1, {"responsible_unit": "教育局"})], WANG)
    made = reports.report(reported, wish(scope=Scope(unit="教育局"), with_pictures=True))
    assert list(asked[0]) == ["schools"] and asked[0]["schools"].conditions[0].values == (ids[0],)
    assert [block.content for block in made.blocks if isinstance(block, Picture)] == [b"picture"]
    reports.report(reported, wish(with_pictures=True))
    assert "schools" in asked[-2] and len(asked[-2]) > 5 and list(asked[-1]) == ["schools"], "one map for known places"


def test_a_map_of_too_much_is_left_out_and_said(reported, monkeypatch):
    monkeypatch.setattr(map_picture, "MOST_FEATURES", 3)
    made = reports.report(reported, wish(with_pictures=True))
    assert not [block for block in made.blocks if isinstance(block, Picture)] and "超过 3 个" in text(made)


def test_hostile_names_and_words_of_the_store_survive(reported, ids):
    name = "<script>&amp;$x^2$ %(name)s " + "长" * 300 + " مدرسة"
    reported.write([FeatureChange("schools", ids[0], 1, {"name": name, "responsible_unit": "=1+1"})], WANG)
    reported.write([status(ids[1], 2023, "started", progress_pct=1.0, obstacle="%s <b>" * 40)], WANG)
    asked = wish(scope=Scope(layers=("schools",)), with_pictures=True)
    document = docx.Document(io.BytesIO(reports.file_of(reported, asked, "docx")))
    cells = [cell.text for found in document.tables for row in found.rows for cell in row.cells[:1]]
    assert name in cells and len(document.inline_shapes) == 2


def test_long_tables_say_how_much_they_leave_out(reported):
    made = reports.report(reported, wish(most_rows=4))
    schools = table(made, "新建学校 2023")
    assert len(schools.rows) == 4 and "略去 7 行" in schools.source


def test_the_end_names_the_head_of_the_chain_and_the_seal(reported, ids, tmp_path):
    head = reported.journal_head()
    open_end = text(reports.report(reported, wish()))
    assert head.hash in open_end and "2023 年的数据尚未封存" in open_end
    seal = seal_year(reported, 2023, Act("局长"), SealingKey(tmp_path / "key.pem"))
    reported.write([status(ids[1], 2023, "topped_out", progress_pct=80.0)], Act("王工", "补正"))
    made = reports.report(reported, wish())
    assert "2023 年的数据由局长于" in text(made) and seal.signature in text(made) and seal.head.hash in text(made)
    (correction,) = table(made, "封存后的更正").rows
    assert correction[2] == "王工" and "封顶" in correction[5] and correction[6] == "补正"


def test_an_unfinished_year_is_called_so(reported):
    assert "尚未结束" in text(reports.report(reported, wish(as_of="2023-06-30")))
    assert "尚未结束" not in text(reports.report(reported, wish(as_of="2024-01-01")))


def test_a_workbook_has_every_table_whole(reported):
    made = reports.report(reported, wish(most_rows=None))
    book = openpyxl.load_workbook(io.BytesIO(reports.file_of(reported, wish(most_rows=3), "xlsx")))
    assert len(book.sheetnames) == len(made.tables) + 1
    for sheet, expected in zip(book.worksheets, made.tables, strict=False):
        values = [tuple(None if cell == "" else cell for cell in row) for row in sheet.iter_rows(values_only=True)]
        assert values[0] == tuple(column.title for column in expected.columns)
        assert values[1:] == [tuple(row) for row in expected.rows]


@pytest.mark.parametrize(
    ("kind", "on", "year"),
    [("annual", date(2024, 2, 1), 2023), ("annual", date(2030, 1, 1), 2025), ("annual", date(2021, 5, 1), 2021),
     ("midterm", date(2030, 1, 1), 2023), ("final", date(2024, 1, 1), 2025)],
)  # fmt: skip
def test_the_year_that_nobody_names(shipped, kind, on, year):
    assert default_year(KINDS[kind], shipped.catalog.zone, on) == year


def test_wrong_wishes_are_refused(shipped):
    with pytest.raises(InvalidInput, match="没有报告种类"):
        reports.find_kind("weekly")
    with pytest.raises(InvalidInput, match="没有 2031 年"):
        shipped.catalog.zone.check_year(2031)
    with pytest.raises(LayerNotFound):
        reports.report(shipped, wish(scope=Scope(layers=("nothing",))))
