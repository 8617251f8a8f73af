"""What is noted of every assessment that is given."""

from __future__ import annotations

from credit.release import Release
from serving.live.given import Given
from serving.observe.drift import Drift
from serving.observe.metrics import metrics
from serving.observe.samples import Samples

__all__ = ["assessed", "drift"]

drift = Drift(metrics)
"""That of this process."""

_SAMPLES = Samples.from_environment()


def assessed(given: Given, release: Release) -> None:
    """Note what an assessment says.

    Parameters
    ----------
    given : Given
    release : Release
        What said it.
    """
    metrics.assessed(given.brief)
    drift.note(given.brief, release)
    if _SAMPLES is not None:
        _SAMPLES.offer(given.body, release.release_id)
