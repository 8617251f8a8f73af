"""Buyers that may be one company under two ids: proposed with the evidence, never merged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import fuzz, process

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

_NEIGHBOURS = 10
_HUNDRED = 100.0
_SHORTEST_LATIN, _SHORTEST_CHINESE = 6, 5
_SURE, _LIKELY, _OTHER_FORM, _CLOSE = range(4)
_SURENESS = ("sure", "likely", "possible", "possible")
_EVIDENCE = (
    "same registration number", "same name and country", "same name and country, another legal form",
    "close name, same country",
)  # fmt: skip

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
    names in one country, possibly. Names never join buyers whose valid
    numbers of one scheme differ, nor names with different digits in them (branch 2, branch 3).

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
    differs near both ends can be missed.
    """
    frame = profiles.frame
    pairs = pd.concat([_same_number(frame), _same_name(frame), _close_names(frame, similarity)])
    pairs = pairs.sort_values(["level", "similarity"], ascending=[True, False], kind="stable")
    pairs = pairs.drop_duplicates(["first", "second"])
    return _proposals(frame, pairs) if len(pairs) else pd.DataFrame(columns=list(MERGE_COLUMNS))


def _texts(frame: pd.DataFrame, name: str) -> pd.Series[Any]:
    if name not in frame:
        return pd.Series("", index=frame.index, dtype="str")
    return frame[name].fillna("").astype("str")


def _pairs(first: Ints, second: Ints, level: int, similarity: Any) -> pd.DataFrame:
    low, high = np.minimum(first, second), np.maximum(first, second)
    return pd.DataFrame({"first": low, "second": high, "level": level, "similarity": similarity})


def _linked_in_groups(frame: pd.DataFrame, keys: list[str], level: int) -> pd.DataFrame:
    """Link each row with the first of its group."""
    firsts = pd.Series(frame.index, index=frame.index).groupby([frame[key] for key in keys]).transform("min")
    others = firsts != frame.index
    return _pairs(firsts[others].to_numpy(np.int64), frame.index[others].to_numpy(np.int64), level, np.nan)


def _same_number(frame: pd.DataFrame) -> pd.DataFrame:
    return _linked_in_groups(frame[frame["is_proved"]], ["scheme", "number"], _SURE)


def _same_name(frame: pd.DataFrame) -> pd.DataFrame:
    named = frame[(frame["normal_name"] != "") & (frame["country"] != "")]
    # Reason: buyers with proved numbers are compared among those with the same one and those without.
    number = (named["scheme"] + named["number"]).where(named["is_proved"], "")
    firsts = number.where(number != "").groupby([named["normal_name"], named["country"]]).transform("first")
    linked = _linked_in_groups(named, ["normal_name", "country"], _LIKELY)
    alike = linked[~_have_other_numbers(frame, linked)]
    unproved = named[(number == "") & firsts.notna()]
    leaders = named[number != ""].reset_index(names="at").drop_duplicates(["normal_name", "country"])
    both = unproved.reset_index(names="row").merge(leaders, on=["normal_name", "country"])
    more = _pairs(both["row"].to_numpy(np.int64), both["at"].to_numpy(np.int64), _LIKELY, np.nan)
    pairs = pd.concat([alike, more]).assign(similarity=_HUNDRED)
    first, second = (frame["legal_form"].loc[pairs[side]].to_numpy() for side in ("first", "second"))
    agree = (first == second) | (first == "") | (second == "")
    return pairs.assign(level=np.where(agree, _LIKELY, _OTHER_FORM))


def _have_other_numbers(frame: pd.DataFrame, pairs: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which pairs have valid numbers of one scheme that differ."""
    first, second = (frame.loc[pairs[side]].reset_index(drop=True) for side in ("first", "second"))
    both = first["is_proved"] & second["is_proved"] & (first["scheme"] == second["scheme"])
    return (both & (first["number"] != second["number"])).to_numpy(bool)


def _close_names(frame: pd.DataFrame, similarity: float) -> pd.DataFrame:
    is_chinese = frame["normal_name"].str.contains(r"[\u4e00-\u9fff]")
    shortest = np.where(is_chinese, _SHORTEST_CHINESE, _SHORTEST_LATIN)
    able = frame[(frame["normal_name"].str.len() >= shortest) & (frame["country"] != "")]
    if similarity > _HUNDRED or len(able) <= 1:
        return _pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), _CLOSE, np.zeros(0))
    found = [_neighbours(able, able["normal_name"]), _neighbours(able, able["normal_name"].str[::-1])]
    pairs = pd.concat(found).drop_duplicates(["first", "second"])
    pairs = pairs[pairs["similarity"].ge(similarity) & pairs["similarity"].lt(_HUNDRED)]
    digits = frame["normal_name"].str.replace(r"\D+", " ", regex=True).str.strip()
    same_digits = digits.loc[pairs["first"]].to_numpy() == digits.loc[pairs["second"]].to_numpy()
    kept: pd.DataFrame = pairs[same_digits & ~_have_other_numbers(frame, pairs)]
    return kept


def _neighbours(able: pd.DataFrame, reading: pd.Series[Any]) -> pd.DataFrame:
    """Compare each name with the next ones of its country in the order of a reading."""
    chosen = able.assign(reading=reading).sort_values(["country", "reading"], kind="stable")
    rows, names, countries = chosen.index.to_numpy(np.int64), list(chosen["normal_name"]), chosen["country"]
    country = countries.to_numpy()
    parts = []
    for step in range(1, min(_NEIGHBOURS, len(rows) - 1) + 1):
        scores = process.cpdist(names[:-step], names[step:], scorer=fuzz.ratio)
        same = country[:-step] == country[step:]
        parts.append(_pairs(rows[:-step][same], rows[step:][same], _CLOSE, scores[same].astype(np.float64)))
    return pd.concat(parts)


def _groups(frame: pd.DataFrame, pairs: pd.DataFrame) -> Ints:
    """Link the surest pairs first, never two groups whose valid numbers of one scheme differ."""
    parent = list(range(len(frame)))
    proved = frame[frame["is_proved"]]
    own = zip(proved.index, proved["scheme"], proved["number"], strict=True)
    numbers: dict[int, dict[str, str]] = {at: {scheme: number} for at, scheme, number in own}

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for first, second in zip(pairs["first"].tolist(), pairs["second"].tolist(), strict=True):
        low, high = sorted((root(first), root(second)))
        ours, theirs = numbers.get(low, {}), numbers.get(high, {})
        if low != high and all(theirs.get(scheme, number) == number for scheme, number in ours.items()):
            parent[high] = low
            numbers[low] = {**theirs, **ours}
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
    level = best["level"].to_numpy(np.int64)
    rows = pd.DataFrame(
        {
            "buyer_id": goes["buyer_id"],
            "into": stays["buyer_id"],
            "decision": "",
            "how_sure": np.array(_SURENESS)[level],
            "evidence": np.array(_EVIDENCE)[level],
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
