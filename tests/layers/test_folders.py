"""Every layer folder holds: definition, data and the table of statuses."""

import itertools
import json
import re
from datetime import date
from pathlib import Path

import pytest
import shapely

from geo.model.layer import Layer

LAYERS = Path(__file__).parents[2] / "layers"
FOLDERS = sorted(path.parent.name for path in LAYERS.glob("*/layer.toml"))
STATUS_HEADER = (
    "feature_id,year,stage,flag,progress_pct,investment_planned_cny_10k,investment_done_cny_10k,seats_delivered,"
    "value,unit,target,note,evidence,reported_by,reported_at"
)
PYTHON_TYPES = {"text": str, "integer": int, "number": int | float, "boolean": bool, "date": str}
TOLERANCE_DEG = 0.02
"""Reference lines may run on a little beyond the extent that the map shows first."""


def test_the_folders_are_the_catalog(shipped):
    assert sorted(shipped) == FOLDERS


@pytest.fixture(params=FOLDERS)
def layer(request, shipped) -> Layer:
    return shipped[request.param]


@pytest.fixture
def features(layer, features_of) -> dict[str, dict]:
    return features_of(layer.id)


def test_ids_are_unique_and_plain_ascii(layer, features):
    collection = json.loads((LAYERS / layer.id / "features.geojson").read_text(encoding="utf-8"))
    assert len(collection["features"]) == len(features)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", feature_id) for feature_id in features)


def test_every_property_is_a_field_of_the_right_type(layer, features):
    for feature_id, feature in features.items():
        assert feature["properties"].get("name"), feature_id
        for name, value in feature["properties"].items():
            field = layer.field(name)
            assert field is not None, f"{feature_id}: {name}"
            assert isinstance(value, PYTHON_TYPES[field.type]), f"{feature_id}: {name}"
            assert field.type == "boolean" or not isinstance(value, bool), f"{feature_id}: {name}"
            if field.type == "date":
                date.fromisoformat(value)
            if field.values:
                assert value in {choice.value for choice in field.values}, f"{feature_id}: {name}"


def test_bureau_names_are_short_ascii_and_unique(layer):
    shorts = [item.short for item in (*layer.fields, *layer.ratios)]
    assert len(set(shorts)) == len(shorts)
    assert all(short.isascii() and len(short.encode()) <= 10 for short in shorts)


def test_titles_are_in_both_languages(layer):
    titled = [layer, *layer.fields, *layer.ratios, *(choice for field in layer.fields for choice in field.values)]
    assert all(item.title.zh and item.title.en for item in titled)
    assert not any(re.search(r"[\u3000-\u9fff]", item.title.en) for item in titled)


def test_geometry_is_valid_counter_clockwise_and_of_the_layers_type(layer, features, shipped):
    extent = shapely.box(*shipped.zone.extent).buffer(TOLERANCE_DEG if layer.role == "reference" else 0)
    for feature_id, feature in features.items():
        shape = feature["geometry"]
        if shape is None:
            continue
        assert layer.geometry in (shape.geom_type, f"Multi{shape.geom_type}"), feature_id
        assert shape.is_valid and not shape.is_empty and extent.covers(shape), feature_id
        assert shapely.orient_polygons(shape).equals_exact(shape), feature_id
        assert all(value == round(value, 7) for value in shapely.get_coordinates(shape).ravel()), feature_id


def test_basis_accuracy_and_geometry_agree(layer, features):
    if layer.field("location_basis") is None or layer.geometry is None:
        assert not any("location_basis" in feature["properties"] for feature in features.values())
        return
    accuracy = "location_accuracy_m" if layer.role == "plan" else "error_m"
    for feature_id, feature in features.items():
        properties = feature["properties"]
        expected = {"located": (True, True), "schematic": (True, False), "unlocated": (False, False)}
        found = (feature["geometry"] is not None, accuracy in properties)
        assert expected[properties["location_basis"]] == found, feature_id
        assert properties["location_basis"] != "schematic" or properties["location_note"], feature_id


def test_nothing_was_reported(layer):
    assert (LAYERS / layer.id / "status.csv").read_text(encoding="utf-8").splitlines() == [STATUS_HEADER]


def test_what_qualifies_a_figure_names_a_field_of_the_layer(layer, features):
    if layer.field("figures_note") is None or layer.status.kind != "construction":
        return
    titles = {field.title.zh for field in layer.fields}
    for feature_id, feature in features.items():
        for note in filter(None, feature["properties"].get("figures_note", "").split("；")):
            title, _, qualifier = note.partition("：")
            assert title in titles and qualifier, feature_id


def test_an_empty_layer_says_what_to_do(layer, features):
    assert features or (layer.empty_hint and layer.empty_hint.zh and layer.empty_hint.en)


def test_what_the_plan_says_cites_section_and_paragraph(layer, features):
    if layer.role == "plan":
        for feature_id, feature in features.items():
            assert feature["properties"]["source_section"], feature_id
            assert 1 <= feature["properties"]["source_paragraph"] <= 368, feature_id


def test_a_plan_year_is_the_years_first_and_last_day(layer, features):
    for feature_id, feature in features.items():
        properties = feature["properties"]
        if layer.role != "plan" or layer.geometry is None:
            continue
        year = properties.get("plan_year")
        dates = (properties.get("planned_start"), properties.get("planned_finish"))
        assert dates == ((f"{year}-01-01", f"{year}-12-31") if year else (None, None)), feature_id
        assert properties.get("planned_dates_assumed", False) is (year is not None), feature_id


def test_no_two_areas_of_the_plan_lie_on_one_another(shipped, features_of):
    areas = [
        (f"{layer.id}/{feature_id}", feature["geometry"])
        for layer in shipped.plan
        if layer.geometry == "MultiPolygon"
        for feature_id, feature in features_of(layer.id).items()
        if feature["geometry"] is not None
    ]
    assert len(areas) == 30
    for (first, one), (second, other) in itertools.combinations(areas, 2):
        assert one.disjoint(other), f"{first} and {second}"
