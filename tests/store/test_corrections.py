"""Readers' reports in the store and in the journal."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from geo.model.correction import Report
from geo.model.errors import Conflict, CorrectionNotFound
from geo.model.journal import BadRow, JournalQuery


@pytest.fixture
def parcel(store, frame, square):
    store.add_features("parcels", frame({"p-1": {"geometry": square(114, 33), "name": "一号地块"}}))
    return Report("parcels", "p-1", "place", "位置应在路东", contact="电话 123")


def test_reports_wait_in_their_order_and_leave_when_they_are_handled(store, parcel):
    first, second, third = (store.corrections.add(parcel) for _ in range(3))
    assert [each.id for each in store.corrections.list(is_open=True, limit=2)] == [first.id, second.id]
    assert [each.id for each in store.corrections.list(is_open=True, limit=2, offset=2)] == [third.id]
    handled = store.corrections.handle(second.id, "accepted", "已改", by="王晓丽")
    assert (handled.state, handled.answer, handled.handled_by, handled.report) == ("accepted", "已改", "王晓丽", parcel)
    assert store.corrections.get(second.id) == handled
    assert (store.corrections.count(is_open=True), store.corrections.count(is_open=False)) == (2, 1)
    assert store.corrections.list(is_open=False, limit=9) == [handled]


def test_the_journal_holds_what_came_of_a_report_but_no_contact_and_no_words_of_closed_ones(store, parcel):
    before = store.revision("parcels")
    accepted, closed = store.corrections.add(parcel), store.corrections.add(parcel)
    assert store.count_journal(JournalQuery(action="correction")) == 0
    store.corrections.handle(accepted.id, "accepted", "已改", by="王晓丽")
    store.corrections.handle(closed.id, "closed", "广告", by="王晓丽")
    entries = list(store.journal(JournalQuery(layer_id="parcels", feature_id="p-1", action="correction")))
    assert [(entry.author, entry.after) for entry in entries] == [
        (
            "王晓丽",
            {
                "correction": accepted.id,
                "state": "accepted",
                "topic": "place",
                "text": "位置应在路东",
                "answer": "已改",
            },
        ),
        ("王晓丽", {"correction": closed.id, "state": "closed", "topic": "place"}),
    ]
    assert "电话" not in repr(entries)
    assert list(store.faults()) == []
    assert store.revision("parcels") == before


def test_a_report_is_handled_once(store, parcel):
    number = store.corrections.add(parcel).id

    def handle(name):
        try:
            return store.corrections.handle(number, "answered", "好", by=name).handled_by
        except Conflict as conflict:
            return conflict.params["name"]

    with ThreadPoolExecutor(4) as pool:
        winners = set(pool.map(handle, ["甲", "乙", "丙", "丁"]))
    assert winners == {store.corrections.get(number).handled_by}
    assert store.count_journal(JournalQuery(action="correction")) == 1
    with pytest.raises(CorrectionNotFound):
        store.corrections.handle(99, "closed", None, by="甲")


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE corrections SET answer = '没有的事' WHERE id = 1", [BadRow("corrections", "1", "different")]),
        ("UPDATE corrections SET handled_by = '乙' WHERE id = 1", [BadRow("corrections", "1", "different")]),
        ("UPDATE corrections SET state = 'open' WHERE id = 1", [BadRow("corrections", "1", "missing")]),
        ("UPDATE corrections SET state = 'closed' WHERE id = 2", [BadRow("corrections", "2", "extra")]),
        ("UPDATE corrections SET contact = NULL", []),
    ],
)
def test_a_handled_report_that_was_changed_behind_the_programs_back_is_found(store, parcel, tampering, found):
    number = store.corrections.add(parcel).id
    store.corrections.add(parcel)
    store.corrections.handle(number, "accepted", "已改", by="甲")
    with store._writing() as connection:
        connection.exec_driver_sql(tampering)
    assert list(store.faults()) == found
