"""Codes of land use: the table is a file, a layer says which code its features have, each feature may have its own."""

import pytest

from geo.model.errors import InvalidInput
from geo.model.field_value import read_value
from geo.model.journal import Act, FeatureChange
from geo.model.land_use import FIELD, USE, code_of, with_land_use
from geo.store.catalog import catalog_faults, read_catalog

TABLE = """
title = "分类指南"
number = "某发〔2023〕1号"
version = "2023"
issued_on = 2023-11-22
note = "试验"
[codes]
"08" = { zh = "公共服务用地", en = "Public" }
"080403" = { zh = "中小学用地", en = "Schools" }
"080404" = { zh = "幼儿园用地", en = "Kindergartens" }
"""
ACT = Act("tester", cause="试验")
USUAL = '[land_use]\ndefault = "080403"\nby = "level"\ncodes = { junior = "08" }\n'


@pytest.fixture
def with_codes(write, tmp_path, definitions):
    """The folder of definitions with a table, in which parcels have codes."""

    def make(usual: str = USUAL, table: str = TABLE):
        folder = write(tmp_path / "layers", {**definitions, "parcels": definitions["parcels"] + usual})
        (folder / "land_use.toml").write_text(table, encoding="utf-8")
        return folder

    return make


def test_a_layer_with_codes_has_a_closed_field_of_them(with_codes):
    catalog = read_catalog(with_codes())
    field = catalog["parcels"].field(FIELD)
    assert [choice.value for choice in field.values] == ["08", "080403", "080404"]
    assert field.values[1].title.zh == "080403 中小学用地"
    assert catalog.land_use.source == "《分类指南》（某发〔2023〕1号，2023-11-22，2023 版）"
    assert catalog["blocks"].field(FIELD) is None
    with pytest.raises(InvalidInput):
        read_value(field, "0804")


@pytest.mark.parametrize(
    ("properties", "code", "given"),
    [
        ({"level": "primary"}, "080403", "layer"),
        ({"level": "junior"}, "08", "layer"),
        ({}, "080403", "layer"),
        ({"level": "junior", FIELD: "080404"}, "080404", "feature"),
    ],
)
def test_the_code_is_the_features_own_else_that_of_its_layer(with_codes, properties, code, given):
    catalog = read_catalog(with_codes())
    found = code_of(catalog["parcels"], properties)
    assert (found.code, found.given) == (code, given)
    assert with_land_use(catalog, "parcels", properties)[USE] == catalog.land_use.codes[code].zh


def test_where_no_code_is_likelier_there_is_none(with_codes):
    catalog = read_catalog(with_codes('[land_use]\nby = "level"\ncodes = { junior = "08" }\n'))
    assert code_of(catalog["parcels"], {"level": "primary"}).code is None
    assert with_land_use(catalog, "parcels", {"level": "primary"}) == {"level": "primary"}


@pytest.mark.parametrize(
    ("usual", "words"),
    [
        ('[land_use]\ndefault = "0804"\n', "0804"),
        ('[land_use]\nby = "level"\ncodes = { junior = "9" }\n', "9"),
        ('[land_use]\nby = "remark"\n', "remark"),
        ('[land_use]\nby = "level"\ncodes = { senior = "08" }\n', "senior"),
        ('[control]\nkind = "remark"\n', "remark"),
        ('[control]\nkind = "level"\noutside = ["senior"]\n', "senior"),
        ('[control]\nkind = "level"\noutside = ["junior"]\ninside = ["junior"]\n', "twice"),
        ('[control]\nkind = "level"\nversion = "edition"\n', "edition"),
    ],
)
def test_a_definition_that_names_what_is_not_there_is_a_fault(with_codes, usual, words):
    (fault,) = catalog_faults(with_codes(usual))
    assert fault.params["file"] == "layers/parcels/layer.toml"
    assert words in str(fault)


def test_lines_of_control_enclose_areas(write, tmp_path, definitions):
    text = definitions["roads"] + '[control]\nkind = "name"\n'
    (fault,) = catalog_faults(write(tmp_path / "layers", {"roads": text}))
    assert fault.params["field"] == "control"


def test_a_table_with_a_wrong_code_is_named(with_codes):
    fault = catalog_faults(with_codes(table=TABLE.replace('"080404"', '"8044"').replace('"08"', '"8a"')))[0]
    assert (fault.params["file"], fault.params["field"]) == ("layers/land_use.toml", "codes")


def test_codes_without_a_table_are_a_fault(write, tmp_path, definitions):
    (fault,) = catalog_faults(write(tmp_path / "layers", {"parcels": definitions["parcels"] + USUAL}))
    assert "land_use.toml" in str(fault)


def test_a_store_made_before_takes_the_field_and_keeps_a_code(url, store, opened, with_codes):
    store.write([FeatureChange("parcels", "a", None, {"name": "甲"}, None)], ACT)
    now = opened(url, read_catalog(with_codes()))
    now.create()
    assert properties(now)[FIELD] is None
    now.write([FeatureChange("parcels", "a", properties(now)["revision"], {FIELD: "080404"})], ACT)
    assert properties(now)[FIELD] == "080404"


def properties(store):
    page = store.read_feature("parcels", "a")
    return dict(zip(page.columns, page.rows[0], strict=True))
