"""What a layer definition may not say, each named by file and part: none of it can be built, served or drawn."""

import pytest

from geo.model.errors import InvalidLayer
from geo.model.feature_query import PARAMETERS
from geo.model.layer import STATUS_FIELDS
from geo.store import open_store
from geo.store.catalog import RESERVED_LAYERS, catalog_faults, read_catalog
from geo.store.schema import Schema

RATIO = """
[[ratios]]
name = "share"
title = { zh = "比", en = "Share" }
short = "BI"
numerator = "area_mu"
denominator = "seats"
unit = "ratio"
"""


def spoilt(write, tmp_path, definitions, old, new, layer="parcels"):
    """The folder with one definition changed."""
    assert old in definitions[layer]
    return write(tmp_path / "layers", {layer: definitions[layer].replace(old, new, 1)})


@pytest.mark.parametrize(
    ("old", "new", "field", "words"),
    [
        ('value = "junior"', 'value = "primary"', "fields[level]", "twice"),
        ('value = "junior"', 'value = ""', "fields[level]", "empty"),
        ('name = "remark"', 'name = "within"', "fields[within]", "parameters"),
        ('name = "remark"', 'name = "limit"', "fields[limit]", "parameters"),
        ('name = "remark"', 'name = "lamp"', "lamp", "保留"),
        ('name = "remark"', 'name = "stage"', "stage", "保留"),
        ('name = "remark"', 'name = "planned_progress_pct"', "planned_progress_pct", "保留"),
        ('short = "BZ"', 'short = "TB_JD"', "fields[remark]", "TB_"),
        ('short = "BZ"', 'short = "XD"', "fields[remark]", "short"),
        ('name = "remark"', 'name = "seats"', "fields[seats]", "name"),
        ('unit = "mu"', 'unit = "acre"', "fields[area_mu]", "acre"),
        ('kind = "construction"', 'kind = "construction"\nunit = "acre"', "status.unit", "acre"),
        ('geometry = "MultiPolygon"', 'geometry = "Point"\ntownships = true', "townships", "areas"),
        ('geometry = "MultiPolygon"', 'geometry = "Polygon"\nnetwork = true', "network", "lines"),
        ('geometry = "MultiPolygon"', 'geometry = "Point"\nbarrier = true', "barrier", "areas"),
        ('kind = "construction"', 'kind = "construction"\ntarget = "remark"', "status", "remark"),
        ('type = "boolean"', 'type = "boolean"\nvalues = [{ value = "a", title = { zh = "甲", en = "A" } }]',
         "fields[fenced]", "text"),
        ("[status]", "[style]\nweight = nan\n[status]", "style", "weight"),
        ("[status]", '[style]\ncolour = "red; x"\n[status]', "style", "colour"),
        ("[status]", "[style]\nmin_zoom = 99\n[status]", "style", "min_zoom"),
        ('role = "plan"', 'role = "plan"\norder = 99999999999999999999', "order", "large"),
    ],
)  # fmt: skip
def test_a_definition_that_cannot_be_used_is_named(write, tmp_path, definitions, old, new, field, words):
    (fault,) = catalog_faults(spoilt(write, tmp_path, definitions, old, new))
    assert fault.params["file"] == "layers/parcels/layer.toml"
    assert fault.params["field"] == field
    assert words in str(fault)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('unit = "ratio"', 'unit = "acre"', "acre"),
        ('unit = "ratio"', 'unit = "ratio"\nnumerator_unit = "acre"', "acre"),
        ('unit = "ratio"', 'unit = "ratio"\nnumerator_unit = "km"', "km"),
        ('unit = "ratio"', 'unit = "ratio"\ndecimals = -1', "decimals"),
        ('numerator = "area_mu"', 'numerator = "remark"', "remark"),
        ('name = "share"', 'name = "Share"', "snake_case"),
    ],
)
def test_a_ratio_that_cannot_be_computed_is_named(write, tmp_path, definitions, old, new, words):
    text = definitions["parcels"] + RATIO.replace(old, new, 1)
    (fault,) = catalog_faults(write(tmp_path / "layers", {"parcels": text}))
    assert fault.params["file"] == "layers/parcels/layer.toml"
    assert fault.params["field"].startswith("ratios[")
    assert words in str(fault)


@pytest.mark.parametrize("text", ["x = " + "[" * 100_000, "x = " + "{a=" * 50_000, "x = " + "9" * 5000, "x = [[1,]\n"])
def test_a_file_that_no_reader_can_take_is_one_fault(write, tmp_path, text):
    folder = write(tmp_path / "layers", {"parcels": text})
    (fault,) = catalog_faults(folder)
    assert fault.params["file"] == "layers/parcels/layer.toml"
    with pytest.raises(InvalidLayer):
        read_catalog(folder)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("first_year = 2021", "first_year = 21", "first_year"),
        ("last_year = 2025", "last_year = 2099", "last_year"),
        ("[113.9,", "[nan,", "extent"),
        ("[113.9,", "[-inf,", "extent"),
    ],
)
def test_a_zone_that_cannot_be_shown_is_named(write, tmp_path, definitions, old, new, field):
    zone = write(tmp_path / "sound").joinpath("zone.toml").read_text(encoding="utf-8").replace(old, new, 1)
    (fault,) = catalog_faults(write(tmp_path / "layers", definitions, zone))
    assert (fault.params["file"], fault.params["field"]) == ("layers/zone.toml", field)


def test_no_layer_can_take_the_name_of_a_table_of_the_store(catalog):
    assert {table.name for table in Schema(catalog).metadata.tables.values()} - set(catalog) <= RESERVED_LAYERS


def test_columns_of_layers_with_alike_names_do_not_meet_in_their_indexes(write, tmp_path, definitions):
    field = '\n[[fields]]\nname = "{}"\nshort = "JIA"\ntype = "text"\nfilter = "choice"\n'
    field += 'title = {{ zh = "甲", en = "A" }}\n'
    head = definitions["targets"]
    layers = {"a": head + field.format("b_c"), "a_b": head + field.format("c"), "d": head + field.format("retired")}
    store = open_store(f"gpkg:///{tmp_path}/plan.gpkg", read_catalog(write(tmp_path / "layers", layers)))
    assert sorted(store.create()) == ["a", "a_b", "d"]
    store.close()


def test_parameters_and_status_columns_are_known_to_the_rules():
    assert {"within", "bbox", "sortby", "datetime"} <= PARAMETERS
    assert {field.name for fields in STATUS_FIELDS.values() for field in fields}.isdisjoint(PARAMETERS)
