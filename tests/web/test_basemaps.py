"""Base maps that the office configures: local tiles, and tiles of other servers that pass through ours."""

import socket
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import islice
from urllib.parse import parse_qs, urlsplit

import pytest

from geo.web import create_app, remote_tiles

PNG = b"\x89PNG\r\n\x1a\n" + b"tile"


@pytest.fixture
def tile_server():
    """A tile server on this machine; remembers what it was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(404 if "/missing/" in self.path else 200)
            self.end_headers()
            self.wfile.write(PNG)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def no_server_rests(monkeypatch):
    """No test waits for a server that failed in another one."""
    monkeypatch.setattr(remote_tiles, "_resting_until", {})


@pytest.fixture
def configured(own_store, tmp_path):
    """A client of an app with these lines in its basemaps.toml."""

    def configure(lines):
        path = tmp_path / "basemaps.toml"
        path.write_text(lines, encoding="utf-8")
        return create_app({"DATABASE_URL": own_store, "BASEMAPS": path}).test_client()

    return configure


def test_a_tile_of_another_server_passes_through_ours_and_the_key_stays_here(configured, tile_server):
    address, asked = tile_server
    client = configured(
        f'[[basemap]]\nid = "tianditu"\ntitle = "天地图"\nurl = "{address}/{{z}}/{{y}}/{{x}}?tk={{key}}"\n'
        'key = "secret-key"\nreview_number = "GS(2024)0568号"\n'
    )
    tile = client.get("/basemaps/tianditu/12/3346/1654")
    assert (tile.status_code, tile.mimetype, tile.data) == (200, "image/png", PNG)
    assert asked == ["/12/1654/3346?tk=secret-key"]
    page = client.get("/").text
    assert "天地图" in page
    assert "GS(2024)0568号" in page
    assert "secret-key" not in page
    assert address not in page


def test_a_wms_is_asked_for_the_tile_s_box_in_web_mercator(configured, tile_server):
    address, asked = tile_server
    client = configured(f'[[basemap]]\nid = "wms"\ntitle = "WMS"\nkind = "wms"\nurl = "{address}/wms?REQUEST=GetMap"\n')
    assert client.get("/basemaps/wms/1/1/0").status_code == 200
    query = parse_qs(urlsplit(asked[0]).query)
    half = 20037508.342789244  # half of web mercator's side: π × 6 378 137 m
    assert [float(part) for part in query["BBOX"][0].split(",")] == pytest.approx([0, 0, half, half], abs=1e-3)
    assert query["REQUEST"] == ["GetMap"]


def test_local_mbtiles_count_rows_from_the_south(configured, tmp_path):
    path = tmp_path / "local.mbtiles"
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data)")
        file.execute("INSERT INTO tiles VALUES (2, 3, 2, ?)", (PNG,))
    client = configured(f'[[basemap]]\nid = "local"\ntitle = "本地"\nkind = "mbtiles"\nurl = "{path.as_posix()}"\n')
    assert client.get("/basemaps/local/2/3/1").data == PNG
    assert client.get("/basemaps/local/2/3/2").status_code == 404


@pytest.mark.parametrize("address", ["/basemaps/none/1/0/0", "/basemaps/tianditu/1/2/0", "/basemaps/tianditu/30/0/0"])
def test_a_tile_that_cannot_be_is_not_asked_for(configured, tile_server, address):
    server, asked = tile_server
    client = configured(f'[[basemap]]\nid = "tianditu"\ntitle = "天地图"\nurl = "{server}/{{z}}/{{y}}/{{x}}"\n')
    assert client.get(address).status_code == 404
    assert asked == []


def test_a_silent_tile_server_is_told_in_words(configured):
    client = configured('[[basemap]]\nid = "gone"\ntitle = "天地图"\nurl = "http://127.0.0.1:9/{z}/{x}/{y}"\n')
    answer = client.get("/basemaps/gone/1/0/0")
    assert answer.status_code == 503
    assert "天地图" in answer.text
    assert int(answer.headers["Retry-After"]) > 0


@pytest.fixture
def dead_server(monkeypatch):
    """A server that takes connections and never says anything."""
    monkeypatch.setattr(remote_tiles, "SILENCE_S", 0.3)
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        yield listening


def test_a_dead_tile_server_is_asked_once_and_then_left_alone(configured, dead_server):
    port = dead_server.getsockname()[1]
    client = configured(
        f'[[basemap]]\nid = "dead"\ntitle = "天地图"\nurl = "http://127.0.0.1:{port}/{{z}}/{{x}}/{{y}}"\n'
    )
    assert [client.get("/basemaps/dead/5/1/1").status_code for _ in range(20)] == [503] * 20
    dead_server.setblocking(False)
    dead_server.accept()[0].close()
    with pytest.raises(BlockingIOError):  # nobody came a second time
        dead_server.accept()


def test_tiles_of_a_dead_server_never_take_every_thread(configured, dead_server, monkeypatch):
    """Half of the eight threads wait for it; the others are sent away, long before any of those has waited enough."""
    monkeypatch.setattr(remote_tiles, "SILENCE_S", 60)
    port = dead_server.getsockname()[1]
    client = configured(
        f'[[basemap]]\nid = "dead"\ntitle = "天地图"\nurl = "http://127.0.0.1:{port}/{{z}}/{{x}}/{{y}}"\n'
    )
    app = client.application
    client.get("/healthz")

    with ThreadPoolExecutor(8) as threads:
        asking = {threads.submit(lambda: app.test_client().get("/basemaps/dead/5/1/1").status_code) for _ in range(8)}
        dead_server.settimeout(30)
        waiting = [dead_server.accept()[0] for _ in range(4)]
        assert [each.result() for each in islice(as_completed(asking, timeout=30), 4)] == [503] * 4
        assert not all(each.done() for each in asking)
        for each in waiting:
            each.close()
    assert [each.result() for each in asking] == [503] * 8
    dead_server.setblocking(False)
    with pytest.raises(BlockingIOError):  # nobody else came
        dead_server.accept()


def test_a_tile_that_dribbles_is_given_up(configured, monkeypatch):
    """Long before its end, which would come after a minute."""
    monkeypatch.setattr(remote_tiles, "LONGEST_S", 0.5)
    given_up = threading.Event()

    class Dribbling(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            try:
                for _ in range(1200):
                    self.wfile.write(b"x")
                    time.sleep(0.05)
            except OSError:
                given_up.set()

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Dribbling)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    client = configured(
        f'[[basemap]]\nid = "slow"\ntitle = "慢"\nurl = "http://127.0.0.1:{server.server_port}/{{z}}/{{x}}/{{y}}"\n'
    )
    client.get("/healthz")
    assert client.get("/basemaps/slow/1/0/0").status_code == 503
    assert given_up.wait(30)
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_tile_that_another_server_has_not_is_not_found_and_the_server_not_dead(configured, tile_server):
    address, asked = tile_server
    client = configured(f'[[basemap]]\nid = "t"\ntitle = "天地图"\nurl = "{address}/missing/{{z}}/{{x}}/{{y}}"\n')
    assert [client.get("/basemaps/t/1/0/0").status_code for _ in range(2)] == [404, 404]
    assert len(asked) == 2


@pytest.mark.parametrize("content", [None, b"no database"])
def test_a_file_of_tiles_that_cannot_be_read_is_said(configured, tmp_path, content):
    path = tmp_path / "local.mbtiles"
    if content:
        path.write_bytes(content)
    client = configured(f'[[basemap]]\nid = "local"\ntitle = "本地"\nkind = "mbtiles"\nurl = "{path.as_posix()}"\n')
    answer = client.get("/basemaps/local/2/3/1")
    assert answer.status_code == 503
    assert "local.mbtiles" in answer.text


@pytest.mark.parametrize(
    "lines",
    [
        '[[basemap]]\nid = "x"\n',
        'datum = "GCJ-02"',
        "[[basemap",
        '[[basemap]]\nid="x"\ntitle="高德"\nurl="http://u"\ndatum="GCJ-02"\n',
        '[[basemap]]\nid="x"\ntitle="本机"\nurl="file:///etc/passwd"\n',
    ],
)
def test_a_configuration_that_does_not_hold_names_its_file(configured, lines):
    answer = configured(lines).get("/")
    assert answer.status_code == 400
    assert "basemaps.toml" in answer.text
