"""The same files through the import page and the commands: a sentence, an exit code, and nothing temporary."""

import io
import json

import pytest

from geo.model.journal import JournalQuery
from geo.web.current import live_store
from tests.hostile.cases import CASES

SENT = (
    "kmz bomb",
    "2000 collections",
    "100 000 fields",
    "computed column",
    "two encodings",
    "table of one row",
    "blanks",
)
EXIT = {"accept": 0, "accept_with_findings": 1, "refuse": 2}


@pytest.mark.parametrize("name", SENT)
def test_a_file_that_is_sent_is_refused_on_the_page_and_written_never(office, signed_in, tmp_path, temporary, name):
    case = CASES[name]
    case.make(tmp_path / case.name)
    editor = signed_in(office, "editor")
    with office.app_context():
        before = live_store().count_journal(JournalQuery())
    form = {"layer_id": "schools", "file": (io.BytesIO((tmp_path / case.name).read_bytes()), case.name)}
    page = editor.post("/import/preview", data=form, content_type="multipart/form-data", follow_redirects=True)
    assert page.status_code == 200 and 'data-testid="import-preview"' in page.text
    assert 'data-testid="write"' not in page.text
    with office.app_context():
        assert live_store().count_journal(JournalQuery()) == before
    assert [each.name for each in temporary.iterdir()] == ["plan-atlas-imports"]


@pytest.mark.parametrize(
    "name", ["zip bomb", "no prj", "mark at the start", "newline and colours in a name", "broken name"]
)
def test_the_commands_end_as_the_preview_says(app, tmp_path, temporary, name):
    case = CASES[name]
    case.make(tmp_path / case.name)
    for words in (["inspect-file"], ["import-layer", "schools", "--dry-run"]):
        ended = app.test_cli_runner().invoke(args=[*words, str(tmp_path / case.name)])
        assert (ended.exit_code, json.loads(ended.stdout)["result"]) == (EXIT[case.result], case.result)
        assert "\x1b" not in ended.stderr and "Traceback" not in ended.stderr
    assert list(temporary.iterdir()) == []
