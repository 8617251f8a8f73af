"""What a model was trained on, frozen, and how far subjects of today are from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from credit.bins import Bins, bins_of
from credit.psi import ACT_ABOVE, WATCH_ABOVE, correlation, critical_value, effective_size, psi, seen_size
from features.catalog import FEATURES, NAMES
from features.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "LATE_DAYS", "MISSING_MOVED", "Clusters", "Quantity", "Reference", "colour_of", "late_row", "months_of",
    "quantity_of", "reference_of", "stability_of",
]  # fmt: skip

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

MISSING_MOVED = 0.05
"""Change of the share of missing values above which it is flagged."""

LATE_DAYS = 30
"""Days after due of which a timing model's probability of being unpaid is frozen."""

_LEAST_A_BIN = 2
"""Independent subjects a bin, below which nothing can be told."""

_CODES = ("flag", "day", "index")
"""Units of features whose values are codes."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Quantity(_Frozen):
    """A model input, or the score, as training saw it.

    Parameters
    ----------
    bins : Bins
    of_buyer, of_quarter : float
        How alike two subjects of one buyer, or two known values of one quarter, are
        (`credit.psi.correlation`).
    contribution : float
        Mean log-odds that it added; 0 for the score, and of a timing model, whose parts do not add.
    weight : float
        Mean of the absolute log-odds that it added: how much the model listens to it; 0 for the score. Of a
        timing model the days by which the median pay date moves with another subject's value.
    """

    bins: Bins
    of_buyer: float
    of_quarter: float
    contribution: float = 0.0
    weight: float = 0.0


class Reference(_Frozen):
    """The training subjects, frozen when the model was made.

    Parameters
    ----------
    subjects : int
    buyer_size, quarter_size : float
        Mean number of subjects of a subject's buyer, and of its quarter (`credit.psi.seen_size`).
    score : Quantity
        Calibrated log-odds, or of a timing model the median pay date in days from due; Missing where the
        model cannot say.
    late : Quantity or None
        Of a timing model the probability of being unpaid `LATE_DAYS` after due; Missing where they have
        passed.
    inputs : mapping of str to Quantity
        By feature of the model, as the catalog gives it, before missing values are filled.
    states, patterns : mapping of str to int
        Subjects by information state and by pattern of present sources.
    """

    format: Literal[1] = 1
    subjects: int
    buyer_size: float
    quarter_size: float
    score: Quantity
    late: Quantity | None = None
    inputs: Mapping[str, Quantity]
    states: Mapping[str, int]
    patterns: Mapping[str, int]

    @property
    def ranked(self) -> list[str]:
        """Inputs by how much the model listens to them, most first."""
        return sorted(self.inputs, key=lambda name: (-self.inputs[name].weight, name))

    def effective(self, quantity: Quantity) -> float:
        """Return the number of independent subjects that the reference of a quantity is worth."""
        return effective_size(
            self.subjects, (self.buyer_size, quantity.of_buyer), (self.quarter_size, quantity.of_quarter)
        )


@dataclass(frozen=True)
class Clusters:
    """Subjects that are not independent: those of one buyer, and those of one quarter of a year.

    Parameters
    ----------
    buyer, quarter : int64 ndarray, shape (n,)
        Numbers from 0 on.
    """

    buyer: Ints
    quarter: Ints

    @classmethod
    def of(cls, buyer: npt.ArrayLike, month: npt.ArrayLike | None = None) -> Clusters:
        """Give buyers and quarters numbers; without months each subject has a quarter of its own.

        Parameters
        ----------
        buyer : array_like, shape (n,)
        month : array_like of datetime64[M], shape (n,), optional
        """
        names = _numbered(buyer)
        if month is None:
            return cls(names, np.arange(len(names)))
        # Reason: figures of the book look back 90 days, so that neighbouring months tell nearly the same.
        return cls(names, _numbered(np.asarray(month).astype("datetime64[M]").astype(np.int64) // 3))


def months_of(as_of: pd.Series[Any]) -> npt.NDArray[np.datetime64]:
    """Return the calendar month of each moment."""
    return as_of.to_numpy().astype("datetime64[M]")


def quantity_of(values: Floats, clusters: Clusters, *, is_code: bool = False) -> Quantity:
    """Freeze what a model said of the training subjects, shape (n,); NaN where it cannot say."""
    return _quantity(values, clusters, np.zeros(1), is_code)


def reference_of(
    values: Floats,
    log_odds: Floats,
    contributions: Mapping[str, Floats],
    clusters: Clusters,
    mix: tuple[Mapping[str, int], Mapping[str, int]],
) -> Reference:
    """Freeze the subjects that a model was trained on.

    Parameters
    ----------
    values : float64 ndarray, shape (n, len(NAMES))
        Every feature of the catalog; n is at least 1.
    log_odds : float64 ndarray, shape (n,)
        Calibrated, or what else a model says; NaN where it cannot say.
    contributions : mapping of str to float64 ndarray
        By input of the model what it added to the log-odds of some of the subjects.
    clusters : Clusters
    mix : tuple of mappings of str to int
        Subjects by information state, and by pattern of present sources.
    """
    inputs = {
        name: _quantity(values[:, NAMES.index(name)], clusters, added, FEATURES[name].unit in _CODES)
        for name, added in contributions.items()
    }
    return Reference(
        subjects=len(values),
        buyer_size=seen_size(clusters.buyer),
        quarter_size=seen_size(clusters.quarter),
        score=quantity_of(log_odds, clusters),
        inputs=inputs,
        states=mix[0],
        patterns=mix[1],
    )


def stability_of(
    reference: Reference,
    values: Floats | pd.DataFrame,
    log_odds: Floats,
    buyer: npt.ArrayLike,
    month: npt.ArrayLike | None = None,
    *,
    level: float = 0.95,
) -> list[dict[str, Any]]:
    """Return how far subjects are from the reference: the score first, then the inputs by their weight.

    Parameters
    ----------
    reference : Reference
    values : float64 ndarray, shape (n, len(NAMES)), or DataFrame
        Every feature of the catalog.
    log_odds : float64 ndarray, shape (n,)
        What the model says of them; NaN where it cannot say.
    buyer, month : array_like, shape (n,)
        Whose subject each is, and of which month (`months_of`). Without months, subjects of one time count
        as no more alike than others, and the critical values are too small for what moves with time.
    level : float
        Of the critical values; where several figures decide together, each needs a higher one.

    Returns
    -------
    list of dict
        ``name`` (``score``, or of the feature), ``label``, ``kind`` (score or input), ``psi``, ``critical``
        (for the effective sizes), ``critical_independent`` (as if all subjects were independent), ``enough``
        (whether both sides are worth twice as many independent subjects as there are bins), ``colour``
        (`colour_of`; green where there are not enough), ``bins_filled``, ``n_reference``, ``n``,
        ``effective_reference``, ``effective``, shares of ``missing`` and ``unseen`` with
        ``missing_reference`` and ``missing_change``, ``missing_moved``, ``weight`` (share of what all inputs
        add), ``rank`` (0 for the score) and ``bins``: ``bin`` (known, missing or unseen), ``low``, ``high``
        and the shares ``reference`` and ``now``.

    Raises
    ------
    InputError
        Without subjects.

    Notes
    -----
    Subjects of a buyer at twelve month ends are not twelve observations, and a figure of the whole book is
    about one observation a quarter. So the sizes N and M of the critical value are effective ones: the
    intraclass correlations that training found, with the sizes of the buyers and quarters on either side
    (Kish 1965). That many buyers are on both sides makes chance differences smaller than this supposes.
    """
    frame = values[list(NAMES)].to_numpy(np.float64) if not isinstance(values, np.ndarray) else values
    if not len(frame):
        raise InputError.of("subjects in the period", "none", "widen the period, or load later books")
    clusters = Clusters.of(buyer, month)
    total = sum(quantity.weight for quantity in reference.inputs.values()) or 1.0
    rows = [_said_row(("score", "Score"), _moved(reference, reference.score, log_odds, clusters, level))]
    for rank, name in enumerate(reference.ranked, start=1):
        quantity = reference.inputs[name]
        told = {
            "name": name, "label": FEATURES[name].label_en, "kind": "input", "rank": rank,
            "weight": quantity.weight / total,
        }  # fmt: skip
        rows.append({**told, **_moved(reference, quantity, frame[:, NAMES.index(name)], clusters, level)})
    return rows


def late_row(
    reference: Reference, late: Floats, buyer: npt.ArrayLike, month: npt.ArrayLike, *, level: float = 0.95
) -> dict[str, Any]:
    """Return how far the probabilities of late payment that a timing model says are from the reference.

    Parameters
    ----------
    reference : Reference
        Of a timing model.
    late : float64 ndarray, shape (n,)
    buyer, month, level
        As for `stability_of`, which tells the keys.
    """
    if reference.late is None:
        raise InputError.of("the reference of a timing model", "another one", "name a timing model")
    moved = _moved(reference, reference.late, late, Clusters.of(buyer, month), level)
    return _said_row(("late", f"Unpaid {LATE_DAYS} days after due"), moved)


def _said_row(named: tuple[str, str], moved: dict[str, Any]) -> dict[str, Any]:
    return {"name": named[0], "label": named[1], "kind": "score", "rank": 0, "weight": 0.0, **moved}


def colour_of(value: float, critical: float) -> str:
    """Return the colour of a PSI: chance makes none amber or red, whatever the rule of thumb says.

    Parameters
    ----------
    value : float
    critical : float
        What it stays below by chance.

    Returns
    -------
    str
        ``green``; ``amber`` above 0.10 and above the critical value; ``red`` above 0.25 and above it.

    Examples
    --------
    >>> colour_of(0.2, 0.05), colour_of(0.2, 0.3), colour_of(0.4, 0.3)
    ('amber', 'green', 'red')
    """
    if value > max(ACT_ABOVE, critical):
        return "red"
    return "amber" if value > max(WATCH_ABOVE, critical) else "green"


def _numbered(labels: npt.ArrayLike) -> Ints:
    # Reason: only training numbers labels; a service that reads the bins needs no pandas.
    import pandas as pd

    return pd.factorize(np.asarray(labels), use_na_sentinel=False)[0].astype(np.int64)


def _quantity(values: Floats, clusters: Clusters, added: Floats, is_code: bool) -> Quantity:
    bins = bins_of(values, is_code=is_code)
    place = bins.place(values)
    # Reason: the first year of the books knows less; that quarters differ in it is no movement of the world.
    known = place < len(bins.known)
    return Quantity(
        bins=bins,
        of_buyer=correlation(place, clusters.buyer),
        of_quarter=correlation(place[known], clusters.quarter[known]),
        contribution=float(added.mean()) if len(added) else 0.0,
        weight=float(np.abs(added).mean()) if len(added) else 0.0,
    )


def _moved(
    reference: Reference, quantity: Quantity, values: Floats, clusters: Clusters, level: float
) -> dict[str, Any]:
    then, now = quantity.bins.counts, quantity.bins.count(values)
    filled, n = int(((then > 0) | (now > 0)).sum()), len(values)
    independent = reference.effective(quantity)
    effective = effective_size(
        n,
        (seen_size(clusters.buyer), quantity.of_buyer),
        (seen_size(clusters.quarter), quantity.of_quarter),
    )
    value, critical = psi(then, now), critical_value(filled, independent, effective, level)
    # Reason: fewer independent subjects leave most bins empty, and then chi-square is no approximation.
    enough = min(independent, effective) >= _LEAST_A_BIN * filled
    before, today = then / then.sum(), now / n
    change = float(today[-2] - before[-2])
    return {
        "psi": value,
        "critical": critical,
        "critical_independent": critical_value(filled, reference.subjects, n, level),
        "colour": colour_of(value, critical) if enough else "green",
        "enough": enough,
        "bins_filled": filled,
        "n_reference": reference.subjects,
        "n": n,
        "effective_reference": independent,
        "effective": effective,
        "missing_reference": float(before[-2]),
        "missing": float(today[-2]),
        "missing_change": change,
        "missing_moved": abs(change) > MISSING_MOVED,
        "unseen": float(today[-1]),
        "bins": _bins(quantity.bins, before, today),
    }


def _bins(bins: Bins, before: Floats, today: Floats) -> list[dict[str, Any]]:
    """Return the shares by bin, leaving out Missing and Unseen where neither sample has any."""
    named = [{"bin": "known", "low": one.low, "high": one.high} for one in bins.known]
    named += [{"bin": name, "low": None, "high": None} for name in ("missing", "unseen")]
    shares = zip(named, before.tolist(), today.tolist(), strict=True)
    return [
        {**one, "reference": then, "now": now}
        for one, then, now in shares
        if one["bin"] == "known" or then > 0 or now > 0
    ]
