"""What is told of a timing model: its figures, the back-test of receipts, and the late model beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from credence.cli.common import metrics_table

__all__ = ["timing_evaluation_text", "timing_training_text"]

Report = Mapping[str, Any]


def timing_training_text(report: Report, alias: str, release_id: str) -> str:
    """Return the lines about a training; see `credence.cli.training_text.training_text`."""
    twin = report["tested_twin"]
    kind = f"refit on every subject; tested twin {twin}" if twin else "tested"
    lines = [
        f"{report['model']}@{report['version']} ({report['outcome']}, {kind}) is now {alias}",
        _period(report, "test"),
        *_figures(report),
    ]
    return "\n".join([*lines, f"release {release_id} serves it"] if release_id else lines)


def timing_evaluation_text(name: str, report: Report) -> str:
    """Return the lines about a measurement of the version of a name."""
    return "\n".join([_period(report, f"{name} on"), *_figures(report)])


def _period(report: Report, before: str) -> str:
    seen = f"; looked at before: {report['looks']} times" if report.get("looks") else ""
    in_sample = ", in sample" if report.get("in_sample") else ""
    return (
        f"{before} {report['from']} to {report['to']}: n = {report['n']}, cannot say {report['cannot_say']}"
        f"{in_sample}{seen}"
    )


def _figures(report: Report) -> list[str]:
    return [
        metrics_table(report["metrics"]),
        *_receipts(report.get("receipts")),
        *_against_late(report.get("against_late")),
    ]


def _receipts(told: Report | None) -> list[str]:
    if told is None:
        return []
    if not told["month_ends"]:
        return ["receipts: no month end of the period has a week after it that is over and booked"]
    total = told["total"]
    return [
        f"receipts of the ledger open at {told['month_ends']} month ends, {told['weeks']} weeks ahead: error "
        f"{_signed(total['error'])}, of single weeks {_share(total['weighted_absolute_error'])} (paid on the "
        f"due date: {_share(total['weighted_absolute_error_terms'])}), in the 80 % interval "
        f"{_share(total['coverage'])}",
        f"  {'week ahead':<12}{'expected':>16}{'received':>16}{'error':>10}{'of weeks':>10}{'inside':>9}",
        *(_week(row) for row in told["by_week_ahead"]),
    ]


def _week(row: Report) -> str:
    return (
        f"  {row['week_ahead']:<12}{row['expected']:>16,.0f}{row['received']:>16,.0f}"
        f"{_signed(row['error']):>10}{_share(row['weighted_absolute_error']):>10}{_share(row['coverage']):>9}"
    )


def _against_late(told: Report | None) -> list[str]:
    if told is None or told["status"] != "ok":
        return []
    both = [
        f"  {name:<8} auc {_value(told[name]['auc'])}  brier {_value(told[name]['brier'])}  slope "
        f"{_value(told[name]['calibration_slope'])}  mean {told[name]['mean']:.2%}"
        for name in ("timing", "late")
    ]
    return [
        f"unpaid {told['horizon_days']} days after due, on {told['subjects']} invoices of which "
        f"{told['base_rate']:.2%} were; correlation of the two {told['correlation']:.2f}",
        *both,
    ]


def _value(figure: Report) -> str:
    return "cannot say" if figure["value"] is None else f"{figure['value']:.4f}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _signed(value: float | None) -> str:
    return "-" if value is None else f"{value:+.1%}"
