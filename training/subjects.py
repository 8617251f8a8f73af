"""Which subjects a model learns from, with their outcomes and what was left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from credit.definition import DefaultDefinition
from credit.exposed import last_owed_days
from credit.issued import issued_invoices
from credit.outcomes import (
    DEFAULT_REASONS,
    LATE_REASONS,
    default_outcomes,
    late_outcomes,
    late_tag,
)
from features.build import Packed
from features.catalog import Model
from features.errors import InputError
from features.instants import day_of, month_ends

__all__ = [
    "ACTIVE_DAYS", "Outcome", "Sample", "default_subjects", "late_subjects", "sample_of", "without_flagged",
]  # fmt: skip

ACTIVE_DAYS = 365
"""A buyer without an open balance and without an invoice for so long can no longer default on us."""


@dataclass(frozen=True)
class Outcome:
    """What is predicted.

    Parameters
    ----------
    model : {"late", "default", "timing"}
    horizon_days : int
        k of a late model.
    definition : DefaultDefinition
    """

    model: Model | Literal["timing"]
    horizon_days: int = 30
    definition: DefaultDefinition | None = None

    @property
    def tag(self) -> str:
        """Name of the outcome in the registry."""
        if self.model == "timing":
            return self.model
        return late_tag(self.horizon_days) if self.definition is None else self.definition.tag

    @property
    def inputs(self) -> Model:
        """The model of the catalog whose features it is learned from."""
        return "late" if self.model == "timing" else self.model

    @property
    def hash(self) -> str:
        """Hash of the definition; of a late outcome its name says all."""
        return self.tag if self.definition is None else self.definition.hash

    @property
    def days(self) -> int:
        """Days of the horizon."""
        return (
            self.horizon_days if self.definition is None else round(self.definition.horizon_months * 365 / 12)
        )


@dataclass(frozen=True)
class Sample:
    """Subjects with known outcomes, ordered by as_of.

    Parameters
    ----------
    subjects : DataFrame, shape (n, ...)
        With ``outcome`` (0 or 1) and ``window_end``.
    excluded : mapping of str to int
        Count of subjects left out, by the first reason that held, in the order in which reasons are asked.
    """

    subjects: pd.DataFrame
    excluded: Mapping[str, int]

    @property
    def waterfall(self) -> list[dict[str, int | str]]:
        """From all candidates to the subjects: each step with the number that is left after it."""
        left = len(self.subjects) + sum(self.excluded.values())
        steps: list[dict[str, int | str]] = [{"step": "candidates", "left_out": 0, "left": left}]
        for reason, count in self.excluded.items():
            left -= count
            steps.append({"step": reason, "left_out": count, "left": left})
        return steps


def sample_of(
    packed: Packed,
    outcome: Outcome,
    period: tuple[pd.Timestamp, pd.Timestamp] | None = None,
    *,
    immature: bool = False,
) -> Sample:
    """Return the subjects of an outcome and the counts of those left out.

    Parameters
    ----------
    packed : Packed
    outcome : Outcome
    period : tuple of Timestamp, optional
        Start and stop; only subjects with start <= as_of < stop are candidates.
    immature : bool
        Whether subjects whose window has not closed stay, with a missing ``outcome``.
    """
    late = outcome.definition is None
    subjects = late_subjects(packed) if late else default_subjects(packed)
    if period is not None:
        inside = (subjects["as_of"] >= period[0]) & (subjects["as_of"] < period[1])
        subjects = subjects[inside].reset_index(drop=True)
    if outcome.definition is None:
        told = late_outcomes(packed, subjects, outcome.horizon_days)
    else:
        told = default_outcomes(packed, subjects, outcome.definition)
    kept = (told["exclusion"] == "") | (immature & (told["exclusion"] == "immature"))
    excluded = told["exclusion"][~kept].value_counts()
    asked = LATE_REASONS if late else DEFAULT_REASONS
    labelled = subjects.assign(outcome=told["outcome"], window_end=told["window_end"])[kept]
    ordered = labelled.sort_values(["as_of", "buyer_id"], kind="stable").reset_index(drop=True)
    return Sample(ordered, {reason: int(excluded[reason]) for reason in asked if reason in excluded})


def without_flagged(
    sample: Sample, values: pd.DataFrame, flags: Sequence[str]
) -> tuple[Sample, pd.DataFrame]:
    """Leave out and count the subjects that have one of the flags, with their values."""
    kept, counts = np.ones(len(values), bool), dict(sample.excluded)
    for flag in flags:
        found = kept & (values[flag] == 1.0).to_numpy()
        counts[flag] = int(found.sum())
        kept &= ~found
    subjects = sample.subjects[kept].reset_index(drop=True)
    return Sample(subjects, counts), values[kept].reset_index(drop=True)


def late_subjects(packed: Packed) -> pd.DataFrame:
    """Return each payable invoice at the later of its issue and the moment when the books knew it.

    Returns
    -------
    DataFrame
        ``buyer_id, as_of, amount, currency, terms_days, due_on, invoice_id, instalment, amount_minor``;
        amounts and dates as they were known then, before any amendment.
    """
    portfolio = packed.portfolio
    if "invoices" not in portfolio.tables:
        raise InputError.of("invoices", "a portfolio without them", "load a ledger to train a late model")
    return issued_invoices(portfolio)


def default_subjects(packed: Packed) -> pd.DataFrame:
    """Return buyers at month ends (with a ledger) or at each receipt of accounts (without), never both."""
    if len(packed.portfolio.table("invoices")):
        return _month_end_subjects(packed)
    if len(packed.portfolio.table("statements")):
        statements = packed.portfolio.tables["statements"]
        rows = statements[~statements["withdrawn"]][["buyer_id", "received_at"]].drop_duplicates()
        return rows.rename(columns={"received_at": "as_of"}).reset_index(drop=True)
    raise InputError.of(
        "invoices or statements", "a portfolio without both", "load them to train a default model"
    )


def _month_end_subjects(packed: Packed) -> pd.DataFrame:
    portfolio = packed.portfolio
    stop = portfolio.observed_until + pd.Timedelta(seconds=1)
    ends = month_ends(portfolio.observed_from, stop, portfolio.seller.timezone)
    active = _active_months(packed, ends)
    buyer, month = np.nonzero(active)
    ids = pd.Series(packed.block.buyer_ids, dtype="str")
    return pd.DataFrame({"buyer_id": ids.iloc[buyer].to_numpy(), "as_of": ends[month]}).astype(
        {"buyer_id": "str"}
    )


def _active_months(packed: Packed, ends: pd.DatetimeIndex) -> np.ndarray:
    """Return by buyer and month end whether an invoice is younger than `ACTIVE_DAYS` or may still be open."""
    block, portfolio = packed.block, packed.portfolio
    seconds = ends.to_numpy().astype("datetime64[s]").astype(np.int64)
    buyer = np.searchsorted(block.ledger.invoice_start, np.arange(len(block.ledger.item)), side="right") - 1
    last_owed = last_owed_days(block)
    day = day_of(ends, portfolio.seller.timezone).to_numpy().astype("datetime64[D]").astype(np.int64)
    active = np.zeros((len(block.buyer_ids), len(ends)), bool)
    for month, (instant, today) in enumerate(zip(seconds, day, strict=True)):
        known = (block.ledger.begins <= instant) & (block.ledger.payable == 1)
        young = block.ledger.issued_day > today - ACTIVE_DAYS
        active[np.unique(buyer[known & (young | (last_owed > today))]), month] = True
    return active
