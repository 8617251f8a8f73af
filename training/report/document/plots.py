"""Figures that only a report has: CAP, segments, stability, stress."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Any

from matplotlib.figure import Figure

__all__ = ["cap_plot", "forest_plot", "stability_plot", "stress_plot"]

_INK, _SOFT, _GUIDE, _BAD, _PALE = "#1f4e79", "#9db4c8", "#777777", "#b03a2e", "#f2f2f2"

_MOST_OF_A_NAME, _MOST_OF_A_LINE = 38, 42
_LONGEST = 1.0
"""Index of stability at which a bar is cut and its value written."""


def cap_plot(cap: Mapping[str, Any]) -> Figure:
    """Return the cumulative accuracy profile between a perfect ranking and none."""
    figure = Figure(layout="constrained")
    axes = figure.subplots()
    perfect = max(cap["base_rate"], 1e-9)
    axes.plot([0, perfect, 1], [0, 1, 1], color=_GUIDE, linestyle="--", label="perfect")
    axes.plot(cap["flagged"], cap["captured"], color=_INK, label=f"model, AR {cap['accuracy_ratio']:.3f}")
    axes.plot([0, 1], [0, 1], color=_GUIDE, linestyle=":", label="none")
    axes.set(xlabel="share of all subjects, riskiest first", ylabel="share of bad subjects found")
    axes.legend(loc="lower right", fontsize=8)
    return figure


def forest_plot(rows: Sequence[Mapping[str, Any]], whole: float | None) -> Figure:
    """Return a figure with its interval by category, and that of all as a line.

    Parameters
    ----------
    rows : sequence of mapping
        ``segment``, ``category``, ``n`` and ``value``, ``low``, ``high``; ends may be null, values not.
    whole : float or None
        Of all subjects.
    """
    figure = Figure(layout="constrained")
    axes = figure.subplots()
    for place, row in enumerate(rows):
        low, high = (row["value"] if row[end] is None else row[end] for end in ("low", "high"))
        axes.plot([low, high], [place, place], color=_INK, linewidth=1.4)
        axes.plot(
            row["value"], place, marker="o" if row["low"] is not None else "x", color=_INK, markersize=4
        )
    if whole is not None:
        axes.axvline(whole, color=_GUIDE, linestyle="--", linewidth=1)
    names = [f"{row['segment']}: {_short(row['category'])} ({row['n']:,})" for row in rows]
    axes.set_yticks(range(len(rows)), names, fontsize=8, parse_math=False)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_xlabel("AUC with 95 % interval; dashed: all subjects")
    return figure


def stability_plot(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Return indices of stability as bars with their critical values as ticks.

    Parameters
    ----------
    rows : sequence of mapping
        ``label``, ``psi``, ``critical``, ``enough``.
    """
    figure = Figure(layout="constrained")
    axes = figure.subplots()
    places = range(len(rows))
    # Reason: one feature that is quite another would leave nothing to see of the rest.
    shown = [min(row["psi"], _LONGEST) for row in rows]
    for place, row in zip(places, rows, strict=True):
        if row["psi"] > _LONGEST:
            axes.text(_LONGEST, place, f" {row['psi']:.2f} ▸", va="center", fontsize=8)
    bars = axes.barh(places, shown, color=_SOFT, edgecolor=_INK, height=0.62, linewidth=0.7)
    for place, row in zip(places, rows, strict=True):
        if not row["enough"]:
            bars[place].set(facecolor=_PALE, edgecolor=_GUIDE, linestyle="--")
        if row["critical"] > max(0.3, *shown):
            continue
        axes.plot([row["critical"]] * 2, [place - 0.38, place + 0.38], color="black", linewidth=1.4)
    for level, style in ((0.10, ":"), (0.25, "--")):
        axes.axvline(level, color=_GUIDE, linestyle=style, linewidth=1)
    names = [fill(str(row["label"]), _MOST_OF_A_LINE) for row in rows]
    axes.set_yticks(places, names, fontsize=8, parse_math=False)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0, 1.12 * max(0.3, *shown))
    axes.set_xlabel("stability index; dotted 0.10, dashed 0.25, black: critical")
    return figure


def stress_plot(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Return the mean probability before and after each shock.

    Parameters
    ----------
    rows : sequence of mapping
        ``code``, ``mean_probability_before``, ``mean_probability_after``, neither null.
    """
    figure = Figure(layout="constrained")
    axes = figure.subplots()
    for place, row in enumerate(rows):
        before, after = row["mean_probability_before"], row["mean_probability_after"]
        axes.plot([before, after], [place, place], color=_GUIDE, linewidth=1.2)
        axes.plot(before, place, "o", color="white", markeredgecolor=_INK, markersize=6)
        axes.plot(after, place, "D", color=_BAD if after > before else _INK, markersize=5)
    axes.set_yticks(range(len(rows)), [_short(row["code"].replace("_", " ")) for row in rows], fontsize=8)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.1%}")
    axes.grid(axis="x", color="#dddddd", linewidth=0.6)
    axes.set_xlabel("mean probability; ring: as it is, diamond: after the shock")
    return figure


def _short(text: Any) -> str:
    name = str(text)
    return name if len(name) <= _MOST_OF_A_NAME else f"{name[: _MOST_OF_A_NAME - 1]}…"
