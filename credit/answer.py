"""What one model says of one subject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from credit.peer_means import PeerMeans

__all__ = ["Answer", "ModelName"]

ModelName = Literal["default", "late"]


@dataclass(frozen=True)
class Answer:
    """A model's answer about one subject.

    Parameters
    ----------
    model : {"default", "late"}
    status : str
        ``ok`` or a cannot-say code (``no_default_model``, ``unseen_pattern``, ``no_request``, ...).
    definition : str
        Outcome that the probability is of: ``late_30``, ``default_obligor_90``, ...; empty without a model.
    horizon_days : int
        Days from the subject's moment (default) or from the due date (late) in which the outcome may happen.
    probability : float or None
        Calibrated probability; None where the model cannot say.
    log_odds, base_log_odds : float or None
        Calibrated log-odds of the bad outcome, and their part that no feature explains.
    contributions : mapping of str to float
        Log-odds by feature; ``base_log_odds + sum(contributions) == log_odds``.
    references : mapping of str to float
        Median of each feature where the model was trained; missing where it was never known.
    version : str
        ``name@version`` in the registry.
    prior_weight : float
        How much of the level is prior knowledge; 0 where the model was learned from own defaults.
    percentile : float or None
        Percent of the frozen population that the model was trained on that is at least as risky.
    peers : PeerMeans or None
        Mean contributions of peers, in the order of `contributions`; models made before they were kept have
        none.
    """

    model: ModelName
    status: str
    definition: str = ""
    horizon_days: int = 0
    probability: float | None = None
    log_odds: float | None = None
    base_log_odds: float | None = None
    contributions: Mapping[str, float] = field(default_factory=dict)
    references: Mapping[str, float] = field(default_factory=dict)
    version: str = ""
    prior_weight: float = 0.0
    percentile: float | None = None
    peers: PeerMeans | None = field(default=None, repr=False, compare=False)

    @property
    def ok(self) -> bool:
        """Whether the model said something."""
        return self.status == "ok"
