"""Long work of a command that Ctrl-C ends: without a trace, or done before it came, and never a guess which."""

import signal
from collections.abc import Callable
from typing import TypeVar

import click

from geo.model.errors import InvalidInput, N_
from geo.model.journal import Act
from geo.service.acting import written_since
from geo.store.base import Store
from geo.web.terminal import DONE, answer, say

Result = TypeVar("Result")


def cancellable(store: Store, act: Act | None, work: Callable[[], Result]) -> Result:
    """What some work gives. Where Ctrl-C came too late, the command ends as done and says so.

    Parameters
    ----------
    act
        Under which it writes; None where it only looks.

    Raises
    ------
    InvalidInput
        If it was cancelled and nothing was written.
    """
    head = store.journal_head()
    try:
        return work()
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # no second one keeps us from telling the truth
        found = None if act is None else written_since(store, head, act)
        if found is None:
            raise InvalidInput(N_("已取消，数据没有变")) from None
        written, change_set = found
        say(N_("取消来得太晚，已全部写入：第 %(number)s 号修改，可用命令 undo 撤销"), number=change_set)
        answer({"written": written, "change_set": change_set})
        click.get_current_context().exit(DONE)
