"""`flask --app server NAME`: JSON on standard output, words on standard error, exit codes 0, 1 and 2."""

import csv
import io
import json
import shutil

import openpyxl
import pytest

from geo.web import create_app, terminal
from geo.web.commands import layers
from geo.web.settings import ROOT

LAYERS = ROOT / "layers"


@pytest.fixture
def run(app):
    """Run a command; gives what click's runner saw."""

    def run_(*arguments: object, on=app):
        return on.test_cli_runner().invoke(args=[str(argument) for argument in arguments])

    return run_


@pytest.fixture
def refused(run):
    """Run a command that must be refused in one line and nothing else; gives the line."""

    def refused_(*arguments: object, on=None) -> str:
        result = run(*arguments, on=on) if on else run(*arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.count("\n") == 1, result.stderr
        return result.stderr

    return refused_


def features_of(path) -> dict[str, dict]:
    collection = json.loads(path.read_bytes())
    return {feature["id"]: feature for feature in collection["features"]}


def test_ctrl_c_during_a_command_is_one_line_and_the_code_of_shells(run, monkeypatch):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr(layers, "current_store", interrupted)
    result = run("layers")
    assert (result.exit_code, result.stdout, result.stderr) == (130, "", "已取消\n")


def test_no_line_tells_how_far_work_is_while_it_may_be_refused(monkeypatch, capsys):
    monkeypatch.setattr(terminal, "PROGRESS_EVERY_S", -1)
    with terminal.progress(refusable=0.5) as tell:
        tell(5, 10)
        assert capsys.readouterr().err == ""
        tell(6, 10)
    assert "6 / 10" in capsys.readouterr().err


def test_layers_lists_every_layer_with_its_features(run):
    result = run("layers")
    listed = {layer["id"]: layer for layer in json.loads(result.stdout)}
    assert (result.exit_code, result.stderr) == (0, "")
    assert set(listed) == {path.parent.name for path in LAYERS.glob("*/layer.toml")}
    assert (listed["schools"]["features"], listed["villages"]["features"], listed["indicators"]["features"]) == (
        11,
        24,
        20,
    )
    assert (listed["schools"]["geometry"], listed["indicators"]["geometry"]) == ("MultiPolygon", None)
    assert (listed["schools"]["role"], listed["roads"]["role"]) == ("plan", "reference")
    assert listed["schools"]["revision"] == 1


def test_check_finds_no_fault_in_the_shipped_layers(run):
    result = run("check")
    assert (result.exit_code, result.stderr, json.loads(result.stdout)["findings"]) == (0, "", [])


def test_check_names_each_fault_on_one_line(run, tmp_path):
    folder = tmp_path / "layers"
    shutil.copytree(LAYERS, folder)
    schools = folder / "schools" / "features.geojson"
    schools.write_text(schools.read_text(encoding="utf-8").replace('"seats":1620', '"seats":"many"'), encoding="utf-8")
    villages = folder / "villages" / "layer.toml"
    villages.write_text(villages.read_text(encoding="utf-8").replace("geometry =", "gometry ="), encoding="utf-8")
    result = run("check", folder)
    findings = json.loads(result.stdout)["findings"]
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [finding["message"] for finding in findings]
    assert {(finding["file"], finding["field"]) for finding in findings} >= {
        ("layers/schools/features.geojson", "seats")
    }
    assert any("villages/layer.toml" in finding["message"] and "gometry" in finding["message"] for finding in findings)
    assert all(finding["row"] for finding in findings if finding["field"] == "seats")


def test_check_refuses_a_folder_that_is_not_there(refused, tmp_path):
    assert "no_such_folder" in refused("check", tmp_path / "no_such_folder")


def test_export_gives_every_feature_and_the_status_as_of_the_year(run, tmp_path):
    target = tmp_path / "schools.geojson"
    result = run("export", "schools", "--year", 2023, "--format", "geojson", "-o", target)
    told = json.loads(result.stdout)
    features = features_of(target)
    assert (result.exit_code, result.stderr) == (0, "")
    assert told == {
        "file": str(target),
        "format": "geojson",
        "bytes": target.stat().st_size,
        "features": {"schools": 11},
    }
    assert len(features) == 11
    assert sum(feature["properties"]["seats"] for feature in features.values()) == 15_750  # plan 七(二)1
    assert {feature["properties"]["stage"] for feature in features.values()} == {"not_reported"}
    assert [path.name for path in tmp_path.iterdir()] == ["schools.geojson"]


def test_export_selects_by_plan_year(run, tmp_path):
    target = tmp_path / "schools.geojson"
    run("export", "schools", "--plan-year", 2023, "-o", target)
    features = features_of(target)
    assert sum(feature["properties"]["seats"] for feature in features.values()) == 2_700  # plan 七(二)1, 2023
    assert {feature["properties"]["plan_year"] for feature in features.values()} == {2023}
    assert "stage" not in next(iter(features.values()))["properties"]


def test_export_leaves_schematic_geometries_out_unless_asked(run, tmp_path):
    without, with_them = tmp_path / "without.geojson", tmp_path / "with.geojson"
    run("export", "schools", "-o", without)
    run("export", "schools", "--schematic", "-o", with_them)
    schematic = {
        id for id, feature in features_of(without).items() if feature["properties"]["location_basis"] == "schematic"
    }
    assert schematic
    assert all((feature["geometry"] is None) == (id in schematic) for id, feature in features_of(without).items())
    assert all(feature["geometry"]["type"] == "Polygon" for feature in features_of(with_them).values())


def test_export_to_standard_output_is_the_file_itself(run, tmp_path):
    run("export", "schools", "villages", "-o", tmp_path / "both.geojson")
    result = run("export", "schools", "villages", "-o", "-")
    assert result.stdout_bytes == (tmp_path / "both.geojson").read_bytes()
    assert len(json.loads(result.stdout)["features"]) == 11 + 24


def test_export_takes_the_format_from_the_ending(run, tmp_path):
    run("export", "schools", "-o", tmp_path / "schools.xlsx")
    run("export", "schools", "-o", tmp_path / "schools.CSV")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "schools.CSV").read_text(encoding="utf-8-sig"))))
    assert [row["学位(个学位)"] for row in rows if row["编号"] == "2023-1"] == ["1620"]
    assert openpyxl.load_workbook(tmp_path / "schools.xlsx").sheetnames


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["nothing_like_it"], "nothing_like_it"),
        (["schools", "--year", "soon"], "soon"),
        (["schools", "--year", "1066"], "1066"),
        (["roads", "--plan-year", "2023"], "plan_year"),
        (["schools", "--format", "shapefile"], "shapefile"),
        (["schools", "--colour", "red"], "--colour"),
        ([], "LAYER"),
    ],
)
def test_export_refuses_what_it_cannot_do_and_touches_nothing(refused, tmp_path, arguments, named):
    target = tmp_path / "kept.geojson"
    target.write_text("as it was")
    assert named in refused("export", *arguments, "-o", target)
    assert target.read_text() == "as it was"
    assert list(tmp_path.iterdir()) == [target]


def test_export_says_when_a_file_cannot_be_written(refused, tmp_path):
    assert "missing" in refused("export", "schools", "-o", tmp_path / "missing" / "schools.geojson")
    (tmp_path / "folder").mkdir()
    assert "folder" in refused("export", "schools", "-o", tmp_path / "folder")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


@pytest.fixture
def demo_app(tmp_path):
    return create_app(
        {
            "DATABASE_URL": f"gpkg:///{tmp_path}/plan.gpkg",
            "DEMO_DATABASE_URL": f"gpkg:///{tmp_path}/demo.gpkg",
        }
    )


def test_demo_builds_a_store_of_its_own_that_says_so(run, demo_app, tmp_path):
    result = run("demo", on=demo_app)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["features"]["schools"] == 11
    assert not (tmp_path / "plan.gpkg").exists()
    shown = create_app({"DATABASE_URL": f"gpkg:///{tmp_path}/demo.gpkg"})
    run("export", "schools", "--year", 2023, "-o", tmp_path / "demo.geojson", on=shown)
    properties = [feature["properties"] for feature in features_of(tmp_path / "demo.geojson").values()]
    reported = [each for each in properties if each["stage"] != "not_reported"]
    assert reported
    assert all(each["status_demo"] for each in reported)


def test_demo_reset_builds_it_anew(run, demo_app, tmp_path):
    run("demo", on=demo_app)
    first = (tmp_path / "demo.gpkg").stat().st_ino
    run("demo", on=demo_app)
    assert (tmp_path / "demo.gpkg").stat().st_ino == first
    with (tmp_path / "demo.gpkg").open("rb") as kept_open:  # so that its number is not given again
        assert run("demo", "--reset", on=demo_app).exit_code == 0
        assert (tmp_path / "demo.gpkg").stat().st_ino != first
        assert kept_open


def test_demo_never_touches_a_real_store(run, refused, tmp_path):
    real = create_app(dict.fromkeys(("DATABASE_URL", "DEMO_DATABASE_URL"), f"gpkg:///{tmp_path}/plan.gpkg"))
    run("layers", on=real)
    before = (tmp_path / "plan.gpkg").read_bytes()
    for arguments in (["demo"], ["demo", "--reset"]):
        assert "plan.gpkg" in refused(*arguments, on=real)
    assert (tmp_path / "plan.gpkg").read_bytes() == before


def test_setup_has_nothing_to_do_where_the_libraries_are(run):
    assert json.loads(run("setup").stdout) == {"browser_libraries": "present", "translations": "present"}


def test_a_file_speaks_chinese_whatever_the_terminal_unless_asked_otherwise(run, monkeypatch):
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    chinese = run("export", "schools", "--format", "csv", "-o", "-").stdout
    english = run("export", "schools", "--format", "csv", "--language", "en", "-o", "-").stdout
    assert "学位(个学位)" in chinese.splitlines()[0]
    assert "Seats" in english.splitlines()[0]
