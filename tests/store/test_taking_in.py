"""Many features taken into a layer in one transaction: the same as one by one, or nothing at all."""

from itertools import chain

import pytest
import shapely

from geo.model.errors import InvalidFeatures
from geo.model.feature_query import FeatureQuery
from geo.model.journal import Act, FeatureChange, FeatureRemoval, JournalQuery
from geo.store import changes, sql_store

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


def mixed_changes(square):
    """Features made, changed, moved, emptied, removed and made again, some of them twice, in no tidy order."""
    made = [FeatureChange("parcels", f"m-{n}", None, {"name": f"新地{n}"}, square(115 + n, 33)) for n in range(9)]
    bare = [FeatureChange("parcels", f"b-{n}", None, {"seats": n}) for n in range(3)]
    moved = [FeatureChange("parcels", f"m-{n}", 1, {"area_mu": n / 2}, square(125 + n, 34)) for n in range(7)]
    named = [FeatureChange("parcels", f"m-{n}", 2, {"name": f"改名{n}", "level": "primary"}) for n in range(4)]
    same = [FeatureChange("parcels", "m-8", 1, {"name": "新地8"}), FeatureChange("parcels", "b-1", 1, {}, None)]
    gone = [FeatureRemoval("parcels", f"m-{n}", 2) for n in (4, 5, 6)] + [FeatureRemoval("parcels", "b-0", 1)]
    again = [FeatureChange("parcels", f"m-{n}", None, {"name": f"又来{n}"}, square(135, 30)) for n in (4, 6)]
    twice = [FeatureChange("parcels", "m-0", revision, {"seats": revision}) for revision in (3, 4, 5)]
    return [*made, *bare, *moved, *same, *named, *gone, *again, *twice]


@pytest.mark.parametrize("size", [3, 4, 1000])
def test_changes_in_batches_are_those_one_by_one(store, opened, new_url, monkeypatch, square, size):
    other = opened(new_url())
    other.create()
    kept = []
    for each, batch in ((store, 1), (other, size)):
        monkeypatch.setattr(changes, "BATCH", batch)
        entries = each.write(mixed_changes(square), ACT)
        page = each.read_page("parcels", FeatureQuery())
        assert each.extent("parcels") == pytest.approx((122, 30, 135.01, 34.01), abs=3e-5)
        boxes = [(114, 32, 117.5, 35), (124, 33, 127.5, 35), (134, 29, 136, 31), (118.5, 32, 122, 34)]
        places = [sorted(each.read_page("parcels", FeatureQuery(bbox=box)).ids) for box in boxes]
        words = [each.read_page("parcels", FeatureQuery(search=text)).ids for text in ("gm", "新地8", "又来6", "xd5")]
        journal = [(e.action, e.feature_id, e.revision, e.before, e.after) for e in entries]
        kept.append((page.ids, page.wkb, page.rows, places, words, journal))
        assert list(each.faults()) == []
    assert kept[0] == kept[1]
    assert kept[0][3] == [[], ["m-0", "m-1", "m-2"], ["m-4", "m-6"], ["m-7"]]
    assert kept[0][4] == [["m-0", "m-1", "m-2", "m-3"], ["m-8"], ["m-6"], []]


def test_a_fault_in_a_batch_is_named_by_its_own_number(store, square):
    good = [FeatureChange("parcels", f"g-{n}", None, {"seats": n}, square(114, 33)) for n in range(5)]
    bad = [
        FeatureChange("parcels", "late", None, {"seats": "x"}, square(114, 33)),
        FeatureChange("parcels", "first", None, {"name": 3}),
    ]
    with pytest.raises(InvalidFeatures, match=r"第 6 个要素“first”.*name"):
        store.write([*good, bad[1], bad[0]], ACT)
    assert store.count("parcels", FeatureQuery()) == 0
