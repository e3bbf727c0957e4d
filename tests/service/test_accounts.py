"""Passwords: how they are hashed, and that a stranger learns nothing from the time it takes."""

import pytest
from argon2 import PasswordHasher, extract_parameters

from geo.model.errors import InvalidInput, SignInRefused, TooManyTries
from geo.service import accounts
from geo.store import open_store
from geo.store.catalog import read_catalog
from geo.web.settings import ROOT

PASSWORD = "a long enough password"


@pytest.fixture
def store(tmp_path):
    store = open_store(f"gpkg:///{tmp_path}/plan.gpkg", read_catalog(ROOT / "layers"))
    store.create()
    accounts._nobodys_hash.cache_clear()
    yield store
    store.close()


@pytest.fixture
def hashed_fast(monkeypatch) -> None:
    """Hashes as weak as they can be, for tests that do not look at them."""
    monkeypatch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def test_passwords_are_kept_as_argon2id_hashes_of_at_least_what_owasp_asks(store):
    accounts.add_account(store, "张三", PASSWORD, "editor", by=None)
    parameters = extract_parameters(store.accounts.credentials("张三")[1])
    assert parameters.type.name == "ID"
    assert parameters.memory_cost >= 19 * 1024
    assert parameters.time_cost >= 2


def test_a_weaker_hash_is_renewed_when_its_password_is_given(store):
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    store.accounts.add("张三", "editor", weak, by=None)
    begun = accounts.sign_in(store, "张三", PASSWORD, "192.0.2.1")
    assert extract_parameters(store.accounts.credentials("张三")[1]).memory_cost >= 19 * 1024
    assert accounts.account_of(store, begun.token).name == "张三"


def test_an_unknown_name_costs_as_much_as_a_known_one(store, monkeypatch):
    accounts.add_account(store, "张三", PASSWORD, "editor", by=None)
    seen = []
    monkeypatch.setattr(accounts, "_is_password", lambda hashed, _: seen.append(extract_parameters(hashed)))
    for name in ("张三", "李四"):
        with pytest.raises(SignInRefused):
            accounts.sign_in(store, name, "not the password", "192.0.2.1")
    assert seen[0] == seen[1]


def test_a_password_with_full_width_digits_is_the_same_password(store):
    accounts.add_account(store, "张三", "１２３４５６７８９０", "editor", by=None)
    assert accounts.sign_in(store, "张三", "1234567890", "192.0.2.1").account.name == "张三"


def test_a_longer_password_is_another_one(store):
    longest = "长" * 256
    accounts.add_account(store, "张三", longest, "editor", by=None)
    with pytest.raises(SignInRefused):
        accounts.sign_in(store, "张三", longest + "多", "192.0.2.1")
    with pytest.raises(InvalidInput):
        accounts.add_account(store, "李四", longest + "多", "editor", by=None)


def test_a_token_is_not_in_the_store(store, tmp_path):
    accounts.add_account(store, "张三", PASSWORD, "editor", by=None)
    token = accounts.sign_in(store, "张三", PASSWORD, "192.0.2.1").token
    store.close()
    files = b"".join(path.read_bytes() for path in tmp_path.glob("plan.gpkg*"))
    assert token.encode() not in files
    assert PASSWORD.encode() not in files


@pytest.mark.usefixtures("hashed_fast")
@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("unix:", "unix:", True),
    ],
)
def test_an_ipv6_client_counts_by_its_network(store, monkeypatch, one, other, same):
    monkeypatch.setattr(accounts, "TRIES_BY_ADDRESS", 1)
    accounts.add_account(store, "张三", PASSWORD, "editor", by=None)
    with pytest.raises(SignInRefused):
        accounts.sign_in(store, "李四", "not the password", one)
    if same:
        with pytest.raises(TooManyTries):
            accounts.sign_in(store, "张三", PASSWORD, other)
    else:
        assert accounts.sign_in(store, "张三", PASSWORD, other).token
