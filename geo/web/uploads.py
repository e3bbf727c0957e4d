"""Requests that hold more than others may: which views take them, and files that were sent."""

import re
import tempfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import TypeVar

from flask import Flask, current_app
from werkzeug.datastructures import FileStorage

from geo.model.errors import InvalidFile
from geo.web.asking import this_request

LONGEST_NAME = 100
UNSAFE = re.compile(r'[\x00-\x1f<>:"|?*\\/]|^[.]')
"""What a file's name may not hold on some system."""

Read = TypeVar("Read")


def takes(most_bytes: int) -> Callable[[Callable], Callable]:
    """Mark a view: its requests may hold so many bytes, where the app's own limit is smaller."""

    def mark(view: Callable) -> Callable:
        view.most_bytes = most_bytes
        return view

    return mark


def _allow() -> None:
    request = this_request()
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


class Upload:
    """A file that was sent, kept in a folder of its own until it is closed; without one, `path` is None."""

    def __init__(self, given: FileStorage | None) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="plan-atlas-")
        self.name = file_name(given) if given is not None else ""
        self.path = Path(self.folder.name) / UNSAFE.sub("_", self.name) if self.name else None
        if given is not None and self.path is not None:
            given.save(self.path)

    def read(self, reader: Callable[[Path], Read]) -> Read:
        """What a function reads from the file.

        Raises
        ------
        InvalidFile
            As the function does; the message has the file's own name and nothing of this server's folders.
        """
        try:
            return reader(self.path)
        except InvalidFile as fault:
            raise InvalidFile(fault.message, **(fault.params | {"file": self.name})) from None

    def close(self) -> None:
        self.folder.cleanup()
