"""Files taken into a layer: mapped, matched, checked; written in one change set that can be undone, or not at all."""

import json
from itertools import pairwise

import geopandas
import numpy
import pytest
import shapely

from geo.analysis.shifted_datums import shifted
from geo.model import office_time
from geo.model.errors import InvalidInput
from geo.model.feature_query import FeatureQuery
from geo.model.journal import Act, JournalQuery
from geo.model.location import LocationBasis
from geo.service import history
from geo.service.import_report import ImportPlan
from geo.service.importing import import_file
from geo.service.opened_files import Asked

ACT = Act("张三", "导入", "地块.shp")


@pytest.fixture
def store(filled):
    return filled


def box(lon, lat=33.05):
    return shapely.box(lon, lat, lon + 0.001, lat + 0.001)


def written(tmp_path, *rows, name="a.geojson", **options):
    """Rows of name, shape and more columns."""
    frame = geopandas.GeoDataFrame([row for row, _ in rows], geometry=[shape for _, shape in rows], crs=4326)
    frame.to_file(tmp_path / name, **options)
    return tmp_path / name


def features_of(store, layer="schools"):
    return store.read_frame(layer, FeatureQuery(schematic=True))


def entries(store):
    return store.count_journal(JournalQuery())


def take(store, path, act=ACT, layer="schools", **plan):
    return import_file(store, layer, path, ImportPlan(**plan), act)


def codes(report):
    return [finding.code for finding in report.findings]


def test_new_features_come_with_titles_and_short_names_understood(store, tmp_path):
    rows = ({"编号": "n-1", "名称": "新小学", "占地(亩)": "12.5", "XW": "600", "备注": "x"}, box(114.0))
    report = take(store, written(tmp_path, rows), accuracy_m=0.1)
    assert report.mapping.fields == {"编号": "feature_id", "名称": "name", "占地(亩)": "land_area_mu", "XW": "seats"}
    assert report.mapping.left == ("备注",)
    found = features_of(store).loc["n-1"]
    assert (found["name"], found["land_area_mu"], found["seats"]) == ("新小学", 12.5, 600)
    assert (found["location_basis"], found["location_accuracy_m"]) == ("placed", 0.1)
    assert found.geometry.equals_exact(box(114.0), 1e-7)


def test_a_dry_run_writes_nothing_and_says_the_same(store, tmp_path):
    path = written(tmp_path, ({"id": "n-1", "name": "新小学"}, box(114.0)))
    before = entries(store)
    dry = take(store, path, act=None)
    assert (dry.result, dry.new, dry.written, entries(store)) == ("accept", 1, 0, before)


@pytest.mark.parametrize(
    ("row", "shape", "by"),
    [
        ({"id": "s-6", "名称": "改名"}, box(114.0), "id"),
        ({"名称": "第6小学"}, box(114.0), "name"),
        ({"备注": "改建"}, shapely.box(114.021, 33.001, 114.029, 33.009), "place"),
    ],
)
def test_a_feature_that_is_there_is_known_by_id_name_or_place(store, tmp_path, row, shape, by):
    report = take(store, written(tmp_path, (row, shape)), basis=LocationBasis.SURVEYED, accuracy_m=0.05)
    assert (report.matched, report.new, report.written) == ({by: 1}, 0, 1)


def test_a_surveyed_boundary_takes_the_place_of_a_schematic_one_and_keeps_id_and_history(store, tmp_path):
    path = written(tmp_path, ({"名称": "第6小学"}, box(114.0)))
    take(store, path, basis=LocationBasis.SURVEYED, accuracy_m=0.05)
    found = features_of(store).loc["s-6"]
    assert (found["location_basis"], found["location_accuracy_m"], found["revision"]) == ("surveyed", 0.05, 2)
    actions = [entry.action for entry in store.journal(JournalQuery(layer_id="schools", feature_id="s-6"))]
    assert actions == ["create", "update"]
    again = take(store, path, basis=LocationBasis.PLACED)
    assert (again.result, codes(again)) == ("refuse", ["not_replaceable"])


def test_everything_is_one_change_set_that_is_undone_as_one(store, tmp_path):
    before = features_of(store)
    rows = [({"id": f"n-{number}", "名称": f"新{number}"}, box(114 + number / 100)) for number in range(3)]
    report = take(store, written(tmp_path, *rows, ({"id": "s-1", "名称": "改名小学"}, box(114.02, 33.06))))
    assert (report.new, report.matched, report.written) == (3, {"id": 1}, 4)
    history.undo(store, report.change_set, ACT)
    after = features_of(store)
    assert list(after.index) == list(before.index)
    assert list(after["name"]) == list(before["name"])
    assert after.geometry.geom_equals(before.geometry).sum() == before.geometry.notna().sum()


BOWTIE = shapely.Polygon([(114, 33), (114.01, 33.01), (114.01, 33), (114, 33.01)])


@pytest.mark.parametrize(
    ("row", "shape", "code"),
    [
        ({"id": "n-1", "学位": "很多"}, box(114.0), "wrong_value"),
        ({"id": "n-1", "学位": 10**23}, box(114.0), "wrong_value"),
        ({"id": "n-1", "学位": 1e300}, box(114.0), "wrong_value"),
        ({"id": "n-1"}, BOWTIE, "self_intersection"),
        ({"id": "n-1"}, shapely.Point(114, 33), "wrong_geometry"),
        ({"id": "n-2"}, box(114.01), "duplicate_id"),
    ],
)
def test_one_faulty_row_keeps_the_whole_file_out(store, tmp_path, row, shape, code):
    sound = [({"id": "n-2", "学位": "600"}, box(114.03)), ({"id": "n-3", "学位": "600"}, box(114.04))]
    before = entries(store)
    report = take(store, written(tmp_path, *sound, (row, shape)))
    assert (report.result, report.written, entries(store)) == ("refuse", 0, before)
    (finding,) = [each for each in report.findings if each.code == code]
    assert finding.row == 3
    assert code != "wrong_geometry" or "“新建学校”只收面" in str(finding.remark)


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("2024/5/6 0:00:00", "2024-05-06"), ("2024年12月31日", "2024-12-31"), (20240506, "2024-05-06"),
        ("2024-05-06T08:00:00Z", "2024-05-06"), ("2024-02-30", None), ("待定", None), (20241301, None),
    ],
)  # fmt: skip
def test_what_is_no_date_is_told_and_its_row_is_taken_without_it(store, tmp_path, given, taken):
    report = take(store, written(tmp_path, ({"id": "n-1", "planned_start": given}, box(114.0))))
    told = [(each.row, each.field, str(given) in str(each.remark)) for each in report.findings]
    assert (report.new, told) == (1, [(1, "planned_start", True)] if taken is None else [])
    found = features_of(store)["planned_start"].astype(object)
    assert found.where(found.notna(), None)["n-1"] == taken


def test_a_shape_that_is_repaired_says_what_that_does_to_its_area(store, tmp_path):
    report = take(store, written(tmp_path, ({"id": "n-1"}, BOWTIE)), repair=True, layer="plots")
    assert report.result == "accept"
    ((row, before, after),) = report.repairs
    assert (row, before < after) == (1, True)
    assert features_of(store, "plots").geometry["n-1"].is_valid


NETWORK = """
network = true
[[fields]]
name = "error_m"
title = { zh = "误差", en = "Error" }
type = "number"
short = "WC"
unit = "m"
"""


@pytest.fixture
def folder(folder):
    """The zone's layers, and one of areas of several parts."""
    definition = """
title = { zh = "地块", en = "Plots" }
description = { zh = "地块", en = "Plots" }
role = "reference"
source = "-"
licence = "-"
geometry = "MultiPolygon"
"""
    folder.layer("plots", definition)
    roads = folder.path / "roads" / "layer.toml"
    roads.write_text(roads.read_text(encoding="utf-8") + NETWORK, encoding="utf-8")
    return folder


def test_fields_can_be_said_and_left_out(store, tmp_path):
    path = written(tmp_path, ({"id": "n-1", "名称": "甲", "别名": "乙", "学位": 5}, box(114.0)))
    report = take(store, path, told={"别名": "name", "学位": ""})
    assert report.mapping.fields == {"别名": "name", "id": "feature_id"}
    assert features_of(store).loc["n-1", "name"] == "乙"
    with pytest.raises(InvalidInput, match="文件里没有字段 无"):
        take(store, path, told={"无": "name"})
    with pytest.raises(InvalidInput, match="没有字段“nothing”"):
        take(store, path, told={"别名": "nothing"})


def test_metres_of_an_unknown_zone_are_taken_once_the_crs_is_said(store, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("编号,名称,水质目标,X,Y\nw-2,断面,3,4657805.43,501569.21\n", encoding="utf-8")
    assert codes(take(store, path, layer="sections")) == ["no_crs"]
    report = take(store, path, layer="sections", asked=Asked(crs="EPSG:4544"))
    assert (report.written, report.crs) == (1, "EPSG:4544")


def test_a_batch_that_is_broken_off_leaves_nothing(store, tmp_path):
    def stop(done, total):
        if done > total / 2:
            raise KeyboardInterrupt

    before = entries(store)
    path = written(tmp_path, ({"id": "n-1"}, box(114.0)))
    with pytest.raises(KeyboardInterrupt):
        import_file(store, "schools", path, ImportPlan(), ACT, stop)
    assert (entries(store), "n-1" in features_of(store).index) == (before, False)


def test_rows_without_a_shape_wait_to_be_placed_and_rows_without_an_id_get_one(store, tmp_path):
    path = tmp_path / "a.geojson"
    row = {"type": "Feature", "geometry": None, "properties": {"name": "待定小学"}}
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [row]}), encoding="utf-8")
    report = take(store, path)
    (found,) = [values for _, values in features_of(store).iterrows() if values["name"] == "待定小学"]
    assert (report.result, found["location_basis"]) == ("accept_with_findings", "unlocated")


def test_boundary_points_of_an_old_datum_are_not_held_to_be_surveyed(store, tmp_path):
    """Between the datums lie tens of metres that nobody told us."""
    corners = ((3653000, 38500100), (3653000, 38500200), (3652900, 38500200), (3652900, 38500100))
    points = "".join(f"J{number},1,{north},{east}\n" for number, (north, east) in enumerate(corners, start=1))
    head = "[属性描述]\n坐标系=1980西安坐标系\n几度分带=3\n带号=38\n[地块坐标]\n4,1,n-1,新小学,面,,,,@\n"
    (tmp_path / "a.txt").write_text(head + points, encoding="utf-8")
    with pytest.raises(InvalidInput, match="实测"):
        take(store, tmp_path / "a.txt", basis=LocationBasis.SURVEYED)
    report = take(store, tmp_path / "a.txt")
    assert (report.written, codes(report)) == (1, ["old_datum"])
    assert features_of(store).loc["n-1", "location_basis"] == "placed"


@pytest.mark.parametrize("datum", ["GCJ-02", "BD-09"])
def test_coordinates_of_a_map_service_come_in_true_once_the_user_says_so(store, tmp_path, datum):
    there = shapely.transform(box(114.0), lambda points: shifted(points, datum))
    path = written(tmp_path, ({"id": "n-1", "name": "新小学"}, there))
    report = take(store, path, asked=Asked(crs=datum.lower()))
    assert (report.crs, report.crs_from, codes(report)) == (datum, "option", ["unshifted"])
    assert features_of(store).geometry["n-1"].equals_exact(box(114.0), 1e-8)
    with pytest.raises(InvalidInput, match="不能作为实测界址"):
        take(store, path, asked=Asked(crs=datum), basis=LocationBasis.SURVEYED)


def test_a_shift_is_suspected_from_roads_of_the_store_that_are_sure(store, tmp_path):
    lon, lat = numpy.array([0, 5, 11, 15, 23, 28, 35]) / 1000, numpy.array([0, 6, 10, 18, 23, 29, 34]) / 1000
    lines = [shapely.LineString([(114 + x, 33), (114 + x, 33.034)]) for x in lon]
    lines += [shapely.LineString([(114, 33 + y), (114.035, 33 + y)]) for y in lat]
    blocks = [
        shapely.box(114 + west + 3e-4, 33 + south + 3e-4, 114 + east - 3e-4, 33 + north - 3e-4)
        for west, east in pairwise(lon)
        for south, north in pairwise(lat)
    ]
    there = [shapely.transform(block, lambda points: shifted(points, "GCJ-02")) for block in blocks]
    path = written(tmp_path, *(({"id": f"n-{at}"}, shape) for at, shape in enumerate(there)))
    assert codes(take(store, path, layer="plots", act=None)) == []
    rows = [({"id": f"r-{at}", "name": f"路{at}", "误差": 5.0}, line) for at, line in enumerate(lines)]
    roads = written(tmp_path, *rows, name="roads.geojson")
    take(store, roads, layer="roads")
    assert codes(take(store, path, layer="plots", act=None)) == ["suspected_gcj02"]
    assert codes(take(store, path, layer="plots", act=None, asked=Asked(crs="GCJ-02"))) == ["unshifted"]
    true = written(tmp_path, *(({"id": f"n-{at}"}, shape) for at, shape in enumerate(blocks)), name="true.geojson")
    assert codes(take(store, true, layer="plots", act=None)) == []
    rows = [
        ({"name": f"路{at}"}, shapely.transform(line, lambda xy: shifted(xy, "BD-09"))) for at, line in enumerate(lines)
    ]
    off = written(tmp_path, *rows, name="off.geojson")
    assert codes(take(store, off, layer="roads", act=None)) == ["suspected_bd09"]


def test_a_new_feature_with_nearly_the_name_of_another_is_told(store, tmp_path):
    rows = [({"名称": name}, box(114 + at / 50)) for at, name in enumerate(("东城第6小学", "第6", "新小学", "第6小学"))]
    report = take(store, written(tmp_path, *rows), act=None)
    (told,) = report.findings
    assert (told.code, told.row, told.field, told.remark.params) == (
        "similar_name", 1, "名称", {"name": "第6小学", "id": "s-6", "row": 1, "field": "名称"},
    )  # fmt: skip
    assert (report.result, report.new, report.matched) == ("accept_with_findings", 3, {"name": 1})
    assert codes(take(store, written(tmp_path, *rows), act=None, matching=["id"])) == []


def test_overlaps_with_one_another_and_with_neighbours_are_told_in_square_metres(store, tmp_path):
    """0.0001° of longitude at 33.05° are 9.34 m, 0.001° of latitude 110.9 m."""
    over_s1 = shapely.box(114.0299, 33.0, 114.0309, 33.001)  # school 1 begins at 114.02 and ends at 114.03
    rows = [
        ({"id": "n-1"}, box(114.05)),
        ({"id": "n-2"}, box(114.0509)),
        ({"id": "n-3"}, over_s1),
        ({"id": "s-2", "名称": "第2小学"}, shapely.box(114.04, 33.0, 114.0501, 33.0101)),
    ]
    report = take(store, written(tmp_path, *rows), act=None)
    assert (report.result, codes(report)) == ("accept_with_findings", ["overlap", "overlap"])
    within, over = report.findings
    assert (within.row, within.field, within.remark.params["other"]) == (2, "geometry", 1)
    assert within.remark.params["area"] == pytest.approx(9.34 * 110.9, rel=0.01)
    assert (over.row, over.remark.params["id"], over.remark.params["name"]) == (3, "s-1", "第1小学")
    assert over.remark.params["area"] == pytest.approx(9.34 * 110.9, rel=0.01)


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("占地(平方米)", None), ("占地（㎡）", None), ("占地（公顷）", None), ("占地[亩]", "land_area_mu"),
        ("学位数", "seats"), ("学位数（个）", "seats"), ("用地面积（见附图）", "land_area_mu"),
    ],
)  # fmt: skip
def test_a_field_of_another_unit_is_not_taken_for_one_of_ours(store, tmp_path, name, target):
    report = take(store, written(tmp_path, ({"id": "n-1", name: "12"}, box(114.05))), act=None)
    assert report.mapping.fields.get(name) == target


def test_two_files_without_ids_of_one_day_both_have_their_places(store, tmp_path):
    for number, west in enumerate((114.05, 114.06, 114.07)):
        report = take(store, written(tmp_path, ({"名称": f"新校{number}"}, box(west)), ({}, box(west + 0.1))))
        assert (report.result != "refuse", report.new) == (True, 2)
    day = f"{office_time.today():%Y%m%d}"
    found = {each for each in store.read_page("schools", FeatureQuery()).ids if each.startswith(day)}
    assert found == {f"{day}-{number}" for number in range(1, 7)}


def test_an_id_that_is_there_already_is_told_where_ids_do_not_count(store, tmp_path):
    report = take(store, written(tmp_path, ({"id": "s-1"}, box(114.05))), act=None, matching=())
    assert (report.result, codes(report)) == ("refuse", ["duplicate_id"])


def test_parcels_stacked_on_one_another_are_said_to_be_unchecked(store, tmp_path, monkeypatch):
    monkeypatch.setattr("geo.analysis.overlap.MOST_PAIRS", 2)
    report = take(store, written(tmp_path, *[({"id": f"n-{n}"}, box(114.05 + n / 1e5)) for n in range(4)]), act=None)
    assert (codes(report), report.new) == (["overlaps_unchecked"], 4)


def test_a_repair_is_offered_with_what_it_does_to_the_area(store, tmp_path):
    report = take(store, written(tmp_path, ({"id": "n-1"}, BOWTIE)), layer="plots", act=None)
    assert (codes(report), report.repairs) == (["self_intersection"], [])
    ((row, before, after),) = report.repairable
    assert (row, before < after) == (1, True)


def test_the_area_is_held_against_the_field_that_is_mapped_to_it(store, tmp_path):
    path = written(tmp_path, ({"id": "n-1", "占地(亩)": "3", "大小": "15.6"}, box(114.05)))
    report = take(store, path, act=None)
    (finding,) = report.findings
    assert (finding.code, finding.row, finding.field) == ("area_mismatch", 1, "占地(亩)")
    assert codes(take(store, path, act=None, told={"占地(亩)": "", "大小": "land_area_mu"})) == []


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("xuewei", "seats"),
        ("land_area_", "land_area_mu"),
        ("ZHANDI", "land_area_mu"),
        ("jhwcnf", None),
        ("占地（亩）", "land_area_mu"),
    ],
)
def test_fields_are_known_by_pinyin_and_by_names_cut_short(store, tmp_path, name, field):
    report = take(store, written(tmp_path, ({"id": "n-1", name: 3}, box(114.05))), act=None)
    assert report.mapping.fields.get(name) == field
