"""Connections and forked processes: a child never speaks on a connection of its parent."""

import os
import weakref

from sqlalchemy import Engine


def forget_in_children(engine: Engine) -> None:
    """Let forked children open connections of their own, and leave the parent's alone."""
    if hasattr(os, "register_at_fork"):  # not on Windows
        reference = weakref.ref(engine)
        os.register_at_fork(after_in_child=lambda: _leave_to_parent(reference()))


def _leave_to_parent(engine: Engine | None) -> None:
    """In a forked child: forget the parent's connections without closing them."""
    if engine is not None:
        engine.dispose(close=False)
