"""A default model of trees and prior knowledge: what some own defaults tell, beside what is known anyway."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import logit

from credit.encoding import sources_of
from credit.prior.scorecard import EXTERNAL_PD, Scorecard
from credit.spec import Calibration, FeatureSpec
from training.boosting import fold_margins, staged_of
from training.calibration import Level, calibrate
from training.few_defaults import PriorFit
from training.learned import Learned
from training.learner import Fit, Shape, fit_trees
from training.material import Material
from training.prior_model import card_of, feature_of, prior_of

__all__ = ["LEFT_TO_THE_PRIOR", "PRIOR_WORTH_DEFAULTS", "learn_blend", "prior_share", "with_sources"]

Floats = npt.NDArray[np.float64]

PRIOR_WORTH_DEFAULTS = 12.0
"""Defaulted buyers at which trees weigh as much as the scorecard: with so many either is as good as the other
on simulated books, and the mean of both is better."""

LEFT_TO_THE_PRIOR = (EXTERNAL_PD,)
"""Features that trees beside a scorecard do not read: there an outside PD speaks in place of a population's
rate, and where it is missing that rate does."""


def prior_share(defaulted_buyers: int) -> float:
    """Return the scorecard's share of a margin: ``12 / (12 + defaulted buyers)``.

    Examples
    --------
    >>> prior_share(12), prior_share(36)
    (0.5, 0.25)
    """
    return PRIOR_WORTH_DEFAULTS / (PRIOR_WORTH_DEFAULTS + defaulted_buyers)


def learn_blend(
    material: Material, experience: PriorFit, shape: Mapping[str, Any] | None, say: Callable[[str], None]
) -> Learned:
    """Learn trees, and lay the scorecard beside them: ``(1 - share) x trees + share x scorecard``.

    Parameters
    ----------
    material : Material
        Without `LEFT_TO_THE_PRIOR`.
    experience : PriorFit
        What own defaults say of the level, and how many they are.
    shape : mapping or None
        Hyper-parameters that an earlier run chose, with ``prior_share``; None: the folds choose.
    say : callable
        Told what is going on.

    Raises
    ------
    Refused
        Where the margins rank no better than chance.
    """
    recorded = None if shape is None else Shape(shape["members"])
    share = prior_share(experience.defaulted_buyers) if shape is None else float(shape["prior_share"])
    fit = fold_margins(material, recorded, say)
    beside = _Beside(material, card_of(material.recipe), share)
    every = sources_of([feature.name for feature in beside.features])
    return Learned(
        margin=fit_trees(
            material.inputs, material.outcome, material.choice.features, fit.shape,
            material.recipe.config.seed, material.weight,
        ),
        card=beside.card,
        features=beside.features,
        calibration=_calibrated(material, beside, experience, fit),
        patterns=with_sources(material.patterns, material.sources, every),
        trees=fit.shape.trees,
        shape={**asdict(fit.shape), "prior_share": share},
        prior=prior_of(experience, beside.card, share),
    )  # fmt: skip


def with_sources(patterns: Sequence[str], learned: Sequence[str], every: Sequence[str]) -> tuple[str, ...]:
    """Return patterns with every choice of the sources that trees do not read: the scorecard knows them all.

    Parameters
    ----------
    patterns : sequence of str
        Of the sources that the trees read.
    learned, every : sequence of str
        Sources that the trees read, and those that the model reads.

    Examples
    --------
    Books in which nobody had accounts:

    >>> with_sources(("", "payments"), ("payments",), ("payments", "accounts"))
    ('', 'accounts', 'payments', 'payments+accounts')
    """
    alone = [source for source in every if source not in learned]
    choices = [held for size in range(len(alone) + 1) for held in combinations(alone, size)]
    return tuple(
        "+".join(source for source in every if source in {*pattern.split("+"), *held})
        for pattern in patterns
        for held in choices
    )


@dataclass(frozen=True)
class _Beside:
    """The scorecard on the rows that trees learn from.

    Parameters
    ----------
    material : Material
    card : Scorecard
    share : float
    """

    material: Material
    card: Scorecard
    share: float

    @cached_property
    def features(self) -> tuple[FeatureSpec, ...]:
        """The trees' features as they are, then those that the scorecard reads alone."""
        return (*self.material.choice.features, *(feature_of(name, self.material.values[name])
                                                  for name in self._alone))  # fmt: skip

    @property
    def _alone(self) -> list[str]:
        return [name for name in self.card.names if name not in self.material.names]

    @cached_property
    def log_odds(self) -> Floats:
        """The scorecard's log-odds of every row, copies too, from values as they enter the model."""
        alone = self.material.values[self._alone].to_numpy(np.float64)[self.material.copies.row]
        names = [*self.material.names, *self._alone]
        inputs = np.column_stack([self.material.inputs, alone])
        return self.card.raw(inputs[:, [names.index(name) for name in self.card.names]])

    def margins(self, fit: Fit) -> Floats:
        """Return margins of the folds' rows, with the scorecard at the level that each fold learned from."""
        card = self.log_odds[fit.rows] + logit(fit.base)[fit.fold]
        return np.asarray((1 - self.share) * fit.raw + self.share * card)


def _calibrated(material: Material, beside: _Beside, experience: PriorFit, fit: Fit) -> Calibration:
    """Return the calibration, whose level is that of own experience drawn towards the prior's."""
    config, rate = material.recipe.config, material.rate
    found = calibrate(
        staged_of(material, fit, beside.margins(fit)),
        Level(fit.base, rate),
        material.sources,
        config.population_rate,
    )
    # Reason: in the folds the scorecard was at the level of each; here it is at that of all subjects.
    level = found.slope * beside.share * float(logit(rate))
    drawn = 0.0 if config.population_rate is not None else _drawn(experience)
    return found.model_copy(update={"intercept": found.intercept + level + drawn})


def _drawn(experience: PriorFit) -> float:
    """Return the log-odds from the own default rate to the one that the prior's level draws it to."""
    level = experience.level
    if level is None or not 0 < level.defaults < level.subjects:
        return 0.0
    return float(logit(level.rate) - logit(level.defaults / level.subjects))
