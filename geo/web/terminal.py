"""How the server and its commands talk: JSON on standard output, words on standard error."""

import gettext
import os
import sys
from collections.abc import Callable

import click
import orjson

from geo.model.errors import AtlasError
from geo.web.language import TRANSLATIONS

DONE, FINDINGS, REFUSED = 0, 1, 2
"""Exit codes: done; done with findings; refused (bad input or usage, nothing changed)."""


def terminal_language() -> str:
    """`en` where the terminal's locale says so, else `zh`."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "en" if locale.startswith("en") else "zh"


def words_in(language: str) -> Callable[[str], str]:
    """What turns a message marked with `N_` into a language."""
    return gettext.translation("messages", TRANSLATIONS, [language], fallback=True).gettext


def in_terminal_words(message: str, **params: object) -> str:
    """A message with its parameters, in the terminal's language and on one line."""
    return " ".join((words_in(terminal_language())(message) % params).split())


def say(message: str, **params: object) -> None:
    """One line of words: a message marked with `N_` and its parameters."""
    click.echo(in_terminal_words(message, **params), err=True)


def refuse(error: AtlasError) -> int:
    """Say in one line what is wrong; returns the exit code."""
    say(error.message, **error.params)
    return REFUSED


def answer(value: object) -> None:
    """A command's result: JSON in UTF-8, whatever the terminal's code page."""
    output = sys.stdout.buffer
    output.write(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    output.flush()
