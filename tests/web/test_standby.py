"""Who reads from the standby: those who write nothing and have written nothing."""

import pytest

from geo.model import office_time
from geo.web import create_app
from geo.web.current import current_store, live_store


class Standby:
    """What stands for one."""

    lag_s, is_fresh = 0.2504, True


@pytest.fixture
def standby(office, monkeypatch):
    monkeypatch.setattr(type(office.extensions["plan_atlas_store"]), "replica", lambda _: Standby())


def store_read(app, client, **how) -> object:
    """The store that a request reads; an address that does not exist is asked, so that no view runs."""
    with client:
        client.open("/nothing", **how)
        return current_store()


@pytest.mark.usefixtures("standby")
def test_who_has_not_signed_in_reads_from_the_standby(office, browser):
    assert isinstance(store_read(office, browser(office)), Standby)
    assert isinstance(store_read(office, browser(office), method="HEAD"), Standby)


@pytest.mark.usefixtures("standby")
def test_who_writes_or_has_signed_in_reads_from_the_store(office, browser, signed_in):
    with office.app_context():
        store = live_store()
        assert current_store() is store
    assert store_read(office, browser(office), method="POST") is store
    assert store_read(office, signed_in(office, "viewer")) is store


@pytest.mark.usefixtures("standby")
def test_a_past_day_is_read_as_ever(office, browser):
    day = office_time.today().isoformat()
    assert not isinstance(store_read(office, browser(office), query_string={"as_of": day}), Standby)


@pytest.mark.usefixtures("standby")
def test_readiness_tells_how_old_the_standby_is(office):
    ready = office.test_client().get("/healthz/ready").get_json()
    assert ready["replica"] == {"read": True, "lag_s": 0.25}
    assert ready["revisions"]["schools"] >= 1


def test_a_server_without_its_store_is_alive_and_not_ready(tmp_path):
    broken = tmp_path / "plan.gpkg"
    broken.write_bytes(b"no GeoPackage")
    client = create_app({"DATABASE_URL": f"gpkg:///{broken}", "AS_OF_DIR": str(tmp_path)}).test_client()
    assert client.get("/healthz/live").get_json() == {"status": "ok"}
    assert client.get("/healthz/ready").status_code == client.get("/healthz").status_code == 503


def test_a_file_has_no_standby(tmp_path):
    settings = {"DATABASE_URL": f"gpkg:///{tmp_path}/plan.gpkg", "AS_OF_DIR": str(tmp_path)}
    client = create_app(settings | {"DATABASE_URL_READ": f"gpkg:///{tmp_path}/copy.gpkg"}).test_client()
    answer = client.get("/ogc/collections/schools", headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert "DATABASE_URL_READ" in answer.get_json()["detail"]
