"""Plots of a model's test period."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from sklearn.metrics import roc_curve

__all__ = ["calibration_plot", "roc_plot"]

Floats = npt.NDArray[np.float64]

_BINS = 10


def roc_plot(outcome: Floats, probability: Floats, title: str) -> Figure:
    """Return the ROC curve: share of bad found against share of good wrongly suspected."""
    false_positive, true_positive, _ = roc_curve(outcome, probability)
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.subplots()
    axes.plot(false_positive, true_positive, color="#1f4e79")
    axes.plot([0, 1], [0, 1], color="#999999", linestyle=":")
    axes.set(title=title, xlabel="share of good subjects flagged", ylabel="share of bad subjects flagged")
    return figure


def calibration_plot(outcome: Floats, probability: Floats, title: str) -> Figure:
    """Return observed rates against predicted probabilities, ten bins of equal count, 95 % intervals."""
    parts = [part for part in np.array_split(np.argsort(probability, kind="stable"), _BINS) if len(part)]
    predicted = np.array([probability[part].mean() for part in parts])
    observed = np.array([outcome[part].mean() for part in parts])
    spread = np.array(
        [1.96 * np.sqrt(max(r * (1 - r), 1e-9) / len(p)) for r, p in zip(observed, parts, strict=True)]
    )
    figure = Figure(figsize=(5, 5), layout="constrained")
    axes = figure.subplots()
    axes.errorbar(predicted, observed, yerr=spread, fmt="o", color="#1f4e79", capsize=3)
    top = max(predicted.max(), observed.max()) * 1.1 or 1.0
    axes.plot([0, top], [0, top], color="#999999", linestyle=":")
    axes.set(title=title, xlabel="predicted probability", ylabel="observed rate", ylim=(0, None))
    return figure
