"""Reported years as rows: what is sound is read, and every fault is one sentence with file, row and field."""

import pytest

from geo.exchange.status_table import HEADER, inspect_statuses, read_statuses
from geo.model.errors import InvalidFile
from geo.model.status import AnnualStatus


@pytest.fixture
def table(tmp_path):
    def write(*rows, header=HEADER, encoding="utf-8-sig", text=None):
        path = tmp_path / "layers" / "schools" / "status.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [",".join(header), *(",".join(str(row.get(name, "")) for name in header) for row in rows)]
        path.write_bytes(("\r\n".join(lines) if text is None else text).encode(encoding))
        return path

    return write


def row(**more):
    return {"feature_id": "a", "year": 2023, **more}


def faults(path, layer):
    return [str(fault).partition(" ")[2] for fault in inspect_statuses(path, layer, {"a"}).faults]


def test_rows_come_with_numbers_as_numbers_and_blanks_as_unknown(table, catalog):
    path = table(
        row(
            stage="started", flag="none", progress_pct="40.5", seats_delivered=0, note="开工", reported_at="2024-01-31"
        ),
        row(year=2024),
    )
    assert read_statuses(path, catalog["schools"], {"a"}) == [
        AnnualStatus(
            "schools",
            "a",
            2023,
            stage="started",
            flag="none",
            progress_pct=40.5,
            seats_delivered=0,
            note="开工",
            reported_at="2024-01-31",
        ),
        AnnualStatus("schools", "a", 2024),
    ]


def test_columns_may_stand_in_any_order_and_blank_rows_are_passed_over(table, catalog):
    path = table({}, row(stage="approved"), {}, header=HEADER[::-1])
    assert [status.stage for status in read_statuses(path, catalog["schools"], {"a"})] == ["approved"]


def test_nothing_reported_is_no_row(table, catalog, tmp_path):
    assert read_statuses(table(), catalog["schools"], set()) == []
    assert read_statuses(tmp_path / "none.csv", catalog["schools"], set()) == []


BROKEN = [
    (row(feature_id="b"), "第 2 行：feature_id“b”在图层里没有"),
    (row(year=""), "第 2 行：缺少 year"),
    (row(year="二〇二三"), "第 2 行：year 应为整数，现为“二〇二三”"),
    (row(year=1900), "第 2 行：year 应在 1949 到 2100 之间，现为“1900”"),
    (row(progress_pct="half"), "第 2 行：progress_pct 应为数字，现为“half”"),
    (row(progress_pct="nan"), "第 2 行：progress_pct 应为数字，现为“nan”"),
    (row(progress_pct="1e3"), "第 2 行：progress_pct 应为数字，现为“1e3”"),
    (row(progress_pct=101), "第 2 行：progress_pct 应在 0 到 100 之间，现为“101”"),
    (row(progress_pct=-1), "第 2 行：progress_pct 应在 0 到 100 之间，现为“-1”"),
    (row(seats_delivered="1.5"), "第 2 行：seats_delivered 应为整数，现为“1.5”"),
    (row(stage="开工"), "第 2 行：stage 应为 reserved, approved, "),
    (row(flag="late"), "第 2 行：flag 应为 none, delayed, suspended, adjusted, cancelled 之一，现为“late”"),
    (row(value=3), "第 2 行：这个图层不填 value，现为“3”"),
]


@pytest.mark.parametrize(("broken", "words"), BROKEN)
def test_each_fault_is_one_sentence_with_row_and_field(table, catalog, broken, words):
    (found,) = faults(table(broken), catalog["schools"])
    assert found.startswith(words)


def test_a_measured_layer_takes_values_and_no_stages(table, catalog):
    assert read_statuses(table(row(value="3")), catalog["water_sections"], {"a"})[0].value == 3.0
    assert faults(table(row(stage="started")), catalog["water_sections"]) == [
        "第 2 行：这个图层不填 stage，现为“started”"
    ]


def test_a_layer_that_reports_nothing_takes_no_row(table, catalog):
    assert faults(table(row()), catalog["roads"]) == ["第 2 行：图层“roads”不填报年度进展"]


def test_all_faults_are_found_and_the_first_is_raised(table, catalog):
    path = table(row(), row(year="x", progress_pct="y"), row(feature_id="b"))
    assert [fault.partition("：")[0] for fault in faults(path, catalog["schools"])] == ["第 3 行", "第 3 行", "第 4 行"]
    with pytest.raises(InvalidFile, match=r"layers/schools/status\.csv 第 3 行：year"):
        read_statuses(path, catalog["schools"], {"a"})


@pytest.mark.parametrize(
    ("text", "encoding", "words"),
    [
        ("", "utf-8", "第 1 行：表头应为"),
        ("feature_id,year\n", "utf-8", "第 1 行：表头应为"),
        (",".join([*HEADER, "year"]), "utf-8", "第 1 行：表头应为"),
        (",".join(HEADER) + "\na,2023\n", "utf-8", f"第 2 行有 2 格，表头有 {len(HEADER)} 格"),
        (",".join(HEADER) + '\n"a', "utf-8", "第 2 行读不成 CSV"),
        (
            ",".join(HEADER) + "\n" + ",".join(["a", "2023", *[""] * 9, "说明", "", "", ""]),
            "gbk",
            "第 2 行不是 UTF-8 编码",
        ),
    ],
)
def test_a_file_that_is_no_such_table_is_one_fault(table, catalog, text, encoding, words):
    (found,) = faults(table(text=text, encoding=encoding), catalog["schools"])
    assert words in found


@pytest.mark.parametrize("figure", [{"progress_pct": 40}, {"flag": "delayed"}, {"seats_delivered": 0}])
def test_progress_without_a_stage_is_a_fault(table, catalog, figure):
    (fault,) = inspect_statuses(table(row(**figure)), catalog["schools"], {"a"}).faults
    assert (fault.params["row"], fault.params["field"]) == (2, "stage")
    assert fault.params["file"].endswith("schools/status.csv")
