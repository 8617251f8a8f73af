"""Which model a pack is of, who answers for it, and how much hangs on it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from features.build import Packed, build_packed
from training.report.study import People, Studied

__all__ = ["identity_of", "sign_off_of"]

_HIGH, _MEDIUM = 0.25, 0.05
"""Shares of the seller's equity from which on what buyers owe makes a model's tier high or medium."""

_RULE = (
    f"what buyers owe when the books end, as a share of the seller's equity: high from {_HIGH:.0%} on, "
    f"medium from {_MEDIUM:.0%} on; high where the equity is not stated"
)


def identity_of(study: Studied) -> dict[str, Any]:
    """Return the section ``identity``; see `training.report.sections.Identity`."""
    version, seller = study.version, study.packed.seller
    return {
        "name": version.name,
        "model": version.model,
        "version": version.number,
        "outcome": version.tags["outcome"],
        "seller_id": seller.seller_id,
        "seller_name": seller.name,
        "aliases": sorted(version.aliases),
        "kind": version.tags["kind"],
        "tested_twin": version.tags.get("tested_twin") or None,
        "judged_by": version.judged_by,
        "learner": study.spec.learner,
        "registered_at": version.registered_at,
        **_named(study.people),
        "tier": tier_of(study.packed),
    }


def tier_of(packed: Packed) -> dict[str, Any]:
    """Return how much hangs on a model of a book; see `training.report.sections.Tier`."""
    ids = list(packed.block.buyer_ids)
    asked = pd.DataFrame({"buyer_id": pd.Series(ids, dtype="str"), "as_of": packed.observed_until})
    exposure = build_packed(packed, asked)["exposure"].to_numpy() if ids else np.empty(0)
    owing = exposure[np.nan_to_num(exposure) > 0]
    owed = float(owing.sum()) if len(owing) else None
    equity = packed.seller.equity
    share = None if not equity or equity < 0 or owed is None else owed / equity
    return {
        "level": _level(share),
        "exposure": owed,
        "currency": packed.seller.reporting_currency,
        "buyers": len(owing),
        "share_of_equity": share,
        "rule": _RULE,
    }


def sign_off_of(people: People) -> list[dict[str, Any]]:
    """Return the section ``sign_off``: who signs, and whether the validator is another than the developer."""
    named = _named(people)
    developer, validator = named["developed_by"], named["validated_by"]
    independent = None if not developer or not validator else developer.casefold() != validator.casefold()
    return [
        {"role": role, "name": name, "independent": independent if role == "validated_by" else None}
        for role, name in named.items()
    ]


def _named(people: People) -> dict[str, str | None]:
    return {name: told.strip() or None for name, told in vars(people).items()}


def _level(share: float | None) -> str:
    if share is None or share >= _HIGH:
        return "high"
    return "medium" if share >= _MEDIUM else "low"
