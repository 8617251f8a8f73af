"""What is noted of every assessment that is given."""

from __future__ import annotations

from typing import Any

from credit.release import Release
from serving.observe.metrics import metrics

__all__ = ["assessed"]


def assessed(said: dict[str, Any], release: Release) -> dict[str, Any]:  # noqa: ARG001
    """Note what an assessment says, and return it as it is.

    Parameters
    ----------
    said : dict
        An assessment, or the part of it that is the score alone.
    release : Release
        What said it.
    """
    metrics.assessed(said)
    return said
