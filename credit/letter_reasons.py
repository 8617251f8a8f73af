"""Which reasons a letter to the buyer tells, so that what we do not know is said once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from features.catalog import FEATURES

__all__ = ["missing_groups", "told_once"]

Reason = Mapping[str, Any]

_MISSING = "_MISSING"

_IMPLIED: Mapping[str, frozenset[str]] = {
    "LIM_PEERS": frozenset({"DATA_ACCOUNTS_MISSING", "DATA_PAYMENTS_MISSING"}),
    "LIM_RECORD": frozenset({"DATA_ACCOUNTS_MISSING"}),
}
"""Reasons of a decision that another one says already."""

_SAYS_MISSING: Mapping[str, frozenset[str]] = {
    "LIM_PEERS": frozenset({"accounts", "payments"}),
    "LIM_RECORD": frozenset({"accounts"}),
    "DATA_ACCOUNTS_MISSING": frozenset({"accounts"}),
    "DATA_ACCOUNTS_UNUSABLE": frozenset({"accounts"}),
    "DATA_PAYMENTS_MISSING": frozenset({"payments"}),
}
"""Sources of which a reason of the decision says that they are missing."""

_FLAGS = {"has_accounts": "accounts", "has_prior_year": "accounts", "has_payments": "payments"}
_OF_ACCOUNTS = {"prior_year": "accounts", "market_value": "accounts"}


def told_once(reasons: Sequence[Reason]) -> list[Reason]:
    """Return reasons without those that say again that something is not known.

    Parameters
    ----------
    reasons : sequence of mapping
        Of an assessment, in their order.

    Returns
    -------
    list of mapping
        Of several groups of the score of which nothing is known the first stands for all: `missing_groups`.
    """
    codes = {each["code"] for each in reasons if each["scope"] == "decision"}
    implied = frozenset().union(*(_IMPLIED.get(code, frozenset()) for code in codes))
    unsaid = list(missing_groups(reasons))
    first = f"{unsaid[0].upper()}{_MISSING}" if unsaid else None
    return [each for each in reasons if _is_news(each, implied, _missing_sources(codes), first)]


def missing_groups(reasons: Sequence[Reason]) -> Iterator[str]:
    """Give the groups of the score of which nothing is known, where no reason of the decision says so."""
    known = _missing_sources({each["code"] for each in reasons if each["scope"] == "decision"})
    for each in reasons:
        code = str(each["code"])
        if each["scope"] == "score" and each["direction"] == "adverse" and code.endswith(_MISSING):
            group = code.removesuffix(_MISSING).lower()
            if not _sources_of(group) or not _sources_of(group) <= known:
                yield group


def _is_news(reason: Reason, implied: frozenset[str], known: frozenset[str], first: str | None) -> bool:
    code = str(reason["code"])
    if reason["scope"] == "decision":
        return code not in implied
    if code.endswith(_MISSING):
        return code == first
    return _FLAGS.get(str(reason["facts"].get("feature"))) not in known


def _missing_sources(codes: set[str]) -> frozenset[str]:
    return frozenset().union(*(_SAYS_MISSING.get(code, frozenset()) for code in codes))


@lru_cache(maxsize=64)
def _sources_of(group: str) -> frozenset[str]:
    """Return from which sources the learned figures of a group are; those of two years are of accounts."""
    found = {each.source for each in FEATURES.values() if each.group == group and each.models}
    return frozenset(_OF_ACCOUNTS.get(source, str(source)) for source in found)
