"""What the model says why, drawn by the library ``shap``: beeswarm and dependence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from matplotlib.figure import Figure

__all__ = ["beeswarm", "dependence"]

_AXIS = "#17211f"
_SHADES = "cividis_r"
"""From light to dark: printed in grey the order stays."""


def beeswarm(swarm: Sequence[Mapping[str, Any]]) -> Figure:
    """Return the points of each feature over the subjects, shaded by the rank of its value.

    Parameters
    ----------
    swarm : sequence of mapping
        ``label``, ``points`` and ``scaled`` (0 lowest, 1 highest, null for missing) by feature.
    """
    shap = _shap()
    told = shap.Explanation(
        values=np.array([each["points"] for each in swarm], float).T,
        data=np.array([each["scaled"] for each in swarm], float).T,
        feature_names=[_plain(each["label"]) for each in swarm],
    )
    figure = Figure(layout="constrained")
    axes = figure.subplots()
    with _same_random_numbers():
        shap.plots.beeswarm(
            told, max_display=len(swarm), order=np.arange(len(swarm)), color=_map(_SHADES), s=6, ax=axes,
            plot_size=None, show=False, color_bar_label="value of the feature",
        )  # fmt: skip
    _as_ours(figure)
    axes.set_xlabel("score points (right: safer)")
    return figure


def dependence(told: Mapping[str, Any]) -> Figure:
    """Return the points of one feature against its value; missing values are ticks at the left axis.

    Parameters
    ----------
    told : mapping
        ``label``, ``unit``, ``values`` (null for missing) and ``points``.
    """
    import matplotlib.pyplot as plt

    shap = _shap()
    points, values = (np.array(told[name], float)[:, None] for name in ("points", "values"))
    name = f"{told['label']} ({told['unit']})" if told["unit"] else told["label"]
    column = shap.Explanation(values=points, data=values, feature_names=[_plain(name)])
    # Reason: shap asks pyplot for the figure; it is closed at once, so that nothing shows or keeps it.
    figure = plt.figure(layout="constrained")
    try:
        axes = figure.subplots()
        with _same_random_numbers():
            shap.plots.scatter(column[:, 0], color="#1f4e79", dot_size=7, alpha=0.5, ax=axes, show=False)
        _as_ours(figure)
        axes.set(xlabel=_plain(name), ylabel="score points")
    finally:
        plt.close(figure)
    return figure


def _shap() -> Any:
    """Return the library: its import takes seconds, which only a report should cost."""
    import shap

    return shap


def _map(name: str) -> Any:
    import matplotlib as mpl

    return mpl.colormaps[name]


@contextmanager
def _same_random_numbers() -> Iterator[None]:
    """Let dots that shap scatters fall on the same places each time; nobody else's numbers change."""
    state = np.random.get_state()
    np.random.seed(0)
    try:
        yield
    finally:
        np.random.set_state(state)


def _as_ours(figure: Figure) -> None:
    """Give sizes and colours of the page to what shap has drawn, and make its dots a picture."""
    for axes in figure.axes:
        axes.tick_params(labelsize=8, labelcolor=_AXIS)
        for text in (axes.xaxis.label, axes.yaxis.label):
            text.set(fontsize=9, color=_AXIS)
        for label in axes.get_yticklabels():
            label.set(fontsize=8, color=_AXIS)
        for dots in axes.collections:
            dots.set_rasterized(True)


def _plain(label: str) -> str:
    """Return a label in which a dollar sign begins no formula."""
    return label.replace("$", r"\$")
