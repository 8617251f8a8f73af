"""``credence data simulate``: a portfolio of a simulated world, with its truth beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from credence.cli.common import as_json, folder, print_json, say
from credence.cli.summary import summary_of, summary_text
from features.errors import InputError

if TYPE_CHECKING:
    from credit.definition import DefaultDefinition
    from features.sources.simulator import Simulated, World

__all__ = ["simulate"]


@click.command()
@click.argument("out", type=folder, required=False)
@click.option("--buyers", type=click.IntRange(1), help="Buyers to simulate.  [default: of the world, 2000]")
@click.option("--years", type=click.IntRange(1, 30), help="Years of books.  [default: of the world, 4]")
@click.option(
    "--seed", type=click.IntRange(0), help="The same seed gives the same world.  [default: of the world, 7]"
)
@click.option("--world", "named", type=click.Choice(["golden"]), help="A frozen world that ships.")
@click.option("--knobs", "knobs_file", type=click.Path(path_type=Path), help="TOML file of a world of yours.")
@click.option("--print-knobs", is_flag=True, help="Print the world as TOML, each knob explained, and end.")
@click.option("--format", "fmt", type=click.Choice(["parquet", "csv"]), default="parquet", show_default=True)
@as_json
def simulate(
    out: str | None, named: str | None, knobs_file: Path | None, as_json: bool, **given: Any
) -> None:
    """Write a simulated portfolio to the folder OUT, and to OUT/truth what nobody could know.

    The truth has the true probability of default of every buyer at every month end, and that of late payment
    of every invoice at its issue. Nothing reads it but benchmarks/truth.py. See docs/guides/simulator.md.

    \b
    Example:
      credence data simulate build/demo/portfolio --buyers 2000 --years 4 --seed 7
      credence data simulate --print-knobs > world.toml
      credence data simulate build/world --knobs world.toml
      credence data simulate build/golden --world golden --buyers 3000
    """  # noqa: D301 (click reads the escaped character)
    world = _world(named, knobs_file, {name: given[name] for name in ("buyers", "years", "seed")})
    if given["print_knobs"]:
        from features.sources.simulator import world_text

        click.echo(world_text(world), nl=False)
        return
    if out is None:
        raise InputError.of("a folder OUT to write to", "none", "name it, or ask for --print-knobs")
    portfolio = _write(world, Path(out), given["fmt"]).portfolio
    summary = summary_of(portfolio)
    if as_json:
        print_json(summary)
    else:
        click.echo(summary_text(summary))


def _world(named: str | None, knobs_file: Path | None, given: dict[str, int | None]) -> World:
    from dataclasses import replace

    from features.sources.simulator import GOLDEN_WORLD, World, load_world

    if named and knobs_file:
        raise InputError.of("--world or --knobs", "both", "leave one out")
    file = GOLDEN_WORLD if named else knobs_file
    world = load_world(file) if file else World()
    named_sizes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    return replace(world, **named_sizes)


def _write(world: World, out: Path, fmt: Literal["parquet", "csv"]) -> Simulated:
    from credence.cli.output import replace_portfolio
    from credit.definition import DefaultDefinition
    from features.files import write
    from features.sources.simulator import simulate as simulate_world
    from features.sources.simulator.truth import truth_of, write_truth

    say(f"simulating {world.buyers} buyers over {world.years} years (seed {world.seed})")
    simulated = simulate_world(world)
    say("computing the truth")
    truth = truth_of(simulated, _rules(DefaultDefinition.load()))

    def write_all(target: Path) -> None:
        write(simulated.portfolio, target, fmt)
        write_truth(truth, world, target)

    replace_portfolio(out, simulated.portfolio.seller.seller_id, write_all)
    return simulated


def _rules(definition: DefaultDefinition) -> Any:
    from features.sources.simulator.lags import Rules

    return Rules(definition.days_past_due, definition.material_amount, definition.material_share)
