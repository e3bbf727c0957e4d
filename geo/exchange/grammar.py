r"""Grammars kept as data: TOML in which a long pattern is laid out over lines, so that a reader can follow it.

A text that begins with four spaces is laid out: it is what its lines say together without the spaces around them. A
line may end with a remark, two spaces and a `#` before it. A space that belongs to a pattern is written `[ ]` or `\s`.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

INDENT = "    "
REMARK = re.compile(r"(?:^|\s{2,})#.*$")


def read_grammar(path: Path) -> dict[str, Any]:
    """What the file says, its patterns as they are to be compiled."""
    return unfolded(tomllib.loads(path.read_text(encoding="utf-8")))


def unfolded(said: Any) -> Any:
    """The same with every text that is laid out in one line."""
    if isinstance(said, dict):
        return {key: unfolded(value) for key, value in said.items()}
    if isinstance(said, list):
        return [unfolded(value) for value in said]
    return _in_one_line(said) if isinstance(said, str) and said.startswith(INDENT) else said


def _in_one_line(text: str) -> str:
    return "".join(REMARK.sub("", line).strip() for line in text.split("\n"))
