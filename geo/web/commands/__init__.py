"""Commands of `flask --app server NAME`: JSON on standard output, words on standard error, three exit codes.

A module per subject; a new command is written in the module of its subject, under its name with `_` for `-`, and named
in `COMMANDS`. A module is loaded when one of its commands is called or described.
"""

import signal
from importlib import import_module

import click
from flask import Flask
from flask.cli import AppGroup

COMMANDS = {
    "layers": "layers check",
    "export": "export",
    "map_picture": "map-picture",
    "files": "inspect-file import-layer",
    "reports": "report",
    "submitting": "check-parcels submit",
    "catchments": "catchments",
    "zones": "catchments-batch",
    "reading": "parse-plan",
    "phrases": "parse-locations",
    "auditing": "audit",
    "locating": "locate locate-all relocate",
    "accounts": "user-add user-list user-role user-password user-disable user-enable",
    "editing": "edit-feature retire-feature",
    "record": "report-status undo verify seal-year",
    "ledger": "export-ledger import-ledger",
    "moving": "migrate-store backup restore",
    "setup": "demo setup",
}
"""The commands of each module, in the order in which help shows the modules."""
MODULE_OF = {name: module for module, names in COMMANDS.items() for name in names.split()}


class Commands(AppGroup):
    """Finds our commands by name, and loads no others."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*MODULE_OF, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in MODULE_OF:
            return super().get_command(ctx, cmd_name)
        module = import_module(f"{__name__}.{MODULE_OF[cmd_name]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command


def end_at_once_when_interrupted() -> None:
    """Until the command itself begins, Ctrl-C ends the process without a word: its modules load, and nothing is done.

    A library that is interrupted while it loads would else tell of something that it lacks.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def register(app: Flask) -> None:
    """Give an app its commands."""
    app.cli = Commands(app.name)
