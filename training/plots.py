"""Plots of a model's test period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import LogitFormatter

__all__ = [
    "calibration_bins_plot",
    "ks_plot",
    "months_plot",
    "roc_band_plot",
    "score_distribution_plot",
]

_BAD, _GOOD, _GUIDE = "#b03a2e", "#1f4e79", "#999999"


def roc_band_plot(roc: Mapping[str, Any], title: str) -> Figure:
    """Return the ROC curve with its 95 % band where there is one.

    Parameters
    ----------
    roc : mapping
        Of `training.curves.curves_of`.
    title : str
    """
    figure, axes = _square()
    if roc["low"] is not None:
        axes.fill_between(roc["flagged_good"], roc["low"], roc["high"], color=_GOOD, alpha=0.2, linewidth=0)
    axes.plot(roc["flagged_good"], roc["flagged_bad"], color=_GOOD)
    axes.plot([0, 1], [0, 1], color=_GUIDE, linestyle=":")
    axes.set(title=title, xlabel="share of good subjects flagged", ylabel="share of bad subjects flagged")
    return figure


def ks_plot(ks: Mapping[str, Any], title: str) -> Figure:
    """Return the distributions of bad and good over the probability, and where they are furthest apart."""
    figure, axes = _square()
    # Reason: printed in grey the two still differ.
    for name, color, width in (("bad", _BAD, 2.2), ("good", _GOOD, 1.1)):
        below = ks[f"{name}_below"]
        axes.step(ks["threshold"], below, where="post", color=color, label=name, linewidth=width)
    gaps = np.array(ks["good_below"]) - np.array(ks["bad_below"])
    widest = int(np.abs(gaps).argmax())
    ends = [ks["bad_below"][widest], ks["good_below"][widest]]
    axes.plot(
        [ks["threshold"][widest]] * 2, ends, color=_GUIDE, linestyle="--", label=f"KS {abs(gaps[widest]):.3f}"
    )
    axes.set(title=title, xlabel="predicted probability", ylabel="share of subjects at or below")
    axes.legend()
    return figure


def calibration_bins_plot(bins: Sequence[Mapping[str, Any]], title: str) -> Figure:
    """Return observed rates against predicted probabilities with their Jeffreys intervals."""
    predicted, rate = (np.array([part[name] for part in bins]) for name in ("mean_probability", "rate"))
    below, above = rate - [part["low"] for part in bins], [part["high"] for part in bins] - rate
    figure, axes = _square()
    axes.errorbar(predicted, rate, yerr=[below, above], fmt="o", color=_GOOD, capsize=3)
    top = max(predicted.max(), max(part["high"] for part in bins)) * 1.05
    axes.plot([0, top], [0, top], color=_GUIDE, linestyle=":")
    axes.set(title=title, xlabel="predicted probability", ylabel="observed rate", ylim=(0, None))
    return figure


def score_distribution_plot(distribution: Mapping[str, Any], title: str) -> Figure:
    """Return the shares of bad and good subjects by predicted probability, on a scale of log-odds."""
    figure, axes = _square()
    edges = distribution["edges"]
    axes.stairs(distribution["bad"], edges, color=_BAD, fill=True, alpha=0.4, label="bad")
    axes.stairs(distribution["good"], edges, color=_GOOD, linewidth=1.4, label="good")
    axes.set_xscale("logit")
    axes.set(title=title, xlabel="predicted probability", ylabel="share of subjects of that outcome")
    axes.xaxis.set_major_formatter(LogitFormatter(one_half="0.5"))
    axes.xaxis.set_minor_formatter("")
    axes.legend()
    return figure


def months_plot(months: Sequence[Mapping[str, Any]], title: str) -> Figure:
    """Return observed over expected bad outcomes by month, with their Jeffreys intervals."""
    told = [month["observed_to_expected"] for month in months]
    # Reason: a month in which nothing is expected has no ratio, and no point.
    value, low, high = (
        np.array([month[end] for month in told], np.float64) for end in ("value", "low", "high")
    )
    figure = Figure(figsize=(8, 4), layout="constrained")
    axes = figure.subplots()
    axes.errorbar(range(len(value)), value, yerr=[value - low, high - value], fmt="o", color=_GOOD, capsize=3)
    axes.axhline(1.0, color=_GUIDE, linestyle=":")
    every = max(1, len(value) // 12)
    axes.set_xticks(range(0, len(value), every), [month["month"] for month in months[::every]], rotation=45)
    axes.set(title=title, ylabel="observed over expected", ylim=(0, None))
    return figure


def _square() -> tuple[Figure, Any]:
    figure = Figure(figsize=(5, 5), layout="constrained")
    return figure, figure.subplots()
