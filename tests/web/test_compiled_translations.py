"""Catalogues are compiled when they are newer than what gettext reads."""

import gettext
import os

import pytest

from geo.web.browser_libraries import SetupFailed
from geo.web.translations import compile_catalogues

CATALOGUE = """msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "地图"
msgstr "{english}"
"""


@pytest.fixture
def catalogue(tmp_path):
    path = tmp_path / "en" / "LC_MESSAGES" / "messages.po"
    path.parent.mkdir(parents=True)
    path.write_text(CATALOGUE.format(english="Map"), encoding="utf-8")
    return path


def english(folder) -> str:
    with (folder / "en" / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        return gettext.GNUTranslations(file).gettext("地图")


def test_a_catalogue_is_compiled_once(catalogue, tmp_path):
    assert [path.name for path in compile_catalogues(tmp_path)] == ["messages.mo"]
    assert english(tmp_path) == "Map"
    assert compile_catalogues(tmp_path) == []
    assert sorted(path.name for path in catalogue.parent.iterdir()) == ["messages.mo", "messages.po"]


def test_whoever_may_read_a_catalogue_may_read_it_compiled(catalogue, tmp_path):
    catalogue.chmod(0o644)
    compile_catalogues(tmp_path)
    assert catalogue.with_suffix(".mo").stat().st_mode & 0o777 == 0o644


def test_a_changed_catalogue_is_compiled_again(catalogue, tmp_path):
    compile_catalogues(tmp_path)
    catalogue.write_text(CATALOGUE.format(english="Chart"), encoding="utf-8")
    later = catalogue.with_suffix(".mo").stat().st_mtime + 10
    os.utime(catalogue, (later, later))
    compile_catalogues(tmp_path)
    assert english(tmp_path) == "Chart"


def test_a_program_that_may_only_be_read_says_what_to_do_first(catalogue, tmp_path, monkeypatch):
    def refused(*_arguments, **_more):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refused)
    with pytest.raises(SetupFailed) as failed:
        compile_catalogues(tmp_path)
    assert failed.value.params == {"folder": str(tmp_path)}
    assert not catalogue.with_suffix(".mo").exists()
