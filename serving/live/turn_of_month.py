"""What a buyer's call is answered from while the figures of the month that has just ended are made."""

from __future__ import annotations

from datetime import datetime, timedelta

from credit.dossier import Dossier
from credit.lasting import changes_after
from features.as_of import last_month_end, second_of
from features.shared import Rates

__all__ = ["is_all_known", "month_end_instead"]

_LONGEST = timedelta(hours=1)


def month_end_instead(moment: datetime, timezone: str) -> datetime | None:
    """Return the month end before a moment, where it has only just passed (naive UTC both)."""
    end = last_month_end(moment, timezone)
    return end if moment - end <= _LONGEST else None


def is_all_known(dossier: Dossier, rates: Rates, end: datetime, moment: datetime) -> bool:
    """Whether nothing that an assessment of a buyer follows from became known or ended after a moment.

    Parameters
    ----------
    dossier : Dossier
    rates : Rates
    end, moment : datetime
        Naive UTC: after the first of them, up to the second.
    """
    return changes_after(dossier.block, dossier.rows, rates, second_of(end)) > second_of(moment)
