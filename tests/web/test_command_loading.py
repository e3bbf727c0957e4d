"""Commands are found by name, and load neither pages nor what only other commands need."""

import ast
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
    "pyarrow",
    "folium",
    "scipy",
    "pyogrio",
    "openpyxl",
    "ezdxf",
    "psycopg",
    "dask",
    "distributed",
)


@pytest.mark.parametrize("name", MODULE_OF)
def test_every_command_is_found_under_its_name(name):
    group = create_app().cli
    command = group.get_command(click.Context(group), name)
    assert command is not None
    assert command.name == name


def run(*arguments):
    """A command as a process of its own, which tells on its last line of what is heavy it has loaded what."""
    script = (
        "import sys; from flask.cli import main\n"
        "sys.argv = ['flask', '--app', 'server', *sys.argv[1:]]\n"
        "try: main()\n"
        f"finally: print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_reading_a_phrase_loads_no_store_and_no_gis_library(tmp_path):
    phrases = tmp_path / "phrases.txt"
    phrases.write_text("花园路与东风路交叉口西北角\n", encoding="utf-8")
    done = run("parse-locations", phrases)
    assert done.stdout.startswith('{"text":"花园路与东风路交叉口西北角","kind":"intersection"')
    assert done.stderr.strip() == "[]"


def test_an_export_and_a_look_at_a_file_load_no_format_but_their_own(office, tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", office.config["DATABASE_URL"])
    done = run("export", "schools", "-o", tmp_path / "a.geojson")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, "['shapely', 'sqlalchemy']")
    done = run("export", "schools", "-o", tmp_path / "a.gpkg")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, "['shapely', 'sqlalchemy']")
    done = run("inspect-file", tmp_path / "a.geojson")
    assert not {"openpyxl", "ezdxf", "psycopg"} & set(ast.literal_eval(done.stderr.splitlines()[-1]))


def test_ctrl_c_while_a_command_loads_ends_it_without_a_word():
    script = (
        "import os, signal, sys; from flask.cli import main; from geo.web import commands\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # not so where the tests run in the background\n"
        "commands.import_module = lambda name: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.argv = ['flask', '--app', 'server', 'layers']; main()"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")  # 130 to a shell
