"""`check-parcels` and `submit`: exit codes, one line of refusal, a file that is there whole or not at all."""

import json
import zipfile

import pytest


@pytest.fixture
def run(app):
    return lambda *arguments: app.test_cli_runner().invoke(args=[str(argument) for argument in arguments])


def test_a_check_ends_with_findings_while_no_line_is_loaded(run):
    result = run("check-parcels", "schools", "--basis", "located")
    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert found["counts"] == {"missing_field": 6, "not_surveyed": 6, "line_not_loaded": 3}
    assert len(result.stderr.splitlines()) == 15
    assert len(found["left_out"]) == 5


@pytest.mark.parametrize(
    "arguments",
    [
        ("submit", "schools", "--basis", "schematic"),
        ("submit", "nothing"),
        ("submit", "villages"),
        ("submit", "schools"),
        ("submit", "schools", "--basis", "located", "--crs", "EPSG:3857"),
        ("submit", "schools", "--basis", "located", "--profile", "nobody"),
        ("submit", "schools", "--basis", "located", "--year", "1999"),
    ],
)
def test_what_cannot_be_submitted_is_refused_in_one_line_and_leaves_no_file(run, tmp_path, arguments):
    result = run(*arguments, "-o", tmp_path / "out.zip")
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert list(tmp_path.iterdir()) == []


def test_a_package_is_written_whole_and_in_english_where_asked(run, tmp_path):
    result = run("submit", "schools", "--basis", "located", "--language", "en", "-o", tmp_path / "out.zip")
    told = json.loads(result.stdout)
    assert (result.exit_code, told["parcels"], told["left_out"]) == (1, 6, 5)
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.namelist() == told["members"]
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest["members"][0]["what"] == "Parcels, GeoJSON (RFC 7946)"
    assert [path.name for path in tmp_path.iterdir()] == ["out.zip"]


def test_a_package_is_not_written_to_a_file_that_is_called_as_standard_output(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = run("submit", "schools", "--basis", "located", "-o", "-")
    assert (result.exit_code, result.stderr.count("\n"), list(tmp_path.iterdir())) == (2, 1, [])


def test_a_shapefile_that_is_written_under_its_own_ending_is_said_to_be_an_archive(run, tmp_path):
    result = run("export", "schools", "-o", tmp_path / "out.shp")
    assert (result.exit_code, "out.shp" in result.stderr and ".zip" in result.stderr) == (0, True)
    assert zipfile.is_zipfile(tmp_path / "out.shp")
