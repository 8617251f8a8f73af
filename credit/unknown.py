"""What a model adds for what is not known of a buyer: its information state, and sources of accounts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from credit.spec import OPTIONAL, SOURCE_FLAGS, Calibration
from credit.states import STATES
from features.catalog import NAMES

__all__ = ["Unknown"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_FLAGS_LACKING: dict[str, tuple[str, ...]] = {
    "payments_and_accounts": (),
    "payments": ("has_accounts",),
    "accounts": ("has_payments",),
    "profile": ("has_payments", "has_accounts"),
}
"""Features that say that a state knows less than all."""

_COLUMNS = np.array(
    [NAMES.index(name) for name in ("has_payments", "has_accounts", *(SOURCE_FLAGS[s] for s in OPTIONAL))]
)
_WEIGHTS = np.array([2 << len(OPTIONAL), 1 << len(OPTIONAL), *(1 << bit for bit in range(len(OPTIONAL)))])
"""Flags, and what each adds to the number of a case where it is not set: the position of the state is above
the bits of the sources."""


class Unknown:
    """What the calibration of a model adds, by what is not known.

    A case is an information state with the sources of `credit.spec.OPTIONAL` that lack in it; without
    accounts the state alone tells it all.

    Parameters
    ----------
    calibration : Calibration
    names : sequence of str
        Features of the model.

    Attributes
    ----------
    added : float64 ndarray, shape (cases,)
        Log-odds.
    parts : float64 ndarray, shape (cases, len(names))
        The same by feature: the flags of what lacks tell it.
    """

    def __init__(self, calibration: Calibration, names: Sequence[str]) -> None:
        cases = [_told(calibration, names, case) for case in range(len(STATES) << len(OPTIONAL))]
        self.added = np.array([sum(told.values()) for told in cases])
        self.parts = np.zeros((len(cases), len(names)))
        for case, told in enumerate(cases):
            for flag, log_odds in told.items():
                if flag in names:
                    self.parts[case, names.index(flag)] = log_odds

    @staticmethod
    def cases(values: Floats) -> Ints:
        """Return the case of each subject.

        Parameters
        ----------
        values : float64 ndarray, shape (n, len(NAMES))
            Every feature of the catalog; a flag that is missing counts as not set.
        """
        return np.asarray((values[:, _COLUMNS] != 1.0) @ _WEIGHTS)


def _told(calibration: Calibration, names: Sequence[str], case: int) -> dict[str, float]:
    """Return by flag what is added in a case."""
    state = STATES[case >> len(OPTIONAL)]
    flags = [flag for flag in _FLAGS_LACKING[state] if flag in names] or list(_FLAGS_LACKING[state])
    told = {flag: calibration.states.get(state, 0.0) / len(flags) for flag in flags}
    if "has_accounts" in _FLAGS_LACKING[state]:
        return told
    lacking = [source for bit, source in enumerate(OPTIONAL) if case >> bit & 1]
    return told | {SOURCE_FLAGS[source]: calibration.lacking.get(source, 0.0) for source in lacking}
