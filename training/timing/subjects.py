"""Invoices at moments at which they were open: where the timing model's rows begin, and how they end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from credit.booked import complete_until
from credit.timing.exits import exits_of
from features.build import Packed
from features.columns import INVOICE_KINDS
from features.instants import day_of, end_of_day
from features.money import decimals_array
from training.subjects import Sample, late_subjects

__all__ = ["HORIZON_DAYS", "MOST_INVOICES", "REASONS", "TimingSample", "timing_subjects"]

HORIZON_DAYS = 365
"""Days after due up to which pay dates are learned and told."""

MOST_INVOICES = 40_000
"""Invoices that are learned from at most; of more, so many are drawn by their ids."""

REASONS = ("unobserved", "not_known_then", "nothing_owed", "settled", "moved", "past_horizon", "no_follow_up")
"""Why an invoice at a moment is no subject; the first that holds is told."""

_EVERY_DAYS = 30

_ITEM = ["invoice_id", "instalment"]


@dataclass(frozen=True)
class TimingSample:
    """Subjects with how they ended, and the counts of those left out.

    Parameters
    ----------
    subjects : DataFrame, shape (n, ...)
        Ordered by as_of: what `features.build.build` takes, with ``is_first`` (at issue or booking),
        ``due_day`` and ``as_of_day`` (days since 1970), ``closed_day`` (the same; a far day where open) and
        ``cause`` (a number of `credit.timing.exits.CAUSES` from 1 on; 0 open), ``seen_day``: the last day up
        to which the subject is observed.
    excluded : mapping of str to int
    invoices, drawn : int
        Payable invoices, and those drawn from them.
    until : Timestamp
        Instant up to which what happened is surely booked.
    """

    subjects: pd.DataFrame
    excluded: Mapping[str, int]
    invoices: int
    drawn: int
    until: pd.Timestamp

    @property
    def waterfall(self) -> list[dict[str, int | str]]:
        """How the candidates became the subjects: by step the number left out and left."""
        return Sample(self.subjects, self.excluded).waterfall


def timing_subjects(packed: Packed, seed: int = 0, most_invoices: int = MOST_INVOICES) -> TimingSample:
    """Return each invoice when it was issued or booked, and again every 30 days while it was open.

    Whoever asks of an open invoice knows more than on the day of its issue. The days on which an invoice is
    looked at again are spread evenly over the calendar (by its id), so that hazards of payment runs and of
    weekdays are learned apart from the time since then.

    Parameters
    ----------
    packed : Packed
    seed : int
        Of the draw of invoices.
    most_invoices : int

    Raises
    ------
    InputError
        Where the portfolio has no invoices.
    """
    first = late_subjects(packed)
    number = _numbers(first, seed)
    kept = _drawn(number, most_invoices)
    drawn, number = first[kept].reset_index(drop=True), number[kept]
    portfolio, timezone = packed.portfolio, packed.portfolio.seller.timezone
    until = complete_until(portfolio)
    last_day = day_of(pd.DatetimeIndex([until]), timezone)[0]
    later = _later(packed, drawn, number, exits_of(portfolio, drawn, last_day), last_day)
    subjects = pd.concat([drawn.assign(is_first=True), later], ignore_index=True)
    told = _ended(packed, subjects, last_day)
    reason = _reasons(packed, told)
    counts = pd.Series(reason).value_counts()
    ordered = told[reason == ""].sort_values(["as_of", "buyer_id", *_ITEM], kind="stable")
    excluded = {name: int(counts[name]) for name in REASONS if name in counts}
    return TimingSample(ordered.reset_index(drop=True), excluded, len(first), len(drawn), until)


def _numbers(items: pd.DataFrame, seed: int) -> npt.NDArray[np.uint64]:
    """Return a number of each item that looks random and follows from its id."""
    text = items["invoice_id"].astype(str) + "\x1f" + items["instalment"].astype(str) + f"\x1f{seed}"
    return np.asarray(pd.util.hash_array(text.to_numpy(dtype=object)), np.uint64)


def _drawn(number: npt.NDArray[np.uint64], most: int) -> npt.NDArray[np.bool_]:
    if len(number) <= most:
        return np.ones(len(number), bool)
    return np.asarray(number <= np.partition(number, most - 1)[most - 1])


def _later(
    packed: Packed,
    first: pd.DataFrame,
    number: npt.NDArray[np.uint64],
    exits: pd.DataFrame,
    last_day: pd.Timestamp,
) -> pd.DataFrame:
    """Return the invoices again, every 30 days until the day before they closed, as they were known then."""
    timezone = packed.portfolio.seller.timezone
    begin = _day_numbers(pd.Series(day_of(first["as_of"], timezone)))
    start = begin + 1 + (number % _EVERY_DAYS).astype(np.int64)
    last = np.fmin(_day_numbers(first["due_on"]) + HORIZON_DAYS - 1, _day_numbers(pd.Series([last_day])))
    stop = np.fmin(np.fmin(_day_numbers(exits["closed_on"]), _day_numbers(exits["moved_on"])), last)
    stop[exits["nothing_owed"].to_numpy(bool)] = -np.inf
    count = (np.maximum(stop - start + _EVERY_DAYS - 1, 0) // _EVERY_DAYS).astype(np.int64)
    row = np.repeat(np.arange(len(first)), count)
    step = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    numbers = (start[row] + step * _EVERY_DAYS).astype(np.int64)
    day = pd.Series(numbers.astype("datetime64[D]").astype("datetime64[s]"))
    asked = first.iloc[row][["buyer_id", *_ITEM]].reset_index(drop=True)
    return _as_known(packed, asked.assign(as_of=end_of_day(day, timezone), is_first=False))


def _as_known(packed: Packed, asked: pd.DataFrame) -> pd.DataFrame:
    """Add amount, currency, terms and due date as known at as_of; missing where none was."""
    payable = [name for name, kind in INVOICE_KINDS.items() if kind.is_payable]
    invoices = packed.portfolio.tables["invoices"]
    versions = invoices[invoices["kind"].isin(payable)].sort_values("recorded_at", kind="stable")
    codes = pd.MultiIndex.from_frame(versions[_ITEM].drop_duplicates())
    terms = (versions["due_on"] - versions["issued_on"]).dt.days.astype(float)
    units = versions["amount_minor"].to_numpy() / 10.0 ** decimals_array(versions["currency"])
    known = versions[["currency", "due_on", "amount_minor", "recorded_at", "withdrawn"]].assign(
        amount=units, terms_days=terms, item=codes.get_indexer(pd.MultiIndex.from_frame(versions[_ITEM]))
    )
    wanted = asked.assign(
        item=codes.get_indexer(pd.MultiIndex.from_frame(asked[_ITEM])), place=np.arange(len(asked))
    ).sort_values("as_of", kind="stable")
    found = pd.merge_asof(wanted, known, left_on="as_of", right_on="recorded_at", by="item")
    found = found.sort_values("place", kind="stable").reset_index(drop=True)
    gone = found["withdrawn"].isna() | found["withdrawn"].fillna(True).astype(bool)
    return found.assign(due_on=found["due_on"].mask(gone)).drop(
        columns=["item", "place", "recorded_at", "withdrawn"]
    )


def _ended(packed: Packed, subjects: pd.DataFrame, last_day: pd.Timestamp) -> pd.DataFrame:
    """Add how each subject ended, in days since 1970."""
    known = subjects.assign(amount_minor=subjects["amount_minor"].fillna(0).astype(np.int64))
    known["currency"] = known["currency"].fillna("XXX")
    exits = exits_of(packed.portfolio, known, last_day)
    closed, moved = _day_numbers(exits["closed_on"]), _day_numbers(exits["moved_on"])
    last = int(_day_numbers(pd.Series([last_day]))[0])
    seen = np.minimum(np.where(np.isnan(moved), last, moved), last)
    is_closed = closed <= seen
    return known.assign(
        due_day=_day_numbers(known["due_on"]),
        as_of_day=_day_numbers(pd.Series(day_of(known["as_of"], packed.portfolio.seller.timezone))),
        closed_day=np.where(is_closed, closed, np.inf),
        cause=np.where(is_closed, exits["cause"].to_numpy(), 0),
        seen_day=seen,
        nothing_owed=exits["nothing_owed"].to_numpy(),
        moved_day=moved,
    )


def _reasons(packed: Packed, told: pd.DataFrame) -> npt.NDArray[np.object_]:
    day = told["as_of_day"]
    masks = {
        "unobserved": told["as_of"] < packed.portfolio.observed_from,
        "not_known_then": told["due_on"].isna(),
        "nothing_owed": told["nothing_owed"],
        "settled": told["closed_day"] <= day,
        "moved": told["moved_day"] <= day,
        "past_horizon": day >= told["due_day"] + HORIZON_DAYS,
        "no_follow_up": day >= told["seen_day"],
    }
    return np.select([np.asarray(mask, bool) for mask in masks.values()], list(masks), default="")


def _day_numbers(days: pd.Series) -> npt.NDArray[np.float64]:
    """Return days since 1970; NaN for missing ones."""
    values = days.to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(values), np.nan, values.astype(np.int64).astype(np.float64))
