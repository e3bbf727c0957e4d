"""Files to take away, read back with other programs: GDAL, the csv module, openpyxl."""

import csv
import gc
import io
import json
import tracemalloc

import geopandas
import numpy
import openpyxl
import pandas
import pytest
import shapely

from geo.model.errors import InvalidInput, LayerNotFound
from geo.model.feature_query import Condition, FeatureQuery
from geo.model.status import AnnualStatus
from geo.service.export import FORMATS, stream
from geo.service.export_scope import Asked, Scope
from geo.service.intake import open_or_create
from tests.service.conftest import SCHOOLS, school

HOSTILE = ["${alert(1)}", "</script>", '=cmd|"/c calc"!A1', "`b`", "\u202eRTL", "学" * 5000, "a\nb,\tc", "😀 'x'"]
EVERYTHING = FeatureQuery()


@pytest.fixture
def store(filled):
    return filled


def export(store, format_name="geojson", layers=("schools",), query=EVERYTHING, **options):
    return b"".join(stream(store, dict.fromkeys(layers, query), format_name, **options))


def as_table(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))


def as_rows(sheet):
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_geojson_has_every_feature_of_every_layer_and_says_which_layer(store):
    answer = json.loads(export(store, layers=("schools", "sections", "roads")))
    assert [(feature["collection"], feature["id"]) for feature in answer["features"]] == [
        *(("schools", f"s-{number}") for number in range(1, 8)),
        ("sections", "w"),
        ("roads", "r"),
    ]
    assert "crs" not in answer
    assert "note" not in answer


def test_schematic_positions_are_listed_without_geometry_unless_asked_for(store):
    def placed(**options):
        answer = json.loads(export(store, query=FeatureQuery(**options)))
        return {feature["id"] for feature in answer["features"] if feature["geometry"]}

    assert placed() == {"s-1", "s-2", "s-3", "s-4", "s-5"}
    assert placed(schematic=True) == placed() | {"s-6"}


def test_what_an_area_finds_by_a_schematic_position_is_listed_without_its_shape(store):
    everywhere = FeatureQuery(within=shapely.box(-180, -90, 180, 90), schematic=True)
    answer = json.loads(export(store, query=everywhere, schematic_shapes=False))
    placed = {feature["id"]: feature["geometry"] is not None for feature in answer["features"]}
    assert placed == {"s-1": True, "s-2": True, "s-3": True, "s-4": True, "s-5": True, "s-6": False}


def test_figures_are_computed_as_on_the_map(store):
    (first, *_) = json.loads(export(store))["features"]
    # 30.5 亩 × 2000/3 ㎡ ÷ 1 000 pupils = 20.33 ㎡
    assert first["properties"]["land_per_seat_m2"] == 20.3
    assert first["properties"]["location_basis"] == "placed"


def test_a_year_adds_the_status_as_of_then_and_keeps_all_features(store):
    store.add_statuses([AnnualStatus("schools", "s-1", 2022, stage="started", flag="delayed", progress_pct=40.0)])
    answer = json.loads(export(store, query=FeatureQuery(year=2023)))
    stages = {feature["id"]: feature["properties"]["stage"] for feature in answer["features"]}
    assert stages == {"s-1": "started", **{f"s-{number}": "not_reported" for number in range(2, 8)}}
    assert answer["year"] == 2023
    row = as_table(export(store, "csv", query=FeatureQuery(year=2023)))[0]
    assert (row["填报年份"], row["阶段"], row["标记"], row["实际进度(%)"]) == ("2022", "开工", "滞后", "40")


def test_a_plan_year_filters(store):
    query = FeatureQuery(conditions=(Condition("plan_year", (2023,)),))
    assert [feature["id"] for feature in json.loads(export(store, query=query))["features"]] == ["s-2", "s-7"]


def test_csv_and_xlsx_tell_the_same(store):
    table = as_table(export(store, "csv"))
    rows = as_rows(openpyxl.load_workbook(io.BytesIO(export(store, "xlsx")))["新建学校"])
    assert [row["名称"] for row in table] == [row["名称"] for row in rows]
    assert [row["占地(亩)"] for row in table] == [str(row["占地(亩)"]) for row in rows] == ["30.5"] * 7
    assert [row["学位(个学位)"] or None for row in table] == [
        row["学位(个学位)"] and str(row["学位(个学位)"]) for row in rows
    ]
    assert [row["位置依据"] for row in table] == ["人工落图"] * 5 + ["示意位置", "待落图"]
    assert [row["经度(°)"] != "" for row in table] == [True] * 5 + [False] * 2
    assert rows[0]["经度(°)"] == pytest.approx(114.025, abs=0.005)


def test_english_files_have_english_words_throughout(store):
    words = {"人工落图": "Placed by hand", "图层": "Layer", "编号": "Id"}
    table = as_table(export(store, "csv", language="en", translate=lambda text: words.get(text, text)))
    assert (table[0]["Layer"], table[0]["Id"], table[0]["Location basis"]) == ("New schools", "s-1", "Placed by hand")


def test_a_demonstration_store_says_so_in_every_file(folder, tmp_path):
    demo = open_or_create(f"gpkg:///{tmp_path / 'demo.gpkg'}", folder.path, demo=True)
    query = FeatureQuery(year=2023)
    assert "演示数据" in json.loads(export(demo, query=query))["note"]
    assert all(row["演示"] == "演示数据" for row in as_table(export(demo, "csv", query=query)))
    book = openpyxl.load_workbook(io.BytesIO(export(demo, "xlsx", query=query)))
    assert book["说明"]["A1"].value == "演示数据"
    assert all(row["演示"] == "演示数据" for row in as_rows(book["新建学校"]))
    demo.close()


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_question_that_does_not_fit_is_refused_before_the_first_byte(store, format_name):
    with pytest.raises(InvalidInput):
        stream(store, {"schools": FeatureQuery(conditions=(Condition("seats", ("many",)),))}, format_name)
    with pytest.raises(LayerNotFound):
        stream(store, {"nothing": EVERYTHING}, format_name)
    with pytest.raises(InvalidInput, match="没有 2019 年"):
        stream(store, {"schools": FeatureQuery(year=2019)}, format_name)


@pytest.mark.parametrize("format_name", ["geojson", "csv", "xlsx"])
def test_nothing_found_is_still_a_sound_file(store, format_name):
    nothing = FeatureQuery(conditions=(Condition("plan_year", (1999,)),))
    content = export(store, format_name, query=nothing)
    if format_name == "geojson":
        assert json.loads(content)["features"] == []
    elif format_name == "csv":
        assert content.decode("utf-8-sig").startswith("图层,编号,名称")
    else:
        book = openpyxl.load_workbook(io.BytesIO(content))
        assert book.sheetnames == ["说明"]
        assert "没有符合条件的要素" in " ".join(str(cell.value) for row in book["说明"] for cell in row)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_come_through_every_format(folder, url, text):
    folder.layer("schools", SCHOOLS, school(1, name=text))
    store = open_or_create(url, folder.path)
    assert json.loads(export(store))["features"][0]["properties"]["name"] == text
    assert as_table(export(store, "csv"))[0]["名称"] == ("'" + text if text.startswith("=") else text)
    cell = openpyxl.load_workbook(io.BytesIO(export(store, "xlsx")))["新建学校"]["B2"]
    assert (cell.value, cell.data_type) == (text, "s")
    store.close()


def test_gdal_reads_back_the_same_places_and_figures(store, tmp_path):
    path = tmp_path / "export.geojson"
    path.write_bytes(export(store))
    frame = geopandas.read_file(path, engine="pyogrio").set_index("id")
    kept = store.read_frame("schools", EVERYTHING)
    assert list(frame.index) == list(kept.index)
    for name in ("name", "plan_year", "land_area_mu", "location_basis"):
        assert list(frame[name]) == list(kept[name])
    for mine, theirs in zip(kept.geometry, frame.geometry, strict=True):
        assert (mine is None) == (theirs is None)
        assert mine is None or theirs.equals_exact(mine, 1e-7, normalize=True)


def many(count):
    random = numpy.random.default_rng(3)
    corners = 114 + random.random((count, 2)) / 10 - [0, 81]
    frame = pandas.DataFrame(
        {"name": [f"地块{n}" for n in range(count)], "seats": range(count), "location_basis": "placed"},
        index=pandas.Index([f"p-{n}" for n in range(count)], name="feature_id", dtype=object),
    )
    boxes = shapely.box(corners[:, 0], corners[:, 1], corners[:, 0] + 1e-4, corners[:, 1] + 1e-4)
    return geopandas.GeoDataFrame(frame, geometry=boxes, crs="EPSG:4326")


def peak_of(chunks):
    """Most bytes of Python objects alive at a time while the chunks pass by."""
    gc.collect()
    tracemalloc.start()
    try:
        assert sum(len(chunk) for chunk in chunks) > 0
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.usefixtures("usual_garbage")
@pytest.mark.parametrize("format_name", [name for name in FORMATS if name != "dxf"])  # a drawing has an end: dxf.MOST
def test_memory_stays_flat_whatever_the_size_of_the_file(store, format_name, monkeypatch):
    page = 250 if format_name in ("xlsx", "txt") else 500  # slow ones show it with smaller pages
    monkeypatch.setattr("geo.service.export_source.BATCH", page)
    store.add_features("schools", many(4 * page))

    def peak(limit):
        return peak_of(stream(store, {"schools": FeatureQuery(limit=limit)}, format_name))

    peak(1)  # what is made once
    # Two pages are alive at most: one is read while the other is written. 1 000 more rows held would be some 5 MB.
    assert peak(4 * page) < peak(2 * page) + 2 * page * 1_000


def test_columns_and_sheets_without_any_value_are_left_out(store):
    nobody = FeatureQuery(year=2023, conditions=(Condition("feature_id", ("s-7",)),))
    content = b"".join(stream(store, {"schools": nobody, "roads": nobody}, "xlsx"))
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["新建学校", "说明"]
    headers = [cell.value for cell in book["新建学校"][1]]
    # s-7 has no seats, so no land per pupil, and no place; nothing was reported of it, which is a value.
    assert {"编号", "名称", "占地(亩)", "进展截至年份", "阶段", "进度灯", "计划进度(%)", "位置依据"} <= set(headers)
    assert not {"学位(个学位)", "生均用地(㎡/生)", "实际进度(%)", "责任人", "经度(°)", "填报说明"} & set(headers)
    every = as_table(b"".join(stream(store, {"schools": FeatureQuery()}, "csv")))
    assert {"学位(个学位)", "生均用地(㎡/生)", "经度(°)"} <= set(every[0])
    assert "进展截至年份" not in every[0]


def test_every_table_says_as_of_which_year(store):
    rows = as_table(export(store, "csv", ("schools", "roads"), FeatureQuery(year=2024)))
    assert {row["进展截至年份"] for row in rows if row["图层"] == "新建学校"} == {"2024"}
    assert {row["进展截至年份"] for row in rows if row["图层"] == "道路"} == {""}
    sheet = openpyxl.load_workbook(io.BytesIO(export(store, "xlsx", query=FeatureQuery(year=2024))))["新建学校"]
    assert {row["进展截至年份"] for row in as_rows(sheet)} == {2024}
    answer = json.loads(export(store, query=FeatureQuery(year=2024)))
    assert (answer["year"], answer["status_as_of"]) == (2024, "2024-12-31")


ASKED = FeatureQuery(
    year=2023,
    search="小学",
    conditions=(Condition("plan_year", ("2023", "2024")), Condition("land_area_mu", minimum="10")),
    bbox=(113.9, 32.9, 114.2, 33.2),
    between=("2023-01-01", None),
)


def test_a_file_tells_everything_that_decided_what_is_in_it(store):
    asked = Asked(within="schools/s-1", buffer_m=400.0, as_of="2024-03-01")
    scope = Scope(store, {"schools": ASKED}, asked).rows()
    expected = {
        "图层": "新建学校",
        "数据截至": "2024-03-01",
        "筛选：计划年份": "2023、2024",
        "筛选：占地": "10 – .. 亩",
        "搜索": "小学",
        "圈选": "新建学校 · 第1小学，外扩 400 米",
        "视野": "113.90000, 32.90000, 114.20000, 33.20000",
        "计划时间": "2023-01-01 / ..",
        "示意位置的图形": "不写出",
    }
    assert dict(scope) == expected
    content = export(store, "xlsx", query=ASKED, scope=scope)
    told = {row[0].value: row[1].value for row in openpyxl.load_workbook(io.BytesIO(content))["说明"]}
    assert {label: told[label] for label in expected} == expected
    assert json.loads(export(store, query=ASKED, scope=scope))["scope"] == expected


def test_a_file_is_named_for_what_is_in_it(store):
    asked = Scope(store, {"schools": ASKED}, Asked(within="schools/s-1"))
    assert (
        asked.name("csv", "2026-03-01")
        == "规划一张图-新建学校-截至2023年-计划2023+2024年-圈选-视野-筛选-搜索-2026-03-01.csv"
    )
    assert asked.plain_name("csv", "2026-03-01") == (
        "plan-atlas-schools-as-of-2023-planned-2023-planned-2024-area-view-filtered-search-2026-03-01.csv"
    )
    plain = Scope(store, dict.fromkeys(("schools", "sections", "roads"), FeatureQuery()), Asked())
    assert plain.name("xlsx", "2026-03-01") == "规划一张图-新建学校等3个图层-2026-03-01.xlsx"
    assert plain.plain_name("xlsx", "2026-03-01") == "plan-atlas-schools-and-2-more-2026-03-01.xlsx"


def test_a_shape_and_a_hostile_filter_are_quoted_short_and_break_no_name(store):
    hostile = FeatureQuery(conditions=(Condition("plan_year", ('../\\:*?"<>|\r\n' + "9" * 500,)),))
    scope = Scope(store, {"schools": hostile}, Asked(within="POLYGON((" + "1 1," * 5000))
    assert all(len(words) <= 300 for _, words in scope.rows())
    assert scope.plain_name("csv", "d") == "plan-atlas-schools-area-d.csv"
    assert not set(scope.name("csv", "d")) & set('/\\:*?"<>|\r\n')
