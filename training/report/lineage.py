"""From what a version was made, and the command that makes it again."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd

from features.columns import TABLES
from features.portfolio import Portfolio
from training.lineage import HASHES, code_hash, lineage_of
from training.periods import date_text
from training.report.study import Studied

__all__ = ["lineage_section"]


def lineage_section(study: Studied) -> dict[str, Any]:
    """Return the section ``lineage``; see `training.report.sections.Lineage`."""
    tags, spec = study.version.tags, study.spec
    told = lineage_of(tags)
    hashes = {name.removesuffix("_hash"): told[name] for name in HASHES}
    folder = told["portfolio"] or "DIR"
    portfolio = study.packed.portfolio
    return {
        "hashes": hashes | {"manifest": tags.get("manifest_hash"), "policy": study.policy.hash},
        "code_now": "same" if told["code_hash"] == code_hash() else "differs",
        "libraries": told["libraries"],
        "seed": study.recipe.config.seed,
        "recipe": study.recipe.to_json(),
        "shape": json.loads(tags["shape"]),
        "subjects": spec.subjects,
        "events": spec.events,
        "fitted_from": spec.fitted_from,
        "fitted_until": spec.fitted_until,
        "portfolio": told["portfolio"],
        "sources": dict(sorted(portfolio.sources.items())),
        "observed_from": portfolio.observed_from.isoformat(),
        "observed_until": portfolio.observed_until.isoformat(),
        "tables": [_table(portfolio, name) for name in TABLES if name in portfolio.tables],
        "reproduce": f"credence models reproduce {study.version.name} {folder}",
    }


def _table(portfolio: Portfolio, name: str) -> dict[str, Any]:
    known = portfolio.tables[name][TABLES[name].knowledge]
    return {
        "table": name,
        "rows": len(known),
        "knowledge": portfolio.knowledge.get(name, "given"),
        "first_known": _day(known.min(), portfolio),
        "last_known": _day(known.max(), portfolio),
        "repeated": portfolio.repeated.get(name, 0),
    }


def _day(instant: pd.Timestamp, portfolio: Portfolio) -> str | None:
    return None if pd.isna(instant) else date_text(instant, portfolio.seller.timezone)
