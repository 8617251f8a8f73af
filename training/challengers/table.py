"""All challengers as a table, and one call that hears them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from training.challengers.ensembles import catboost, extra_trees, hist_gradient_boosting
from training.challengers.lesson import CannotLearn, Learn, Lesson
from training.challengers.scorecard import scorecard
from training.challengers.single import single

__all__ = ["CHALLENGERS", "READ_ALONE", "Challenger", "challengers_of"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Challenger:
    """A challenger, and the models that it stands against."""

    learn: Learn
    models: tuple[str, ...] = ("late", "default")


READ_ALONE = ("altman_z_nonmanufacturer", "payment_index_365d")
"""Features that a challenger reads, whether or not the model does."""

CHALLENGERS: Mapping[str, Challenger] = {
    "scorecard": Challenger(scorecard),
    "altman_z_nonmanufacturer": Challenger(single(READ_ALONE[0]), ("default",)),
    "payment_index": Challenger(single(READ_ALONE[1])),
    "extra_trees": Challenger(extra_trees),
    "hist_gradient_boosting": Challenger(hist_gradient_boosting),
    "catboost": Challenger(catboost),
}
"""By name: a scorecard, Altman's Z'' and the payment index alone, and three ensembles of trees."""


def challengers_of(
    lesson: Lesson, test: pd.DataFrame, say: Callable[[str], None] = lambda _: None
) -> dict[str, Floats | str]:
    """Let every challenger of a model learn, and predict the same test subjects as the model.

    Parameters
    ----------
    lesson : Lesson
    test : DataFrame, shape (m, ...)
        Values of the test subjects, with the columns of the lesson.
    say : callable
        Told which challenger is at work.

    Returns
    -------
    dict
        By name the probabilities, shape (m,), or the code of why there are none: ``not_installed``,
        ``no_such_feature``, ``never_known``, ``one_outcome``.
    """
    told: dict[str, Floats | str] = {}
    for name, challenger in CHALLENGERS.items():
        if lesson.model not in challenger.models:
            continue
        say(f"challenger {name.replace('_', ' ')}")
        try:
            told[name] = challenger.learn(lesson)(test)
        except CannotLearn as error:
            told[name] = str(error)
    return told
