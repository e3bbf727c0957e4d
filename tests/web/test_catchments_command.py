"""`flask --app server catchments`: any files in, a GeoPackage and a summary out, one line where it is refused."""

import json
import zipfile

import geopandas
import numpy
import openpyxl
import pyogrio
import pytest
import shapely

from tests.analysis.cities import points, streets

# A street from west to east with a lane to the north, and a street far away that meets nothing.
LINES = [[(0, 0), (400, 0)], [(400, 0), (1000, 0)], [(400, 0), (400, 300)], [(5000, 5000), (5200, 5000)]]
SCHOOLS = [(0, 10), (1000, -10)]
HOMES = [(100, 5), (380, 0), (400, 300), (900, -3), (5100, 5000), (0, 3000)]
WALKS = [100, 380, 700, 100]
"""Metres from each of the first homes to the nearest school."""


def places(where, **columns) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(columns, geometry=points(where), crs=4326)


@pytest.fixture
def files(tmp_path):
    roads = streets(LINES)
    roads["单行"] = ["F", "no", None, "T"]
    roads.to_file(tmp_path / "道路.shp", encoding="GBK")
    (tmp_path / "道路.cpg").unlink()
    schools = places(
        SCHOOLS, 学校编号=["西校", "东校"], 学位=[60, 40], 学段=["小学", "九年一贯制"], 开办年份=[2020, 2024]
    )
    schools.to_file(tmp_path / "学校.gpkg", layer="schools")
    homes = places(HOMES, demand_id=[11, 12, 13, 14, 15, 16], pupils=[10, 20, 30, 40, 5, None])
    homes.to_file(tmp_path / "homes.geojson")
    return tmp_path


@pytest.fixture
def run(app, files, monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    monkeypatch.setattr("geo.web.commands.catchments.QUIET_S", 600)  # on a busy machine even a little takes longer

    def run(*options: object, **given: str):
        inputs = {"schools": "学校.gpkg", "roads": "道路.shp", "demand": "homes.geojson", "method": "nearest"} | given
        named = [word for name, value in inputs.items() for word in (f"--{name}", str(files / value))]
        named[named.index("--method") + 1] = inputs["method"]
        arguments = ["catchments", *named, "-o", str(files / "out.gpkg"), *map(str, options)]
        return app.test_cli_runner().invoke(args=arguments)

    return run


def assignments(files) -> geopandas.GeoDataFrame:
    return geopandas.read_file(files / "out.gpkg", layer="assignments").set_index("demand_id")


def test_every_place_has_its_school_or_the_reason_why_not(run, files):
    result = run()
    assert (result.exit_code, result.stderr) == (0, "")
    found = assignments(files)
    assert list(found.index) == [11, 12, 13, 14, 15, 16] and found.crs == "EPSG:4326"
    assert list(found["school_id"][:4]) == ["西校", "西校", "西校", "东校"]
    assert numpy.abs(found["distance_m"][:4] - WALKS).max() < 0.05
    assert found[["school_id", "distance_m"]][4:].isna().all(axis=None)
    assert list(found["reason_code"][4:]) == ["no_way", "off_streets"] and "500 米" in found["reason"][16]
    assert found["reason"][:4].isna().all()


def test_the_summary_adds_up(run):
    summary = json.loads(run().stdout)
    assert summary["demand"] == {"places": 6, "pupils": 105, "places_without_figure": 1}
    assert summary["assigned"] == {"places": 4, "pupils": 100}
    assert summary["unassigned"]["by_reason"] == {
        "no_way": {"places": 1, "pupils": 5},
        "off_streets": {"places": 1, "pupils": 0},
    }
    walk = summary["walk"]
    total = sum(walk_m * pupils for walk_m, pupils in zip(WALKS, [10, 20, 30, 40], strict=True))
    assert abs(walk["total_m"] - total) < 2 and abs(walk["mean_m"] - total / 100) < 0.05
    assert abs(walk["longest_m"] - 700) < 0.05 and walk["share_within_standard"] == 0.7
    west, east = summary["schools"]
    assert (west["pupils"], west["seats_left"], west["lamp"]) == (60, 0, "tight")
    assert (east["pupils"], east["seats_left"], east["lamp"]) == (40, 0, "tight")
    assert summary["sources"]["demand"]["demand_field"] == "pupils"
    assert len(summary["sources"]["roads"]["sha256"]) == 64
    remarks = "".join(summary["remarks"])
    assert "没有 .cpg" in remarks and "1 处没有学生数" in remarks


def test_beyond_the_service_distance_there_is_no_school(run, files):
    summary = json.loads(run(method="service").stdout)
    found = assignments(files)
    assert list(found["school_id"].notna()) == [True, True, False, True, False, False]
    assert found["reason_code"][13] == "beyond_standard" and "700 米" in found["reason"][13]
    assert summary["unassigned"]["by_reason"]["beyond_standard"] == {"places": 1, "pupils": 30}
    run("--level", "junior", method="service")
    assert set(assignments(files)["school_id"].dropna()) == {"东校"}  # 1 000 m, and the only junior school
    run("--standard-m", "800", method="service")
    assert assignments(files)["school_id"].notna().sum() == 4


def test_driving_obeys_one_way_streets_and_walking_does_not(run, files):
    run("--mode", "drive", "--oneway-field", "单行")
    assert list(assignments(files)["school_id"][:4]) == ["东校"] * 4
    run("--oneway-field", "单行")
    assert list(assignments(files)["school_id"][:4]) == ["西校", "西校", "西校", "东校"]


@pytest.mark.parametrize(
    ("options", "schools"), [(["--level", "junior"], {"东校"}), (["--year", "2023"], {"西校"}), ([], {"西校", "东校"})]
)
def test_only_schools_of_the_level_that_are_open_count(run, files, options, schools):
    summary = json.loads(run(*options).stdout)
    assert {school["school_id"] for school in summary["schools"]} == schools
    assert set(assignments(files)["school_id"].dropna()) == schools


def test_areas_count_by_their_middle_and_several_points_as_gates(run, files):
    boxes = [
        shapely.box(*(shapely.Point(place).buffer(0.0004).bounds))
        for place in [point.coords[0] for point in points(HOMES[:4])]
    ]
    geopandas.GeoDataFrame({"block_id": list("abcd")}, geometry=boxes, crs=4326).to_crs(4547).to_file(files / "b.gpkg")
    gates = [shapely.MultiPoint(list(points([(0, 0), (400, 300)]))), points([(1000, 0)])[0]]
    geopandas.GeoDataFrame({"id": [1, 2]}, geometry=gates, crs=4326).to_file(files / "gates.gpkg")
    assert run(demand="b.gpkg", schools="gates.gpkg").exit_code == 0
    found = assignments(files)
    assert numpy.abs(found["distance_m"] - [100, 320, 0, 100]).max() < 0.05
    assert list(found["school_id"]) == [1, 1, 1, 2]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_tables_with_longitudes_and_latitudes_are_read(run, files, encoding):
    where = [point.coords[0] for point in points(HOMES[:4])]
    rows = [f"007{number},{lon},{lat},{number}" for number, (lon, lat) in enumerate(where)]
    (files / "住户.csv").write_text("\n".join(["编号,经度,纬度,学生数", *rows, "0079,,,1"]), encoding=encoding)
    summary = json.loads(run(demand="住户.csv").stdout)
    found = assignments(files)
    assert list(found.index) == ["0070", "0071", "0072", "0073", "0079"]
    assert list(found["pupils"]) == [0, 1, 2, 3, 1] and found["reason_code"]["0079"] == "no_position"
    assert summary["demand"]["pupils"] == 7


def test_a_workbook_is_read(run, files):
    book = openpyxl.Workbook()
    book.active.append(["编号", "经度", "纬度", "学位"])
    for number, point in enumerate(points(SCHOOLS)):
        book.active.append([number, *point.coords[0], 50])
    book.save(files / "学校.xlsx")
    summary = json.loads(run(schools="学校.xlsx").stdout)
    assert [school["seats"] for school in summary["schools"]] == [50, 50]


@pytest.mark.parametrize(
    ("options", "given", "words"),
    [
        ([], {"roads": "missing.shp"}, ["missing.shp"]), ([], {"demand": "missing.csv"}, ["missing.csv"]),
        ([], {"schools": "道路.shp"}, ["道路.shp", "点或面"]), ([], {"roads": "学校.gpkg"}, ["学校.gpkg", "线图层"]),
        (["--school-id", "没有"], {}, ["学校.gpkg", "没有", "学校编号"]),
        (["--oneway-field", "x"], {}, ["道路.shp", "x"]),
        (["--demand-id", "pupils"], {}, ["homes.geojson", "第 6 行", "pupils"]),
        (["--demand-field", "demand_id", "--max-snap-m", "-1"], {}, ["max-snap-m", "-1"]),
        (["--capacity-field", "学段"], {}, ["学校.gpkg", "第 1 行", "学段", "小学"]),
        (["--year", "1999"], {}, ["学校.gpkg", "年份"]), (["--method", "fastest"], {}, ["fastest"]),
        (["--level", "senior"], {}, ["senior"]), (["-o", "/nowhere/out.gpkg"], {}, ["/nowhere/out.gpkg"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_in_one_line_and_nothing_is_written(run, files, options, given, words):
    result = run(*options, **given)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1 and [word for word in words if word not in result.stderr] == []
    assert not (files / "out.gpkg").exists() and not list(files.glob("*.part*"))


@pytest.mark.parametrize("name", ["homes.geojson", "学校.gpkg", "结果.shp", "结果"])
def test_what_is_read_is_never_written_over_and_a_result_is_a_geopackage(run, files, name):
    before = {path: path.read_bytes() for path in files.iterdir()}
    result = run("-o", files / ".." / files.name / name)
    assert (result.exit_code, result.stdout) == (2, "") and name in result.stderr
    assert {path: path.read_bytes() for path in files.iterdir()} == before


def test_a_result_replaces_the_one_before(run, files):
    run()
    run("--year", "2023")
    assert set(assignments(files)["school_id"].dropna()) == {"西校"}


@pytest.mark.parametrize("method", ["nearest", "service"])
def test_the_areas_hold_the_places_of_their_schools(run, files, method):
    summary = json.loads(run(method=method).stdout)
    assert [name for name, _ in pyogrio.list_layers(files / "out.gpkg")] == [
        "assignments", "catchments", "straight_catchments", "notes",
    ]  # fmt: skip
    areas = geopandas.read_file(files / "out.gpkg", layer="catchments")
    found = assignments(files)
    by_school = areas.dropna(subset="school_id").set_index("school_id")
    for school, home in found.dropna(subset="school_id")[["school_id", "geometry"]].itertuples(index=False):
        assert by_school.geometry[school].covers(home)
    assert areas.is_valid.all() and list(areas["reason"].isna()) == list(areas["school_id"].notna())
    assert dict(by_school["pupils"]) == {school["school_id"]: school["pupils"] for school in summary["schools"]}
    nobody = areas[areas["school_id"].isna()].geometry.iloc[0]
    assert nobody.covers(found.geometry[15])  # the street that leads to no school
    straight = geopandas.read_file(files / "out.gpkg", layer="straight_catchments")
    assert set(straight["school_id"]) == {"西校", "东校"}


def test_areas_are_cut_to_a_zone(run, files):
    corners = [point.coords[0] for point in points([(0, -100), (900, 200)])]
    zone = shapely.box(*corners[0], *corners[1])
    geopandas.GeoDataFrame(geometry=[zone], crs=4326).to_file(files / "zone.gpkg")
    assert run("--zone", files / "zone.gpkg").exit_code == 0
    areas = geopandas.read_file(files / "out.gpkg", layer="catchments")
    assert shapely.area(areas.union_all().symmetric_difference(zone)) / shapely.area(zone) < 1e-4
    result = run("--zone", files / "学校.gpkg")
    assert result.exit_code == 2 and "学校.gpkg" in result.stderr


def test_seats_are_shared_out_and_who_has_none_is_proven(run, files):
    result = run(method="capacity")
    assert (result.exit_code, result.stderr) == (0, "")
    found = assignments(files)
    assert list(found["school_id"][:4]) == ["西校", "西校", "西校", "东校"] and list(found["pupils"][:4]) == [
        10,
        20,
        30,
        40,
    ]
    result = run("--level", "junior", "--pin", "11=东校", "--ban", "14=东校", method="capacity")
    summary, found = json.loads(result.stdout), assignments(files)
    assert result.exit_code == 1 and summary["level"] == "junior"
    assert found["reason_code"][14] == "not_allowed" and found["school_id"][11] == "东校"
    assert summary["seats"]["unseated"] == 20 == summary["seats"]["least_extra_seats"]
    assert summary["seats"]["shortages"] == [
        {
            "level": "junior", "demand_ids": [11, 12, 13], "school_ids": ["东校"],
            "pupils": 60, "seats": 40, "short": 20,
        }
    ]  # fmt: skip
    without = found[found["reason_code"] == "no_seat"]
    assert without["pupils"].sum() == 20 and without[["school_id", "distance_m"]].isna().all(axis=None)


def test_whole_blocks_and_last_year(run, files):
    schools = geopandas.read_file(files / "学校.gpkg").assign(学位=[25, 90])
    schools.to_file(files / "少.gpkg")
    run(method="capacity", schools="少.gpkg")
    assert len(assignments(files)) == 7  # place 12 or 13 is split
    run("--whole", method="capacity", schools="少.gpkg")
    whole = assignments(files)
    assert len(whole) == 6 and list(whole["school_id"][:4]) == ["西校", "东校", "东校", "东校"]
    (files / "out.gpkg").rename(files / "last.gpkg")
    again = {"method": "capacity", "schools": "少.gpkg"}
    summary = json.loads(run("--last", files / "last.gpkg", "--change-price-m", "5000", **again).stdout)
    assert summary["changes"] == {"places": 0, "pupils": 0} and summary["whole"] is None
    summary = json.loads(run("--last", files / "last.gpkg", "--change-price-m", "0", **again).stdout)
    assert summary["changes"] == {"places": 1, "pupils": 15}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--pin", "99=西校"], ["99"]), (["--ban", "11=北校"], ["北校"]), (["--pin", "11"], ["11"]),
        (["--last", "homes.geojson"], ["homes.geojson"]), (["--change-price-m", "-1"], ["change-price-m", "-1"]),
        (["--time-limit-s", "0"], ["time-limit-s"]), (["--capacity-field", "开办"], ["开办"]),
    ],
)  # fmt: skip
def test_wishes_that_cannot_be_are_refused(run, files, monkeypatch, options, words):
    monkeypatch.chdir(files)
    result = run(*options, method="capacity")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.count("\n") == 1 and [word for word in words if word not in result.stderr] == []


@pytest.mark.parametrize("seats", [["学位"], None])
def test_without_every_number_of_seats_none_are_shared_out(run, files, seats):
    schools = geopandas.read_file(files / "学校.gpkg")
    schools = schools.assign(学位=[60, None]) if seats else schools.drop(columns="学位")
    schools.to_file(files / "b.gpkg")
    result = run(method="capacity", schools="b.gpkg")
    assert result.exit_code == 2 and ("第 2 行" if seats else "--capacity-field") in result.stderr


def test_wishes_without_seats_are_refused(run, files):
    for options in (["--whole"], ["--pin", "11=西校"], ["--last", files / "学校.gpkg"]):
        result = run(*options)
        assert result.exit_code == 2 and "capacity" in result.stderr


def test_residents_times_a_rate_whose_source_is_told(run, files):
    places(HOMES[:2], id=[1, 2], 常住人口=[2000, 1500]).to_file(files / "r.gpkg")
    summary = json.loads(run("--rate-per-thousand", "61.5", "--rate-source", "2020 年人口普查", demand="r.gpkg").stdout)
    assert summary["demand"]["pupils"] == 215.25 and "2020 年人口普查" in "".join(summary["remarks"])
    assert summary["sources"]["demand"]["rate_source"] == "2020 年人口普查"
    assert list(assignments(files)["pupils"]) == [123, 92.25]
    for options in (
        ["--rate-per-thousand", "60"],
        ["--rate-source", "x"],
        ["--rate-per-thousand", "-1", "--rate-source", "x"],
    ):
        assert run(*options, demand="r.gpkg").exit_code == 2
    assert "人口" in run("--rate-per-thousand", "60", "--rate-source", "x").stderr


def test_barriers_cut_the_roads_but_at_bridges_and_crossings(run, files):
    railway = streets([[(500, -2000), (500, 2000)]])
    railway.to_file(files / "铁路.shp", encoding="GBK")
    run()
    assert assignments(files)["school_id"][13] == "西校"
    summary = json.loads(run("--barriers", files / "铁路.shp", schools="学校.gpkg").stdout)
    assert any("1 条道路在 铁路.shp 处断开" in words for words in summary["remarks"])
    assert summary["sources"]["barriers"]["file"] == "铁路.shp"
    west = {"schools": "西.gpkg"}
    geopandas.read_file(files / "学校.gpkg").iloc[:1].to_file(files / "西.gpkg")
    run("--barriers", files / "铁路.shp", **west)
    assert assignments(files)["reason_code"][14] == "no_way"
    places([(500, 2)], name=["道口"]).to_file(files / "道口.geojson")
    run("--barriers", files / "铁路.shp", "--crossings", files / "道口.geojson", **west)
    assert abs(assignments(files)["distance_m"][14] - 900) < 0.1
    assert run("--crossings", files / "道口.geojson").exit_code == 2
    assert run("--barriers", files / "homes.geojson").exit_code == 2


def test_pupils_of_the_year_come_from_a_table_and_a_later_surplus_is_told(run, files):
    (files / "预测.csv").write_text("年份,小学,初中\n2024,210,84\n2026,21,84\n", encoding="gbk")
    years = ["--growth", files / "预测.csv", "--year", "2024"]
    summary = json.loads(run(*years, "--level", "primary").stdout)
    assert summary["demand"]["pupils"] == 210
    west = summary["schools"][0]
    assert (west["pupils"], west["lamp"], west["surplus_from"]) == (120, "later_surplus", 2026)
    assert west["pupils_later"] == {"2026": 12} and summary["sources"]["growth"]["file"] == "预测.csv"
    junior = json.loads(run(*years, "--level", "junior").stdout)
    assert junior["demand"]["pupils"] == 84 and junior["schools"][0]["surplus_from"] is None
    assert run("--growth", files / "预测.csv").exit_code == 2
    result = run("--growth", files / "预测.csv", "--year", "2025", "--level", "primary")
    assert result.exit_code == 2 and "2024, 2026" in result.stderr


def test_zipped_shapefiles_are_read(run, files):
    for name in ("道路", "学校"):
        if name == "学校":
            geopandas.read_file(files / "学校.gpkg").to_file(files / "学校.shp", encoding="GBK")
        with zipfile.ZipFile(files / f"{name}.zip", "w") as archive:
            for part in files.glob(f"{name}.???"):
                if part.suffix not in (".zip", ".gpkg"):
                    archive.write(part, f"数据/{part.name}")
    assert run(roads="道路.zip", schools="学校.zip", demand="homes.geojson").exit_code == 0
    assert list(assignments(files)["school_id"][:4]) == ["西校", "西校", "西校", "东校"]


def test_schools_that_nobody_can_walk_to_are_named_and_a_file_without_any_position_is_refused(run, files):
    schools = geopandas.read_file(files / "学校.gpkg")
    schools.loc[1, "geometry"] = points([(0, 20_000)])[0]
    schools.to_file(files / "远.gpkg")
    summary = json.loads(run(schools="远.gpkg").stdout)
    assert any("1 所学校" in words and "东校" in words for words in summary["remarks"])
    assert [school["on_streets"] for school in summary["schools"]] == [True, False]
    schools["geometry"] = None
    schools.to_file(files / "无.gpkg")
    result = run(schools="无.gpkg")
    assert result.exit_code == 2 and "无.gpkg" in result.stderr and result.stderr.count("\n") == 1
    homes = geopandas.GeoDataFrame({"id": [1]}, geometry=[shapely.Point(numpy.nan, numpy.nan)], crs=4326)
    homes.to_file(files / "空.gpkg")
    result = run(demand="空.gpkg")
    assert (result.exit_code, result.stderr) == (0, "")
    assert geopandas.read_file(files / "out.gpkg", layer="assignments")["reason_code"].tolist() == ["no_position"]


def test_what_takes_longer_than_a_moment_says_what_it_does(run, monkeypatch):
    monkeypatch.setattr("geo.web.commands.catchments.QUIET_S", 0)
    said = run().stderr.splitlines()
    assert said[0].startswith("正在") and said[-1] == "正在画学区范围"
