"""Connections and forked processes: a child never speaks on a connection of its parent."""

import os
import weakref
from collections.abc import Callable
from typing import TypeVar

Keeper = TypeVar("Keeper")


def forget_in_children(keeper: Keeper, forget: Callable[[Keeper], None]) -> None:
    """Let forked children open connections of their own, and leave the parent's alone.

    Parameters
    ----------
    keeper
        Keeps connections; it may go at any time.
    forget
        Makes it forget them, without closing any.
    """
    if hasattr(os, "register_at_fork"):  # not on Windows
        reference = weakref.ref(keeper)
        os.register_at_fork(after_in_child=lambda: _leave_to_parent(reference(), forget))


def _leave_to_parent(keeper: Keeper | None, forget: Callable[[Keeper], None]) -> None:
    if keeper is not None:
        forget(keeper)
