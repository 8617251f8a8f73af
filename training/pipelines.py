"""Which pipeline learns each model, and which further figures its test gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from credit.release import TIMING
from features.build import Packed
from training.pipeline import fit_final, fit_tested
from training.run import Recipe, Run
from training.timing.pipeline import fit_timing_final, fit_timing_tested
from training.timing.run import TimingRun

__all__ = ["PIPELINES", "AnyRun", "Pipeline"]

AnyRun = Run | TimingRun

Say = Callable[[str], None]
Shape = Mapping[str, Any] | None


@dataclass(frozen=True)
class Pipeline:
    """How a model is learned.

    Parameters
    ----------
    tested : callable
        ``(packed, recipe, folder, say, shape, searches)`` gives a run that is measured out of time.
    final : callable
        ``(packed, recipe, shape, folder, say)`` refits a tested recipe on every subject.
    """

    tested: Callable[[Packed, Recipe, Path, Say, Shape, Path | None], AnyRun]
    final: Callable[[Packed, Recipe, Mapping[str, Any], Path, Say], AnyRun]


def _timing_tested(
    packed: Packed,
    recipe: Recipe,
    folder: Path,
    say: Say,
    shape: Shape,
    searches: Path | None,  # noqa: ARG001  (pay dates are learned without a search)
) -> TimingRun:
    return fit_timing_tested(packed, recipe, folder, say, shape=shape)


_RISK = Pipeline(fit_tested, fit_final)

PIPELINES: Mapping[str, Pipeline] = {
    "default": _RISK,
    "late": _RISK,
    TIMING: Pipeline(_timing_tested, fit_timing_final),
}
"""By name of the model."""
