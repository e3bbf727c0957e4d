"""The files beside the operations guide name what there is."""

import re
from pathlib import Path

from geo.web.settings import SETTINGS
from tests.operations.conftest import GUIDE, ROOT

OF_OTHERS = {"DATABASE_PASSWORD", "WORKERS", "POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB"}


def text_of(name: str) -> str:
    return (GUIDE / name).read_text(encoding="utf-8")


def test_every_setting_that_they_give_is_one():
    known = {setting.name for setting in SETTINGS} | OF_OTHERS
    named = re.findall(r"^ +([A-Z][A-Z_]+): ", text_of("compose/compose.yaml"), re.MULTILINE)
    named += re.findall(r"\b([A-Z][A-Z_]+)=", text_of("systemd/plan-atlas@.service") + text_of("compose/Dockerfile"))
    named += re.findall(r'environ\.get\(["\']([A-Z_]+)', text_of("gunicorn.conf.py"))
    assert len(named) > 10
    assert [name for name in named if name not in known] == []


def test_whatever_kills_a_server_waits_longer_than_the_server_does():
    (graceful,) = re.findall(r"^graceful_timeout = (\d+)", text_of("gunicorn.conf.py"), re.MULTILINE)
    (systemd,) = re.findall(r"TimeoutStopSec=(\d+)", text_of("systemd/plan-atlas@.service"))
    (compose,) = re.findall(r"stop_grace_period: (\d+)s", text_of("compose/compose.yaml"))
    assert int(graceful) + 5 <= min(int(systemd), int(compose))


def test_every_file_is_named_in_the_guide():
    guide = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    files = [path.relative_to(GUIDE).as_posix() for path in Path(GUIDE).rglob("*") if path.is_file()]
    assert [name for name in files if f"operations/{name})" not in guide and "__pycache__" not in name] == []
