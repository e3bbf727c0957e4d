"""How the server and its commands talk: JSON on standard output, words on standard error."""

import gettext
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
import orjson

from geo.model.errors import AtlasError, N_
from geo.model.remark import Remark, worded
from geo.web.translations import TRANSLATIONS

JSON = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
PROGRESS_EVERY_S = 2.0

DONE, FINDINGS, REFUSED = 0, 1, 2
"""Exit codes: done; done with findings; refused (bad input or usage, nothing changed)."""

INTERRUPTED = 130
"""Ended by Ctrl-C: 128 and the number of the signal, as shells have it."""


def terminal_language() -> str:
    """`en` where the terminal's locale says so, else `zh`."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "en" if locale.startswith("en") else "zh"


def words_in(language: str) -> Callable[[str], str]:
    """What turns a message marked with `N_` into a language."""
    return gettext.translation("messages", TRANSLATIONS, [language], fallback=True).gettext


def in_terminal_words(message: str, **params: object) -> str:
    """A message with its parameters, in the terminal's language and on one line."""
    return " ".join(worded(message, params, words_in(terminal_language())).split())


def say(message: str, **params: object) -> None:
    """One line of words: a message marked with `N_` and its parameters."""
    click.echo(in_terminal_words(message, **params), err=True)


def say_sentence(said: AtlasError | Remark) -> None:
    """An error or a remark in one line of words."""
    say(said.message, **said.params)


def refuse(error: AtlasError) -> int:
    """Say in one line what is wrong; returns the exit code."""
    say_sentence(error)
    return REFUSED


def answer(value: object) -> None:
    """A command's result: JSON in UTF-8, whatever the terminal's code page."""
    output = sys.stdout.buffer
    try:
        text = orjson.dumps(value, option=JSON)
    except TypeError:  # the name of a file that is in no encoding
        text = orjson.dumps(orjson.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")), option=JSON)
    output.write(text)
    output.flush()


@contextmanager
def progress(*, refusable: float = 0.0) -> Iterator[Callable[[int, int], None]]:
    """Says on standard error how far long work is: a bar on a terminal, else a line every few seconds.

    Parameters
    ----------
    refusable
        Share of the work in which it may still be refused: no lines are written there, since a refusal is one line.

    Yields
    ------
    tell
        Called with how many are done, and how many there are.
    """
    if not sys.stderr.isatty():
        yield _told_now_and_then(refusable)
        return
    with click.progressbar(length=1, show_pos=True, file=sys.stderr) as bar:

        def tell(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield tell


def _told_now_and_then(refusable: float) -> Callable[[int, int], None]:
    told = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal told
        if done > refusable * total and time.monotonic() - told > PROGRESS_EVERY_S:
            told = time.monotonic()
            say(N_("已完成 %(done)s / %(total)s"), done=done, total=total)

    return tell
