"""``credence models report``: what there is to know before somebody signs for a version."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from credence.cli.common import as_json, folder, load_packed, print_json, say
from credence.cli.model_checks import recorded_portfolio
from credence.cli.output import check_pages, replace_pages

if TYPE_CHECKING:
    from features.build import Packed
    from training.registry import Registry
    from training.report.study import People
    from training.versions import Version

__all__ = ["report"]

_PAGE, _NUMBERS = "validation.html", "validation.json"
_GRAVE = ("high", "medium")
_SEVERITIES = (*_GRAVE, "low")


@click.command()
@click.argument("model", metavar="VERSION")
@click.argument("directory", metavar="[DIR]", type=folder, required=False)
@click.option(
    "--out",
    type=folder,
    metavar="FOLDER",
    help="[default: reports/VERSION in CREDENCE_HOME, which serves it]",
)
@click.option("--developed-by", default="", metavar="NAME", help="Who made the version.")
@click.option("--validated-by", default="", metavar="NAME", help="Who challenges it; another person.")
@click.option("--owner", default="", metavar="NAME", help="Who answers for it.")
@click.option(
    "--challengers", is_flag=True, help="Fit challengers where the run has heard none: some minutes."
)
@click.option("--log", is_flag=True, help="Also keep the pack with the version's run, where MLflow shows it.")
@as_json
def report(
    model: str,
    directory: str | None,
    out: str | None,
    developed_by: str,
    validated_by: str,
    owner: str,
    challengers: bool,
    log: bool,
    as_json: bool,
) -> None:
    """Write the validation pack of VERSION: one page to read and sign, and its numbers.

    The page says what the model may not be used for, how good and how stable it is, whether its reasons can
    be believed, and what is open. DIR is the portfolio that it was trained on [default: where it lay then].
    The pack in FOLDER is replaced whole; other files there stay.

    \b
    Example:
      credence models report late@champion build/demo/portfolio --out build/pack --validated-by "A. Auditor"
    """  # noqa: D301 (click reads the escaped character)
    from training.home import Home
    from training.registry import Registry
    from training.report.pack import People, pack_text

    home = Home.from_environment()
    registry = Registry(home)
    version = registry.version(model)
    target = home.reports / version.name if out is None else Path(out)
    check_pages(target)
    packed = load_packed(directory or recorded_portfolio(version.tags))
    people = People(developed_by=developed_by, validated_by=validated_by, owner=owner)
    pack, page = _built(registry, version, packed, people, challengers)
    replace_pages(target, {_PAGE: page, _NUMBERS: pack_text(pack)})
    if log:
        registry.keep_report(version, target, (_PAGE, _NUMBERS))
    told = {
        "version": version.name,
        "page": str(target / _PAGE),
        "numbers": str(target / _NUMBERS),
        "issues": {severity: _issues(pack, severity) for severity in _SEVERITIES},
    }
    if as_json:
        print_json(told)
        return
    click.echo(_summary(told))


def _built(
    registry: Registry, version: Version, packed: Packed, people: People, challengers: bool
) -> tuple[dict[str, Any], str]:
    """Return the numbers and the page of a version of whatever model."""
    from training.report.document.document import document
    from training.report.document.timing import timing_document
    from training.report.pack import pack_of
    from training.report.timing.pack import timing_pack_of

    if version.is_timing:
        pack, draw = timing_pack_of(registry, version, packed, people=people, say=say), timing_document
    else:
        pack = pack_of(registry, version, packed, people=people, challengers=challengers, say=say)
        draw = document
    say("drawing the page")
    return pack, draw(pack)


def _issues(pack: Mapping[str, Any], severity: str) -> list[str]:
    return [issue["text"] for issue in pack["issues"] if issue["severity"] == severity]


def _summary(told: Mapping[str, Any]) -> str:
    counts = ", ".join(f"{len(found)} {severity}" for severity, found in told["issues"].items())
    return "\n".join([
        f"{told['version']}: {told['page']} to read and sign, {told['numbers']} with its numbers",
        f"  open issues: {counts}",
        *(f"  {severity}: {text}" for severity in _GRAVE for text in told["issues"][severity]),
    ])  # fmt: skip
