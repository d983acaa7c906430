"""The `medvirk` command: every part's verbs in one place. Call it with the application factory as `obj`."""

import click

from surveys.access import commands as access
from surveys.demo import commands as demo
from surveys.hr import commands as campaigns
from surveys.operating import commands as installing
from surveys.organisation import commands as organisation
from surveys.publishing import commands as results
from surveys.release.history import commands as history_commands
from surveys.scorecards import commands as scorecards


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def medvirk() -> None:
    """Undersøkelser og styringskort for kommuner."""


for part in (installing, access, organisation, campaigns, results, history_commands, scorecards, demo):
    for command in part.COMMANDS:
        medvirk.add_command(command)
