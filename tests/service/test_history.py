"""A change is taken back by a new one, and the journal knows who says what."""

import pytest
import shapely

from geo.model.errors import Conflict, InvalidInput
from geo.model.feature_query import FeatureQuery
from geo.model.journal import Act, FeatureChange, JournalQuery
from geo.model.status import AnnualStatus
from geo.service.history import sources_of_fields, undo

WANG, LI = Act("王工"), Act("李工", "撤销")
BOX, OTHER = shapely.box(114, 33, 114.01, 33.01), shapely.box(114.2, 33, 114.21, 33.01)


@pytest.fixture
def kept(filled):
    return filled


def row(store, feature_id="s-1"):
    page = store.read_feature("schools", feature_id, schematic=True)
    return dict(zip(page.columns, page.rows[0], strict=True)) | {"geom": page.wkb[0]}


def test_a_change_of_figures_and_place_is_taken_back(kept):
    before = row(kept)
    change = FeatureChange("schools", "s-1", before["revision"], {"seats": 9, "location_basis": "placed"}, BOX)
    (entry,) = kept.write([change], WANG)
    (undone,) = undo(kept, entry.change_set, LI)
    after = row(kept)
    assert {**after, "revision": 0} == {**before, "revision": 0}
    assert (after["revision"], undone.author, undone.cause) == (before["revision"] + 2, "李工", "撤销")
    assert list(kept.faults()) == []
    (again,) = undo(kept, undone.change_set, WANG)
    assert (again.after["seats"], row(kept)["seats"]) == (9, 9)


def test_what_was_made_is_removed_and_comes_back_whole(kept):
    (made,) = kept.write([FeatureChange("schools", "x", None, {"name": "新校"}, BOX)], WANG)
    (gone,) = undo(kept, made.change_set, LI)
    assert kept.count("schools", FeatureQuery(search="新校")) == 0
    (back,) = undo(kept, gone.change_set, LI)
    assert (back.after, back.revision) == (made.after, 2)
    with pytest.raises(Conflict):
        kept.write([FeatureChange("schools", "x", 1, {"name": "旧版"})], WANG)


def test_a_change_that_was_changed_again_is_not_taken_back(kept):
    seen = row(kept)["revision"]
    (first,) = kept.write([FeatureChange("schools", "s-1", seen, {"seats": 9})], WANG)
    kept.write([FeatureChange("schools", "s-1", seen + 1, {"land_area_mu": 1.0})], LI)
    head = kept.journal_head()
    with pytest.raises(Conflict, match="s-1"):
        undo(kept, first.change_set, LI)
    assert kept.journal_head() == head


def test_a_report_is_withdrawn_and_a_correction_gives_way_to_what_it_corrected(kept):
    def report(stage):
        status = AnnualStatus(layer_id="schools", feature_id="s-1", year=2023, stage=stage)
        return kept.write([status], WANG)[0].change_set

    def stages():
        return [(status.stage, status.reported_by) for status in kept.statuses("schools", "s-1")]

    first, second = report("started"), report("completed")
    with pytest.raises(Conflict, match="2023"):
        undo(kept, first, LI)
    undo(kept, second, LI)
    assert stages() == [("started", "王工")]
    third = report("topped_out")
    undo(kept, third, LI)
    assert stages() == [("started", "王工")]
    assert kept.count_journal(JournalQuery(action="status")) == 5
    assert list(kept.faults()) == []


def test_a_single_report_is_withdrawn(kept):
    status = AnnualStatus(layer_id="schools", feature_id="s-1", year=2023, stage="started")
    (entry,) = kept.write([status], WANG)
    undo(kept, entry.change_set, LI)
    assert kept.statuses("schools", "s-1") == []


def test_a_change_set_of_several_goes_back_as_a_whole(kept):
    moved = [FeatureChange("schools", each, 1, {}, OTHER) for each in ("s-1", "s-2")]
    before = {each: row(kept, each)["geom"] for each in ("s-1", "s-2")}
    entries = kept.write(moved, WANG)
    undo(kept, entries[0].change_set, LI)
    assert {each: row(kept, each)["geom"] for each in before} == before


@pytest.mark.parametrize("number", [0, 10**9])
def test_no_such_change(kept, number):
    with pytest.raises(InvalidInput, match=str(number)):
        undo(kept, number, LI)


def test_who_says_so(kept):
    kept.write([FeatureChange("schools", "s-1", 1, {"seats": 9})], WANG)
    sources = sources_of_fields(kept, "schools", "s-1")
    assert sources["seats"].author == "王工"
    assert sources["name"].cause == "建库时由图层文件夹录入"
