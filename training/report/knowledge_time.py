"""How good the model would look had the books known their facts some days later."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from credit.outcomes import late_outcomes
from features.build import Packed, build_packed, pack_portfolio
from features.columns import TABLES
from features.portfolio import Portfolio
from training.metrics import metrics_of
from training.paired import paired_difference
from training.report.study import Study
from training.subjects import late_subjects

__all__ = ["LAGS", "delayed", "knowledge_time_of"]

LAGS = (0, 2, 5)
"""Days by which the books are taken to have known facts later than was assumed."""

_GIVEN = "every table says when the books knew its facts: there is nothing to assume"

_ASSUMED = (
    "knowledge times of these tables were not given and are taken from the dates of their facts; here the "
    "same model scores the test subjects as if each fact had been booked some days later; outcomes stay as "
    "they are, and what would be known after the books end counts in no score and in every outcome"
)

_INVOICE = ["invoice_id", "instalment"]


def knowledge_time_of(study: Study) -> dict[str, Any]:
    """Return the section ``knowledge_time``; see `training.report.results.KnowledgeTime`."""
    portfolio = study.packed.portfolio
    tables = [name for name in TABLES if portfolio.knowledge.get(name) == "assumed"]
    if not tables:
        return {"status": "not_applicable", "text": _GIVEN, "tables": [], "lags": []}
    base = study.scored[study.scored["probability"].notna()].reset_index(drop=True)
    base = base.assign(row=np.arange(len(base)))
    told = []
    for lag in LAGS:
        study.say(f"booking lag of {lag} days")
        told.append(_lag(study, base, tables, lag))
    return {"status": "ok", "text": _ASSUMED, "tables": tables, "lags": told}


def delayed(portfolio: Portfolio, tables: list[str], lag_days: int) -> Portfolio:
    """Return the portfolio with the facts of some tables known so many days later."""
    later = {}
    for name in tables:
        column = TABLES[name].knowledge
        frame = portfolio.tables[name]
        later[name] = frame.assign(**{column: frame[column] + pd.Timedelta(days=lag_days)})
    return replace(portfolio, tables={**portfolio.tables, **later})


def _lag(study: Study, base: pd.DataFrame, tables: list[str], lag: int) -> dict[str, Any]:
    portfolio = study.packed.portfolio
    packed = study.packed if not lag else pack_portfolio(delayed(portfolio, tables, lag))
    scored = base if not lag else _scored(study, packed, _moved(study, packed, base, tables, lag))
    later = packed.portfolio
    beyond = sum(
        int((later.tables[name][TABLES[name].knowledge] > portfolio.observed_until).sum()) for name in tables
    )
    outcome, probability = scored["outcome"].to_numpy(np.float64), scored["probability"].to_numpy(np.float64)
    return {
        "lag_days": lag,
        "n": len(scored),
        "dropped": len(base) - len(scored),
        "facts_beyond_books": beyond,
        "mean_probability": float(probability.mean()) if len(scored) else None,
        "metrics": metrics_of(outcome, probability, scored["buyer_id"].to_numpy()) if len(scored) else None,
        "auc_difference": _difference(base, scored) if lag and len(scored) else None,
    }  # fmt: skip


def _scored(study: Study, packed: Packed, moved: pd.DataFrame) -> pd.DataFrame:
    """Return the test subjects as they would have been scored, with the outcomes that they had."""
    said = study.judge.predict(build_packed(packed, moved), contributions=False)
    frame = moved.assign(probability=said.probability)
    return frame[frame["probability"].notna()].reset_index(drop=True)


def _moved(study: Study, packed: Packed, base: pd.DataFrame, tables: list[str], lag: int) -> pd.DataFrame:
    """Return the subjects at the moments at which they would have been scored, without those over by then."""
    if study.judge.spec.model == "default":
        # Reason: without a ledger a buyer is scored when its accounts come, and they would have come later.
        waits = "statements" in tables and not len(packed.portfolio.table("invoices"))
        later = base["as_of"] + pd.Timedelta(days=lag if waits else 0)
        return base.drop(columns="probability").assign(as_of=later)
    subjects = late_subjects(packed).merge(base[[*_INVOICE, "outcome", "row"]], on=_INVOICE, how="inner")
    told = late_outcomes(packed, subjects, study.recipe.outcome.horizon_days)
    over = told["exclusion"].isin(["past_horizon", "settled"]).to_numpy()
    return subjects[~over].reset_index(drop=True)


def _difference(base: pd.DataFrame, scored: pd.DataFrame) -> dict[str, float | None]:
    """Return the AUC less that without a lag, on the subjects that have both."""
    return paired_difference(
        scored["outcome"].to_numpy(np.float64),
        scored["probability"].to_numpy(np.float64),
        base["probability"].to_numpy(np.float64)[scored["row"].to_numpy()],
        scored["buyer_id"].to_numpy(),
        "auc",
    ).to_json()
