"""Commands of `flask --app server NAME`: JSON on standard output, words on standard error, three exit codes.

A module per subject; a new command is written in the module of its subject and named in `COMMANDS`.
"""

from flask import Flask

from geo.web.commands import (
    accounts,
    catchments,
    editing,
    export,
    files,
    layers,
    ledger,
    locating,
    map_picture,
    moving,
    reading,
    record,
    reports,
    setup,
)

COMMANDS = (
    layers.layers,
    layers.check,
    export.export,
    map_picture.map_picture,
    files.inspect,
    files.import_layer,
    reports.report,
    catchments.catchments,
    reading.parse_plan,
    reading.parse_locations,
    reading.audit,
    locating.locate,
    locating.locate_all,
    locating.relocate,
    accounts.user_add,
    accounts.user_list,
    accounts.user_role,
    accounts.user_password,
    accounts.user_disable,
    accounts.user_enable,
    editing.edit_feature,
    editing.retire_feature,
    record.report_status,
    ledger.export_ledger,
    ledger.import_ledger,
    record.verify,
    record.seal_year,
    moving.migrate_store,
    moving.backup,
    moving.restore,
    setup.demo,
    setup.setup,
)


def register(app: Flask) -> None:
    """Give an app its commands."""
    for each in COMMANDS:
        app.cli.add_command(each)
