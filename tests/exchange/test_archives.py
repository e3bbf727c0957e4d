"""Zipped Shapefiles: as offices send them, and as somebody who means harm would."""

import zipfile

import geopandas
import pytest
import shapely

from geo.exchange.files import archives, read_network, unpacked
from geo.model.errors import InvalidFile


@pytest.fixture
def shapefile(tmp_path):
    """A folder with a road in a Shapefile."""
    folder = tmp_path / "roads"
    folder.mkdir()
    line = shapely.LineString([(114.0, 33.0), (114.01, 33.0)])
    frame = geopandas.GeoDataFrame({"NAME": ["古槐路"]}, geometry=[line], crs=4326)
    frame.to_file(folder / "道路.shp", encoding="UTF-8")
    return folder


def packed(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def parts(folder, prefix=""):
    return {f"{prefix}{path.name}": path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def empty(tmp_path):
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("prefix", ["", "数据/2026/"])
def test_the_shapefile_is_found_wherever_it_lies_and_stays_in_its_folder(shapefile, empty, tmp_path, prefix):
    more = {"readme.txt": b"x", "__MACOSX/._道路.shp": b"x"}
    path = packed(tmp_path / "city.zip", parts(shapefile, prefix) | more)
    found = unpacked(path, empty)
    assert found == empty / "city.shp"
    assert {each.suffix for each in empty.iterdir()} <= set(archives.SHAPEFILE)
    assert list(read_network(found).roads["name"]) == ["古槐路"]


@pytest.mark.parametrize("prefix", ["../../", "/", "C:\\data\\", "a/../../"])
def test_names_that_lead_out_of_the_folder_are_refused(shapefile, empty, tmp_path, prefix):
    with pytest.raises(InvalidFile, match="指向别的文件夹"):
        unpacked(packed(tmp_path / "x.zip", parts(shapefile, prefix)), empty)
    assert list(empty.iterdir()) == []


def test_a_file_that_is_no_archive_is_itself(empty, tmp_path):
    path = tmp_path / "roads.geojson"
    path.write_text("{}")
    assert unpacked(path, empty) == path


@pytest.mark.parametrize(
    "files", [{}, {"a.txt": b"x"}, {"a.shp": b"x", "b.shp": b"x"}], ids=["empty", "no shapefile", "two shapefiles"]
)
def test_an_archive_without_one_shapefile_is_refused(files, empty, tmp_path):
    with pytest.raises(InvalidFile, match="shp"):
        unpacked(packed(tmp_path / "x.zip", files), empty)


def test_a_broken_archive_is_refused(shapefile, empty, tmp_path):
    path = packed(tmp_path / "x.zip", parts(shapefile))
    content = bytearray(path.read_bytes())
    content[60:90] = b"\xff" * 30
    path.write_bytes(content)
    with pytest.raises(InvalidFile):
        unpacked(path, empty)


def test_an_archive_that_grows_without_end_is_left(empty, tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "LARGEST_UNPACKED", 3 * archives.CHUNK)
    path = packed(tmp_path / "bomb.zip", {"a.shp": b"\0" * (20 * archives.CHUNK), "a.dbf": b"x"})
    with pytest.raises(InvalidFile, match="解开后有 20 MB"):
        unpacked(path, empty)
    assert list(empty.iterdir()) == []
