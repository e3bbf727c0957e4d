"""The commands on PostGIS, told by `DATABASE_URL` as an office tells it, give what they give on a GeoPackage.

What goes out of the office is the same byte by byte: exports, checks of parcels, the package.
"""

import json

import pytest

from geo.service.export import FORMATS
from geo.web import create_app
from geo.web.current import live_store
from tests.service.both_stores import check_same, parts_of, sample_folder
from tests.service.parcel_layers import feature, ground

LAYERS = ("schools", "control_lines", "sections", "roads")
BASES = ("--basis", "surveyed", "--basis", "placed", "--basis", "located")


@pytest.fixture(scope="module")
def apps(tmp_path_factory, cluster):
    """Two apps on the same layers: the first command makes the GeoPackage, another one copies it to PostGIS."""
    folder = sample_folder(tmp_path_factory.mktemp("commands") / "layers").path
    urls = (f"gpkg:///{folder.parent}/plan.gpkg", cluster.url(cluster.new_database()))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("LAYERS_DIR", str(folder))
        made = []
        for url in urls:
            environment.setenv("DATABASE_URL", url)
            made.append(create_app())
    for words in (["layers"], ["migrate-store", *urls]):
        assert made[0].test_cli_runner().invoke(args=words).exit_code == 0
    yield made
    for app in made:
        with app.app_context():
            live_store().close()


@pytest.fixture
def both(apps, tmp_path):
    """Run a command on each store: the codes are the expected one; gives what each printed, or the file it wrote."""

    def both_(*arguments, code=0, output=None):
        words = [str(each) for each in arguments]
        if output:
            words += ["-o", str(tmp_path / output)]
        results, files = [], []
        for app in apps:
            results.append(app.test_cli_runner().invoke(args=words))
            assert results[-1].exit_code == code, results[-1].output
            if output:
                files.append((tmp_path / output).read_bytes())
        assert results[0].stderr == results[1].stderr
        if not output:  # of some files the packed size depends on the second in which they are written
            assert results[0].stdout == results[1].stdout
        return files or [json.loads(result.stdout) for result in results]

    return both_


def check_exported(both, tmp_path, format_name, *asked):
    layers = LAYERS[:2] if format_name == "txt" else LAYERS
    output = f"out.{FORMATS[format_name].ending}"
    made = both("export", *layers, "--format", format_name, "--schematic", *asked, output=output)
    first, second = (parts_of(content, format_name, tmp_path) for content in made)
    assert sum(map(len, first.values())) > 100
    check_same(first, second)


@pytest.mark.parametrize("year", [None, 2023])
@pytest.mark.parametrize("format_name", FORMATS)
def test_export(both, tmp_path, format_name, year):
    asked = ["--year", year] if year else ["--crs", "EPSG:4526"] if FORMATS[format_name].planes else []
    check_exported(both, tmp_path, format_name, *asked)


def test_the_list_of_layers_and_their_check(both):
    (first, _) = both("layers")
    assert {each["id"]: each["features"] for each in first}["schools"] == 6
    both("check")


def test_the_check_of_parcels_and_the_package(both, tmp_path):
    (check, _) = both("check-parcels", "schools", *BASES, code=1)
    assert {"overlap", "on_line"} <= {each["code"] for each in check["findings"]}
    first, second = (
        parts_of(file, "zip", tmp_path)
        for file in both("submit", "schools", *BASES, "--year", 2023, code=1, output="a.zip")
    )
    assert {"parcels.gpkg", "map_sheet.pdf", "shapefile/schools.shp", "manifest.json"} <= set(first)
    check_same(first, second)


def test_a_file_that_comes_in(apps, both, tmp_path, monkeypatch):
    monkeypatch.setenv("EDITORS_PASSWORD", "a long enough password")
    for app in apps:
        added = ["user-add", "王工", "--role", "editor", "--password-env", "EDITORS_PASSWORD"]
        assert app.test_cli_runner().invoke(args=added).exit_code == 0
    new = feature("n-1", ground(600, 0, 700, 100), name="新来小学", level="primary")
    changed = feature("b", ground(200, 0, 400, 90), name="Ｂ校（😀龘）\u3000东", level="primary")
    file = tmp_path / "came.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [new, changed]}), encoding="utf-8")
    (inspected, _) = both("inspect-file", file)
    assert inspected["features"] == 2
    (tried, _) = both("import-layer", "schools", file, "--dry-run", "--basis", "surveyed", code=1)
    assert (tried["new"], tried["matched"]) == (1, {"id": 1})
    (taken, _) = both("import-layer", "schools", file, "--basis", "surveyed", "--as", "王工", code=1)
    assert taken["written"] == 2
    check_exported(both, tmp_path, "geojson", "--year", 2023)
