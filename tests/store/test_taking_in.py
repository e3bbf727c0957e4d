"""Many features taken into a layer in one transaction: the same as one by one, or nothing at all."""

from itertools import chain

import pytest
import shapely

from geo.model.errors import InvalidFeatures
from geo.model.feature_query import FeatureQuery
from geo.model.journal import Act, FeatureChange, JournalQuery
from geo.store import sql_store

ACT = Act("王工", cause="导入")
SIZE = 120
HERE = (113.9995, 32.9995, 114.0105, 33.0005)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Small fillings are large ones here."""
    monkeypatch.setattr(sql_store, "LARGE_FILLING", 60)


@pytest.fixture
def frames(frame, square):
    """Two frames of parcels in a row from west to east; every seventh has no place."""

    def made(start, count=SIZE):
        rows = {
            f"p-{number}": {"name": f"地块{number}", "area_mu": number / 4, "remark": None}
            | ({"geometry": square(114 + number / 100, 33, 0.005)} if number % 7 else {})
            for number in range(start, start + count)
        }
        return frame(rows)

    return [made(0), made(SIZE)]


def made_of(outside, kind):
    """Tables, triggers and indexes of the file, as they were made."""
    if kind == "postgis":
        return None
    return sorted(outside("SELECT name, sql FROM sqlite_master WHERE sql NOTNULL"))


def test_frames_and_changes_are_one_change_set_that_holds(store, frames, outside, kind, square):
    store.add_features("parcels", frames[0].iloc[:1].rename(index={"p-0": "old"}))
    watched, state = made_of(outside, kind), store.state("parcels")
    moved = FeatureChange("parcels", "old", 1, {"name": "改名"}, square(114.001, 33.0, 0.001))
    count, change_set = store.take_in("parcels", frames, [moved], ACT)
    assert count == 2 * SIZE + 1
    assert store.count_journal(JournalQuery(change_set=change_set)) == count
    assert list(store.faults()) == [] and made_of(outside, kind) == watched and store.state("parcels") != state
    found = store.read_page("parcels", FeatureQuery(bbox=HERE))
    assert sorted(found.ids) == ["old", "p-1"]  # p-0 has no place
    assert store.read_page("parcels", FeatureQuery(search="dk239")).ids == ["p-239"]
    whole = shapely.box(114.001, 33, 114 + (2 * SIZE - 1) / 100 + 0.005, 33.005).bounds
    assert store.extent("parcels") == pytest.approx(whole, abs=1e-4)


def test_what_is_taken_in_reads_as_what_is_added(store, frames, opened, new_url):
    other = opened(new_url())
    other.create()
    store.take_in("parcels", frames, [], ACT)
    for frame in frames:
        other.add_features("parcels", frame, ACT)
    one, two = (each.read_page("parcels", FeatureQuery()) for each in (store, other))
    assert (one.ids, one.wkb, one.rows) == (two.ids, two.wkb, two.rows)
    entries, others = (
        [(entry.feature_id, entry.after) for entry in each.journal(JournalQuery(layer_id="parcels"))]
        for each in (store, other)
    )
    assert entries == others


def test_a_layer_goes_on_as_before(store, frames, frame, outside, kind):
    store.take_in("parcels", frames, [], ACT)
    state = store.state("parcels")
    store.add_features(
        "parcels", frame({"later": {"name": "后来", "geometry": "POLYGON ((120 40, 121 40, 121 41, 120 40))"}})
    )
    assert store.read_page("parcels", FeatureQuery(bbox=(119, 39, 122, 42))).ids == ["later"]
    assert store.state("parcels") != state and list(store.faults()) == []


def stopped(frames):
    yield frames[0]
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("broken", "fault"),
    [
        (stopped, KeyboardInterrupt),
        (lambda frames: chain(frames, frames[:1]), InvalidFeatures),
        (lambda frames: chain(frames, [frames[0].assign(nonsense=1)]), InvalidFeatures),
    ],
    ids=["stopped", "an id twice", "a wrong field"],
)
def test_what_breaks_half_way_leaves_no_trace(store, frames, frame, outside, kind, broken, fault):
    store.add_features(
        "parcels", frame({"old": {"name": "先有", "geometry": "POLYGON ((114 33, 114.1 33, 114 33.1, 114 33))"}})
    )
    before = made_of(outside, kind), store.state("parcels"), store.journal_head(), store.revision("parcels")
    with pytest.raises(fault):
        store.take_in("parcels", broken(frames), [], ACT)
    after = made_of(outside, kind), store.state("parcels"), store.journal_head(), store.revision("parcels")
    assert after == before and store.count("parcels", FeatureQuery()) == 1 and list(store.faults()) == []
    store.take_in("parcels", frames, [], ACT)
    assert store.count("parcels", FeatureQuery()) == 2 * SIZE + 1 and list(store.faults()) == []
