"""Arrow batches written to a file by a program of its own, so that reading and writing keep two processors busy.

Threads would not do: pyogrio holds the interpreter while GDAL writes.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import IO

import pyarrow

PROGRAM = Path(__file__).with_name("writing_apart.py")
MOST_WAITING = 64
"""Batches that are kept at most until the program has loaded its libraries."""


class CannotWrite(Exception):
    """The program has ended before all was written; the message is in its words."""


def write_apart(schema: pyarrow.Schema, batches: Iterable[pyarrow.RecordBatch], options: Mapping[str, object]) -> None:
    """Write batches as they are made. When an error of theirs ends it, the program is ended too; the file is not whole.

    Parameters
    ----------
    options
        Of `pyogrio.write_arrow`, such as JSON can tell.

    Raises
    ------
    CannotWrite
    """
    with tempfile.TemporaryFile() as said, _started(options, said) as program:
        is_sent = _is_sent(schema, batches, program)
        code = program.wait()
        if code or not is_sent:
            said.seek(0)
            words = said.read().decode(errors="replace").splitlines()
            raise CannotWrite(words[-1] if words else f"exit code {code}")


@contextmanager
def _started(options: Mapping[str, object], said: IO[bytes]) -> Iterator[subprocess.Popen]:
    """The program; however the work ends, it does not outlive it."""
    command = [sys.executable, "-P", str(PROGRAM), json.dumps(options)]
    program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said)
    try:
        yield program
    finally:
        program.kill()
        program.wait()
        program.stdout.close()
        with suppress(OSError):
            program.stdin.close()


def _is_sent(schema: pyarrow.Schema, batches: Iterable[pyarrow.RecordBatch], program: subprocess.Popen) -> bool:
    """Send all batches; False where the program has ended before. Errors of the batches themselves are not caught."""
    sink = pyarrow.ipc.new_stream(program.stdin, schema)
    for batch in _held_until_ready(batches, program):
        try:
            sink.write_batch(batch)
        except OSError:
            return False
    try:
        sink.close()
        program.stdin.close()
    except OSError:
        return False
    return True


def _held_until_ready(
    batches: Iterable[pyarrow.RecordBatch], program: subprocess.Popen
) -> Iterator[pyarrow.RecordBatch]:
    """Batches are made while the program loads; a pipe would take less than one of them."""
    loading = Thread(target=program.stdout.readline)  # Windows cannot ask whether a pipe holds anything
    loading.start()
    waiting, batches = [], iter(batches)
    for batch in batches:
        waiting.append(batch)
        if len(waiting) == MOST_WAITING or not loading.is_alive():
            break
    loading.join()
    yield from waiting
    yield from batches
