"""The words of plans as `plan_words.toml` gives them."""

import tomllib
from pathlib import Path
from typing import Any

WORDS: dict[str, Any] = tomllib.loads(Path(__file__).with_name("plan_words.toml").read_text(encoding="utf-8"))


def pattern(words: str | list[str]) -> str:
    """A pattern of the file; of a list of them the one that any of them matches."""
    return words if isinstance(words, str) else f"(?:{'|'.join(words)})"
