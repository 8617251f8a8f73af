"""What is noted of every assessment that is given."""

from __future__ import annotations

from typing import Any

from credit.release import Release
from serving.observe.drift import Drift
from serving.observe.metrics import metrics
from serving.observe.samples import Samples

__all__ = ["assessed", "drift"]

drift = Drift(metrics)
"""That of this process."""

_SAMPLES = Samples.from_environment()


def assessed(said: dict[str, Any], release: Release) -> dict[str, Any]:
    """Note what an assessment says, and return it as it is.

    Parameters
    ----------
    said : dict
        An assessment, or the part of it that is the score alone.
    release : Release
        What said it.
    """
    metrics.assessed(said)
    drift.note(said, release)
    if _SAMPLES is not None:
        _SAMPLES.offer(said, release.release_id)
    return said
