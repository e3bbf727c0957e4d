"""Plan Atlas. `python server.py` serves; `flask --app server NAME` runs a command; WSGI servers call `create_app()`."""

import logging
import socket
import sys

from flask import Flask

from geo.model.errors import AtlasError, InvalidInput, N_
from geo.web import browser_libraries, create_app
from geo.web.settings import whole_number
from geo.web.terminal import refuse, say

__all__ = ["create_app"]


def main() -> int:
    """Prepare what is missing, then serve until stopped.

    Returns
    -------
    exit_code
        2 with one clear line if the server cannot start.
    """
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it warns of every request that waits for a thread
    try:
        from geo.web.serving import serve  # loaded where it is used

        app = create_app()
        threads = whole_number(app.config, "THREADS", lowest=1, highest=256)
        with _listen(app.config["HOST"], whole_number(app.config, "PORT")) as listening:
            _prepare(app)
            say(N_("规划一张图已启动：%(address)s （按 Ctrl+C 停止）"), address=_address(listening))
            serve(app, listening, threads)
    except AtlasError as error:
        return refuse(error)
    return 0


def _listen(host: str, port: int) -> socket.socket:
    """A bound socket. Made here and not by waitress, whose own would share a port that is taken on Windows.

    Raises
    ------
    InvalidInput
        If there is no such address, or something else has the port.
    """
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise InvalidInput(
            N_("不能在 %(host)s 的端口 %(port)s 上启动：%(reason)s。端口被占用时，可用环境变量 PORT 换一个"),
            host=host,
            port=port,
            reason=str(error.strerror or error).partition(" (while")[0],
        ) from error


def _prepare(app: Flask) -> None:
    """Install the browser libraries, make the secret and build the store, where that has not been done yet."""
    from geo.web.current import current_store, replica  # loaded where they are used: commands import this module too
    from geo.web.sessions import secret_key

    if not browser_libraries.are_installed():
        say(N_("正在安装浏览器组件……"))
        browser_libraries.install()
    secret_key(app)
    with app.app_context():
        current_store()
        replica()


def _address(listening: socket.socket) -> str:
    """What to open on this machine; a server that listens on every address is there at the loopback one."""
    host, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


if __name__ == "__main__":
    sys.exit(main())
