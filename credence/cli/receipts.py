"""``credence assess DIR --receipts``: what comes in on the open ledger, week by week."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from credence.cli.common import print_json, say

if TYPE_CHECKING:
    from credit.assessor import Assessor

__all__ = ["DEFAULT_WEEKS", "LONGEST_WEEKS", "receipts"]

DEFAULT_WEEKS, LONGEST_WEEKS = 13, 52


def receipts(
    assessor: Assessor, as_of: str | None, weeks: int, *, lang: str, out: str | None, as_json: bool
) -> None:
    """Print the expected receipts of the open ledger, or write them as a table.

    Raises
    ------
    InputError
        Where no timing model serves, or the moment lies outside the books.
    """
    from credit.timing.cash import outlook
    from credit.timing.receipts_table import receipts_frame, receipts_json
    from credit.timing.receipts_text import receipts_text
    from features.errors import InputError

    release, moment = assessor.release, assessor.moment(as_of)
    if release.timing is None:
        step = "`credence train timing DIR` trains one"
        raise InputError.of("a release with a timing model", "one without", step)
    told = receipts_json(
        outlook(assessor.packed, release.timing, moment, weeks).forecast,
        moment,
        {"release": release.release_id, "timing": release.versions["timing"]},
    )
    if out is not None:
        from credence.cli.output import replace_file
        from credit.listing import write_list

        path = Path(out)
        replace_file(path, lambda target: write_list(receipts_frame(told), target, path.suffix))
        say(f"{told['weeks']} weeks in {out}")
    if as_json:
        print_json(told)
    elif out is None:
        click.echo(receipts_text(told, lang), nl=False)
