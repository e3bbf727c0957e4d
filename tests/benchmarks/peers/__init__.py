"""Other programs that do the same work, in an environment of their own: seconds of their work alone."""

import math
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy

FOLDER = Path(__file__).parent
ENVIRONMENT = FOLDER.parents[2] / "build" / "benchmark-peers"
REQUIREMENTS = FOLDER / "requirements.txt"
GIVE_UP_S = 300


def interpreter() -> Path:
    """The Python of that environment, which is made the first time, and again when its list changes."""
    python = ENVIRONMENT / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    made = ENVIRONMENT / "requirements.txt"
    if not made.exists() or made.read_bytes() != REQUIREMENTS.read_bytes():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "-r", str(REQUIREMENTS)], check=True)
        made.write_bytes(REQUIREMENTS.read_bytes())
    return python


def seconds(program: str, **arrays: numpy.ndarray) -> float:
    """How long a function of `programs.py` takes for the arrays, without start and reading; infinite if too long."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "input.npz"
        numpy.savez(path, **arrays)
        command = [str(interpreter()), str(FOLDER / "programs.py"), program, str(path)]
        try:
            told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=GIVE_UP_S).stdout
        except subprocess.TimeoutExpired:
            return math.inf
    return float(told.splitlines()[-1])


def versions() -> dict[str, str]:
    """The programs of that environment that our list names, as far as they are installed, and their versions."""
    lines = (line.partition("#")[0].strip() for line in REQUIREMENTS.read_text().splitlines())
    return dict(line.split("==") for line in lines if line) if ENVIRONMENT.exists() else {}
