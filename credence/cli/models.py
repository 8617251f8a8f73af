"""``credence models``: what is registered, how good it is, and what serves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from credence.cli.common import as_json, folder, load_packed, metrics_table, print_json, say
from credence.cli.comparing import compare, reproduce

if TYPE_CHECKING:
    from credit.spec import ModelSpec
    from training.registry import Version

__all__ = ["models"]


@click.group()
def models() -> None:
    """List, show, evaluate and promote versions of models."""


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
        auc = version.metrics["metrics"]["auc"]["value"]
        said = "" if auc is None else f"auc {auc:.4f}"
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
    from training.home import Home
    from training.registry import Registry

    version = Registry(Home.from_environment()).version(model)
    spec = version.load().spec
    summary = _summary(version) | {
        "features": [{"name": f.name, "sign": f.sign} for f in spec.features],
        "calibration": spec.calibration.model_dump(),
        "patterns": list(spec.patterns),
        "subjects": spec.subjects,
        "events": spec.events,
        "trees": spec.trees,
        "fitted_from": spec.fitted_from,
        "data_hash": spec.data_hash,
        "definition_hash": spec.definition_hash,
        "learner": spec.learner,
        "prior": None if spec.prior is None else spec.prior.model_dump(),
        "lineage": json.loads(version.tags["lineage"]),
        "recipe": json.loads(version.tags["recipe"]),
        "shape": json.loads(version.tags["shape"]),
    }
    if as_json:
        print_json(summary)
        return
    click.echo(f"{version.name} {' '.join(version.aliases)}: {spec.outcome} of seller '{spec.seller_id}'")
    click.echo(
        f"  fitted on {spec.subjects} subjects ({spec.events} bad), "
        f"{spec.fitted_from} to {spec.fitted_until}, {_learned(spec)}"
    )
    click.echo(f"  speaks of buyers with: {'; '.join(pattern or 'no source' for pattern in spec.patterns)}")
    for name, value in summary["lineage"].items():
        told = ", ".join(f"{key} {part}" for key, part in value.items()) if isinstance(value, dict) else value
        click.echo(f"  {name}: {told}")
    click.echo(f"  features: {', '.join(feature.name for feature in spec.features)}")
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
    books = load_packed(directory)
    report = measure(version, books, start=start, stop=stop, in_sample=in_sample, home=home)
    if as_json:
        print_json(report)
        return
    click.echo(
        f"{version.name} on {report['from']} to {report['to']}: n = {report['n']}, "
        f"cannot say {report['cannot_say']}, rate {report['base_rate']:.2%}"
        f"{', in sample' if report['in_sample'] else ''}"
        f"{_looked(report['looks'])}"
    )
    click.echo(metrics_table(report["metrics"]))


@models.command()
@click.argument("model")
@as_json
def promote(model: str, as_json: bool) -> None:
    """Put MODEL in force if it passes the gates: it becomes champion, and a new release serves it.

    \b
    Example:
      credence models promote default@candidate
    """  # noqa: D301 (click reads the escaped character)
    from training.home import Home
    from training.registry import Registry
    from training.releases import in_force
    from training.releases import promote as put_in_force

    home = Home.from_environment()
    registry = Registry(home)
    version = registry.version(model)
    with home.locked():
        before = in_force(registry, version)
        release_id, gates = put_in_force(registry, version)
    if as_json:
        print_json({"version": version.name, "release": release_id, "gates": [vars(gate) for gate in gates]})
        return
    for gate in gates:
        say(f"  {gate}")
    if release_id == before:
        click.echo(f"{version.name} is champion already; release {release_id} serves it, and nothing changed")
        return
    click.echo(f"{version.name} is champion; release {release_id} serves it")


models.add_command(compare)
models.add_command(reproduce)


def _learned(spec: ModelSpec) -> str:
    if spec.prior is None:
        return f"{spec.trees} trees"
    return (
        f"prior knowledge that weighs {spec.prior.weight:.0%} beside {spec.prior.own_defaults} own defaults"
    )


def _looked(before: int) -> str:
    return f"; the period was looked at {before} times before" if before else ""


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
