"""Figures of a test that need more than the model itself: other models, or the ledger as a whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from credit.model import RiskModel
from features.build import Packed
from features.errors import InputError
from training.pipelines import AnyRun
from training.registry import Registry
from training.timing.evaluate import further_figures
from training.timing.run import TimingRun

__all__ = ["late_champion", "with_further_figures"]


def with_further_figures(
    registry: Registry, packed: Packed, run: AnyRun, say: Callable[[str], None]
) -> AnyRun:
    """Return a tested run with receipts and the late model beside it, where it tells pay dates."""
    if not isinstance(run, TimingRun):
        return run
    say("back-testing the receipts of past month ends")
    told = further_figures(packed, run.model, str(run.metrics["from"]), late_champion(registry))
    files = {f"{name}.json": part for name, part in told.items() if part is not None}
    return replace(run, evaluation={**run.evaluation, **told}, extra={**run.extra, **files})


def late_champion(registry: Registry) -> RiskModel | None:
    """Return the late model in force; None where there is none, or its files are not what they were."""
    name = registry.champion("late")
    try:
        return registry.version(name).load() if name else None
    except InputError:
        return None
