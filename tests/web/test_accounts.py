"""Signing in and out, sessions that end, and one's own account."""

import re
import time

import pytest

from geo.service import accounts
from geo.web import create_app, sessions
from geo.web.current import current_store


def change(app, name: str, action, *arguments) -> None:
    with app.app_context():
        store = current_store()
        action(store, store.accounts.find(name), *arguments, by=None)


def is_signed_in(client) -> bool:
    return client.get("/accounts/me").status_code == 200


def test_without_any_account_the_page_says_which_command_makes_the_first(office, browser, signed_in):
    assert "flask --app server user-add 名字 --role admin" in browser(office).get("/accounts/sign-in").text
    signed_in(office, "admin")
    assert "user-add" not in browser(office).get("/accounts/sign-in").text


def test_the_first_visitor_of_a_process_can_sign_in(office, signed_in):
    signed_in(office, "editor")
    fresh = create_app({"DATABASE_URL": office.config["DATABASE_URL"]}).test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', fresh.get("/accounts/sign-in").text)[1]
    answer = fresh.post("/accounts/sign-in", data={"name": "nobody", "password": "wrong", "csrf_token": token})
    assert answer.status_code == 401


def test_signing_in_leads_back_and_the_header_says_who_it_is(office, browser, signed_in):
    signed_in(office, "editor")
    client = browser(office)
    assert "/accounts/sign-in?next=/export?layers%3Dschools" in client.get("/export?layers=schools").text
    answer = client.sign_in(" ＥＤＩＴＯＲ ", next="/export?layers=schools")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/export?layers=schools")
    page = client.get("/export").text
    assert ">editor</span>" in page
    assert '<meta name="csrf-token"' in page
    assert client.get("/accounts/sign-in?next=/export").headers["Location"] == "/export"


@pytest.mark.parametrize("foreign", ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example"])
def test_signing_in_leads_to_no_other_server(office, browser, signed_in, foreign):
    signed_in(office, "editor")
    assert browser(office).sign_in("editor", next=foreign).headers["Location"] == "/"


def test_wrong_names_and_wrong_passwords_are_refused_alike(office, browser, signed_in):
    signed_in(office, "editor")
    answers = [
        browser(office).sign_in(name, password)
        for name, password in (("editor", "not the password"), ("nobody", "not the password"), ("", ""))
    ]
    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert all("账户名或密码不对" in answer.text for answer in answers)
    assert 'value="nobody"' in answers[1].text
    assert "not the password" not in "".join(answer.text for answer in answers)


def test_a_disabled_account_learns_it_only_with_its_password(office, browser, signed_in):
    client = signed_in(office, "editor")
    change(office, "editor", accounts.set_disabled, True)
    assert not is_signed_in(client)
    assert "已停用" in browser(office).sign_in("editor").text
    assert "账户名或密码不对" in browser(office).sign_in("editor", "something else").text
    change(office, "editor", accounts.set_disabled, False)
    assert browser(office).sign_in("editor").status_code == 303


def test_sign_ins_are_throttled_by_name_in_every_process(office, browser, signed_in, monkeypatch):
    signed_in(office, "editor")
    second_process = create_app({"DATABASE_URL": office.config["DATABASE_URL"]})
    for number in range(accounts.TRIES_BY_NAME):
        app = (office, second_process)[number % 2]
        assert browser(app).sign_in("editor", "not the password").status_code == 401
    for app in (office, second_process):
        answer = browser(app).sign_in("Editor")
        assert answer.status_code == 429
        assert 0 < int(answer.headers["Retry-After"]) <= accounts.TRY_WINDOW_S
        assert "15 分钟" in answer.text
    later = time.time() + accounts.TRY_WINDOW_S + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert browser(office).sign_in("editor").status_code == 303


def test_a_new_password_forgets_the_failed_sign_ins(office, browser, signed_in):
    signed_in(office, "editor")
    for _ in range(accounts.TRIES_BY_NAME):
        browser(office).sign_in("editor", "not the password")
    change(office, "editor", accounts.set_password, "quite another password")
    assert browser(office).sign_in("editor", "quite another password").status_code == 303


def test_sign_ins_are_throttled_by_address(office, browser, signed_in, monkeypatch):
    monkeypatch.setattr(accounts, "TRIES_BY_ADDRESS", 3)
    signed_in(office, "editor")
    for number in range(3):
        assert browser(office).sign_in(f"name {number}").status_code == 401
    assert browser(office).sign_in("editor").status_code == 429


def test_good_sign_ins_are_not_counted(office, browser, signed_in, monkeypatch):
    monkeypatch.setattr(accounts, "TRIES_BY_ADDRESS", 2)
    monkeypatch.setattr(accounts, "TRIES_BY_NAME", 2)
    signed_in(office, "editor")
    assert [browser(office).sign_in("editor").status_code for _ in range(4)] == [303] * 4


def test_the_cookie_is_for_this_server_alone(office, browser, signed_in):
    signed_in(office, "editor")
    cookie = browser(office).sign_in("editor").headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    client = browser(office)
    page = client.get("/accounts/sign-in", base_url="https://localhost")
    assert "Secure" in page.headers["Set-Cookie"].split("; ")


def test_signing_in_begins_a_new_session(office, browser, signed_in):
    signed_in(office, "editor")
    client = browser(office)
    before = client.take_token("/accounts/sign-in")
    with client.session_transaction() as session:
        session["planted"] = "before"
    client.sign_in("editor")
    with client.session_transaction() as session:
        assert "planted" not in session
    assert client.token != before


def test_signing_out_ends_this_session_for_good_and_no_other(office, signed_in):
    client, other = signed_in(office, "editor"), signed_in(office, "editor")
    kept = client.get_cookie("plan_atlas_session").value
    assert client.post("/accounts/sign-out").headers["Location"] == "/"
    assert not is_signed_in(client)
    client.set_cookie("plan_atlas_session", kept)
    assert not is_signed_in(client)
    assert is_signed_in(other)


@pytest.mark.parametrize(
    ("action", "argument"),
    [
        (accounts.change_role, "viewer"),
        (accounts.set_password, "quite another password"),
        (accounts.set_disabled, True),
    ],
)
def test_sessions_end_with_what_they_stood_for(office, signed_in, action, argument):
    clients = [signed_in(office, "editor"), signed_in(office, "editor")]
    assert all(is_signed_in(client) for client in clients)
    change(office, "editor", action, argument)
    assert not any(is_signed_in(client) for client in clients)


def test_an_idle_session_ends_and_a_busy_one_goes_on(office, signed_in, monkeypatch):
    idle, busy, now = signed_in(office, "editor"), signed_in(office, "editor"), time.time()
    steps = int(sessions.LONGEST_IDLE.total_seconds() // 3600) + 1
    for hour in range(1, steps + 1):
        monkeypatch.setattr(time, "time", lambda hour=hour: now + hour * 3600)
        assert is_signed_in(busy)
    assert not is_signed_in(idle)


def test_the_busiest_session_ends(office, signed_in, monkeypatch):
    client = signed_in(office, "editor")
    monkeypatch.setattr(accounts, "LONGEST_SESSION", accounts.LONGEST_SESSION * 0)
    time.sleep(0.005)
    assert not is_signed_in(client)


def test_one_changes_ones_own_password(office, browser, signed_in):
    client, other = signed_in(office, "viewer"), signed_in(office, "viewer")
    new = "天中山下的一句好记的话"
    for old, given, words in (
        ("not the password", new, "现在的密码不对"),
        ("a long enough password", "too short", "密码至少 10 个字符"),
    ):
        answer = client.post("/accounts/me/password", data={"old": old, "new": given})
        assert answer.status_code in (400, 401)
        assert words in answer.text
    answer = client.post("/accounts/me/password", data={"old": "a long enough password", "new": new})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/accounts/me?done=password")
    assert is_signed_in(client)
    assert not is_signed_in(other)
    assert browser(office).sign_in("viewer").status_code == 401
    assert browser(office).sign_in("viewer", new).status_code == 303


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY")
    settings = {"DATABASE_URL": f"gpkg:///{tmp_path}/plan.gpkg", "SECRET_KEY_FILE": str(tmp_path / "own" / "key")}
    first, second = create_app(settings), create_app(settings)
    assert not (tmp_path / "own").exists()
    assert first.test_client().get("/accounts/sign-in").status_code == 200  # its form has a token
    key = (tmp_path / "own" / "key").read_text()
    assert len(key) >= 64
    assert (tmp_path / "own" / "key").stat().st_mode & 0o777 == 0o600
    assert sessions.secret_key(second) == sessions.secret_key(first) == key
    assert not re.search(key, (tmp_path / "plan.gpkg").read_bytes().decode("latin-1"))


def test_a_secret_that_is_none_is_refused(tmp_path):
    app = create_app({"DATABASE_URL": f"gpkg:///{tmp_path}/plan.gpkg", "SECRET_KEY": "short"})
    with pytest.raises(Exception, match="SECRET_KEY"):
        sessions.secret_key(app)
    unreadable = create_app({"SECRET_KEY_FILE": str(tmp_path / "key")})
    unreadable.config["SECRET_KEY"] = ""
    (tmp_path / "key").mkdir()
    with pytest.raises(Exception, match="key"):
        sessions.secret_key(unreadable)


# --- the page of the admins ---


@pytest.fixture
def admin(office, signed_in):
    return signed_in(office, "admin")


def account_number(app, name: str) -> int:
    with app.app_context():
        return current_store().accounts.find(name).id


def test_only_admins_see_the_accounts_in_the_header(office, signed_in, admin):
    assert 'href="/accounts"' in admin.get("/").text
    assert 'href="/accounts"' not in signed_in(office, "editor").get("/").text
    assert signed_in(office, "editor").get("/accounts").status_code == 403


def test_an_admin_makes_an_account(office, browser, admin):
    given = {"name": " 王晓丽 ", "role": "editor", "password": "a long enough password"}
    assert admin.post("/accounts", data=given).headers["Location"] == "/accounts"
    page = admin.get("/accounts").text
    assert "账户“王晓丽”已建立" in page
    assert "· <bdi>admin</bdi>" in page
    assert browser(office).sign_in("王晓丽").status_code == 303


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": "admin", "role": "editor", "password": "a long enough password"}, "已有账户“admin”"),
        ({"name": "李强", "role": "king", "password": "a long enough password"}, "没有角色“king”"),
        ({"name": "李强", "role": "editor", "password": "short"}, "密码至少 10 个字符"),
        ({"name": "<b>", "role": "editor", "password": "short"}, "密码至少 10 个字符"),
        ({}, "账户名不能为空"),
    ],
)
def test_what_makes_no_account_is_told_beside_what_was_typed(admin, given, words):
    answer = admin.post("/accounts", data=given)
    assert answer.status_code == 400
    assert words in answer.text
    assert "<b>" not in answer.text
    if given.get("name") == "李强":
        assert 'value="李强"' in answer.text


def test_an_admin_changes_disables_and_helps_an_account(office, browser, signed_in, admin):
    editor = signed_in(office, "editor")
    number = account_number(office, "editor")
    admin.post(f"/accounts/{number}/role", data={"role": "viewer"})
    assert "“editor”的角色已改" in admin.get("/accounts").text
    assert not is_signed_in(editor)
    admin.post(f"/accounts/{number}/disabled", data={"disabled": "1"})
    assert "已停用" in admin.get("/accounts").text
    assert browser(office).sign_in("editor").status_code == 401
    admin.post(f"/accounts/{number}/disabled", data={"disabled": "0"})
    admin.post(f"/accounts/{number}/password", data={"password": "quite another password"})
    assert browser(office).sign_in("editor", "quite another password").status_code == 303
    assert admin.post("/accounts/99/role", data={"role": "viewer"}).status_code == 404


def test_an_admin_neither_disables_nor_demotes_themselves(office, admin):
    number = account_number(office, "admin")
    for what, data in (("role", {"role": "viewer"}), ("disabled", {"disabled": "1"})):
        answer = admin.post(f"/accounts/{number}/{what}", data=data)
        assert answer.status_code == 403
        assert "另一位管理员" in answer.text
    assert is_signed_in(admin)
