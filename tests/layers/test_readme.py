"""The README documents every key that a definition may have."""

import re
from pathlib import Path

import msgspec
import pytest

from geo.model.land_use import LandUseTable
from geo.model.layer import Choice, Control, Field, LandUse, Layer, Ratio, Stated, Status, Style, Zone

README = Path(__file__).parents[2] / "layers" / "README.md"


@pytest.mark.parametrize(
    "struct",
    [Zone, Layer, Field, Choice, Ratio, Stated, Status, Style, LandUse, LandUseTable, Control],
    ids=lambda struct: struct.__name__,
)
def test_every_key_is_explained(struct):
    explained = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`[^`\n]+`", README.read_text(encoding="utf-8")))))
    assert {field.encode_name for field in msgspec.structs.fields(struct)} <= explained
