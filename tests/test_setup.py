"""What is installed: everything pinned, nothing missing, nothing needless, on every system that planners use."""

import ast
import re
import sys
from importlib.metadata import packages_distributions, requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]

PIN = re.compile(r"(?P<name>[A-Za-z0-9_.-]+)==(?P<version>[0-9][A-Za-z0-9.]*)(?P<marker> *;[^#]+)?( +#.*)?")
DIVIDER = "# --- what those need themselves"
BUILT_ON_BY_THE_LIBRARIES = {"pandas", "psycopg-binary"}
"""Named by us for its version although only GeoPandas' frames, or psycopg, bring it into our code."""

RUN_BY_OPERATORS = {"gunicorn"}
"""A program that serves ours, and nothing imports."""

NAMED_BY_THE_CUSTOMER = {"geopandas", "shapely", "folium", "flask", "fiona"}
"""There whether or not the code imports them yet."""

SYSTEMS = [
    {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
    {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
]


def pins(text: str) -> dict[str, str]:
    """Canonical name and version of every line that is no comment and no include."""
    lines = [line for line in text.splitlines() if line and not line.startswith(("#", "-r "))]
    matches = {line: PIN.fullmatch(line) for line in lines}
    assert all(matches.values()), [line for line, match in matches.items() if match is None]
    return {canonicalize_name(match["name"]): match["version"] for match in matches.values()}


def listed(name: str) -> tuple[dict[str, str], dict[str, str]]:
    """The direct requirements of a file and those below its dividing line."""
    direct, divider, rest = (ROOT / name).read_text(encoding="utf-8").partition(DIVIDER)
    assert divider
    return pins(direct), pins(rest[rest.index("\n") :])


def needed_by(names: set[str], system: dict[str, str]) -> set[str]:
    """Everything that the named distributions need on a system, themselves included."""
    seen: set[str] = set()
    waiting = set(names)
    while waiting:
        name = waiting.pop()
        seen.add(name)
        wanted = [Requirement(line) for line in requires(name) or []]
        found = {
            canonicalize_name(r.name) for r in wanted if not r.marker or r.marker.evaluate({**system, "extra": ""})
        }
        waiting |= found - seen
    return seen


def imported_distributions() -> set[str]:
    """The distributions that our own code imports."""
    distributions = packages_distributions()
    modules = set()
    for path in [ROOT / "server.py", *(ROOT / "geo").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            modules |= {name.partition(".")[0] for name in names}
    foreign = modules - set(sys.stdlib_module_names) - {"geo", "server", "__future__"}
    return {canonicalize_name(distributions[module][0]) for module in foreign}


def test_requirements_name_exactly_what_the_code_imports():
    direct, rest = listed("requirements.txt")
    imported = imported_distributions()
    assert set(direct) - BUILT_ON_BY_THE_LIBRARIES - RUN_BY_OPERATORS - NAMED_BY_THE_CUSTOMER <= imported
    assert set(direct) >= NAMED_BY_THE_CUSTOMER
    # Flask's own parts are used through their own names.
    assert imported - set(direct) <= needed_by({"flask"}, SYSTEMS[0]) & set(rest)


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system["sys_platform"])
def test_everything_that_the_server_needs_is_pinned_on_every_system(system):
    direct, rest = listed("requirements.txt")
    assert needed_by(set(direct), system) == set(direct) | set(rest)


def test_everything_that_the_tests_need_is_pinned():
    server = {name for part in listed("requirements.txt") for name in part}
    direct, rest = listed("requirements-dev.txt")
    assert needed_by(set(direct), SYSTEMS[0]) - server == set(direct) | set(rest)


def test_the_pinned_versions_are_the_ones_tested():
    every = {**listed("requirements.txt")[0], **listed("requirements.txt")[1]}
    every |= {**listed("requirements-dev.txt")[0], **listed("requirements-dev.txt")[1]}
    assert {name: version(name) for name in every} == every
