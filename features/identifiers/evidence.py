"""Pairs of buyers that may be one company, by the evidence that links them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import fuzz, process

__all__ = ["LEVELS", "Level", "linked_pairs"]

_NEIGHBOURS = 10
_HUNDRED = 100.0
_SHORTEST_LATIN, _SHORTEST_CHINESE = 6, 5

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Level:
    """A kind of evidence.

    Parameters
    ----------
    sureness, evidence : str
        As the merge table tells them.
    lacks_country : bool
        Whether the country of at least one of the two is unknown.
    """

    sureness: str
    evidence: str
    lacks_country: bool = False


LEVELS = (
    Level("sure", "same registration number"),
    Level("likely", "same name and country"),
    Level("possible", "same name and country, another legal form"),
    Level("possible", "close name, same country"),
    Level("possible", "same name, a country is missing", True),
    Level("doubtful", "same name, a country is missing, another legal form", True),
    Level("doubtful", "same name, a country is missing, several countries have it", True),
    Level("doubtful", "close name, a country is missing", True),
)
"""Kinds of evidence, the surest first."""

_SURE, _LIKELY, _OTHER_FORM, _CLOSE, _NAME_ALONE, _FORM_ALONE, _SEVERAL, _CLOSE_ALONE = range(len(LEVELS))


def linked_pairs(frame: pd.DataFrame, similarity: float) -> pd.DataFrame:
    """Return pairs of rows with evidence that they are one company; each pair once, by its surest evidence.

    Parameters
    ----------
    frame : DataFrame
        As `features.identifiers.duplicates.Profiles` has it, labelled from 0.
    similarity : float
        Least similarity of close names; above 100 none are looked for.

    Returns
    -------
    DataFrame, columns first, second, level, similarity
        Row labels, position in `LEVELS`, and similarity of the names (missing for numbers); the surest first.
    """
    found = [_same_number(frame), _same_name(frame), _same_name_alone(frame), _close_names(frame, similarity)]
    pairs = pd.concat(found).sort_values(["level", "similarity"], ascending=[True, False], kind="stable")
    return pairs.drop_duplicates(["first", "second"])


def _pairs(first: Ints, second: Ints, level: Any, similarity: Any) -> pd.DataFrame:
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
    return pairs.assign(level=np.where(_forms_agree(frame, pairs), _LIKELY, _OTHER_FORM))


def _forms_agree(frame: pd.DataFrame, pairs: pd.DataFrame) -> npt.NDArray[np.bool_]:
    first, second = (frame["legal_form"].loc[pairs[side]].to_numpy() for side in ("first", "second"))
    agree: npt.NDArray[np.bool_] = (first == second) | (first == "") | (second == "")
    return agree


def _same_name_alone(frame: pd.DataFrame) -> pd.DataFrame:
    """Link each buyer without a country with the one of its name that has the most invoices."""
    named = frame[frame["normal_name"] != ""].reset_index(names="at")
    abroad = named[named["country"] == ""]
    # Reason: one with a country comes first, so that the others say which it could be.
    order = named.assign(is_told=named["country"] != "").sort_values(
        ["is_told", "invoices"], ascending=False, kind="stable"
    )
    told = named[named["country"] != ""].groupby("normal_name")["country"].nunique()
    leaders = order.drop_duplicates("normal_name")[["normal_name", "at"]]
    both = abroad.merge(leaders, on="normal_name", suffixes=("", "_leader"))
    both = both[both["at"] != both["at_leader"]]
    pairs = _pairs(both["at"].to_numpy(np.int64), both["at_leader"].to_numpy(np.int64), _NAME_ALONE, _HUNDRED)
    level = np.where(_forms_agree(frame, pairs), _NAME_ALONE, _FORM_ALONE)
    several = both["normal_name"].map(told).fillna(0).to_numpy() > 1
    pairs = pairs.assign(level=np.where(several, _SEVERAL, level))
    return pairs[~_have_other_numbers(frame, pairs)]


def _have_other_numbers(frame: pd.DataFrame, pairs: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Return which pairs have valid numbers of one scheme that differ."""
    first, second = (frame.loc[pairs[side]].reset_index(drop=True) for side in ("first", "second"))
    both = first["is_proved"] & second["is_proved"] & (first["scheme"] == second["scheme"])
    return (both & (first["number"] != second["number"])).to_numpy(bool)


def _close_names(frame: pd.DataFrame, similarity: float) -> pd.DataFrame:
    is_chinese = frame["normal_name"].str.contains(r"[\u4e00-\u9fff]")
    shortest = np.where(is_chinese, _SHORTEST_CHINESE, _SHORTEST_LATIN)
    able = frame[frame["normal_name"].str.len() >= shortest]
    if similarity > _HUNDRED or len(able) <= 1:
        return _pairs(np.zeros(0, np.int64), np.zeros(0, np.int64), _CLOSE, np.zeros(0))
    readings = able["normal_name"], able["normal_name"].str[::-1]
    found = [_neighbours(able, reading, ["country"]) for reading in readings]
    if (able["country"] == "").any():
        found += [_neighbours(able, reading, []) for reading in readings]
    pairs = pd.concat(found).drop_duplicates(["first", "second"])
    pairs = pairs[pairs["similarity"].ge(similarity) & pairs["similarity"].lt(_HUNDRED)]
    digits = frame["normal_name"].str.replace(r"\D+", " ", regex=True).str.strip()
    same_digits = digits.loc[pairs["first"]].to_numpy() == digits.loc[pairs["second"]].to_numpy()
    kept: pd.DataFrame = pairs[same_digits & ~_have_other_numbers(frame, pairs)]
    return kept


def _neighbours(able: pd.DataFrame, reading: pd.Series[Any], within: list[str]) -> pd.DataFrame:
    """Compare each name with the next ones in the order of a reading, within each country or over all.

    Kept are pairs of one country, and those of which a country is missing.
    """
    chosen = able.assign(reading=reading).sort_values([*within, "reading"], kind="stable")
    rows, names = chosen.index.to_numpy(np.int64), list(chosen["normal_name"])
    country = chosen["country"].to_numpy()
    is_missing = country == ""
    parts = []
    for step in range(1, min(_NEIGHBOURS, len(rows) - 1) + 1):
        scores = process.cpdist(names[:-step], names[step:], scorer=fuzz.ratio)
        lacks = is_missing[:-step] | is_missing[step:]
        kept = (country[:-step] == country[step:]) | lacks
        level = np.where(lacks[kept], _CLOSE_ALONE, _CLOSE)
        parts.append(_pairs(rows[:-step][kept], rows[step:][kept], level, scores[kept].astype(np.float64)))
    return pd.concat(parts)
