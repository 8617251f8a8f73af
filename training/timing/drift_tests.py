"""What is asked of a period of a timing model: as of other models, but of its dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from training.drift_tests import TESTS, DriftTest, Found, Told, furthest_of
from training.drift_thresholds import Thresholds

__all__ = ["TIMING_TESTS"]


def _dates(told: Told, thresholds: Thresholds) -> Found:
    return furthest_of([told["score"], told["late"]], thresholds, "PSI")


_ASKED = {test.code: test for test in TESTS}

_INSTEAD: Mapping[str, DriftTest] = {
    "score": DriftTest(
        "pay dates", True, _dates,
        "see which inputs moved them, and look again in a month",
        "find the cause among the inputs; plan receipts with a margin until then; train again if the change "
        "is here to stay",
    ),
    "missing values": replace(
        _ASKED["missing values"],
        red="restore the source: of what is missing the model tells the dates of others",
    ),
    "calibration": replace(
        _ASKED["calibration"],
        red="chances of late payment are off: measure them (`credence models evaluate`) and train again",
    ),
}  # fmt: skip
"""Tests that take the place of others."""

TIMING_TESTS: tuple[DriftTest, ...] = tuple(
    _INSTEAD.get(test.code, test) for test in TESTS if test.code != "early arrears"
)
"""What is asked, in the order in which it is told."""
