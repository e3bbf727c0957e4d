"""What another program renames, adds, takes away or puts in another's place is found by its own words, at any size."""

import pytest

from geo.model.feature_query import FeatureQuery
from geo.model.journal import Act, FeatureChange
from geo.store import search_rows

SIZE = 12


@pytest.fixture
def parcels(store, frame, square):
    """A store with numbered parcels, all of which were found once."""
    rows = {f"p-{n:02}": {"name": f"旧地{n}号", "geometry": square(114 + n / 100, 33, 0.005)} for n in range(SIZE)}
    store.add_features("parcels", frame(rows))
    assert len(found(store, "旧地")) == SIZE
    return store


def found(store, words):
    return store.read_page("parcels", FeatureQuery(search=words)).ids


def test_what_is_renamed_is_found_by_its_new_words_and_pinyin(parcels, outside):
    outside("UPDATE parcels SET name = '新园' WHERE feature_id = 'p-03'")
    outside("UPDATE parcels SET remark = '二期' WHERE feature_id = 'p-04'")
    assert [found(parcels, words) for words in ("新园", "xy", "xinyuan", "二期")] == [["p-03"]] * 3 + [["p-04"]]
    assert found(parcels, "旧地3") == [] and len(found(parcels, "jd")) == SIZE - 1
    assert list(parcels.faults()) != []  # nobody told the journal


def test_a_change_of_theirs_and_one_of_ours_between_two_searches_are_both_seen(parcels, outside):
    outside("UPDATE parcels SET name = '新园' WHERE feature_id = 'p-03'")
    parcels.write([FeatureChange("parcels", "p-05", 1, {"name": "我们改的"})], Act("王工"))
    parcels.write([FeatureChange("parcels", "p-03", 1, {"seats": 3})], Act("王工"))
    assert (found(parcels, "新园"), found(parcels, "我们"), found(parcels, "旧地3")) == (["p-03"], ["p-05"], [])


def test_many_are_mended_some_with_each_search_and_found_by_old_words_meanwhile(parcels, outside, monkeypatch):
    monkeypatch.setattr(search_rows, "BATCH", 5)
    monkeypatch.setattr(search_rows, "LONGEST_S", 0)
    outside("UPDATE parcels SET name = '新园' WHERE feature_id < 'p-10'")
    states, counts = [parcels.state("parcels")], []
    for words in ("旧地", "新园", "新园", "旧地"):
        counts.append(len(found(parcels, words)))
        states.append(parcels.state("parcels"))
    assert counts == [SIZE - 5, 10, 10, SIZE - 10]
    assert len(set(states[:3])) == 3 and len(set(states[2:])) == 1  # nobody keeps an answer as if it were all


def test_many_that_come_and_go_are_mended_some_with_each_search(parcels, outside, monkeypatch):
    monkeypatch.setattr(search_rows, "BATCH", 5)
    monkeypatch.setattr(search_rows, "LONGEST_S", 0)
    outside("DELETE FROM parcels WHERE feature_id >= 'p-06'")
    for number in range(SIZE - 6):  # as many as there were
        outside(f"INSERT INTO parcels (feature_id, name) VALUES ('n-{number}', '新园')")
    assert [len(found(parcels, "新园")) for _ in range(3)] == [5, 6, 6]
    assert len(found(parcels, "旧地")) == 6 and len(found(parcels, "")) == SIZE


def test_another_id_and_another_shape(parcels, outside):
    outside("UPDATE parcels SET feature_id = 'x-1', name = '换了' WHERE feature_id = 'p-01'")
    outside("UPDATE parcels SET geom = NULL WHERE feature_id = 'p-02'")
    assert (found(parcels, "x-1"), found(parcels, "换了"), found(parcels, "p-01")) == (["x-1"], ["x-1"], [])
    assert found(parcels, "旧地2") == ["p-02"]


@pytest.mark.parametrize("kind", ["geopackage"], indirect=True, scope="session")
def test_a_row_that_replaces_one_has_its_own_words(kind, parcels, outside):
    outside("INSERT OR REPLACE INTO parcels (feature_id, name) VALUES ('p-07', '替换')")
    assert (found(parcels, "替换"), found(parcels, "旧地7")) == (["p-07"], [])


def test_words_of_an_earlier_store_are_compared_once(parcels, url, outside, opened, kind):
    table = "" if kind == "geopackage" else " ON parcels"
    catalogue = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'parcels_words_%'"
        if kind == "geopackage"
        else "SELECT tgname FROM pg_trigger WHERE tgrelid = 'parcels'::regclass AND tgname LIKE 'plan_atlas_words_%'"
    )
    names = sorted(row[0] for row in outside(catalogue))
    for name in names:
        outside(f'DROP TRIGGER "{name}"{table}')
    outside("DROP INDEX ix_search_index_marked")
    outside("UPDATE parcels SET name = '新园' WHERE feature_id = 'p-03'")
    outside("DELETE FROM parcels WHERE feature_id = 'p-04'")
    outside("INSERT INTO parcels (feature_id, name) VALUES ('n', '新来')")
    later = opened(url)
    assert later.create() == []
    assert (found(later, "新园"), found(later, "xl"), found(later, "旧地3"), found(later, "旧地4")) == (
        ["p-03"], ["n"], [], [],
    )  # fmt: skip
    assert sorted(row[0] for row in outside(catalogue)) == names
    outside("UPDATE parcels SET name = '再改' WHERE feature_id = 'p-03'")
    assert found(later, "再改") == ["p-03"]
