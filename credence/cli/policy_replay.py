"""``credence policy replay``: what two policies would have done in the past."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from credence.cli.assess import assessor_of
from credence.cli.common import as_json, folder, print_json, progress_bar, say

if TYPE_CHECKING:
    import pandas as pd

    from credit.assessor import Assessor
    from credit.replay.replay import Replay

__all__ = ["replay"]

_file = click.Path(dir_okay=False)


@click.command()
@click.argument("directory", metavar="DIR", type=folder)
@click.option(
    "--policy", "file_a", metavar="A", type=_file, required=True, help="The policy that is proposed."
)
@click.option("--against", "file_b", metavar="B", type=_file,
              help="What it is compared with [default: the policy in force].")  # fmt: skip
@click.option("--from", "start", metavar="DATE", help="First day [default: 24 months before the books end].")
@click.option("--to", "stop", metavar="DATE", help="First day that is no longer in [default: the end].")
@click.option("--out", type=click.Path(file_okay=False), metavar="FOLDER",
              help="A new folder for replay.json and buyers.csv, which name buyers.")  # fmt: skip
@as_json
def replay(
    directory: str, file_a: str, file_b: str | None, start: str | None, stop: str | None, out: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Run policies A and B over the history in DIR and compare them.

    Limits are published at each month end from what was known then, and each invoice that was really issued
    is checked against them at its issue. Bands are 95 % intervals of draws of whole buyers. What a looser
    policy would have sold is not in the data: the answer says how much of the limits lies there.

    \b
    Example:
      credence policy replay build/demo/portfolio --policy looser.yaml --out build/replay
    """  # noqa: D301 (click reads the escaped character)
    from credit.definition import DefaultDefinition
    from credit.policy import Policy
    from credit.replay.replay import period_of
    from credit.replay.replay import replay as run

    a = Policy.load(file_a)
    b = None if file_b is None else Policy.load(file_b)
    if out is not None:
        _check_new(Path(out))
    assessor = assessor_of(directory)
    period = period_of(assessor, _first_second(assessor, start), _first_second(assessor, stop))
    say(f"{len(period.ends)} reviews of up to {len(assessor.buyer_ids)} buyers under two policies")
    with progress_bar(len(period.ends), "reviewing") as done:
        second = assessor if b is None else assessor.under(b)
        found = run(assessor.under(a), second, DefaultDefinition.load(), period, done)
    if out is not None:
        _write(found, Path(out))
    if as_json:
        print_json(found.told)
        return
    click.echo("\n".join(_page(found.told, assessor.packed.portfolio.seller.timezone)))


def _first_second(assessor: Assessor, day: str | None) -> pd.Timestamp | None:
    from features.instants import start_of_day

    return None if day is None else start_of_day(day, assessor.packed.portfolio.seller.timezone)


def _check_new(out: Path) -> None:
    from features.errors import InputError

    if out.exists():
        raise InputError.of("a new folder as --out", "one that is there", "choose another")


def _write(found: Replay, out: Path) -> None:
    from credence.cli.output import write_new_folder

    def write(target: Path) -> None:
        text = json.dumps(found.told, ensure_ascii=False, indent=2, allow_nan=False)
        (target / "replay.json").write_text(text, encoding="utf-8")
        found.buyers.to_csv(target / "buyers.csv", index_label="buyer_id", encoding="utf-8-sig")

    write_new_folder(out, write)


def _days(told: Mapping[str, Any], timezone: str) -> tuple[str, str]:
    """Return the first and the last day of the period, as the seller's calendar has them."""
    import pandas as pd

    start, stop = (pd.Timestamp(told[end]).tz_convert(timezone) for end in ("from", "to"))
    return start.date().isoformat(), (stop - pd.Timedelta(seconds=1)).date().isoformat()


def _page(told: Mapping[str, Any], timezone: str) -> Iterator[str]:
    counts = told["counts"]
    first, last = _days(told, timezone)
    yield f"{first} to {last}, {told['reviews']} reviews, money in {told['currency']}"
    yield "  " + ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in counts.items())
    for name, policy in told["policies"].items():
        yield f"  {name.upper()}: '{policy['id']}' version {policy['version']}, hash {policy['hash'][:12]}"
    for each in told["differences"]:
        yield f"  {each['key']}: A {each['value']}, B {each['other']}"
    yield f"\n{'':<34}{'A':>16}{'B':>16}{'A less B':>16}  95 % band of the difference"
    for name, measure in told["measures"].items():
        values = "".join(f"{_number(name, measure[part]['value']):>16}" for part in ("a", "b", "difference"))
        low, high = (_number(name, measure["difference"][end]) for end in ("low", "high"))
        yield f"{name.replace('_', ' '):<34}{values}  {low} to {high}"
    yield from _steps(told["stopped_by"], told["sales_by_step"])
    yield ""
    yield from (f"{each['code']}: {_WARNINGS[each['code']].format(**each)}" for each in told["warnings"])
    yield "the worst cases name buyers: see --json or --out"


def _steps(counts: Mapping[str, Any], sales: Mapping[str, Any]) -> Iterator[str]:
    """Tell by the step that decided how many invoices, which share of sales, and what of them was lost."""
    heads = "".join(f"{head:>16}" for head in ("invoices", "of sales", "lost of them"))
    for name, steps in sales.items():
        yield f"\n{name.upper() + ', by the step that decided':<34}{heads}"
        for step, told in steps.items():
            shares = "".join(f"{_number('share', told[key]):>16}" for key in ("share_of_sales", "loss_rate"))
            yield f"  {step.replace('_', ' '):<32}{counts[name][step]:>16,}{shares}"


def _number(name: str, value: float | None) -> str:
    if value is None:
        return "cannot say"
    return f"{value:.2%}" if "share" in name or "rate" in name else f"{value:,.0f}"


_WARNINGS = {
    "in_sample": "the {model} model was fitted on {share:.0%} of what it was asked here (until "
    "{fitted_until}): there it knows the outcome, and both policies look better than they will be",
    "no_default_model": "there is none: no grade, and limits without an expected loss",
    "no_late_model": "there is none: no order is referred for a likely delay",
    "facts_as_they_were": "what a policy held is not owed in what follows; limits and models see the "
    "payments as they were",
    "open_orders_not_counted": "orders that were open at the time are not added to the exposure",
    "limits_beyond_what_was_sold": "{a:.0%} (A) and {b:.0%} (B) of the limits lie above what was owed "
    "and above the limit of the time: nobody sold there; what it brings or costs is not in the data",
    "outcome_not_known_yet": "of {share_of_sales:.1%} of the sales it is not known yet whether they are paid",
}
