"""``credence models compare`` and ``reproduce``: hold a version against another, and against itself."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import click

from credence.cli.common import as_json, folder, load_packed, print_json, say

__all__ = ["compare", "recorded_portfolio", "reproduce"]


@click.command()
@click.argument("a")
@click.argument("b")
@click.argument("directory", metavar="[DIR]", type=folder, required=False)
@as_json
def compare(a: str, b: str, directory: str | None, as_json: bool) -> None:
    """Compare the versions A and B: how they were made, what they read and how good they are.

    With DIR both score its mature subjects that neither was fitted on; without it, the test subjects that
    both kept. Differences are A less B, with intervals from draws of the buyers.

    \b
    Example:
      credence models compare late@candidate late@champion build/demo/portfolio
    """  # noqa: D301 (click reads the escaped character)
    from training.compare import compare as hold_against
    from training.home import Home
    from training.registry import Registry

    registry = Registry(Home.from_environment())
    first, second = registry.version(a), registry.version(b)
    report = hold_against(registry, first, second, None if directory is None else load_packed(directory))
    if as_json:
        print_json(report)
        return
    click.echo(_comparison(report))


@click.command()
@click.argument("model", metavar="VERSION")
@click.argument("directory", metavar="[DIR]", type=folder, required=False)
@as_json
def reproduce(model: str, directory: str | None, as_json: bool) -> None:
    """Learn VERSION again from its recorded hyper-parameters and seeds, and compare.

    DIR is the portfolio that it was trained on [default: where it lay then]. Exit code 0: the same trees and
    the same predictions; 1: others, and what differs.

    \b
    Example:
      credence models reproduce late@champion build/demo/portfolio
    """  # noqa: D301 (click reads the escaped character)
    from training.home import Home
    from training.registry import Registry
    from training.reproduce import reproduce as learn_again

    version = Registry(Home.from_environment()).version(model)
    report = learn_again(version, load_packed(directory or recorded_portfolio(version.tags)), say)
    if as_json:
        print_json(report)
    else:
        click.echo(_reproduction(report))
    if not report["same"]:
        sys.exit(1)


def recorded_portfolio(tags: Mapping[str, str]) -> str:
    """Return where the portfolio of a version lay when it was trained (InputError where nobody wrote it)."""
    from features.errors import InputError

    found = tags.get("portfolio")
    if not found:
        step = "name it as DIR"
        raise InputError.of("the folder of the portfolio that it was trained on", "none recorded", step)
    return found


def _comparison(report: Mapping[str, Any]) -> str:
    lines = [f"{report['a']} (a) and {report['b']} (b), {report['outcome']}"]
    for part in ("lineage", "config"):
        lines += [f"  {part}: {_differences(report[part])}"]
    features = report["features"]
    lines += [
        f"  features: {features['both']} in both; only in a: {', '.join(features['only_a']) or 'none'}; "
        f"only in b: {', '.join(features['only_b']) or 'none'}",
        "each on its own test",
        *_side_by_side(report["metrics"]),
    ]
    paired = report["paired"]
    if paired is None:
        return "\n".join([*lines, "no subjects that both have scored: name DIR with later books"])
    looks = "" if paired["looks"] is None else f", looked at before: {paired['looks']} times"
    lines += [
        f"both on {paired['source']}: {paired['buyers']} buyers{_bad(paired)}{looks}",
        *_side_by_side(paired["metrics"]),
        "  a less b",
        *(f"  {_name(name)}{_difference(told)}" for name, told in paired["difference"].items()),
    ]
    return "\n".join(lines)


def _bad(paired: Mapping[str, Any]) -> str:
    return "" if paired["bad_buyers"] is None else f", {paired['bad_buyers']} of them bad"


def _differences(told: Mapping[str, Mapping[str, Any]]) -> str:
    parts = (f"{name} {_short(each['a'])} / {_short(each['b'])}" for name, each in told.items())
    return "; ".join(parts) or "the same"


def _side_by_side(metrics: Mapping[str, Mapping[str, Any]]) -> list[str]:
    return [f"  {_name(name)}{_value(told['a'])}  {_value(told['b'])}" for name, told in metrics.items()]


def _name(metric: str) -> str:
    return f"{metric.replace('_', ' '):<24}"


def _value(told: Mapping[str, float | None] | None) -> str:
    value = None if told is None else told["value"]
    return f"{'cannot say':<12}" if value is None else f"{value:<12.4f}"


def _difference(told: Mapping[str, float | None]) -> str:
    if told["value"] is None:
        return "cannot say"
    interval = "" if told["low"] is None else f"  (95 % {told['low']:+.4f} to {told['high']:+.4f})"
    return f"{told['value']:+.4f}{interval}"


def _short(value: Any) -> str:
    return str(value)[:16] if isinstance(value, str) else str(value)


def _reproduction(report: Mapping[str, Any]) -> str:
    if report["same"]:
        return f"{report['version']}: same trees, same predictions"
    parts = [name for name in ("learned", "calibration", "predictions") if report[name] != "same"]
    largest = report["largest_difference_log_odds"]
    what = "probabilities" if report["version"].startswith("timing@") else "log-odds"
    size = "one cannot say" if largest is None else f"{what} by up to {largest:.3g}"
    libraries = [f"{name} {each['then']} is now {each['now']}" for name, each in report["libraries"].items()]
    code = "the same" if report["code"] == "same" else "another"
    return "\n".join([
        f"{report['version']}: not the same; differ: {', '.join(parts)} ({size})",
        f"  code: {code}; libraries: {'; '.join(libraries) or 'the same'}",
    ])  # fmt: skip
