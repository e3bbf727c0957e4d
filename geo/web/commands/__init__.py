"""Commands of `flask --app server NAME`: JSON on standard output, words on standard error, three exit codes.

A module per subject; a new command is written in the module of its subject and named in `COMMANDS`.
"""

from flask import Flask

from geo.web.commands import export, layers, locating, reading, setup

COMMANDS = (
    layers.layers,
    layers.check,
    export.export,
    reading.parse_plan,
    reading.parse_locations,
    locating.locate,
    setup.demo,
    setup.setup,
)


def register(app: Flask) -> None:
    """Give an app its commands."""
    for each in COMMANDS:
        app.cli.add_command(each)
