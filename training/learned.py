"""What a training has learned, whatever learned it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import lightgbm as lgb

from credit.prior.scorecard import Scorecard
from credit.spec import Calibration, FeatureSpec, Prior

__all__ = ["Learned"]


@dataclass(frozen=True)
class Learned:
    """Margins, their calibration and what they speak of.

    Parameters
    ----------
    margin : lightgbm.Booster or Scorecard
    features : tuple of FeatureSpec
        In the order of the margin's inputs.
    calibration : Calibration
    patterns : tuple of str
        Patterns of present sources that the model may speak of.
    trees : int
        0 for a scorecard.
    shape : mapping
        Hyper-parameters as an object of JSON, with which the same is learned again; empty for a prior.
    prior : Prior or None
    card : Scorecard or None
        Beside trees: what has the prior's share of the margin.
    """

    margin: lgb.Booster | Scorecard
    features: tuple[FeatureSpec, ...]
    calibration: Calibration
    patterns: tuple[str, ...]
    trees: int = 0
    shape: Mapping[str, Any] = field(default_factory=dict)
    prior: Prior | None = None
    card: Scorecard | None = None

    @property
    def learner(self) -> Literal["trees", "blend", "scorecard"]:
        """What gives the margin."""
        if self.card is not None:
            return "blend"
        return "trees" if self.prior is None else "scorecard"
