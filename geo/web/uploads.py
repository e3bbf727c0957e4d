"""Requests that hold more than others may: which views take them, and the name of a file that was sent."""

from collections.abc import Callable
from pathlib import PurePosixPath

from flask import Flask, current_app, request
from werkzeug.datastructures import FileStorage

LONGEST_NAME = 100


def takes(most_bytes: int) -> Callable[[Callable], Callable]:
    """Mark a view: its requests may hold so many bytes, where the app's own limit is smaller."""

    def mark(view: Callable) -> Callable:
        view.most_bytes = most_bytes
        return view

    return mark


def _allow() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    most_bytes = getattr(view, "most_bytes", None)
    if most_bytes is not None:
        request.max_content_length = request.max_form_memory_size = most_bytes


def allow_uploads(app: Flask) -> None:
    """Give marked views their limit before anything reads their requests; to be called before the guard is set up."""
    app.before_request(_allow)


def file_name(given: FileStorage) -> str:
    """The name that the sender gave, without folders."""
    return PurePosixPath((given.filename or "").replace("\\", "/")).name[-LONGEST_NAME:]
