"""Commands of the office's record: is it what it was, and closing a year."""

import click
from flask import current_app

from geo.model.errors import N_
from geo.model.journal import BadRow
from geo.service import sealing
from geo.web.commands.command import command
from geo.web.current import current_store, past_stores, sealing_key
from geo.web.terminal import DONE, FINDINGS, answer, say
