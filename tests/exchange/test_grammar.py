"""The grammars stay readable: patterns are laid out over lines, and laid out they mean what they say."""

import re
import tomllib
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.exchange import grammar

FILES = sorted(Path(grammar.__file__).parent.glob("*_words.toml"))
MOST_COLUMNS = 150


def test_what_is_laid_out_is_read_as_one_pattern(tmp_path):
    path = tmp_path / "words.toml"
    path.write_text("""
plain = "a\\n  b"
pattern = '''
    (?:                      # what is said before the name
        小学
        |中学|[ #]+          # 中学 #3
    )
    $'''
lists = [{ name = '''
        a\\s
        b''' }]
""")
    assert grammar.read_grammar(path) == {
        "plain": "a\n  b",
        "pattern": "(?:小学|中学|[ #]+)$",
        "lists": [{"name": r"a\sb"}],
    }


@given(st.lists(st.text("a|(?:)小学#*+ ", min_size=1).map(str.strip).filter(bool), min_size=1))
def test_pieces_are_joined_without_a_space(pieces):
    plain = [piece for piece in pieces if not re.search(r"(?:^|\s{2,})#", piece)]
    assert grammar.unfolded("\n".join(f"    {piece}" for piece in plain)) == "".join(plain)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_text_of_a_grammar_is_too_long_to_be_followed(path):
    lines = [line for text in texts_of(tomllib.loads(path.read_text("utf-8"))) for line in text.split("\n")]
    assert [line for line in lines if columns(line) > MOST_COLUMNS] == []


def texts_of(said):
    if isinstance(said, str):
        yield said
    elif isinstance(said, dict | list):
        for each in said.values() if isinstance(said, dict) else said:
            yield from texts_of(each)


def columns(line):
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)
