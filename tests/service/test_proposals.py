"""A plan's projects against the store: which feature each is, what differs, what becomes of the position."""

import numpy
import pytest
import shapely

from geo.model.errors import FeatureNotFound
from geo.service.locating import network_of_store
from geo.service.proposals import NEW, Match, Project, fits, layer_values, move_of, plain, propose

SCHOOL = {
    "key": "1",
    "name": "驻马店经济开发区宏志小学",
    "layer_id": "schools",
    "location_text": "乐山大道与古槐路交叉口西北侧",
    "section": "七(二)1 专栏",
    "paragraph": 290,
}
FIGURES = {
    "level": "primary",
    "plan_year": 2023,
    "land_area_mu": 45.4,
    "building_area_m2": 24_000,
    "investment_cny_10k": 8000,
    "classes": 36,
    "seats": 1620,
}


@pytest.fixture(scope="module")
def store(shipped):
    """The shipped plan; nothing here writes."""
    return shipped


@pytest.fixture(scope="module")
def network(store):
    return network_of_store(store)


def one(store, network, **changes):
    project = Project(**{**SCHOOL, "figures": FIGURES, **changes})
    (proposal,) = propose([project], store, network)
    return proposal


def test_a_project_of_the_shipped_plan_is_the_feature_of_its_name_and_changes_nothing(store, network):
    found = one(store, network)
    assert (found.match.layer.id, found.match.feature_id, found.match.how) == ("schools", "2023-1", "name")
    assert found.changes == ()
    assert found.move.kind == "same"


def test_another_figure_is_told_with_both_values(store, network):
    found = one(store, network, figures=FIGURES | {"land_area_mu": 46.4})
    assert [(each.field, each.before, each.after) for each in found.changes] == [("land_area_mu", 45.4, 46.4)]


@pytest.mark.parametrize(
    ("changes", "how"),
    [
        ({"name": "驻马店经济开发区 宏志小学"}, "name"),
        ({"name": "驻马店高中附属中学（二十中）", "paragraph": None}, "name"),
        ({"name": "宏志完全小学"}, "source"),
        ({"name": "宏志小学", "section": None, "paragraph": None}, "similar"),
        ({"name": "宏志小学", "section": "一", "paragraph": 290}, "similar"),
        ({"name": "云桥第九中学", "section": None, "paragraph": None}, None),
        ({"name": "小学", "section": None, "paragraph": None}, None),
        ({"layer_id": None}, "name"),
        ({"layer_id": "villages", "paragraph": None}, None),
        ({"target": NEW}, None),
        ({"name": "随便什么", "target": "schools/2021-1"}, "chosen"),
    ],
)
def test_features_are_found_by_name_by_source_or_by_a_part_of_the_name(store, network, changes, how):
    match = one(store, network, **changes).match
    assert (match.how if match else None) == how


def test_a_feature_that_was_chosen_must_exist(store, network):
    with pytest.raises(FeatureNotFound):
        one(store, network, target="schools/nothing")


def test_a_firm_position_stays_and_an_illustrative_one_gives_way(store, network):
    found = one(store, network)
    for basis, kind in [("surveyed", "firm"), ("placed", "firm"), ("schematic", "set"), ("unlocated", "set")]:
        properties = {**found.match.properties, "location_basis": basis}
        match = Match(found.match.layer, "2023-1", properties, found.match.geometry, "name")
        assert move_of(match.layer, found.located, match).kind == kind


def test_a_small_move_is_told_from_a_large_one_by_the_present_error(store, network):
    found = one(store, network)
    moved = shapely.transform(found.match.geometry, lambda degrees: degrees + numpy.array([0.001, 0.0]))
    for accuracy_m, kind in [(1600, "within"), (50, "move"), (None, "move")]:
        properties = {**found.match.properties, "location_accuracy_m": accuracy_m}
        move = move_of(found.match.layer, found.located, Match(found.match.layer, "x", properties, moved, "name"))
        assert move.kind == kind
        # 0.001° of longitude at 33.05° N is 93.4 m on the ellipsoid of CGCS2000.
        assert move.moved_m == pytest.approx(93.4, abs=0.5)


def test_a_place_that_cannot_be_told_is_not_set(store, network):
    assert one(store, network, location_text="没有的路与另一条路交叉口西北侧").move.kind == "unlocated"
    assert one(store, network, location_text=None).move.kind == "none"
    assert one(store, None).move.kind == "none"


def test_only_a_parcel_goes_where_areas_are_wanted(store, network):
    found = one(store, network, figures=FIGURES | {"land_area_mu": None}, name="湖畔小学", paragraph=None)
    assert found.located.place.geometry.geom_type == "Point"
    assert (found.match, found.move.kind) == (None, "point")
    assert fits(store.catalog["villages"], found.located.place.geometry)


def test_figures_go_to_the_fields_that_hold_them(store):
    park = Project("1", "园区", "industrial_parks", figures={"throughput": 90, "turnover": 1_000_000, "seats": 5})
    assert layer_values(store.catalog["industrial_parks"], park) == {
        "name": "园区",
        "processing_t_10k": 90,
        "output_cny_10k": 1_000_000,
    }
    assert layer_values(store.catalog["logistics_parks"], park) == {
        "name": "园区",
        "throughput_t_10k": 90,
        "turnover_cny_10k": 1_000_000,
    }


def test_spellings_of_a_name_are_one():
    assert plain("驻马店（深圳湾） 新经济加速器“5G＋”") == plain("驻马店(深圳湾)新经济加速器5g+")


def test_sites_at_one_corner_stand_side_by_side(store, network):
    projects = [
        Project(f"{n}", f"新学校{n}", "schools", SCHOOL["location_text"], {"land_area_mu": 30}) for n in range(3)
    ]
    shapes = [each.located.place.geometry for each in propose(projects, store, network)]
    assert all(one.intersection(other).area == 0 for one in shapes for other in shapes if one is not other)
