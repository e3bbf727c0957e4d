"""Files that commands write: there whole, or not at all."""

import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from geo.model.errors import InvalidFile, N_
from geo.web.terminal import PROGRESS_EVERY_S, say


def write_whole(chunks: Iterable[bytes], target: Path) -> int:
    """Write a file that is there whole or not at all; returns its size in bytes.

    Raises
    ------
    InvalidFile
        If the folder or the file cannot be written, or it is `-`.
    """
    if str(target) == "-":
        raise InvalidFile(N_("-o 后面要写文件名：这里不能写到标准输出"))
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with draft.open("xb") as file:
            size = pour(chunks, file)
        draft.replace(target)
    except OSError as error:
        raise InvalidFile(
            N_("不能写文件 %(file)s：%(reason)s"), file=str(target), reason=error.strerror or str(error)
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    return size


def pour(chunks: Iterable[bytes], file: BinaryIO) -> int:
    """Write the chunks as they come, and say every few seconds how far it is."""
    size, told = 0, time.monotonic()
    for chunk in chunks:
        file.write(chunk)
        size += len(chunk)
        if time.monotonic() - told > PROGRESS_EVERY_S:
            told = time.monotonic()
            say(N_("已写 %(megabytes)s MB"), megabytes=round(size / 1e6, 1))
    file.flush()
    return size
