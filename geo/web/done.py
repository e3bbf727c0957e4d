"""What was just done, said on the next page with the way to take it back."""

from flask import flash

from geo.model.journal import JournalEntry

CHANGE, UNDOING = "change", "undoing"
"""Begin the category of a message about a change; its change set follows. `templates/_done.html` reads it."""


def say_done(words: str, entry: JournalEntry | None, kind: str = CHANGE) -> None:
    """Say on the next page that something was done; a change can be taken back there at once, and an undoing too."""
    flash(words, "message" if entry is None else f"{kind} {entry.change_set}")
