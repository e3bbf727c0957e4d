"""`python server.py`: one clear line with the address, or one clear line why not."""

import os
import re
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

import server

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def refusal(tmp_path, monkeypatch, capsys):
    """What a server says that does not start with some settings."""

    def start(**settings: str) -> str:
        for name, value in ({"DATABASE_URL": f"gpkg:///{tmp_path}/plan.gpkg", "LC_ALL": "C"} | settings).items():
            monkeypatch.setenv(name, value)
        assert server.main() == 2
        printed = capsys.readouterr()
        assert (printed.out, printed.err.count("\n")) == ("", 1)
        return printed.err

    return start


def test_it_builds_the_store_says_its_address_and_serves_from_any_folder(tmp_path):
    settings = {"DATABASE_URL": f"gpkg:///{tmp_path}/plan.gpkg", "HOST": "127.0.0.1", "PORT": "0"}
    command = [sys.executable, str(ROOT / "server.py")]
    with subprocess.Popen(
        command, cwd=tmp_path, env=os.environ | settings, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        try:
            address = re.search(r"http://127\.0\.0\.1:[0-9]+", process.stderr.readline()).group()
            with urllib.request.urlopen(f"{address}/healthz", timeout=60) as answer:
                assert answer.status == 200
        finally:
            process.terminate()
    assert (tmp_path / "plan.gpkg").exists()


SLOW = """
import socket, sys, time
from flask import Flask
from geo.web.serving import serve

app = Flask("slow")

@app.get("/")
def slow():
    print("asked", flush=True)
    time.sleep(1)
    return "x" * 5_000_000

with socket.create_server(("127.0.0.1", 0)) as listening:
    print(listening.getsockname()[1], flush=True)
    serve(app, listening, 2)
print("stopped", flush=True)
"""


def test_a_server_that_is_told_to_stop_ends_what_it_has_begun_and_takes_nothing_new():
    with subprocess.Popen([sys.executable, "-c", SLOW], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        port = int(process.stdout.readline())
        idle = socket.create_connection(("127.0.0.1", port))
        with socket.create_connection(("127.0.0.1", port)) as asking, idle:
            asking.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert process.stdout.readline() == "asked\n"
            process.terminate()
            assert idle.recv(1) == b""
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port))
            answer = b"".join(iter(lambda: asking.recv(2**16), b""))
        assert answer.endswith(b"\r\n\r\n" + b"x" * 5_000_000)
        assert process.stdout.readline() == "stopped\n"
        assert process.wait(60) == 0


def test_a_taken_port_is_named_and_nothing_is_built(refusal, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert port in refusal(PORT=port)
    assert not (tmp_path / "plan.gpkg").exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "65536"),
        ("THREADS", "0"),
        ("TRUSTED_PROXIES", "-1"),
        ("REQUIRE_LOGIN", "yes"),
        ("HOST", "256.0.0.1"),
        ("DATABASE_URL", "mysql://somewhere"),
        ("DATABASE_URL_READ", "gpkg:copy.gpkg"),
        ("DATABASE_CONNECTIONS", "2"),
        ("QUERY_TIMEOUT_S", "0"),
        ("LAYERS_DIR", "no/such/folder"),
    ],
)
def test_a_wrong_setting_is_named_with_its_value(refusal, name, value):
    assert value in refusal(**{"PORT": "0", name: value})


def test_a_secret_that_is_none_is_named_but_not_shown(refusal, tmp_path):
    said = refusal(PORT="0", SECRET_KEY="hunter2")
    assert "SECRET_KEY" in said
    assert "hunter2" not in said
    (tmp_path / "folder").mkdir()
    assert "folder" in refusal(PORT="0", SECRET_KEY="", SECRET_KEY_FILE=str(tmp_path / "folder"))


def test_it_speaks_the_terminals_language(refusal):
    assert "应为" in refusal(PORT="eighty")
    assert "should be" in refusal(PORT="eighty", LC_ALL="en_GB.UTF-8")
