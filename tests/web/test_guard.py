"""Who may ask for what: every route and method, as nobody, viewer, editor and admin."""

import re

import pytest

from geo.model.account import ROLES, allows
from geo.web import create_app
from geo.web.guard import ASKING, OPEN_ALWAYS, OPEN_WRITING, needed_role, needs_role

READING = {"GET", "HEAD", "OPTIONS"}
VALUES = {"int": "1", "float": "1.5"}
"""What stands for a variable part of an address, by its converter; `x` for the others."""


def address_of(rule) -> str:
    """An address that leads to a rule."""
    return re.sub(r"<(?:(\w+)(?:\([^)]*\))?:)?\w+>", lambda part: VALUES.get(part[1] or "", "x"), rule.rule)


def routes(app, *, writing: bool) -> list[tuple[str, str, str]]:
    """Endpoint, method and address of every route that writes, or that reads."""
    found = [
        (rule.endpoint, method, address_of(rule))
        for rule in app.url_map.iter_rules()
        for method in sorted(rule.methods - {"OPTIONS"})
        if (method not in READING) == writing
    ]
    assert found
    return found


def test_addresses_lead_to_their_routes(app):
    match = app.url_map.bind("localhost").match
    for writing in (True, False):
        for endpoint, method, address in routes(app, writing=writing):
            assert match(address, method=method)[0] == endpoint


def test_every_write_says_which_role_it_needs(app):
    with app.app_context():
        unmarked = [each for each in routes(app, writing=True) if needed_role(each[0]) is None]
    assert {endpoint for endpoint, *_ in unmarked} == OPEN_WRITING | ASKING


@pytest.mark.parametrize("role", [None, *ROLES])
def test_nobody_writes_without_the_role(office, browser, signed_in, role):
    for endpoint, method, address in routes(office, writing=True):
        with office.app_context():
            needed = needed_role(endpoint)
        if needed is None or allows(role, needed):
            continue
        client = signed_in(office, role) if role else browser(office)
        page = client.open(address, method=method)
        program = client.open(address, method=method, headers={"Accept": "application/json"})
        if role is None:
            assert (page.status_code, page.headers["Location"].partition("?")[0]) == (303, "/accounts/sign-in")
            assert (program.status_code, program.get_json()["code"]) == (401, "SignInNeeded")
        else:
            assert (page.status_code, program.status_code) == (403, 403), (endpoint, method)
            assert program.get_json()["code"] == "NotAllowed"


def test_a_write_that_says_nothing_is_refused_to_everybody(office, browser, signed_in):
    office.add_url_rule("/forgotten", "forgotten", lambda: "written", methods=["POST", "PUT", "PATCH", "DELETE"])
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert browser(office).open("/forgotten", method=method).status_code == 303
        assert signed_in(office, "admin").open("/forgotten", method=method).status_code == 403


def test_a_write_needs_the_sessions_token(office, signed_in):
    office.add_url_rule("/marked", "marked", needs_role("editor")(lambda: "written"), methods=["POST"])
    client = signed_in(office, "editor")
    assert client.post("/marked").text == "written"
    for token in ("", "wrong", signed_in(office, "editor").token):
        client.token = token
        answer = client.post("/marked", headers={"Accept": "application/json"})
        assert (answer.status_code, answer.get_json()["code"]) == (400, "CSRFError")


def test_a_role_that_there_is_not_is_found_at_once():
    with pytest.raises(ValueError, match="edtor"):
        needs_role("edtor")


def test_reading_needs_no_account_but_where_a_role_is_named(app, browser):
    client = browser(app)
    for endpoint, method, address in routes(app, writing=False):
        with app.app_context():
            role = needed_role(endpoint)
        status = client.open(address, method=method).status_code
        assert (status == 303) == (role is not None), (endpoint, status)


@pytest.fixture
def closed_office(own_store, tmp_path):
    """An app of an office that shows nothing to strangers."""
    return create_app({"DATABASE_URL": own_store, "BASEMAPS": str(tmp_path / "none.toml"), "REQUIRE_LOGIN": "1"})


def test_an_office_may_show_nothing_to_strangers(closed_office, browser, signed_in):
    stranger, viewer = browser(closed_office), signed_in(closed_office, "viewer")
    for endpoint, method, address in routes(closed_office, writing=False):
        answer = stranger.open(address, method=method)
        if endpoint in OPEN_ALWAYS:
            assert answer.status_code not in (303, 401), endpoint
        elif address.startswith("/ogc"):
            assert answer.status_code == 401, endpoint
        else:
            assert answer.status_code == 303, endpoint
            assert address == "x" or "/accounts/sign-in" in answer.headers["Location"]
    assert stranger.get("/ogc/collections").get_json() == {
        "code": "SignInNeeded",
        "title": "需要登录",
        "detail": "请先登录",
    }
    for address in ("/", "/ogc/collections", "/export/file?layers=schools", "/ogc/collections/schools/items"):
        answer = viewer.get(address)
        assert answer.status_code == 200, address
        assert "public" not in answer.headers["Cache-Control"]
        assert "private" in answer.headers["Cache-Control"]


def test_a_copy_kept_by_the_browser_is_worth_nothing_after_signing_out(closed_office, signed_in):
    viewer = signed_in(closed_office, "viewer")
    etag = viewer.get("/ogc/collections/schools/items").headers["ETag"]
    assert viewer.get("/ogc/collections/schools/items", headers={"If-None-Match": etag}).status_code == 304
    viewer.post("/accounts/sign-out")
    assert viewer.get("/ogc/collections/schools/items", headers={"If-None-Match": etag}).status_code == 401
