"""App servers and nginx as the operations guide sets them up, on ports of their own."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "operations"
START_TIMEOUT_S = 180

GUNICORN = (
    "-m",
    "gunicorn",
    "--config",
    str(GUIDE / "gunicorn.conf.py"),
    "--log-level",
    "error",
    "server:create_app()",
)
OUR_OWN = ("server.py",)

FRAME = """
daemon off;
user {user};
pid nginx.pid;
error_log stderr error;
events {{}}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    include upstream.conf;
    include plan-atlas.conf;
}}
"""


class Program:
    """A program that listens on a port, until it is told to stop."""

    def __init__(self, port: int, command: list[str], ready: str, **environment: str) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self._ready = f"{self.address}{ready}"
        self.process = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment)

    def wait(self) -> None:
        """Wait until it answers."""
        end = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < end:
            assert self.process.poll() is None, f"ended with {self.process.returncode}"
            try:
                if requests.get(self._ready, timeout=5).ok:
                    return
            except requests.RequestException:
                time.sleep(0.1)
        raise TimeoutError(self._ready)

    def stop(self) -> int:
        """Tell it to stop, as systemd and Docker do; returns its exit code."""
        self.process.terminate()
        return self.process.wait(40)


@pytest.fixture(scope="session")
def app_server():
    """Start an app server, `GUNICORN` or `OUR_OWN`, on a store."""

    @contextmanager
    def running(program: tuple[str, ...], url: str, **settings: str) -> Iterator[Program]:
        port = free_port()
        own = {"DATABASE_URL": url, "PORT": str(port), "TRUSTED_PROXIES": "1"} | settings
        server = Program(port, [sys.executable, *program], "/healthz/ready", **own)
        try:
            yield server
        finally:
            server.stop()

    return running


@pytest.fixture
def nginx(tmp_path):
    """Start nginx with the guide's own files in front of two app servers."""

    @contextmanager
    def running(*servers: Program) -> Iterator[Program]:
        port = free_port()
        upstream = (GUIDE / "nginx" / "upstream.conf").read_text(encoding="utf-8")
        for place, server in zip(("127.0.0.1:8001", "127.0.0.1:8002"), servers, strict=True):
            assert upstream.count(place) == 1
            upstream = upstream.replace(place, server.address.removeprefix("http://"))
        site = (GUIDE / "nginx" / "plan-atlas.conf").read_text(encoding="utf-8")
        assert site.count("listen 80;") == 1
        (tmp_path / "upstream.conf").write_text(upstream, encoding="utf-8")
        (tmp_path / "plan-atlas.conf").write_text(site.replace("listen 80;", f"listen {port};"), encoding="utf-8")
        (tmp_path / "nginx.conf").write_text(FRAME.format(user=tmp_path.owner()), encoding="utf-8")
        command = ["/usr/sbin/nginx", "-p", f"{tmp_path}/", "-c", "nginx.conf", "-e", "stderr"]
        server = Program(port, command, "/healthz/live")
        try:
            server.wait()
            yield server
        finally:
            server.stop()

    return running
