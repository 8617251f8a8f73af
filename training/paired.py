"""Two models on the same subjects: how far apart a metric is, and how sure that is."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from features.errors import InputError
from training.bootstrap import REPEATS, Clusters, Resampled, draws_of

__all__ = ["PAIRED_METRICS", "PairedDifference", "paired_difference"]

Floats = npt.NDArray[np.float64]

PAIRED_METRICS = ("auc", "average_precision", "ks", "brier", "log_loss")
"""Of the last two less is better, so there a difference below 0 speaks for the first model."""


@dataclass(frozen=True)
class PairedDifference:
    """Metric of the first model less that of the second.

    Parameters
    ----------
    value : float or None
        On the sample; None with one outcome only, where the metric is of a ranking.
    low, high : float or None
        Interval; None for fewer than ten buyers.
    share_above_0 : float or None
        Of the draws.
    """

    value: float | None
    low: float | None
    high: float | None
    share_above_0: float | None

    def to_json(self) -> dict[str, float | None]:
        """Return it as an object of JSON."""
        return asdict(self)


def paired_difference(  # noqa: PLR0913  (two models of one sample, and how to draw from it)
    outcome: Floats,
    a: Floats,
    b: Floats,
    buyer: npt.NDArray[Any],
    metric: str,
    *,
    seed: int = 0,
    repeats: int = REPEATS,
    level: float = 0.95,
) -> PairedDifference:
    """Return the difference of a metric between two models, with an interval from draws of the buyers.

    Both models are measured on the same draws, so what makes a draw easy or hard for both cancels.

    Parameters
    ----------
    outcome : float64 ndarray, shape (n,)
        1 bad, 0 good.
    a, b : float64 ndarray, shape (n,)
        Probabilities of the two models.
    buyer : ndarray, shape (n,)
    metric : str
        One of `PAIRED_METRICS`.
    seed, repeats : int
    level : float
        Of the interval: .95 lies between the quantiles .025 and .975 of the draws.

    Raises
    ------
    InputError
        Another metric, no subjects, or arrays of other lengths.

    Examples
    --------
    >>> outcome, buyer = np.tile([0.0, 1.0], 20), np.repeat(np.arange(20), 2)
    >>> paired_difference(outcome, 0.2 + 0.5 * outcome, np.full(40, 0.5), buyer, "auc").to_json()
    {'value': 0.5, 'low': 0.5, 'high': 0.5, 'share_above_0': 1.0}
    """
    _check(metric, len(outcome), len(a), len(b), len(buyer))
    clusters = Clusters.of(buyer)
    models = [Resampled(outcome, probability, clusters) for probability in (a, b)]
    first, second = (model.whole()[metric] for model in models)
    if first is None or second is None:
        return PairedDifference(None, None, None, None)
    # Reason: draws depend on the seed and on the buyers alone, so both models have the same ones.
    drawn = [draws_of(model, seed=seed, repeats=repeats).get(metric, np.zeros(0)) for model in models]
    gaps = drawn[0] - drawn[1]
    gaps = gaps[np.isfinite(gaps)]
    if not len(gaps):
        return PairedDifference(first - second, None, None, None)
    low, high = (float(end) for end in np.quantile(gaps, [(1 - level) / 2, (1 + level) / 2]))
    return PairedDifference(first - second, low, high, float((gaps > 0).mean()))


def _check(metric: str, *lengths: int) -> None:
    if metric not in PAIRED_METRICS:
        raise InputError.of(f"a metric among {', '.join(PAIRED_METRICS)}", f"'{metric}'", "name one of them")
    if len(set(lengths)) > 1 or not lengths[0]:
        found = f"{', '.join(map(str, lengths))} of them"
        raise InputError.of(
            "outcomes, two probabilities and buyers of the same subjects", found, "score one set of subjects"
        )
