"""``credence assess DIR --receipts``: what comes in on the open ledger, week by week."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from credence.cli.common import print_json, say

if TYPE_CHECKING:
    import pandas as pd

    from credit.assessor import Assessor
    from credit.timing.model import TimingModel

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

    release, moment = assessor.release, assessor.moment(as_of)
    model = _serving(assessor, moment)
    told = receipts_json(
        outlook(assessor.packed, model, moment, weeks).forecast,
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


def _serving(assessor: Assessor, moment: pd.Timestamp) -> TimingModel:
    """Return the timing model that serves, where the books know what was open at a moment (InputError)."""
    from features.errors import InputError

    model, begin = assessor.release.timing, assessor.packed.observed_from
    if model is None:
        step = "`credence train timing DIR` trains one"
        raise InputError.of("a release with a timing model", "one without", step)
    if moment < begin:
        # Reason: that nothing is known to have been open is not that nothing was.
        expected = f"a moment after the books begin ({begin:%Y-%m-%d})"
        raise InputError.of(expected, "an earlier one", "name a later day", column="as_of")
    return model
