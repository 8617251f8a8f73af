"""Other learners on the same subjects, from a single ratio to other ensembles: what a model has to beat."""

from __future__ import annotations

from training.challengers.lesson import CannotLearn, Learn, Lesson, Predict
from training.challengers.table import CHALLENGERS, challengers_of

__all__ = ["CHALLENGERS", "CannotLearn", "Learn", "Lesson", "Predict", "challengers_of"]
