"""From a ledger and a model to expected receipts: the one path of command line and back-test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from credit.timing.booking import unbooked_payments, unbooked_shares
from credit.timing.draws import Dependence
from credit.timing.model import TimingModel
from credit.timing.odds import ItemOdds, item_odds
from credit.timing.open_ledger import OpenLedger, open_ledger, open_values, reporting_rates
from credit.timing.receipts import Forecast, forecast_receipts
from credit.timing.weeks import Weeks
from features.build import Packed

__all__ = ["Outlook", "outlook"]

_CHUNK = 4096
"""Items of which a model speaks at a time: of each it tells every day of its horizon."""


@dataclass(frozen=True)
class Outlook:
    """What a model expects of the ledger that is open at a moment.

    Parameters
    ----------
    opened : OpenLedger
    odds : ItemOdds
        Of its items.
    weeks : Weeks
    forecast : Forecast
    """

    opened: OpenLedger
    odds: ItemOdds
    weeks: Weeks
    forecast: Forecast


def outlook(
    packed: Packed,
    model: TimingModel,
    as_of: pd.Timestamp,
    weeks: int,
    dependence: Dependence | None = None,
) -> Outlook:
    """Return the receipts that a model expects on the ledger that is open at a moment.

    Parameters
    ----------
    packed : Packed
    model : TimingModel
    as_of : Timestamp
        Naive UTC; only facts known at or before it count.
    weeks : int
        ISO weeks that are told one by one.
    dependence : Dependence, optional
    """
    opened = open_ledger(packed, as_of)
    ahead = Weeks(opened.today, weeks)
    odds = _odds(packed, model, opened, ahead)
    rates, currency = reporting_rates(packed.block, as_of), packed.seller.reporting_currency
    return Outlook(opened, odds, ahead, forecast_receipts(opened, odds, ahead, rates, currency, dependence))


def _odds(packed: Packed, model: TimingModel, opened: OpenLedger, weeks: Weeks) -> ItemOdds:
    """Return what a model says of the open items, some of which may be paid without the books knowing."""
    values = open_values(packed, opened)
    due, issued = (opened.items[name].to_numpy(np.int64) for name in ("due_day", "issued_day"))
    shares = unbooked_shares(packed.block.ledger, opened.as_of, packed.seller.timezone)
    booked_until = np.maximum(opened.today - len(shares), np.minimum(issued, opened.today))
    parts = []
    for first in range(0, max(len(values), 1), _CHUNK):
        rows = slice(first, first + _CHUNK)
        today = np.full(len(due[rows]), opened.today)
        said = item_odds(due[rows], model.predict_days(values[rows], today, due[rows]), weeks)
        if len(shares):
            earlier = model.predict_days(values[rows], booked_until[rows], due[rows])
            said = said.given(unbooked_payments(earlier, today - due[rows], shares))
        parts.append(said)
    known, paid_by, fates = zip(*((part.known, part.paid_by, part.fates) for part in parts), strict=True)
    return ItemOdds(np.concatenate(known), np.concatenate(paid_by), np.concatenate(fates))
