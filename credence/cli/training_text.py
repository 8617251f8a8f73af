"""What ``credence train`` tells a person: the figures, and how far they can be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from credence.cli.common import metrics_table

__all__ = ["training_text"]

Report = Mapping[str, Any]

_SEGMENTS = ("delinquency", "information_state", "buyer")
"""Segments that are told; ``--json`` has all."""


def training_text(report: Report, alias: str, release_id: str) -> str:
    """Return the lines about a training.

    Parameters
    ----------
    report : mapping
        The object that ``--json`` prints.
    alias : str
        Of the version now.
    release_id : str
        Release that serves it; empty for none.
    """
    twin = report["tested_twin"]
    kind = f"refit on every mature subject; tested twin {twin}" if twin else "tested"
    looks = report.get("looks") or 0
    lines = [
        f"{report['model']}@{report['version']} ({report['outcome']}, {kind}) is now {alias}",
        f"test {report['from']} to {report['to']}: n = {report['n']}, cannot say {report['cannot_say']}, "
        f"rate {report['base_rate']:.2%}" + (f"; looked at before: {looks}" if looks else ""),
        metrics_table(report["metrics"]),
        *_few(report),
        *_waterfall(report.get("waterfall") or []),
        *_segments(report.get("segments") or {}),
        *_sensitivity(report.get("definition_sensitivity") or []),
        *_challengers(report.get("challengers") or []),
    ]
    if release_id:
        lines.append(f"release {release_id} serves it")
    return "\n".join(lines)


def _few(report: Report) -> list[str]:
    """Return what few defaults can tell all the same, and why they tell no more."""
    if "level" not in report:
        return []
    level, reason = report["level"], report["few_defaults"]
    lines = [f"  ranks and slopes cannot be told: {reason}"] if reason else []
    if level["ratio"] is not None:
        lines.append(
            f"  {level['defaults']} independent defaults, {level['expected']:.1f} foreseen: ratio "
            f"{level['ratio']:.2f}  (95 % {level['low']:.2f} to {level['high']:.2f})"
        )
    return lines


def _waterfall(steps: Sequence[Report]) -> list[str]:
    lines = [
        f"  {step['step'].replace('_', ' '):<24}{-step['left_out'] or '':>10}{step['left']:>10}"
        for step in steps
    ]
    return ["subjects", *lines] if lines else []


def _segments(segments: Mapping[str, Sequence[Report]]) -> list[str]:
    lines = [
        f"  {row['category'].replace('_', ' '):<24}{row['n']:>10}{_share(row['rate']):>10}"
        f"{_share(row['mean_probability']):>10}{_value(row['auc']):>12}"
        for name in _SEGMENTS
        for row in segments.get(name, [])
        if row["n"]
    ]
    head = f"{'by segment':<26}{'subjects':>10}{'bad':>10}{'predicted':>10}{'auc':>12}"
    return [head, *lines] if lines else []


def _sensitivity(rows: Sequence[Report]) -> list[str]:
    lines = [
        f"  {row['days_past_due']:>3} days, {'cures' if row['cures'] else 'never cures':<13}"
        f"{row['subjects']:>10}{row['bad_buyers']:>10}{_share(row['rate']):>10}{_number(row['auc']):>12}"
        for row in rows
    ]
    head = f"{'under another definition':<26}{'subjects':>10}{'defaulted':>10}{'bad':>10}{'auc':>12}"
    return [head, *lines] if lines else []


def _challengers(rows: Sequence[Report]) -> list[str]:
    lines = [
        f"  {row['name'].replace('_', ' '):<30}{_gap(row['differences']['auc'])}"
        if row["status"] == "ok"
        else f"  {row['name'].replace('_', ' '):<30}{row['status'].replace('_', ' ')}"
        for row in rows
    ]
    return ["auc of the model less that of a challenger, by paired bootstrap", *lines] if lines else []


def _gap(gap: Report) -> str:
    if gap["value"] is None or gap["low"] is None:
        return "cannot say"
    return f"{gap['value']:+.4f}  (95 % {gap['low']:+.4f} to {gap['high']:+.4f})"


def _value(figure: Report | None) -> str:
    return _number(None if figure is None else figure["value"])


def _number(value: float | None) -> str:
    return "cannot say" if value is None else f"{value:.3f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.2%}"
