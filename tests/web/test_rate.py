"""So many requests a minute from one address, and a polite word to who asks for more."""

import pytest

from geo.web import create_app

FAR, NEAR = {"REMOTE_ADDR": "192.0.2.7"}, {"REMOTE_ADDR": "127.0.0.1"}
JSON = {"Accept": "application/json"}


@pytest.fixture
def client(app):
    return create_app({"DATABASE_URL": app.config["DATABASE_URL"], "REQUESTS_PER_MINUTE": "3"}).test_client()


def test_who_asks_too_often_is_told_in_words_when_to_come_back(client):
    answers = [client.get("/ogc/conformance", environ_base=FAR) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 3 + [429] * 2
    refused = client.get("/accounts/sign-in", environ_base=FAR)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert "请求超过了 3 次" in refused.text
    english = client.get("/ogc/conformance?lang=en", environ_base=FAR).get_json()
    assert english["code"] == "TooManyRequests"


def test_each_address_has_its_own_count_and_a_network_of_ipv6_is_one(client):
    for _ in range(8):
        client.get("/ogc/conformance", environ_base={"REMOTE_ADDR": "2001:db8::1"})
    assert client.get("/ogc/conformance", environ_base={"REMOTE_ADDR": "2001:db8::2"}).status_code == 429
    assert client.get("/ogc/conformance", environ_base={"REMOTE_ADDR": "2001:db8:0:1::1"}).status_code == 200


@pytest.mark.parametrize(
    ("path", "who"), [("/ogc/conformance", NEAR), ("/static/css/base.css", FAR), ("/healthz/live", FAR)]
)
def test_this_machine_scripts_and_health_are_not_counted(client, path, who):
    assert {client.get(path, environ_base=who, buffered=True).status_code for _ in range(8)} == {200}


def test_none_is_refused_where_any_number_may_be_asked(app):
    client = create_app({"DATABASE_URL": app.config["DATABASE_URL"], "REQUESTS_PER_MINUTE": "0"}).test_client()
    assert {client.get("/ogc/conformance", environ_base=FAR).status_code for _ in range(20)} == {200}
