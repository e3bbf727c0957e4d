"""What reading any file needs: its short name, its text, and everything that is wrong with it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from geo.exchange.texts import short_name
from geo.model.errors import InvalidFile, N_

T = TypeVar("T")


@dataclass(frozen=True)
class Inspected(Generic[T]):
    """What a file holds, and everything that is wrong with it."""

    content: T
    faults: list[InvalidFile]

    def sound(self) -> T:
        """The content.

        Raises
        ------
        InvalidFile
            The first fault, if there is any.
        """
        if self.faults:
            raise self.faults[0]
        return self.content


def read_text(path: Path) -> str:
    """A text file in UTF-8, with or without a byte order mark.

    Raises
    ------
    InvalidFile
        If the file is not there, cannot be read, or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InvalidFile(N_("缺少文件 %(file)s"), file=short_name(path)) from None
    except UnicodeDecodeError as fault:
        line = fault.object[: fault.start].count(b"\n") + 1
        raise InvalidFile(N_("%(file)s 第 %(line)s 行不是 UTF-8 编码"), file=short_name(path), line=line) from None
    except OSError as fault:
        raise InvalidFile(N_("%(file)s 读不出来：%(reason)s"), file=short_name(path), reason=fault.strerror) from None


def shown(value: object) -> str:
    """A faulty value as an error quotes it: short."""
    try:
        text = str(value)
    except (RecursionError, ValueError):  # nested too deep, or a number of more digits than Python writes
        text = "…"
    return text if len(text) <= 40 else text[:40] + "…"
