"""Answers that take their time: JSON lines that say how far the work is, the result as the last of them."""

import threading
from collections.abc import Callable, Iterator
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

import orjson
from flask import Response, current_app, request, stream_with_context
from flask_login import current_user

from geo.model.errors import AtlasError
from geo.web.errors import unexpected_words
from geo.web.language import in_words
from geo.web.outcomes import Outcome

MEDIA_TYPE = "application/x-ndjson"
STEPS = 100
"""Lines of progress at most; a page draws no finer bar."""

BEAT_S = 1.0
"""Without anything new the last line is said again after this time: so we notice that nobody reads any more."""

Result = TypeVar("Result")
Progress = Callable[[int, int], None]
Work = Callable[[Progress], Any]


class Abandoned(Exception):
    """Nobody waits for the work any more."""


def is_wanted() -> bool:
    """Whether a script asks, which reads such answers; a plain form shows a page."""
    return MEDIA_TYPE in list(request.accept_mimetypes.values())


def stream(
    work: Callable[[Progress], Result],
    shape: Callable[[Result], object],
    made: Callable[[Result], int | None] | None = None,
) -> Response:
    """Do some work while its progress goes out line by line.

    Lines are `{"done": n, "of": m}`, then one of `{"result": …}` or `{"error": sentence}`: the status line has left
    before the work is done, so that a fault cannot be told there.

    Parameters
    ----------
    work
        Runs in a thread of its own, outside the request; it may call its argument with what is done and how many, which
        raises `Abandoned` once the reader has gone.
    shape
        Turns what `work` gives into JSON-able values, inside the request.
    made
        The change set that it wrote, if it did; a page that breaks off asks for it (see `outcomes`).
    """
    if made is not None:
        work = _told_of(work, made, Outcome(request.form.get("work", ""), current_user.name))
    return Response(stream_with_context(_lines(work, shape)), mimetype=MEDIA_TYPE)


def _told_of(
    work: Callable[[Progress], Result], made: Callable[[Result], int | None], outcome: Outcome
) -> Callable[[Progress], Result]:
    """Work whose end is told to whoever asks later."""

    def run(tell: Progress) -> Result:
        change_set = None
        try:
            result = work(tell)
            change_set = made(result)
        finally:
            outcome.end(change_set)
        return result

    return run


def _lines(work: Callable[[Progress], Result], shape: Callable[[Result], object]) -> Iterator[bytes]:
    told: SimpleQueue[tuple[int, int] | None] = SimpleQueue()
    outcome: list[Result] = []
    fault: list[Exception] = []
    gone = threading.Event()

    def progress(done: int, of: int) -> None:
        if gone.is_set():
            raise Abandoned
        if done == of or done % max(1, of // STEPS) == 0:
            told.put((done, of))

    def run() -> None:
        try:
            outcome.append(work(progress))
        except Exception as error:
            fault.append(error)
        finally:
            told.put(None)

    threading.Thread(target=run, daemon=True).start()
    try:
        step: tuple[int, int] | None = (0, 1)
        while (step := _next(told, step)) is not None:
            yield _line({"done": step[0], "of": step[1]})
        yield _line(_failed(fault[0]) if fault else {"result": shape(outcome[0])})
    finally:
        gone.set()


def _next(told: "SimpleQueue[tuple[int, int] | None]", last: tuple[int, int]) -> tuple[int, int] | None:
    """What is told next; the last step again where nothing is for a while."""
    try:
        return told.get(timeout=BEAT_S)
    except Empty:
        return last


def _line(value: object) -> bytes:
    return orjson.dumps(value) + b"\n"


def _failed(error: Exception) -> dict[str, str]:
    if isinstance(error, AtlasError):
        return {"error": in_words(error)}
    current_app.logger.error("unexpected error while working", exc_info=error)
    return {"error": unexpected_words()}
