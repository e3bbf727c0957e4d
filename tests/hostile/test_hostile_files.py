"""Every hostile file is refused or mended as its preview says; store, memory, disk and clock come to no harm."""

import gc
import hashlib
import re
import tempfile
import time
from pathlib import Path

import orjson
import pytest

from geo.model.feature_query import FeatureQuery
from geo.model.journal import Act, JournalQuery
from geo.service import history, inspecting
from geo.service.import_report import ImportPlan
from geo.service.importing import import_file
from geo.service.intake import open_or_create
from geo.service.opened_files import Asked
from tests.hostile.cases import CASES, REFUSE
from tests.service.conftest import SCHOOLS, Folder, school

EXTENT = (113.95, 32.97, 114.06, 33.11)
ACT = Act("张三", "导入", "文件")
MOST_MEMORY, LONGEST_S = 2**30, 60
PROGRAM = 2**28
"""Bytes that the program takes before it opens a file; this process may hold far more from other tests."""


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = Folder(tmp_path_factory.mktemp("hostile") / "layers")
    folder.layer("schools", SCHOOLS, *(school(number) for number in range(1, 4)))
    store = open_or_create(f"gpkg:///{folder.path.parent}/plan.gpkg", folder.path)
    yield store
    store.close()


@pytest.fixture
def hostile(request, tmp_path, monkeypatch, usual_garbage):
    """The file of a case; what else lies in temporary folders afterwards was left behind."""
    case = request.param
    folder = tmp_path / "given"
    folder.mkdir()
    case.make(folder / case.name)
    left = tmp_path / "left"
    left.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(left))
    beside = set(folder.iterdir())
    gc.collect()
    _forget_peak()
    held = _peak()
    began = time.process_time()
    yield case, folder / case.name
    assert time.process_time() - began < LONGEST_S
    assert _peak() - held < MOST_MEMORY - PROGRAM
    assert list(left.iterdir()) == []
    assert set(folder.iterdir()) == beside


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak() -> int:
    """Most bytes of memory that this process had since."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))[1]) * 1024


def content(store) -> str:
    """A hash of everything that a layer holds, and of the journal's head."""
    page = store.read_page("schools", FeatureQuery(schematic=True, retired=True))
    known = [page.ids, [wkb and wkb.hex() for wkb in page.wkb], page.rows, store.journal_head().hash]
    return hashlib.sha256(orjson.dumps(known)).hexdigest()


def told(findings) -> set[str]:
    assert all(str(finding.remark) and "\n" not in str(finding.remark) for finding in findings)
    return {finding.code for finding in findings}


@pytest.mark.parametrize("hostile", CASES.values(), ids=CASES, indirect=True)
def test_what_the_preview_says_comes_true_and_does_no_harm(hostile, store):
    case, path = hostile
    found = inspecting.inspect_file(path, Asked(), EXTENT)
    assert (found.result, told(found.findings) >= set(case.codes.split())) == (case.result, True), found.findings
    before = content(store)
    preview = import_file(store, "schools", path, ImportPlan(matching=()), None)
    assert content(store) == before
    assert (preview.result != REFUSE) == case.taken, preview.findings
    written = import_file(store, "schools", path, ImportPlan(matching=()), ACT)
    assert (written.result, told(written.findings)) == (preview.result, told(preview.findings))
    if not case.taken:
        assert content(store) == before
        return
    assert written.written == preview.new > 0
    history.undo(store, written.change_set, Act("李四", "撤销"))
    assert store.count("schools", FeatureQuery()) == 3 and store.count_journal(JournalQuery(layer_id="schools")) > 3
