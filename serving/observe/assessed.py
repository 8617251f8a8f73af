"""What is noted of every assessment that is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credit.release import Release
from serving.observe.drift import Drift
from serving.observe.metrics import metrics
from serving.observe.samples import Samples

__all__ = ["assessed", "drift"]

drift = Drift(metrics)
"""That of this process."""

_SAMPLES = Samples.from_environment()


def assessed(said: Mapping[str, Any], release: Release) -> None:
    """Note what an assessment says.

    Parameters
    ----------
    said : mapping
        As `serving.live.given.brief_of` gives it.
    release : Release
        What said it.
    """
    metrics.assessed(said)
    drift.note(said, release)
    if _SAMPLES is not None:
        _SAMPLES.offer(said, release.release_id)
