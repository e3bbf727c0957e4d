"""Downloads take some of the server's threads, never all of them."""

import pytest

from geo.model.errors import Busy
from geo.web import create_app, slots
from geo.web.slots import Slots


@pytest.fixture
def app(app, tmp_path):
    """An app with four threads on the shipped store."""
    return create_app({"DATABASE_URL": app.config["DATABASE_URL"], "THREADS": "4"})


def test_half_of_the_threads_may_send_files_and_the_next_reader_is_told_when_to_come_back(app):
    clients = [app.test_client() for _ in range(3)]
    first, second = (client.get("/export/file?layers=villages", buffered=False) for client in clients[:2])
    assert (first.status_code, second.status_code) == (200, 200)
    refused = clients[2].get("/export/file?layers=villages")
    assert refused.status_code == 503
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert clients[2].get("/ogc/collections/villages/items").status_code == 200
    first.close()  # the reader went away before the end
    assert clients[2].get("/export/file?layers=villages").status_code == 200
    second.close()


def test_a_download_read_to_its_end_gives_its_place_back(app):
    client = app.test_client()
    for _ in range(5):
        assert len(client.get("/export/file?layers=villages").get_json(force=True)["features"]) == 24


def test_a_refused_question_takes_no_place(app):
    client = app.test_client()
    assert [client.get("/export/file?layers=villages&nothing=1").status_code for _ in range(5)] == [400] * 5
    assert client.get("/export/file?layers=villages").status_code == 200


def test_a_download_that_is_never_read_is_cut_off(monkeypatch):
    monkeypatch.setattr(slots, "LONGEST_DOWNLOAD_S", -1)
    held = Slots(1).held([b"chunk"])
    with pytest.raises(TimeoutError):
        next(held)
    held.close()


def test_a_place_is_given_back_once():
    places = Slots(1)
    held = places.held([b"a", b"b"])
    with pytest.raises(Busy), places.taken():
        pass
    assert list(held) == [b"a", b"b"]
    held.close()
    held.close()
    with places.taken(), pytest.raises(Busy):
        places.held([])


TURNS = ("a" * 16, "b" * 16, "c" * 16)


def test_who_waits_in_line_hears_how_many_are_before_them_and_finds_a_place_kept(app):
    client = app.test_client()
    held = [app.test_client().get("/export/file?layers=villages", buffered=False) for _ in range(2)]

    def before(turn):
        return client.get(f"/export/turn?turn={turn}").get_json()["before"]

    assert [before(turn) for turn in TURNS] == [1, 2, 3]
    assert [before(turn) for turn in TURNS] == [1, 2, 3]
    held[0].close()
    assert [before(turn) for turn in (TURNS[1], TURNS[0], TURNS[1])] == [2, 0, 1]
    assert client.get("/export/file?layers=villages").status_code == 503
    assert client.get(f"/export/file?layers=villages&turn={TURNS[0]}", buffered=True).status_code == 200
    assert [before(turn) for turn in TURNS[1:]] == [0, 1]
    held[1].close()
    assert before(TURNS[2]) == 0


def test_a_place_kept_for_somebody_who_does_not_come_is_given_to_the_next(monkeypatch):
    places = Slots(1)
    assert (places.before("first"), places.before("second")) == (0, 1)
    monkeypatch.setattr(slots, "GONE_AFTER_S", 0)
    with places.taken(), pytest.raises(Busy):
        places.held([])


def test_the_line_has_an_end(monkeypatch):
    monkeypatch.setattr(slots, "MOST_WAITING", 2)
    places = Slots(1)
    with places.taken():
        assert [places.before(turn) for turn in ("first", "second", "first")] == [1, 2, 1]
        with pytest.raises(Busy):
            places.before("third")


def test_a_turn_is_a_word_that_nobody_guesses(app):
    assert app.test_client().get("/export/turn?turn=1", headers={"Accept": "application/json"}).status_code == 400
