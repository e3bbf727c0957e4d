"""The words of plans as `plan_words.toml` gives them."""

from pathlib import Path
from typing import Any

from geo.exchange.grammar import read_grammar

WORDS: dict[str, Any] = read_grammar(Path(__file__).with_name("plan_words.toml"))


def pattern(words: str | list[str]) -> str:
    """A pattern of the file; of a list of them the one that any of them matches."""
    return words if isinstance(words, str) else f"(?:{'|'.join(words)})"
