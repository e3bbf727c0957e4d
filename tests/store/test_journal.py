"""Every change is kept, chained and can be replayed; a byte that was changed from outside is found and named."""

import hashlib
import json

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.model.errors import AtlasError, Conflict, FeatureNotFound, InvalidFeatures, InvalidInput
from geo.model.feature_query import FeatureQuery
from geo.model.journal import Act, FeatureChange, FeatureRemoval, JournalQuery, Record
from geo.model.status import AnnualStatus
from geo.store import journal
from tests.depth import examples

ACT = Act("王工", "现场核对", "测绘成果.shp")
SQUARE = shapely.box(114, 33, 114.01, 33.01)
MOVED = shapely.box(114.5, 33.5, 114.51, 33.51)


def values_of(store, layer_id, feature_id):
    page = store.read_feature(layer_id, feature_id, schematic=True)
    return dict(zip(page.columns, page.rows[0], strict=True)) | {"geom": page.wkb[0]}


@pytest.fixture
def kept(store, frame):
    store.add_features("parcels", frame({"a": {"name": "甲", "seats": 5, "geometry": SQUARE}, "b": {"name": "乙"}}))
    return store


def test_a_change_is_written_and_kept_with_who_when_and_why(kept):
    (entry,) = kept.write([FeatureChange("parcels", "a", 1, {"seats": 7, "name": "甲"}, MOVED)], ACT)
    assert (entry.author, entry.cause, entry.source) == ("王工", "现场核对", "测绘成果.shp")
    assert (entry.action, entry.layer_id, entry.feature_id, entry.revision) == ("update", "parcels", "a", 2)
    assert entry.before == {"seats": 5, "geom": shapely.orient_polygons(SQUARE).wkb.hex()}
    assert entry.after == {"seats": 7, "geom": shapely.orient_polygons(MOVED).wkb.hex()}
    assert list(kept.journal(JournalQuery(feature_id="a")))[-1] == entry
    now = values_of(kept, "parcels", "a")
    assert (now["seats"], now["name"], now["revision"]) == (7, "甲", 2)
    assert shapely.from_wkb(now["geom"]).equals(MOVED)


def test_what_is_found_by_place_and_by_words_follows_a_change(kept):
    kept.write([FeatureChange("parcels", "a", 1, {"name": "宏志小学"}, MOVED)], ACT)
    assert kept.read_page("parcels", FeatureQuery(bbox=(114.5, 33.5, 114.6, 33.6))).ids == ["a"]
    assert kept.read_page("parcels", FeatureQuery(bbox=(114, 33, 114.1, 33.1))).ids == []
    assert kept.read_page("parcels", FeatureQuery(search="hzxx")).ids == ["a"]
    assert kept.extent("parcels") == pytest.approx(MOVED.bounds, abs=2e-5)
    kept.write([FeatureChange("parcels", "a", 2, {}, None)], ACT)
    assert kept.extent("parcels") is None


def test_a_feature_can_be_made_and_removed(kept):
    (made,) = kept.write([FeatureChange("parcels", "c", None, {"name": "丙"}, SQUARE)], ACT)
    assert (made.action, made.revision, made.before) == ("create", 1, None)
    assert made.after == {"name": "丙", "geom": shapely.orient_polygons(SQUARE).wkb.hex()}
    (gone,) = kept.write([FeatureRemoval("parcels", "c", 1)], ACT)
    assert (gone.action, gone.before, gone.after) == ("remove", made.after, None)
    with pytest.raises(FeatureNotFound):
        kept.read_feature("parcels", "c")
    assert kept.read_page("parcels", FeatureQuery(search="丙")).ids == []
    assert list(kept.faults()) == []


def test_a_stale_revision_is_refused_and_nothing_is_written(kept):
    kept.write([FeatureChange("parcels", "a", 1, {"seats": 6})], ACT)
    head = kept.journal_head()
    changes = [FeatureChange("parcels", "b", 1, {"seats": 1}), FeatureChange("parcels", "a", 1, {"seats": 9})]
    with pytest.raises(Conflict, match="“a”"):
        kept.write(changes, ACT)
    with pytest.raises(Conflict):
        kept.write([FeatureRemoval("parcels", "a", 1)], ACT)
    assert kept.journal_head() == head
    assert values_of(kept, "parcels", "b")["seats"] is None


@pytest.mark.parametrize(
    "change",
    [
        FeatureChange("parcels", "a", 1, {"colour": "red"}),
        FeatureChange("parcels", "a", 1, {"seats": 1.5}),
        FeatureChange("parcels", "a", 1, {"level": "university"}),
        FeatureChange("parcels", "a", 1, {}, shapely.Point(114, 33)),
        FeatureChange("targets", "t", None, {}, shapely.Point(114, 33)),
        FeatureChange("parcels", " a"),
        FeatureChange("parcels", "a"),
        FeatureChange("parcels", "nobody", 1, {"seats": 1}),
        FeatureChange("nowhere", "a", 1),
        FeatureRemoval("parcels", "nobody", 1),
        AnnualStatus(layer_id="parcels", feature_id="nobody", year=2023),
        AnnualStatus(layer_id="parcels", feature_id="a", year=2023, progress_pct=101),
    ],
)
def test_of_several_changes_one_that_does_not_hold_undoes_all(kept, change):
    head, revision = kept.journal_head(), kept.revision("parcels")
    with pytest.raises(AtlasError):
        kept.write([FeatureChange("parcels", "b", 1, {"seats": 1}), change], ACT)
    assert (kept.journal_head(), kept.revision("parcels")) == (head, revision)
    assert list(kept.faults()) == []


def test_what_changes_nothing_is_not_written(kept):
    head = kept.journal_head()
    assert kept.write([FeatureChange("parcels", "a", 1, {"seats": 5}, SQUARE)], ACT) == []
    assert kept.journal_head() == head


def test_a_status_is_signed_and_kept_with_the_one_that_it_corrects(kept):
    report = AnnualStatus(layer_id="parcels", feature_id="a", year=2023, stage="started", progress_pct=20)
    (first,) = kept.write([report], ACT)
    (second,) = kept.write([AnnualStatus(layer_id="parcels", feature_id="a", year=2023, stage="topped_out")], ACT)
    assert first.before is None and second.before == first.after
    assert (first.after["reported_by"], first.after["progress_pct"]) == ("王工", 20)
    assert [status.stage for status in kept.status_rows("parcels", "a")] == ["started", "topped_out"]
    assert [status.stage for status in kept.statuses("parcels", "a")] == ["topped_out"]


def test_a_withdrawn_year_is_as_if_it_had_not_been_reported(kept):
    year = {"layer_id": "parcels", "feature_id": "a"}
    kept.write(
        [AnnualStatus(year=2022, stage="approved", **year), AnnualStatus(year=2023, stage="started", **year)], ACT
    )
    kept.write([AnnualStatus(year=2023, withdrawn=True, **year)], ACT)
    assert [status.year for status in kept.statuses("parcels", "a")] == [2022]
    page = kept.read_feature("parcels", "a", year=2023)
    shown = dict(zip(page.columns, page.rows[0], strict=True))
    assert (shown["status_year"], shown["stage"]) == (2022, "approved")
    kept.write([AnnualStatus(year=2023, stage="permitted", **year)], ACT)
    assert [status.stage for status in kept.statuses("parcels", "a")] == ["approved", "permitted"]


def test_a_change_set_has_one_number_and_time_and_the_journal_can_be_asked(kept):
    entries = kept.write([FeatureChange("parcels", each, 1, {"seats": 9}) for each in "ab"], ACT)
    assert {entry.change_set for entry in entries} == {entries[0].seq}
    assert len({entry.at for entry in entries}) == 1
    kept.write([FeatureChange("parcels", "b", 2, {"seats": 10})], Act("李工"))
    asked = {
        JournalQuery(change_set=entries[0].seq): ["a", "b"],
        JournalQuery(author="李工"): ["b"],
        JournalQuery(action="create"): ["a", "b"],
        JournalQuery(feature_id="b", newest_first=True, limit=2): ["b", "b"],
        JournalQuery(until=entries[0].at, first_seq=entries[1].seq, last_seq=entries[1].seq): ["b"],
    }
    for query, ids in asked.items():
        assert [entry.feature_id for entry in kept.journal(query)] == ids
    assert kept.count_journal(JournalQuery(feature_id="b", limit=1)) == 3


def test_the_change_before_the_last_one_is_told_by_its_moment(kept, monkeypatch):
    moments = iter(f"2030-01-0{day}T00:00:00.000Z" for day in range(1, 5))
    monkeypatch.setattr(journal, "now", lambda: next(moments))
    actions = ("create", "update", "remove", "status")
    acts = [
        [FeatureChange("parcels", each, 1, {"seats": 6}) for each in "ab"],
        [Record("correction", "parcels", "a")],
        [FeatureRemoval("parcels", "a", 2)],
        [FeatureChange("parcels", "a", None, {"name": "甲"})],
    ]
    found = [kept.before_last_change("parcels", "a", actions)]
    for changes in acts:
        kept.write(changes, ACT)
        found.append(kept.before_last_change("parcels", "a", actions))
    (made, *_) = kept.journal(JournalQuery(feature_id="a"))
    first = (made.at, "create")
    assert found == [
        None,
        first,
        first,
        ("2030-01-01T00:00:00.000Z", "update"),
        ("2030-01-03T00:00:00.000Z", "remove"),
    ]


def test_the_chain_can_be_recomputed_from_its_published_rule(kept, outside):
    kept.write([FeatureChange("parcels", "a", 1, {"name": "${x} “甲”"})], ACT)
    previous = ""
    columns = "seq, change_set, at, author, cause, source, action, layer_id, feature_id, revision"
    for *row, kept_hash in outside(f'SELECT {columns}, "before", "after", hash FROM journal ORDER BY seq'):
        plain = json.dumps([previous, *row], ensure_ascii=False, separators=(",", ":")).encode()
        previous = hashlib.sha256(plain).hexdigest()
        assert previous == kept_hash
    assert kept.journal_head().hash == previous


TAMPERING = {
    "UPDATE parcels SET seats = 6 WHERE feature_id = 'a'": ("parcels", "a", "different"),
    "UPDATE parcels SET revision = 9 WHERE feature_id = 'b'": ("parcels", "b", "different"),
    "DELETE FROM parcels WHERE feature_id = 'b'": ("parcels", "b", "missing"),
    "INSERT INTO parcels (feature_id, revision) VALUES ('x', 1)": ("parcels", "x", "extra"),
    "UPDATE annual_status SET stage = 'completed'": ("annual_status", "parcels/a 2023", "different"),
    "DELETE FROM annual_status": ("annual_status", "parcels/a 2023", "missing"),
    "INSERT INTO annual_status SELECT 9, 'parcels', 'a', 2024, stage, flag, progress_pct, NULL, NULL, NULL, NULL, NULL,"
    " NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, false, false FROM annual_status": (
        "annual_status",
        "9",
        "extra",
    ),
    "UPDATE journal SET author = '张三' WHERE seq = 2": ("journal", "2", "chain"),
    "UPDATE journal SET \"after\" = replace(\"after\", '甲', '丁') WHERE seq = 1": ("journal", "1", "chain"),
    "DELETE FROM journal WHERE seq = 2": ("journal", "3", "chain"),
}


@pytest.mark.parametrize("statement", TAMPERING)
def test_a_row_that_was_changed_from_outside_is_found_and_named(kept, outside, statement):
    kept.write([AnnualStatus(layer_id="parcels", feature_id="a", year=2023, stage="started")], ACT)
    assert list(kept.faults()) == []
    outside(statement)
    first = next(iter(kept.faults()))
    assert (first.table, first.key, first.fault) == TAMPERING[statement]


names = st.sampled_from("abcd")
steps = st.lists(
    st.tuples(
        st.sampled_from(["change", "remove", "report", "withdraw"]),
        names,
        st.fixed_dictionaries(
            {}, optional={"seats": st.none() | st.integers(0, 9), "name": st.sampled_from(["甲", None])}
        ),
        st.sampled_from(["keep", None, SQUARE, MOVED]),
        st.integers(2021, 2025),
    ),
    max_size=12,
)


@settings(max_examples=examples(12, deep=25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_whatever_is_done_the_journal_replays_to_the_tables(store, steps):
    revisions = {}
    for feature_id in "abcd":
        if feature_id in store.read_page("parcels", FeatureQuery(limit=9)).ids:
            revisions[feature_id] = values_of(store, "parcels", feature_id)["revision"]
    for action, feature_id, properties, geometry, year in steps:
        seen = revisions.get(feature_id)
        if action == "change":
            more = {} if geometry == "keep" else {"geometry": geometry}
            for entry in store.write([FeatureChange("parcels", feature_id, seen, properties, **more)], ACT):
                revisions[feature_id] = entry.revision
        elif action == "remove" and seen:
            store.write([FeatureRemoval("parcels", feature_id, seen)], ACT)
            del revisions[feature_id]
        elif action in ("report", "withdraw") and seen:
            withdrawn = action == "withdraw"
            store.write([AnnualStatus(layer_id="parcels", feature_id=feature_id, year=year, withdrawn=withdrawn)], ACT)
    assert list(store.faults()) == []
    shapes = [shapely.from_wkb(values_of(store, "parcels", each)["geom"]) for each in revisions]
    present = [shape for shape in shapes if shape is not None]
    wanted = pytest.approx(tuple(shapely.total_bounds(present).tolist()), abs=2e-5) if present else None
    assert store.extent("parcels") == wanted


def test_errors_name_what_they_are(kept):
    with pytest.raises(InvalidFeatures, match="colour"):
        kept.write([FeatureChange("parcels", "a", 1, {"colour": "red"})], ACT)
    with pytest.raises(InvalidInput, match="progress_pct"):
        kept.write([AnnualStatus(layer_id="parcels", feature_id="a", year=2023, progress_pct=101)], ACT)
