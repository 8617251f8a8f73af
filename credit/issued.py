"""Invoices as they were issued, before any amendment."""

from __future__ import annotations

import numpy as np
import pandas as pd

from features.columns import INVOICE_KINDS
from features.instants import day_of, end_of_day
from features.money import decimals_array
from features.portfolio import Portfolio

__all__ = ["issued_invoices"]


def issued_invoices(portfolio: Portfolio) -> pd.DataFrame:
    """Return each payable invoice at the later of its issue and the moment when the books knew it.

    Parameters
    ----------
    portfolio : Portfolio
        With a ledger.

    Returns
    -------
    DataFrame
        ``buyer_id, as_of, amount, currency, terms_days, due_on, invoice_id, instalment, amount_minor``;
        amounts and dates as they were known then, before any amendment.
    """
    payable = [name for name, kind in INVOICE_KINDS.items() if kind.is_payable]
    invoices = portfolio.tables["invoices"].sort_values("recorded_at", kind="stable")
    first = invoices.drop_duplicates(["invoice_id", "instalment"]).sort_index()
    first = first[first["kind"].isin(payable) & ~first["withdrawn"]].reset_index(drop=True)
    timezone = portfolio.seller.timezone
    booked_on = day_of(first["recorded_at"], timezone)
    issue_ends = end_of_day(first["issued_on"], timezone)
    as_of = np.where(booked_on < first["issued_on"], issue_ends, first["recorded_at"])
    units = first["amount_minor"].to_numpy() / 10.0 ** decimals_array(first["currency"])
    subjects = first[["buyer_id", "currency", "due_on", "invoice_id", "instalment", "amount_minor"]]
    terms = (first["due_on"] - first["issued_on"]).dt.days.astype(float)
    return subjects.assign(as_of=pd.Series(as_of).astype("datetime64[s]"), amount=units, terms_days=terms)
