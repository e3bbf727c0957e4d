"""A change set of any size is taken back: the same as one by one, all or nothing, with little memory."""

from contextlib import closing

import pytest
import shapely

from geo.model.errors import Conflict, InvalidInput
from geo.model.feature_query import FeatureQuery
from geo.model.journal import Act, FeatureChange, JournalQuery
from geo.model.status import AnnualStatus
from geo.service import history
from geo.service.intake import open_or_create
from geo.store import changes

WANG, LI = Act("王工"), Act("李工", "撤销")
SIZE = 23


@pytest.fixture
def kept(folder, url, monkeypatch):
    monkeypatch.setattr(changes, "BATCH", 5)
    monkeypatch.setattr(history, "AT_ONCE", 3)
    monkeypatch.setattr(history, "TOLD_EVERY", 4)
    with closing(open_or_create(url, folder.path)) as store:
        yield store


@pytest.fixture
def taken_in(kept):
    """The change set of new schools and a changed one."""
    made = [
        FeatureChange("schools", f"n-{number}", None, {"name": f"新校{number}"}, place_of(number))
        for number in range(SIZE)
    ]
    (page,) = kept.scan("schools", FeatureQuery(schematic=True, conditions=()), batch=100)
    seen = dict(zip(page.columns, page.rows[page.ids.index("s-1")], strict=True))["revision"]
    entries = kept.write([*made, FeatureChange("schools", "s-1", seen, {"seats": 7})], WANG)
    return entries[0].change_set


def place_of(number):
    return shapely.box(120 + number / 100, 33, 120.005 + number / 100, 33.005) if number % 4 else None


def content(store):
    page = store.read_page("schools", FeatureQuery(schematic=True, retired=True))
    revision = page.columns.index("revision")
    return [
        (feature_id, wkb, row[:revision] + row[revision + 1 :])
        for feature_id, wkb, row in zip(page.ids, page.wkb, page.rows, strict=True)
    ]


def test_all_is_as_before_and_the_journal_says_so(kept, taken_in):
    told = []
    count, change_set = history.take_back(kept, taken_in, LI, lambda *step: told.append(step))
    assert (count, told[0], told[-1]) == (SIZE + 1, (4, SIZE + 1), (SIZE + 1, SIZE + 1))
    entries = list(kept.journal(JournalQuery(change_set=change_set)))
    assert [entry.action for entry in entries] == ["update"] + ["remove"] * SIZE
    made = list(kept.journal(JournalQuery(change_set=taken_in, newest_first=True, action="create")))
    assert [(entry.feature_id, entry.before) for entry in entries[1:]] == [
        (entry.feature_id, entry.after) for entry in made
    ]
    assert kept.count("schools", FeatureQuery(search="新校", schematic=True)) == 0
    assert kept.read_page("schools", FeatureQuery(bbox=(119.9, 32.9, 120.4, 33.1), schematic=True)).ids == []
    assert list(kept.faults()) == []
    again, _ = history.take_back(kept, change_set, WANG)
    assert again == SIZE + 1 and kept.count("schools", FeatureQuery(search="新校", schematic=True)) == SIZE
    assert list(kept.faults()) == []


@pytest.mark.parametrize("at", [4, 20, SIZE + 1])
def test_broken_off_anywhere_it_leaves_no_trace(kept, taken_in, at):
    before = content(kept), kept.journal_head(), kept.revision("schools"), kept.state("schools")

    def stop(done, _total):
        if done >= at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        history.take_back(kept, taken_in, LI, stop)
    assert before == (content(kept), kept.journal_head(), kept.revision("schools"), kept.state("schools"))
    assert list(kept.faults()) == []


def test_what_was_changed_since_keeps_all_as_it_is(kept, taken_in):
    kept.write([FeatureChange("schools", "n-2", 1, {"seats": 3})], LI)
    before = content(kept), kept.journal_head()
    with pytest.raises(Conflict, match="n-2"):
        history.take_back(kept, taken_in, LI)
    assert before == (content(kept), kept.journal_head())


def test_a_large_one_is_not_taken_back_while_somebody_waits(kept, taken_in):
    with pytest.raises(InvalidInput, match="undo"):
        history.undo(kept, taken_in, LI)


def test_reports_go_one_by_one_and_too_many_are_refused_before_the_act(kept, monkeypatch):
    rows = [AnnualStatus("schools", "s-1", year, note="报") for year in (2023, 2024)]
    reported = kept.write(rows, WANG)[0].change_set
    monkeypatch.setattr(history, "MOST_STATUSES", 1)
    before = kept.journal_head()
    for refused in (history.checked_size, lambda *given: history.take_back(*given, LI)):
        with pytest.raises(InvalidInput, match=r"2.*1"):
            refused(kept, reported)
    with pytest.raises(InvalidInput, match="4711"):
        history.take_back(kept, 4711, LI)
    assert kept.journal_head() == before
    monkeypatch.setattr(history, "MOST_STATUSES", 2)
    assert history.take_back(kept, reported, LI)[0] == 2
    assert kept.statuses("schools", "s-1") == []
