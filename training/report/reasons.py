"""Sections of a validation pack on what the model says why."""

from __future__ import annotations

from typing import Any, Literal

from training.report.schema import Section

__all__ = ["Aim", "Dependence", "Explanations", "Swarm"]


class Aim(Section):
    """A test with what was found and what was aimed at; ``passed`` is null where it cannot be run."""

    test: str
    text: str
    n: int
    found: float | None
    aim: float
    better: Literal["above", "below"]
    passed: bool | None
    why_not: str | None


class Swarm(Section):
    """Points and scaled values of one feature over the explained subjects, for a beeswarm."""

    name: str
    label: str
    points: list[float]
    scaled: list[float | None]  # rank of the value from 0 (lowest) to 1; null where it is missing


class Dependence(Section):
    """Points against the value of one feature."""

    name: str
    label: str
    unit: str
    values: list[float | None]
    points: list[float]


class Explanations(Section):
    """What the model says why, and whether that can be believed."""

    subjects: int
    of: str  # which subjects, in words
    base_points: float
    importance: list[dict[str, Any]]  # name, label, mean_absolute_points; all features
    groups: list[dict[str, Any]]  # group, label, mean_absolute_points
    swarm: list[Swarm]  # the 20 most important features
    dependence: list[Dependence]  # the six most important features
    shap_difference_log_odds: float | None  # largest between SHAP's own algorithm and ours; null: scorecard
    shap_subjects: int
    tests: list[Aim]  # additivity, shap, deletion, deletion_groups, top_4_seeds, top_4_noise, polarity
