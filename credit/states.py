"""Information states: which sources are known of a buyer."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from features.catalog import NAMES

__all__ = ["STATES", "InformationState", "state_of", "states_of"]

InformationState = Literal["payments_and_accounts", "payments", "accounts", "profile"]

STATES: tuple[InformationState, ...] = ("payments_and_accounts", "payments", "accounts", "profile")
"""From the most to the least that can be known."""

_PAYMENTS, _ACCOUNTS = NAMES.index("has_payments"), NAMES.index("has_accounts")


def state_of(has_payments: bool, has_accounts: bool) -> InformationState:
    """Return the information state of a buyer.

    Examples
    --------
    >>> state_of(True, False), state_of(False, False)
    ('payments', 'profile')
    """
    return STATES[2 * (not has_payments) + (not has_accounts)]


def states_of(values: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return the position in `STATES` of each subject's state.

    Parameters
    ----------
    values : float64 ndarray, shape (n, len(NAMES))
        Every feature of the catalog; a flag that is missing counts as not set.
    """
    return np.asarray(2 * (values[:, _PAYMENTS] != 1.0) + 1 * (values[:, _ACCOUNTS] != 1.0), np.int64)
