"""``credence models``: what is registered, how good it is, and what serves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from credence.cli.common import as_json, folder, load_packed, metrics_table, print_json
from credence.cli.model_changes import log, promote, rollback, served, sync
from credence.cli.model_checks import compare, reproduce
from credence.cli.model_drift import drift
from credence.cli.model_report import report
from credence.cli.timing_text import timing_evaluation_text

if TYPE_CHECKING:
    from training.registry import Version

__all__ = ["models"]


@click.group()
def models() -> None:
    """List, show, evaluate, compare and promote versions of models."""


@models.command("list")
@as_json
def list_(as_json: bool) -> None:
    """List every version in CREDENCE_HOME, newest first.

    \b
    Example:
      credence models list
    """  # noqa: D301 (click reads the escaped character)
    from training.home import Home
    from training.registry import Registry

    found = Registry(Home.from_environment()).versions()
    if as_json:
        print_json([_summary(version) for version in found])
        return
    for version in found:
        said = _known_by(version)
        click.echo(
            f"{version.name:<12}{version.tags['outcome']:<22}{version.tags['kind']:<8}{said:<12}"
            f"{' '.join(version.aliases)}"
        )
    if not found:
        click.echo("no model yet: `credence train late DIR` trains one")


@models.command()
@click.argument("model")
@as_json
def show(model: str, as_json: bool) -> None:
    """Show the version that MODEL names, such as late@champion or default@3.

    \b
    Example:
      credence models show late@champion
    """  # noqa: D301 (click reads the escaped character)
    from credit.timing.spec import TimingSpec
    from training.home import Home
    from training.lineage import lineage_of
    from training.registry import Registry

    version = Registry(Home.from_environment()).version(model)
    spec, lineage = version.spec, lineage_of(version.tags)
    prior = None if isinstance(spec, TimingSpec) else spec.prior
    summary = _summary(version) | {
        "features": [{"name": f.name, "sign": f.sign} for f in spec.features],
        "calibration": spec.calibration.model_dump(),
        "patterns": list(spec.patterns),
        "subjects": spec.subjects,
        "events": spec.events,
        "trees": spec.trees,
        "prior": None if prior is None else prior.model_dump(),
        "fitted_from": spec.fitted_from,
        "data_hash": spec.data_hash,
        "definition_hash": spec.definition_hash,
        "lineage": lineage,
        "few_defaults": version.few_defaults,
    }
    if as_json:
        print_json(summary)
        return
    events = "paid" if version.is_timing else "bad"
    click.echo(f"{version.name} {' '.join(version.aliases)}: {spec.outcome} of seller '{spec.seller_id}'")
    click.echo(
        f"  fitted on {spec.subjects} subjects ({spec.events} {events}), "
        f"{spec.fitted_from} to {spec.fitted_until}, {spec.trees} trees"
        + (f" beside prior knowledge, whose share is {prior.share:.0%}" if prior and spec.trees else "")
    )
    click.echo(f"  speaks of buyers with: {'; '.join(pattern or 'no source' for pattern in spec.patterns)}")
    click.echo(f"  features: {', '.join(feature.name for feature in spec.features)}")
    click.echo(_lineage(lineage))
    click.echo(metrics_table(version.metrics["metrics"]))


@models.command()
@click.argument("model")
@click.argument("directory", metavar="DIR", type=folder)
@click.option("--from", "start", metavar="DATE", help="First as_of [default: where the model's test starts].")
@click.option("--to", "stop", metavar="DATE", help="First as_of that is no longer in [default: the end].")
@click.option("--in-sample", is_flag=True, help="Also take subjects that the model was fitted on.")
@as_json
def evaluate(
    model: str, directory: str, start: str | None, stop: str | None, in_sample: bool, as_json: bool
) -> None:
    """Measure MODEL on the mature subjects of DIR with from <= as_of < to.

    \b
    Example:
      credence models evaluate late@champion build/demo/portfolio --from 2025-07-01
    """  # noqa: D301 (click reads the escaped character)
    from training.options import check_days

    check_days(start, stop)
    from training.evaluate import evaluate as measure
    from training.home import Home
    from training.registry import Registry

    home = Home.from_environment()
    version = Registry(home).version(model)
    report = measure(version, load_packed(directory), start=start, stop=stop, in_sample=in_sample, home=home)
    if as_json:
        print_json(report)
        return
    if version.is_timing:
        click.echo(timing_evaluation_text(version.name, report))
        return
    click.echo(
        f"{version.name} on {report['from']} to {report['to']}: n = {report['n']}, "
        f"cannot say {report['cannot_say']}, rate {report['base_rate']:.2%}"
        f"{', in sample' if report['in_sample'] else ''}"
        f"; looked at before: {report['looks']} times"
    )
    click.echo(metrics_table(report["metrics"]))


for command in (compare, drift, promote, rollback, report, reproduce, sync, log, served):
    models.add_command(command)


def _lineage(told: Mapping[str, Any]) -> str:
    from training.lineage import HASHES

    hashes = (f"{name.removesuffix('_hash')} {(told[name] or 'not recorded')[:16]}" for name in HASHES)
    libraries = (f"{name} {version}" for name, version in told["libraries"].items())
    return (
        f"  hashes: {', '.join(hashes)}\n"
        f"  made with seed {told['seed']}, {', '.join(libraries) or 'libraries not recorded'}\n"
        f"  portfolio: {told['portfolio'] or 'not recorded'}, books until {told['observed_until']}"
    )


def _known_by(version: Version) -> str:
    """Return the figure by which a version is told in the list; empty where it has none."""
    if version.is_timing:
        days = version.metrics["metrics"].get("mean_absolute_error_days", {}).get("value")
        return "" if days is None else f"{days:.1f} days"
    return "" if version.auc is None else f"auc {version.auc:.4f}"


def _summary(version: Version) -> dict[str, Any]:
    return {
        "model": version.model,
        "version": version.number,
        "aliases": list(version.aliases),
        "outcome": version.tags["outcome"],
        "kind": version.tags["kind"],
        "fitted_until": version.tags["fitted_until"],
        "metrics": version.metrics,
    }
