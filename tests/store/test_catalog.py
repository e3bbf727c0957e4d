"""Layer definitions are read, and every fault is one line that names the file and the field."""

from pathlib import Path

import pytest

from geo.model.errors import InvalidLayer
from geo.store.catalog import catalog_faults, read_catalog

SHIPPED = Path(__file__).parents[2] / "layers"


def test_the_folders_name_is_the_layers_id(catalog):
    assert list(catalog) == ["blocks", "parcels", "roads", "targets", "villages"]
    assert catalog["parcels"].geometry == "MultiPolygon"
    assert [field.name for field in catalog["parcels"].fields][-2:] == ["surveyed_on", "remark"]
    assert catalog.zone.title.zh == "试验区"


def test_every_shipped_definition_holds():
    assert [str(fault) for fault in catalog_faults(SHIPPED)] == []
    assert {"schools", "villages", "roads", "indicators"} <= set(read_catalog(SHIPPED))


def test_a_copied_folder_is_another_layer(tmp_path, write, definitions):
    folder = write(tmp_path / "layers", {**definitions, "parcels_2": definitions["parcels"]})
    assert "parcels_2" in read_catalog(folder)


def test_a_byte_order_mark_of_a_windows_editor_is_no_fault(tmp_path, write, definitions):
    folder = write(tmp_path / "layers", definitions)
    path = folder / "roads" / "layer.toml"
    path.write_text(definitions["roads"], encoding="utf-8-sig")
    assert read_catalog(folder)["roads"].title.zh == "道路"


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('title = { zh = "地块"', 'titel = { zh = "地块"', "titel"),
        ('role = "plan"', 'role = "project"', "role"),
        ('geometry = "MultiPolygon"', 'geometry = "Surface"', "geometry"),
        ('unit = "mu"', 'unit = "acre"', "fields[area_mu]"),
        ('name = "seats"', 'name = "Seats"', "Seats"),
        ('name = "seats"', 'name = "area_mu"', "area_mu"),
        ('name = "seats"', 'name = "stage"', "stage"),
        ('short = "MJ"', 'short = "面积"', "fields[area_mu]"),
        ('short = "XWS"\n', "", "fields[seats]"),
        ('type = "integer"', 'type = "whole"', "fields[seats].type"),
        ('{ value = "junior"', '{ valeu = "junior"', "fields[level].values"),
        ('licence = "CC0"', 'licence = "CC0"\ncrs = "EPSG:4547"', "crs"),
        ('licence = "CC0"', 'licence = "CC0"\nid = "other"', "id"),
        ('licence = "CC0"', 'licence = "CC0', "line"),
    ],
)
def test_a_fault_names_file_and_field(tmp_path, write, definitions, old, new, named):
    assert old in definitions["parcels"]
    broken = {**definitions, "parcels": definitions["parcels"].replace(old, new, 1)}
    folder = write(tmp_path / "layers", broken)
    with pytest.raises(InvalidLayer) as raised:
        read_catalog(folder)
    message = str(raised.value)
    assert "layers/parcels/layer.toml" in message
    assert named in message
    assert "\n" not in message
    assert [str(fault) for fault in catalog_faults(folder)] == [message]


@pytest.mark.parametrize("name", ["annual_status", "gpkg_contents", "Schools", "学校", "rtree_x", "a b", "1st"])
def test_a_name_that_no_table_can_have_is_refused(tmp_path, write, definitions, name):
    folder = write(tmp_path / "layers", {**definitions, name: definitions["roads"]})
    (fault,) = catalog_faults(folder)
    assert name in str(fault)


def test_every_faulty_folder_gives_a_line_and_the_others_are_still_looked_at(tmp_path, write, definitions):
    folder = write(tmp_path / "layers", definitions)
    (folder / "zone.toml").write_text("first_year = 2021", encoding="utf-8")
    (folder / "roads" / "layer.toml").write_bytes("title = '道路'".encode("gbk"))
    (folder / "blocks" / "layer.toml").unlink()
    (folder / "README.md").write_text("no layer")
    (folder / ".cache").mkdir()
    faults = [str(fault) for fault in catalog_faults(folder)]
    assert len(faults) == 3
    for named, fault in zip(("zone.toml", "blocks/layer.toml", "roads/layer.toml"), faults, strict=True):
        assert named in fault


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("[113.9, 32.9, 114.1, 33.1]", "[114.1, 32.9, 113.9, 33.1]", "extent"),
        ("[113.9, 32.9, 114.1, 33.1]", "[32.9, 113.9, 33.1, 114.1]", "extent"),
        ("last_year = 2025", "last_year = 2020", "last_year"),
        ("last_year = 2025", "last_year = '2025'", "last_year"),
    ],
)
def test_a_faulty_zone_is_named(tmp_path, write, definitions, old, new, named):
    folder = write(tmp_path / "layers", definitions)
    zone = folder / "zone.toml"
    zone.write_text(zone.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    (fault,) = catalog_faults(folder)
    assert "zone.toml" in str(fault)
    assert named in str(fault)


def test_a_missing_folder_is_said(tmp_path):
    with pytest.raises(InvalidLayer, match="nowhere"):
        read_catalog(tmp_path / "nowhere")
    assert len(catalog_faults(tmp_path / "nowhere")) == 1
