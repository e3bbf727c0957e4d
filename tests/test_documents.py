"""The documents name what there is."""

from pathlib import Path

import pytest

from geo.web.commands import MODULE_OF
from geo.web.settings import SETTINGS

ROOT = Path(__file__).resolve().parents[1]


def test_every_setting_is_in_the_operations_guide():
    guide = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    rows = [f"| `{setting.name}` | `{setting.default}` | {setting.help} |" for setting in SETTINGS]
    assert [row for row in rows if row not in guide] == []


@pytest.mark.parametrize("table", ["commands.md", "commands.zh-CN.md"])
def test_every_command_is_in_the_table(table):
    text = (ROOT / "docs" / table).read_text(encoding="utf-8")
    names = set(MODULE_OF)
    assert [name for name in names if f"| `{name}" not in text] == []


@pytest.mark.parametrize("path", sorted(ROOT.glob("*.md")) + sorted(ROOT.glob("docs/*.md")), ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(path):
    text = path.read_text(encoding="utf-8")
    targets = [part.partition(")")[0] for part in text.split("](")[1:]]
    ours = [target.partition("#")[0] for target in targets if "://" not in target]
    assert [target for target in ours if not (path.parent / target).exists()] == []
