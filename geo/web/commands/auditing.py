"""`audit`: whether the layers, a plan and the two together fit."""

from pathlib import Path

import click

from geo.service import reading
from geo.web.commands.command import command
from geo.web.current import current_store
from geo.web.terminal import DONE, FINDINGS, answer, in_terminal_words, say_sentence


@command("audit")
@click.argument("file", type=click.Path(path_type=Path), required=False)
def audit(file: Path | None) -> int:
    """Hold the layers against the totals that the plan states; with FILE, that plan, and the layers against it."""
    found = reading.audit(current_store(), file)
    told = [finding for finding in found if finding.verdict in ("differs", "note")]
    for finding in told:
        say_sentence(finding.remark)
    answer({"findings": [reading.finding_json(finding, in_terminal_words) for finding in found]})
    return FINDINGS if told else DONE
