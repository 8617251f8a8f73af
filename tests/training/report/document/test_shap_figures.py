"""Figures of the library shap."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np

from training.report.document.drawings import drawn
from training.report.document.shap_figures import beeswarm, dependence


def swarm(rows: int = 60) -> list[dict[str, Any]]:
    random = np.random.default_rng(1)
    points = random.normal(size=(3, rows)).tolist()
    scaled = [[None if place % 7 == 0 else place / rows for place in range(rows)] for _ in points]
    return [
        {"label": f"$ feature {number}", "points": each, "scaled": ranks}
        for number, (each, ranks) in enumerate(zip(points, scaled, strict=True))
    ]


def told() -> dict[str, Any]:
    first = swarm()[0]
    return {"label": "days $ late", "unit": "days", "values": first["scaled"], "points": first["points"]}


def test_they_are_drawn_the_same_each_time_and_nobody_elses_random_numbers_move() -> None:
    np.random.seed(3)
    expected = np.random.random(4).tolist()
    np.random.seed(3)
    pictures = [(drawn(lambda: beeswarm(swarm()), "b"), drawn(lambda: dependence(told()), "d")) for _ in "ab"]
    assert np.random.random(4).tolist() == expected
    assert pictures[0] == pictures[1]


def test_no_figure_is_left_open() -> None:
    dependence(told())
    beeswarm(swarm())
    assert plt.get_fignums() == []


def test_features_stand_in_their_order_with_their_names() -> None:
    axes = beeswarm(swarm()).axes[0]
    names = [label.get_text().replace("\\$", "$") for label in axes.get_yticklabels()]
    assert names == ["$ feature 2", "$ feature 1", "$ feature 0"]


def test_a_feature_with_one_value_can_be_drawn() -> None:
    same = {**told(), "values": [1.0] * 60}
    assert "<image" in drawn(lambda: dependence(same), "d")
    constant = [{**each, "scaled": [0.5] * 60, "points": [0.0] * 60} for each in swarm()]
    assert "<image" in drawn(lambda: beeswarm(constant), "b")
