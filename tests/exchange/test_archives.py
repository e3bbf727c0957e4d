"""Zipped Shapefiles: as offices send them, and as somebody who means harm would."""

import zipfile

import geopandas
import pytest
import shapely

from geo.exchange.files import archives
from geo.exchange.files.network import read_network
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


@pytest.mark.parametrize("prefix", ["", "数据/2026/"])
def test_the_shapefile_is_found_wherever_it_lies(shapefile, tmp_path, prefix):
    more = {"readme.txt": b"x", "__MACOSX/._道路.shp": b"x"}
    network = read_network(packed(tmp_path / "city.zip", parts(shapefile, prefix) | more))
    assert list(network.roads["name"]) == ["古槐路"] and network.layer == "道路"


def test_of_several_shapefiles_the_one_with_names_of_roads_is_taken(shapefile, tmp_path):
    other = {f"河流.{name.rpartition('.')[2]}": content for name, content in parts(shapefile).items()}
    other["河流.dbf"] = other["河流.dbf"].replace("古槐路".encode(), "古槐河".encode())
    network = read_network(packed(tmp_path / "city.zip", other | parts(shapefile, "路/")))
    assert network.layer == "道路" and "有 2 个线图层" in "".join(map(str, network.remarks))
    assert read_network(tmp_path / "city.zip", layer="河流", name_field="NAME").roads["name"][0] == "古槐河"


@pytest.mark.parametrize("prefix", ["../../", "/", "C:\\data\\", "a/../../"])
def test_names_that_lead_out_of_the_folder_are_refused(shapefile, tmp_path, prefix):
    with pytest.raises(InvalidFile, match="指向别的文件夹"):
        read_network(packed(tmp_path / "x.zip", parts(shapefile, prefix)))


@pytest.mark.parametrize("files", [{}, {"a.md": b"x"}, {"a.shp": b"x"}], ids=["empty", "no layer", "no shapefile"])
def test_an_archive_without_anything_to_read_is_refused(files, tmp_path):
    with pytest.raises(InvalidFile, match=r"x\.zip"):
        read_network(packed(tmp_path / "x.zip", files))


def test_a_broken_archive_is_refused(shapefile, tmp_path):
    path = packed(tmp_path / "x.zip", parts(shapefile))
    content = bytearray(path.read_bytes())
    content[60:90] = b"\xff" * 30
    path.write_bytes(content)
    with pytest.raises(InvalidFile):
        read_network(path)


def test_an_archive_that_grows_without_end_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "LARGEST_UNPACKED", 3 * archives.CHUNK)
    path = packed(tmp_path / "bomb.zip", {"a.shp": b"\0" * (20 * archives.CHUNK), "a.dbf": b"x"})
    with pytest.raises(InvalidFile, match="解开后有 20 MB"):
        read_network(path)
