"""What was just done, said on the next page with the way to take it back."""

from flask import flash

from geo.model.journal import JournalEntry

CHANGE = "change "
"""Begins the category of a message about a change; its change set follows. `templates/_done.html` reads it."""


def say_done(words: str, entry: JournalEntry | None) -> None:
    """Say on the next page that something was done; a change can be taken back there at once."""
    flash(words, "message" if entry is None else f"{CHANGE}{entry.change_set}")
