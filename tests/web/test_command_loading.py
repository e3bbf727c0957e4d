"""Commands are found by name, and load neither pages nor what only other commands need."""

import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from geo.web import create_app
from geo.web.commands import MODULE_OF

ROOT = Path(__file__).resolve().parents[2]
HEAVY = (
    "pandas",
    "geopandas",
    "shapely",
    "sqlalchemy",
    "folium",
    "scipy",
    "pyogrio",
    "openpyxl",
    "dask",
    "distributed",
)


@pytest.mark.parametrize("name", MODULE_OF)
def test_every_command_is_found_under_its_name(name):
    group = create_app().cli
    command = group.get_command(click.Context(group), name)
    assert command is not None
    assert command.name == name


def test_reading_a_phrase_loads_no_store_and_no_gis_library(tmp_path):
    phrases = tmp_path / "phrases.txt"
    phrases.write_text("花园路与东风路交叉口西北角\n", encoding="utf-8")
    script = (
        "import sys; from flask.cli import main\n"
        "sys.argv = ['flask', '--app', 'server', 'parse-locations', sys.argv[1]]\n"
        "try: main()\n"
        f"finally: print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    command = [sys.executable, "-c", script, str(phrases)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.startswith('{"text":"花园路与东风路交叉口西北角","kind":"intersection"')
    assert done.stderr.strip() == "[]"


def test_ctrl_c_while_a_command_loads_ends_it_without_a_word():
    script = (
        "import os, signal, sys; from flask.cli import main; from geo.web import commands\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # not so where the tests run in the background\n"
        "commands.import_module = lambda name: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.argv = ['flask', '--app', 'server', 'layers']; main()"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")  # 130 to a shell
