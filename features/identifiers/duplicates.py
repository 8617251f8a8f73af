"""Buyers that may be one company under two ids: proposed with the evidence, never merged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.identifiers.evidence import LEVELS, linked_pairs
from features.identifiers.names import legal_form, normal_name
from features.identifiers.validity import judge_ids
from features.openings import latest
from features.portfolio import Portfolio

__all__ = ["MERGE_COLUMNS", "Profiles", "candidates", "profiles_of"]

MERGE_COLUMNS = (
    "buyer_id", "into", "decision", "how_sure", "evidence", "evidence_with", "name", "into_name", "country",
    "similarity", "invoices", "into_invoices",
)  # fmt: skip
"""Columns of a merge table: one proposed merger a row. `decision` is the user's: merge, apart or empty."""

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Profiles:
    """What is compared of each buyer.

    Parameters
    ----------
    frame : DataFrame, shape (n, columns), one row a buyer
        ``buyer_id``, ``name``, ``country`` (empty where unknown), ``normal_name``, ``legal_form``,
        ``scheme`` and ``number`` (empty where there is no valid one), ``invoices``.
    """

    frame: pd.DataFrame


def profiles_of(portfolio: Portfolio) -> Profiles:
    """Return what is compared of each buyer of the table `buyers`, as it stands at the end of the books."""
    buyers = latest(portfolio, "buyers").reset_index(drop=True)
    judged = judge_ids(buyers)
    counts = latest(portfolio, "invoices")["buyer_id"].value_counts()
    names = _texts(buyers, "name")
    distinct = pd.unique(names)
    frame = pd.DataFrame(
        {
            "buyer_id": buyers["buyer_id"],
            "name": names,
            "country": _texts(buyers, "country"),
            "normal_name": names.map({name: normal_name(name) for name in distinct}).astype("str"),
            "legal_form": names.map({name: legal_form(name) for name in distinct}).astype("str"),
            "scheme": judged["scheme"],
            "number": judged["number"],
            "is_proved": judged["status"] == "valid",
            "invoices": buyers["buyer_id"].map(counts).fillna(0).astype("int64"),
        }
    )
    return Profiles(frame.sort_values("buyer_id", kind="stable", ignore_index=True))


def candidates(profiles: Profiles, similarity: float = 92.0) -> pd.DataFrame:
    """Propose mergers.

    Buyers with one valid registration number are surely one company; with one name (as `normal_name` has it)
    and one country likely, but where both names tell a legal form and those differ; then, and with close
    names in one country, possibly. Where the country of one or both is missing, one name is possible evidence
    and, with another legal form or borne in several countries, doubtful, as are close names. Names never join
    buyers whose valid numbers of one scheme differ, nor names with different digits in them (branch 2, branch
    3), and a buyer without a country never joins buyers of two countries.

    Parameters
    ----------
    profiles : Profiles
    similarity : float
        From 0 to 100: the least similarity of close names (200 times the longest common subsequence over both
        lengths). Above 100: close names are not looked for.

    Returns
    -------
    DataFrame, columns `MERGE_COLUMNS`
        The surest first. Within a group of linked buyers the one with the most invoices stays (`into`), so
        that accepting every row makes no chain; `evidence_with` names the buyer that a row's evidence is
        about, and `decision` is empty.

    Notes
    -----
    Close names are looked for among the ten next neighbours in the alphabet of the names and of the names
    read backwards, so that the work grows with the number of buyers and not with its square. A pair that
    differs near both ends can be missed. A buyer without a country is compared with its neighbours in the
    alphabet of all countries.
    """
    frame = profiles.frame
    pairs = linked_pairs(frame, similarity)
    return _proposals(frame, pairs) if len(pairs) else pd.DataFrame(columns=list(MERGE_COLUMNS))


def _texts(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    if name not in frame:
        return pd.Series("", index=frame.index, dtype="str")
    return frame[name].fillna("").astype("str")


def _groups(frame: pd.DataFrame, pairs: pd.DataFrame) -> Ints:
    """Link the surest pairs first, never two groups whose valid numbers of one scheme differ.

    Nor does a name without a country link groups of different countries.
    """
    parent = list(range(len(frame)))
    proved = frame[frame["is_proved"]]
    own = zip(proved.index, proved["scheme"], proved["number"], strict=True)
    numbers: dict[int, dict[str, str]] = {at: {scheme: number} for at, scheme, number in own}
    countries = [{country} - {""} for country in frame["country"]]

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    def may_join(low: int, high: int, level: int) -> bool:
        ours, theirs = numbers.get(low, {}), numbers.get(high, {})
        differ = any(theirs.get(scheme, number) != number for scheme, number in ours.items())
        abroad = bool(countries[low]) and bool(countries[high]) and countries[low] != countries[high]
        return low != high and not differ and not (LEVELS[level].lacks_country and abroad)

    for first, second, level in pairs[["first", "second", "level"]].itertuples(index=False, name=None):
        low, high = sorted((root(first), root(second)))
        if may_join(low, high, level):
            parent[high] = low
            numbers[low] = {**numbers.get(high, {}), **numbers.get(low, {})}
            countries[low] |= countries[high]
    return np.array([root(at) for at in parent], np.int64)


def _proposals(frame: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    group = _groups(frame, pairs)
    pairs = pairs[group[pairs["first"].to_numpy()] == group[pairs["second"].to_numpy()]]
    ranked = frame.assign(group=group).sort_values("invoices", ascending=False, kind="stable")
    hub = ranked.drop_duplicates("group").reset_index(names="hub").set_index("group")["hub"]
    turned = pairs.rename(columns={"first": "second", "second": "first"})
    edges = pd.concat([pairs, turned], ignore_index=True)
    into = hub.reindex(group[edges["first"].to_numpy(np.int64)]).to_numpy(np.int64)
    edges = edges.assign(into=into, is_direct=into == edges["second"])[edges["first"] != into]
    # Reason: a member is told by its surest link, and by the one to the buyer that stays where they tie.
    best = edges.sort_values(
        ["first", "level", "is_direct", "similarity"], ascending=[True, True, False, False], kind="stable"
    ).drop_duplicates("first")
    rows = _told(frame, best)
    order = best.assign(row=range(len(best))).sort_values(["level", "into", "first"], kind="stable")["row"]
    return rows.iloc[order.to_numpy()].reset_index(drop=True)


def _told(frame: pd.DataFrame, best: pd.DataFrame) -> pd.DataFrame:
    goes, stays, linked = (
        frame.loc[best[name]].reset_index(drop=True) for name in ("first", "into", "second")
    )
    levels = [LEVELS[level] for level in best["level"].to_numpy(np.int64)]
    rows = pd.DataFrame(
        {
            "buyer_id": goes["buyer_id"],
            "into": stays["buyer_id"],
            "decision": "",
            "how_sure": [level.sureness for level in levels],
            "evidence": [level.evidence for level in levels],
            "evidence_with": linked["buyer_id"],
            "name": goes["name"],
            "into_name": stays["name"],
            "country": goes["country"],
            "similarity": best["similarity"].round(1).to_numpy(),
            "invoices": goes["invoices"],
            "into_invoices": stays["invoices"],
        }
    )
    return rows[list(MERGE_COLUMNS)]
