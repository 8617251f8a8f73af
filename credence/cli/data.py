"""``credence data``: portfolios from exports or from a simulated world."""

from __future__ import annotations

import click

from credence.cli.data_check import check
from credence.cli.data_import import import_
from credence.cli.data_simulate import simulate
from credence.cli.describe import describe
from credence.cli.identities import duplicates, merge
from credence.cli.reconcile import reconcile

__all__ = ["data"]


@click.group()
def data() -> None:
    """Make, import, check, describe and reconcile portfolios."""


data.add_command(import_, name="import")
for command in (check, describe, reconcile, duplicates, merge, simulate):
    data.add_command(command)
