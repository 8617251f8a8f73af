"""``credence models compare`` and ``reproduce``: versions beside each other, and beside themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import click

from credence.cli.common import as_json, folder, load_packed, print_json, say

__all__ = ["compare", "reproduce"]


@click.command()
@click.argument("one", metavar="A")
@click.argument("other", metavar="B")
@click.argument("directory", metavar="[DIR]", type=folder, required=False)
@as_json
def compare(one: str, other: str, directory: str | None, as_json: bool) -> None:
    """Compare versions A and B: lineage, configuration, features and figures.

    With DIR both also score the mature subjects there that neither has seen, and the difference of each
    figure is told with its interval.

    \b
    Example:
      credence models compare late@champion late@candidate build/demo/portfolio
    """  # noqa: D301 (click reads the escaped character)
    from training.compare import compare as set_side_by_side
    from training.home import Home
    from training.registry import Registry

    registry = Registry(Home.from_environment())
    versions = (registry.version(one), registry.version(other))
    books = None if directory is None else load_packed(directory)
    report = set_side_by_side(versions[0], versions[1], books)
    if as_json:
        print_json(report)
        return
    click.echo("\n".join(_lines(report)))


@click.command()
@click.argument("model")
@click.argument("directory", metavar="[DIR]", type=folder, required=False)
@as_json
@click.pass_context
def reproduce(context: click.Context, model: str, directory: str | None, as_json: bool) -> None:
    """Learn MODEL again from what was recorded, and tell whether the same trees and predictions come out.

    DIR is the portfolio that it was trained on [default: the folder that was named then]. Exit code 1 where
    something differs.

    \b
    Example:
      credence models reproduce late@champion
    """  # noqa: D301 (click reads the escaped character)
    from training.home import Home
    from training.registry import Registry
    from training.reproduce import reproduce as learn_again

    version = Registry(Home.from_environment()).version(model)
    found = learn_again(version, load_packed(directory or _remembered(version.tags)), say)
    if as_json:
        print_json({**asdict(found), "same": found.same})
    else:
        click.echo(_verdict(found))
    if not found.same:
        context.exit(1)


def _remembered(tags: Mapping[str, str]) -> str:
    import json

    directory = str(json.loads(tags.get("lineage", "{}")).get("portfolio") or "")
    if not directory:
        raise click.UsageError("Missing argument 'DIR': the version does not remember its portfolio.")
    return directory


def _verdict(found: Any) -> str:
    since = f" (changed since: {', '.join(found.changed)})" if found.changed else ""
    if found.same:
        return f"{found.version}: same trees, same predictions{since}"
    return (
        f"{found.version}: other {', '.join(found.differences)}; "
        f"largest gap {found.largest_gap:.3g} in log-odds{since}"
    )


def _lines(report: Mapping[str, Any]) -> list[str]:
    one, other = report["versions"]
    lines = [f"{one} and {other} ({report['outcome']})"]
    lines.append(f"  they differ in: {', '.join(report['lineage']) or 'nothing that was recorded'}")
    lines += [f"  {name}: {values[0]} | {values[1]}" for name, values in report["config"].items()]
    lines += [
        f"  {name.replace('_', ' ')}: {', '.join(features)}"
        for name, features in report["features"].items()
        if features
    ]
    lines.append(f"  {'':<24}{one:>12}{other:>12}")
    for name, figure in report["metrics"][one].items():
        told = (figure["value"], report["metrics"][other].get(name, {}).get("value"))
        lines.append(f"  {name.replace('_', ' '):<24}" + "".join(f"{_number(value):>12}" for value in told))
    if report["periods"][one] != report["periods"][other]:
        lines.append("  each on its own test period, so these figures are no test of one against the other")
    return [*lines, *_paired(report)]


def _paired(report: Mapping[str, Any]) -> list[str]:
    paired = report["paired"]
    if paired is None:
        return []
    one, other = report["versions"]
    head = f"on {paired['subjects']} subjects new to both ({paired['bad']} bad), {one} less {other}:"
    return [head] + [
        f"  {name.replace('_', ' '):<24}{_number(gap['value']):>12}"
        f"  (95 % {_number(gap['low'])} to {_number(gap['high'])})"
        for name, gap in paired["differences"].items()
    ]


def _number(value: float | None) -> str:
    return "cannot say" if value is None else f"{value:.4f}"
