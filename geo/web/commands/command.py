"""What every command has in common: how it is declared, and how it refuses."""

import signal
from collections.abc import Callable

import click
from flask.cli import with_appcontext

from geo.model.errors import AtlasError, N_
from geo.web.terminal import DONE, INTERRUPTED, REFUSED, refuse, say


class Command(click.Command):
    """A command that answers what it cannot take in one line and with exit code 2, never with a traceback.

    Ctrl-C ends it with the code by which shells know that, unless it can promise more (`cancellable`).
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            say(N_("%(command)s: %(fault)s 用法见 --help"), command=ctx.info_name, fault=error.format_message())
            ctx.exit(REFUSED)

    def invoke(self, ctx: click.Context) -> None:
        if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            ctx.exit(super().invoke(ctx) or DONE)
        except AtlasError as error:
            ctx.exit(refuse(error))
        except KeyboardInterrupt:
            say(N_("已取消"))
            ctx.exit(INTERRUPTED)


def command(name: str) -> Callable[[Callable], Command]:
    """A function as a command of that name, run with the app at hand; it returns the exit code, None for done."""
    return lambda function: click.command(name, cls=Command)(with_appcontext(function))
