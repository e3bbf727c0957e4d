"""Tables of pupils by year as offices write them."""

import openpyxl
import pytest

from geo.exchange.files.growth import growth_of_text, read_growth
from geo.model.errors import InvalidFile


def test_totals_and_factors_by_their_headers(tmp_path):
    path = tmp_path / "学生.csv"
    path.write_text("年份,小学,初中系数\n2024,1 200,1.1\n2025,1300,\n".replace("1 200", "1200"), encoding="gb18030")
    found = read_growth(path)
    assert found.totals == {("primary", 2024): 1200, ("primary", 2025): 1300}
    assert found.factors == {("junior", 2024): 1.1}


def test_a_workbook_with_figures_of_places(tmp_path):
    book = openpyxl.Workbook()
    for row in (["year", "demand_id", "pupils"], [2024, 1, 30], [2024, "b", "1,000"], [None, None, None]):
        book.active.append(row)
    book.save(tmp_path / "g.xlsx")
    assert read_growth(tmp_path / "g.xlsx").of_places == {("any", 2024): {"1": 30, "b": 1000}}


def test_children_by_cohort_and_by_year_of_birth():
    entering = "\n".join(f"{year}\t100" for year in range(2016, 2025))
    found = growth_of_text("粘贴", f"入学年份\t人数\n{entering}")
    assert found.totals[("primary", 2024)] == 600 and found.totals[("junior", 2024)] == 300
    born = "\n".join(f"{year},100" for year in range(2010, 2019))
    assert growth_of_text("粘贴", f"出生年份,人数\n{born}").totals == found.totals


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["粘贴", "年份"]), ("年份\n2024", ["年份"]), ("年份,小学\n二〇二四,3", ["第 2 行", "年份", "二〇二四"]),
        ("年份,小学\n2024,3\n2025,-1", ["第 3 行", "小学", "-1"]), ("年份,小学\n2024,很多", ["很多"]),
        ("入学年份,小学\n2024,3", ["入学年份"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_row_and_field(text, words):
    with pytest.raises(InvalidFile) as caught:
        growth_of_text("粘贴", text)
    assert [word for word in words if word not in str(caught.value)] == []
