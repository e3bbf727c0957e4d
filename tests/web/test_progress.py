"""Answers that tell how far they are: the work ends when nobody reads, silence is bridged."""

import json
import threading

from geo.web import progress


def test_the_work_ends_when_nobody_reads_any_more(app):
    ended, begun = threading.Event(), threading.Event()

    def work(tell) -> None:
        try:
            while not ended.wait(0.01):
                tell(1, 2)
                begun.set()
        except progress.Abandoned:
            ended.set()

    with app.test_request_context():
        lines = iter(progress.stream(work, str).response)
        assert json.loads(next(lines)) == {"done": 1, "of": 2} and begun.wait(30)
        assert not ended.is_set()
        lines.close()
    assert ended.wait(30)


def test_while_the_work_is_silent_its_last_step_is_said_again(app, monkeypatch):
    monkeypatch.setattr(progress, "BEAT_S", 0.02)
    with app.test_request_context():
        enough = threading.Event()
        response = progress.stream(lambda tell: (tell(3, 9), enough.wait(30))[0], lambda found: "done")
        lines = map(json.loads, response.response)
        assert [next(lines) for _ in range(4)] == [{"done": 3, "of": 9}] * 4
        enough.set()
        assert list(lines)[-1] == {"result": "done"}
