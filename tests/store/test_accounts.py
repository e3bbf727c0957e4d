"""Accounts, sessions and counts of tries in the store."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from geo.model.errors import AccountNotFound, InvalidInput, NotAllowed
from geo.model.feature_query import FeatureQuery
from geo.model.journal import PROGRAM, BadRow, JournalQuery

HOUR = timedelta(hours=1)


@pytest.fixture
def accounts(store):
    return store.accounts


def test_a_name_belongs_to_one_account_however_it_is_spelt(accounts):
    assert accounts.is_empty()
    made = accounts.add("Zhang San", "editor", "hash", by="admin")
    assert not accounts.is_empty()
    assert (made.name, made.role, made.disabled, made.created_by, made.signed_in_at) == (
        "Zhang San",
        "editor",
        False,
        "admin",
        None,
    )
    assert accounts.find(" zhang  SAN ") == made
    with pytest.raises(InvalidInput, match="ZHANG SAN"):
        accounts.add("ZHANG SAN", "viewer", "other", by=None)
    with pytest.raises(AccountNotFound, match="Li Si"):
        accounts.find("Li Si")
    assert accounts.all() == [made]


def test_the_hash_stays_apart_from_the_account(accounts):
    accounts.add("张三", "editor", "the hash", by=None)
    assert "the hash" not in repr(accounts.all())
    assert accounts.credentials("张三")[1] == "the hash"
    assert accounts.credentials("李四") is None


def test_one_admin_who_can_sign_in_is_always_left(accounts):
    first, second = (accounts.add(name, "admin", "hash", by=None) for name in ("甲", "乙"))
    accounts.change(first.id, disabled=True, by="乙")
    for last in ({"disabled": True}, {"role": "editor"}):
        with pytest.raises(NotAllowed, match="乙"):
            accounts.change(second.id, **last, by=None)
    assert accounts.find("乙") == second
    accounts.change(first.id, disabled=False, by="乙")
    assert accounts.change(second.id, role="viewer", by="甲").role == "viewer"
    with pytest.raises(AccountNotFound):
        accounts.change(99, role="viewer", by=None)


def test_a_session_ends_when_it_is_ended_and_when_it_has_run_long_enough(accounts):
    account = accounts.add("张三", "editor", "hash", by=None)
    assert accounts.begin_session(account.id, "hash", "one", longest=HOUR)
    assert accounts.begin_session(account.id, "hash", "two", longest=HOUR)
    assert accounts.of_session("one", longest=HOUR).id == account.id
    assert accounts.of_session("one", longest=HOUR).signed_in_at is not None
    time.sleep(0.005)
    assert accounts.of_session("one", longest=timedelta()) is None
    accounts.end_session("one")
    assert accounts.of_session("one", longest=HOUR) is None
    assert accounts.of_session("two", longest=HOUR) is not None
    accounts.change(account.id, role="viewer", by=None)
    assert accounts.of_session("two", longest=HOUR) is None


def test_no_session_begins_on_a_password_that_was_changed_meanwhile(accounts):
    account = accounts.add("张三", "editor", "old", by=None)
    accounts.change(account.id, password_hash="new", by=None)
    assert not accounts.begin_session(account.id, "old", "token", longest=HOUR)
    assert accounts.of_session("token", longest=HOUR) is None
    accounts.renew_hash(account.id, "old", "stronger")
    assert accounts.credentials("张三")[1] == "new"
    accounts.renew_hash(account.id, "new", "stronger")
    assert accounts.credentials("张三")[1] == "stronger"


def test_tries_are_counted_for_every_key_or_for_none(store):
    for _ in range(2):
        assert store.throttle.take({"a": 2, "b": 5}, 60) == 0
    assert 0 < store.throttle.take({"a": 2, "b": 5}, 60) <= 60
    assert [store.throttle.take({"b": 5}, 60) > 0 for _ in range(4)] == [False, False, False, True]
    store.throttle.give_back(["b"])
    assert store.throttle.take({"b": 5}, 60) == 0
    store.throttle.forget(["a"])
    assert store.throttle.take({"a": 2}, 60) == 0


def test_a_window_ends(store, monkeypatch):
    now = time.time()
    assert [store.throttle.take({"a": 1}, 60) for _ in range(2)][1] > 0
    monkeypatch.setattr(time, "time", lambda: now + 61)
    assert store.throttle.take({"a": 1}, 60) == 0


def test_many_who_try_at_once_get_no_more_tries(store):
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: store.throttle.take({"a": 5}, 60), range(40)))
    assert waits.count(0) == 5


def test_a_store_from_before_there_were_accounts_gets_their_tables(store, outside, frame, square):
    store.add_features("parcels", frame({"p-1": {"geometry": square(114, 33)}}))
    for table in ("account_sessions", "accounts", "throttle"):
        outside(f"DROP TABLE {table}")
    assert store.create() == []
    assert store.accounts.is_empty()
    store.accounts.add("张三", "admin", "hash", by=None)
    assert store.count("parcels", FeatureQuery()) == 1


def test_the_journal_keeps_every_change_of_an_account_but_no_password(store):
    made = store.accounts.add("张三", "editor", "hash one", by=None)
    store.accounts.change(made.id, role="viewer", by="管理员")
    store.accounts.change(made.id, password_hash="hash two", by="张三")
    store.accounts.change(made.id, disabled=True, by="管理员")
    store.accounts.renew_hash(made.id, "hash two", "hash three")
    kept = [(entry.author, entry.before, entry.after) for entry in store.journal(JournalQuery(action="account"))]
    who = {"account": made.id, "name": "张三"}
    assert kept == [
        (PROGRAM, None, who | {"role": "editor", "disabled": False}),
        ("管理员", who | {"role": "editor"}, who | {"role": "viewer"}),
        ("张三", who, who | {"password_changed": True}),
        ("管理员", who | {"disabled": False}, who | {"disabled": True}),
    ]
    assert list(store.faults()) == []


@pytest.mark.parametrize(
    ("tampering", "found"),
    [
        ("UPDATE accounts SET role = 'admin' WHERE name = '张三'", BadRow("accounts", "1", "different", "role")),
        ("UPDATE accounts SET disabled = FALSE WHERE name = '张三'", BadRow("accounts", "1", "different", "disabled")),
        ("DELETE FROM accounts WHERE name = '张三'", BadRow("accounts", "1", "missing")),
        (
            "INSERT INTO accounts (name, name_key, role, password_hash, disabled, created_at)"
            " VALUES ('鬼', '鬼', 'admin', 'x', FALSE, '')",
            BadRow("accounts", "2", "extra"),
        ),
    ],
)
def test_an_account_that_was_changed_behind_the_programs_back_is_found(store, tampering, found):
    made = store.accounts.add("张三", "editor", "hash", by=None)
    store.accounts.change(made.id, disabled=True, by="管理员")
    assert list(store.faults()) == []
    with store._writing() as connection:
        connection.exec_driver_sql(tampering)
    assert list(store.faults()) == [found]


def test_a_change_that_is_refused_leaves_no_trace(store):
    made = store.accounts.add("张三", "admin", "hash", by=None)
    store.accounts.begin_session(made.id, "hash", "token", longest=HOUR)
    before = store.journal_head()
    with pytest.raises(NotAllowed):
        store.accounts.change(made.id, role="viewer", by=None)
    assert store.journal_head() == before
    assert store.accounts.of_session("token", longest=HOUR).role == "admin"
