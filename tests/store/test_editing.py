"""Editing, retiring and merging mean the same in both stores."""

import pytest

from geo.model.errors import Conflict
from geo.model.feature_query import Condition, FeatureQuery
from geo.model.journal import Act
from geo.model.location import LocationBasis, Position
from geo.service import boundaries, editing, retiring
from geo.service.history import undo
from geo.service.retiring import Retiree

WANG, LI = Act("王工", "批复", "驻开政5号"), Act("李工", "撤销")


@pytest.fixture
def parcels(store, square):
    """A store with three parcels, one of them placed."""
    for number in (1, 2, 3):
        position = Position(square(114, 33), LocationBasis.PLACED, 10.0) if number == 1 else None
        values = {"name": f"地块{number}", "plan_year": 2023, "seats": 100 * number, "area_mu": 12.5}
        editing.create(store, "parcels", f"2023-{number}", values, WANG, position)
    return store


def test_fields_are_edited_once_and_found_by_who_answers(parcels):
    values = {"responsible_unit": "区教体局", "responsible_officer": "王芳", "seats": 120, "fenced": True}
    entry = editing.edit(parcels, "parcels", "2023-1", 1, values, WANG)
    assert entry.after == values and entry.revision == 2
    owned = FeatureQuery(conditions=(Condition("responsible_unit", ("区教体局",)),))
    assert parcels.read_page("parcels", owned).ids == ["2023-1"]
    with pytest.raises(Conflict):
        editing.edit(parcels, "parcels", "2023-1", 1, {"name": "旧"}, LI)
    found = {each.name: each for each in editing.contested(parcels, "parcels", "2023-1", 1, {"seats": 130})}
    assert (found["seats"].seen, found["seats"].now, found["seats"].wanted) == (100, 120, 130)
    assert (found["fenced"].seen, found["fenced"].now, found["fenced"].by.author) == (None, True, "王工")
    undo(parcels, entry.change_set, LI)
    assert parcels.count("parcels", owned) == 0
    assert list(parcels.faults()) == []


def test_a_place_is_kept_as_multipolygon_and_taken_back(parcels, square):
    before = editing.read_now(parcels, "parcels", "2023-1")
    moved = square(114.05, 33)
    surveyed = boundaries.given_position(moved, "surveyed", 0.05, WANG)
    entry = boundaries.set_position(parcels, "parcels", "2023-1", 1, surveyed, WANG)
    after = editing.read_now(parcels, "parcels", "2023-1")
    assert (after["geom"], after["location_basis"]) == (moved, "surveyed")
    assert boundaries.set_position(parcels, "parcels", "2023-1", 2, surveyed, WANG) is None
    undo(parcels, entry.change_set, LI)
    assert editing.read_now(parcels, "parcels", "2023-1") | {"revision": 1} == before
    placed = boundaries.given_position(moved, "placed", None, WANG)
    boundaries.set_position(parcels, "blocks", _block(parcels, square), 1, placed, WANG)
    assert list(parcels.faults()) == []


def _block(store, square):
    editing.create(store, "blocks", "b", {"name": "街区"}, WANG, Position(square(114, 33), LocationBasis.PLACED))
    return "b"


def test_a_merger_leaves_lists_counts_and_extent_and_comes_back(parcels):
    pair = [Retiree("parcels", "2023-1", 1), Retiree("parcels", "2023-2", 1)]
    entries = retiring.retire(parcels, pair, WANG, on="2024-02-01", successor="parcels/2023-3")
    assert parcels.read_page("parcels", FeatureQuery()).ids == ["2023-3"]
    assert parcels.count("parcels", FeatureQuery(search="地块")) == 1
    assert parcels.summarise("parcels", FeatureQuery(), fields=["seats"]).totals == {"seats": 300}
    assert parcels.extent("parcels") is None
    assert parcels.count("parcels", FeatureQuery(retired=True)) == 3
    assert [each.feature_id for each in retiring.predecessors(parcels, "parcels", "2023-3")] == ["2023-1", "2023-2"]
    undo(parcels, entries[0].change_set, LI)
    assert parcels.count("parcels", FeatureQuery()) == 3
    assert retiring.predecessors(parcels, "parcels", "2023-3") == []
    assert list(parcels.faults()) == []
