"""Outside ratings among a buyer's attributes: probabilities of default, and grades that stand for them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from features.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from features.checks import Checked

__all__ = [
    "GRADE_PREFIX",
    "PD_NAME",
    "GradeMaps",
    "check_grade_maps",
    "check_ratings",
    "external_pds",
    "shipped_grade_maps",
]

Floats = npt.NDArray[np.float64]
GradeMaps = Mapping[str, Mapping[str, float]]
"""By scheme the PD of each grade."""

PD_NAME = "external_pd"
"""Attribute whose value is a probability of default within 12 months."""

GRADE_PREFIX = "external_grade_"
"""Attributes so called, with a scheme's name behind it, carry a grade of that scheme."""


@cache
def shipped_grade_maps() -> dict[str, dict[str, float]]:
    """Return the schemes of ``grade_maps.toml``, which names the source and date of each.

    Examples
    --------
    >>> sorted(shipped_grade_maps()), shipped_grade_maps()["letters"]["BBB"]
    (['bureau_a_e', 'insurer_1_10', 'letters'], 0.0015)
    """
    text = resources.files("features").joinpath("grade_maps.toml").read_text(encoding="utf-8")
    return {scheme: entry["grades"] for scheme, entry in tomllib.loads(text).items()}


def external_pds(attributes: pd.DataFrame, own_maps: GradeMaps) -> Floats:
    """Return the outside PD that each row of ``attributes`` carries.

    Parameters
    ----------
    attributes : DataFrame, shape (n, ...)
        ``name`` and ``value``. A grade counts in any case, and one with a + or - that its scheme does not
        know as the grade without.
    own_maps : mapping of str to mapping of str to float
        Schemes of the seller's own, which replace shipped ones of the same name.

    Returns
    -------
    float64 ndarray, shape (n,)
        Between 0 and 1; NaN where the row carries none, or none that can be read.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"name": ["external_pd", "external_grade_letters"], "value": ["0.02", "bb+"]})
    >>> external_pds(rows, {}), external_pds(rows, {"letters": {"BB": 0.01}})
    (array([0.02 , 0.006]), array([0.02, 0.01]))
    """
    maps: GradeMaps = {**shipped_grade_maps(), **own_maps}
    # Reason: the shipped maps and their checks are read where there is no pandas.
    import pandas as pd

    pairs = pd.DataFrame({"name": attributes["name"], "value": attributes["value"]})
    distinct = pairs.drop_duplicates()
    known = {
        (name, value): _pd_of(name, value, maps)
        for name, value in zip(distinct["name"], distinct["value"], strict=True)
    }
    found = [known[pair] for pair in zip(pairs["name"], pairs["value"], strict=True)]
    return np.array(found, np.float64)


def check_grade_maps(maps: Any) -> None:
    """Refuse schemes that do not give grades in capitals a PD between 0 and 1.

    Raises
    ------
    InputError
    """
    grades = [scheme.items() if isinstance(scheme, Mapping) else [("", None)] for scheme in maps.values()]
    pairs = [pair for scheme in grades for pair in scheme]
    if not all(_is_grade(*pair) for pair in pairs):
        raise InputError.of(
            "grades in capitals, each with a PD above 0 and below 1", "another scheme",
            "correct [seller.grade_maps] in portfolio.toml; features/grade_maps.toml is a pattern",
        )  # fmt: skip


def _is_grade(grade: str, pd: Any) -> bool:
    return bool(grade) and grade == grade.strip().upper() and isinstance(pd, float) and 0.0 < pd < 1.0


def check_ratings(checked: Checked, own_maps: GradeMaps) -> None:
    """Add findings on rows of ``attributes`` whose name promises an outside PD and whose value gives none.

    Parameters
    ----------
    checked : Checked
        The table; unread values are findings already.
    own_maps : mapping of str to mapping of str to float
        As in `external_pds`.
    """
    rows = checked.frame
    names = rows["name"].astype("object").where(rows["name"].notna(), "")
    unread = np.isnan(external_pds(rows, own_maps)) & ~checked.bad
    schemes = sorted({**shipped_grade_maps(), **own_maps})
    is_pd = (names == PD_NAME).to_numpy(bool)
    is_grade = names.str.startswith(GRADE_PREFIX).to_numpy(bool)
    is_known = names.str.removeprefix(GRADE_PREFIX).isin(schemes).to_numpy(bool)
    step = "correct the rows, or put the scheme into [seller.grade_maps] of portfolio.toml"
    checked.add("value", unread & is_pd, f"for {PD_NAME} a number above 0 and below 1", "another value")
    checked.add(
        "name", unread & is_grade & ~is_known, f"behind {GRADE_PREFIX} one of {', '.join(schemes)}",
        "another scheme", step,
    )  # fmt: skip
    checked.add("value", unread & is_grade & is_known, "a grade of its scheme", "another value", step)


def _pd_of(name: Any, value: Any, maps: GradeMaps) -> float:
    if not isinstance(name, str) or not isinstance(value, str):
        return np.nan
    if name == PD_NAME:
        return _number(value)
    grades = maps.get(name.removeprefix(GRADE_PREFIX), {}) if name.startswith(GRADE_PREFIX) else {}
    grade = value.strip().upper()
    return grades.get(grade, grades.get(grade.rstrip("+-"), np.nan))


def _number(value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        return np.nan
    return number if 0.0 < number < 1.0 else np.nan
