"""Folders partitioned by zone: what is found, what is refused, and that a zone is written whole or not at all."""

import geopandas
import pytest
import shapely

from geo.exchange.files import zones
from geo.exchange.files.zones import ZoneFolder, clear_drafts, files_of, read_document, write_zone, zones_of
from geo.model.errors import InvalidFile, InvalidInput

ENDINGS = {"schools": (".parquet",), "growth": (".csv", ".xlsx")}
FRAME = geopandas.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(114, 33)], crs=4326)


def test_zones_come_by_code_and_hidden_folders_are_none(tmp_path):
    for name in ("zone=411702", "zone=411701", ".draft-1", "_spark"):
        (tmp_path / name).mkdir()
    (tmp_path / "说明.txt").touch()
    assert [zone.code for zone in zones_of(tmp_path)] == ["411701", "411702"]


@pytest.mark.parametrize(("folder", "words"), [("nothing", "读不了"), (".", "里没有分区"), ("a", "411701 不是分区")])
def test_a_folder_without_zones_is_refused(tmp_path, folder, words):
    (tmp_path / "a" / "411701").mkdir(parents=True)
    (tmp_path / "a").rename(tmp_path / ("a" if folder == "a" else ".a"))
    with pytest.raises(InvalidInput, match=words):
        zones_of(tmp_path / folder)


def test_files_are_known_by_their_names(tmp_path):
    zone = ZoneFolder(tmp_path, "甲")
    zone.path.mkdir()
    for name in ("schools.parquet", "growth.xlsx", "_SUCCESS", ".schools.parquet.crc", "readme.md"):
        (zone.path / name).touch()
    assert set(files_of(zone, ENDINGS, ("schools",))) == {"schools", "growth"}
    (zone.path / "school.parquet").touch()
    with pytest.raises(InvalidFile, match=r"zone=甲/school\.parquet 的名字不认识，可以有：schools\.parquet"):
        files_of(zone, ENDINGS, ())


def test_what_is_missing_is_named(tmp_path):
    zone = ZoneFolder(tmp_path, "a")
    zone.path.mkdir()
    with pytest.raises(InvalidFile, match=r"缺少文件 zone=a/schools\.parquet"):
        files_of(zone, ENDINGS, ("schools",))
    with pytest.raises(InvalidFile, match="读不了文件夹"):
        files_of(ZoneFolder(tmp_path, "b"), ENDINGS, ())


def test_a_zone_takes_the_place_of_what_was_there(tmp_path):
    zone = ZoneFolder(tmp_path, "a")
    write_zone(zone, {"areas": FRAME}, {"summary": {"n": 1}})
    write_zone(zone, {}, {"error": {"error": "坏"}})
    assert [each.name for each in tmp_path.rglob("*")] == ["zone=a", "error.json"]
    assert read_document(zone, "error") == {"error": "坏"} and read_document(zone, "summary") is None


def test_a_zone_that_cannot_be_written_whole_leaves_what_was_there(tmp_path, monkeypatch):
    zone = ZoneFolder(tmp_path, "a")
    write_zone(zone, {"areas": FRAME}, {"summary": {"n": 1}})

    def full(_document):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zones, "_json", full)
    with pytest.raises(InvalidFile, match="No space left"):
        write_zone(zone, {"areas": FRAME}, {"summary": {"n": 2}})
    assert read_document(zone, "summary") == {"n": 1} and [each.name for each in tmp_path.iterdir()] == ["zone=a"]


def test_a_zone_that_does_not_take_its_place_gives_the_old_one_back(tmp_path, monkeypatch):
    zone = ZoneFolder(tmp_path, "a")
    write_zone(zone, {}, {"summary": {"n": 1}})
    rename = type(tmp_path).rename

    def in_use(path, target):
        if target == zone.path and (path / "summary.json").read_bytes().count(b"2"):
            raise OSError(13, "in use")
        return rename(path, target)

    monkeypatch.setattr(type(tmp_path), "rename", in_use)
    with pytest.raises(InvalidFile, match="in use"):
        write_zone(zone, {}, {"summary": {"n": 2}})
    assert read_document(zone, "summary") == {"n": 1} and [each.name for each in tmp_path.iterdir()] == ["zone=a"]


def test_what_a_killed_process_left_is_cleared(tmp_path):
    (tmp_path / ".draft-1").mkdir()
    (tmp_path / ".draft-1" / "areas.parquet").touch()
    (tmp_path / ".draft-2").touch()
    (tmp_path / "zone=a").mkdir()
    clear_drafts(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["zone=a"]
