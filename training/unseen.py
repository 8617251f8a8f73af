"""Subjects that a model was fitted on are no test of it."""

from __future__ import annotations

import pandas as pd

from credit.model import RiskModel
from credit.timing.model import TimingModel
from features.errors import InputError

__all__ = ["check_mature", "check_unseen"]


def check_mature(count: int) -> None:
    """Refuse a period without mature subjects (InputError)."""
    if not count:
        raise InputError.of(
            "mature subjects in the period", "none", "widen --from and --to, or load later books"
        )


def check_unseen(model: RiskModel | TimingModel, subjects: pd.DataFrame, *, in_sample: bool) -> bool:
    """Refuse subjects that a model was fitted on, unless they are asked for.

    Returns
    -------
    bool
        Whether there are any.

    Raises
    ------
    InputError
        Where there are, without `in_sample`.
    """
    fitted = model.was_fitted_on(subjects)
    if fitted.any() and not in_sample:
        found = f"{int(fitted.sum())} of {len(subjects)} subjects that it was fitted on"
        step = (
            f"take --from after {model.spec.fitted_until[:10]}, or --in-sample to see how well it remembers"
        )
        raise InputError.of("subjects that the model has not seen", found, step)
    return bool(fitted.any())
