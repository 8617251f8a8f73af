"""The knobs of the simulated world: every number that shapes it, with its unit, its range and its meaning."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from features.errors import InputError, Problem

__all__ = ["GOLDEN_WORLD", "Knobs", "World", "knob_rows", "load_world", "world_text"]

GOLDEN_WORLD = Path(__file__).parent / "golden_world.toml"
"""The world in which models are scored against the truth: size, seed and knobs, frozen."""


def _knob(default: float, low: float, high: float, meaning: str) -> Any:
    return field(default=default, metadata={"low": low, "high": high, "meaning": meaning})


@dataclass(frozen=True)
class Knobs:
    """The knobs; each refuses what is out of its range.

    Examples
    --------
    >>> Knobs(bounced=2.0)
    Traceback (most recent call last):
    features.errors.InputError: expected knob 'bounced' from 0 to 1; found 2.0; choose a value in the range
    """

    failures_a_year: float = _knob(0.022, 0.0, 0.5, "share of buyers a year that stop paying")
    failure_slope: float = _knob(
        1.6, 0.0, 4.0, "log of the monthly hazard of failure per unit of health lost"
    )
    largest_hazard: float = _knob(0.25, 0.01, 0.9, "monthly hazard of failure at the worst health")
    crisis_share: float = _knob(
        0.25, 0.0, 1.0, "share of failures that end after 120 to 240 days in full payment"
    )
    insolvency_share: float = _knob(0.75, 0.0, 1.0, "share of lasting failures with an insolvency event")
    health_mean: float = _knob(0.8, -5.0, 5.0, "mean health of buyers; larger is better")
    health_own: float = _knob(0.8, 0.0, 3.0, "standard deviation of a buyer's own lasting health")
    health_moving: float = _knob(0.75, 0.0, 3.0, "standard deviation of a buyer's moving health")
    health_sector: float = _knob(0.2, 0.0, 3.0, "standard deviation of the cycle of a sector")
    health_macro: float = _knob(0.2, 0.0, 3.0, "standard deviation of the cycle of all sectors")
    health_group: float = _knob(
        0.4, 0.0, 3.0, "standard deviation that members of a group share, of the moving health"
    )
    health_persistence: float = _knob(0.955, 0.0, 0.999, "part of moving health that stays after a month")
    hits_a_month: float = _knob(0.004, 0.0, 0.2, "chance a month that something hits a buyer")
    hit_size: float = _knob(1.2, 0.0, 5.0, "mean health that a hit costs")
    shock_month: int = _knob(0, 0, 360, "month of the books in which a shock hits all buyers; 0: none")
    shock_size: float = _knob(1.0, 0.0, 5.0, "health that the shock costs; it fades as moving health does")
    late_healthy: float = _knob(1.0, 0.0, 5.0, "factor on the odds that an invoice is paid late")
    late_spread: float = _knob(0.97, 0.0, 3.0, "factor on the spread of these log-odds between buyers")
    late_distress: float = _knob(
        1.4, 0.0, 5.0, "rise of the log-odds of paying late per unit of health below 0"
    )
    late_amount: float = _knob(
        0.3, -2.0, 2.0, "rise of these log-odds per unit of log amount above the usual"
    )
    late_year_end: float = _knob(
        0.35, -2.0, 2.0, "rise of these log-odds for invoices due in December and August"
    )
    delay_days: float = _knob(
        14.0, 0.5, 60.0, "median over buyers of the mean days that a late invoice waits"
    )
    delay_distress: float = _knob(0.45, 0.0, 2.0, "rise of the log of these days per unit of health below 0")
    clearing_months: int = _knob(2, 1, 2, "a buyer that still pays clears all arrears after so many months")
    part_payments: float = _knob(0.06, 0.0, 1.0, "share of late invoices that are paid in two parts")
    bounced: float = _knob(0.01, 0.0, 1.0, "share of late invoices with a payment that bounced first")
    discount_takers: float = _knob(
        0.14, 0.0, 1.0, "share of buyers in DE, NL and PL that take 2 % for paying early"
    )
    bill_users: float = _knob(0.35, 0.0, 1.0, "share of buyers in CN that give bills for long terms")
    disputes_real: float = _knob(0.03, 0.0, 0.5, "share of late invoices that were disputed for a reason")
    disputes_on_time: float = _knob(0.005, 0.0, 0.5, "share of punctual invoices that were disputed")
    disputes_pretext: float = _knob(
        0.12, 0.0, 1.0, "share of late invoices disputed as a pretext at health of -1"
    )
    credit_notes: float = _knob(0.022, 0.0, 0.5, "share of invoices with a credit without a dispute")
    extensions: float = _knob(
        0.015, 0.0, 0.5, "share of late invoices whose due date was moved before it came"
    )
    season: float = _knob(1.0, 0.0, 2.0, "factor on the seasons of the sectors")
    growth_a_year: float = _knob(0.03, -0.5, 0.5, "mean growth of orders a year")
    monday_orders: float = _knob(1.3, 0.1, 5.0, "invoices on a Monday against those on another working day")
    invoices_a_month: float = _knob(1.0, 0.01, 50.0, "factor on the invoices of every buyer")
    limit_cuts: float = _knob(
        0.5, 0.0, 1.0, "share of the orders that a cut limit takes where the risk is plain"
    )
    collectors: float = _knob(
        0.25, 0.0, 0.95, "share of the delay that collectors save where the risk is plain"
    )
    sellers_eye: float = _knob(-0.6, -5.0, 5.0, "health at which the seller sees half of the risk")
    leavers_a_month: float = _knob(0.0033, 0.0, 0.2, "chance a month that a buyer leaves")
    leavers_in_distress: float = _knob(0.03, 0.0, 0.5, "chance a month more where the risk is plain")
    dictating: float = _knob(
        0.25, 0.0, 1.0, "share of large buyers that dictate long terms and still pay late"
    )
    fraud_rings: float = _knob(0.4, 0.0, 100.0, "rings that order and vanish, per thousand buyers and year")
    ring_size: int = _knob(4, 1, 20, "buyers in a ring")
    group_members: float = _knob(0.06, 0.0, 1.0, "share of buyers that belong to a group")
    group_errors: float = _knob(0.1, 0.0, 1.0, "share of group links that the books have wrong")
    late_bookings: float = _knob(0.01, 0.0, 1.0, "share of payments that the books learn 10 to 60 days late")
    restatements: float = _knob(0.025, 0.0, 1.0, "share of statements that are put right later")
    listed: float = _knob(0.3, 0.0, 1.0, "share of large buyers whose shares are listed")
    error_invoice_twice: float = _knob(0.0, 0.0, 0.2, "data error: share of invoices entered twice")
    error_due_year: float = _knob(0.0, 0.0, 0.2, "data error: share of invoices due ten years too late")
    error_paid_early: float = _knob(0.0, 0.0, 0.2, "data error: share of payments dated before the invoice")
    error_paid_twice: float = _knob(0.0, 0.0, 0.2, "data error: share of payments entered twice")
    error_unit: float = _knob(0.0, 0.0, 0.2, "data error: share of statements in thousands")
    error_identity: float = _knob(0.0, 0.0, 0.2, "data error: share of statements that do not balance")

    def __post_init__(self) -> None:
        problems = [problem for item in dataclasses.fields(self) for problem in _problems(self, item)]
        if problems:
            raise InputError(problems)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Knobs:
        """Return the knobs with some of them set, refusing names that are none (InputError)."""
        known = {item.name for item in dataclasses.fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            step = "`credence data simulate --print-knobs` lists them"
            raise InputError.of("known knobs only", f"unknown {unknown}", step)
        return cls(**values)


@dataclass(frozen=True)
class World:
    """A world to simulate: how many buyers, how many years of books, which random numbers, which knobs."""

    buyers: int = 2000
    years: int = 4
    seed: int = 7
    knobs: Knobs = field(default_factory=Knobs)

    def __post_init__(self) -> None:
        for name, least in (("buyers", 1), ("years", 1), ("seed", 0)):
            value = getattr(self, name)
            if type(value) is not int or value < least:
                raise InputError.of(
                    f"{name} of at least {least}, a whole number", f"{value!r}", f"choose {name}"
                )


def _problems(knobs: Knobs, item: dataclasses.Field[Any]) -> list[Problem]:
    value, low, high = getattr(knobs, item.name), item.metadata["low"], item.metadata["high"]
    is_whole = item.type == "int"
    if type(value) is bool or not isinstance(value, int if is_whole else (int, float)):
        what = "a whole number" if is_whole else "a number"
        return [Problem(f"knob '{item.name}' as {what}", repr(value), "correct it")]
    if not low <= value <= high:
        return [
            Problem(
                f"knob '{item.name}' from {low:g} to {high:g}", f"{value!r}", "choose a value in the range"
            )
        ]
    return []


def knob_rows() -> list[tuple[str, Any, Any, Any, str]]:
    """Return name, default, lowest and highest value and meaning of every knob."""
    return [
        (item.name, item.default, item.metadata["low"], item.metadata["high"], item.metadata["meaning"])
        for item in dataclasses.fields(Knobs)
    ]


def load_world(path: Path) -> World:
    """Read a world from a TOML file with ``buyers``, ``years``, ``seed`` and a table ``[knobs]``.

    Raises
    ------
    InputError
        Where the file is none, or names something unknown or out of range.
    """
    try:
        head = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        step = "`credence data simulate --print-knobs` prints one to start from"
        raise InputError.of("a readable TOML file of knobs", type(error).__name__, step) from error
    knobs = head.pop("knobs", {})
    unknown = sorted(set(head) - {"buyers", "years", "seed"})
    if unknown or not isinstance(knobs, dict):
        expected = "buyers, years, seed and a table [knobs]"
        raise InputError.of(expected, f"unknown {unknown or 'knobs'}", "put the knobs under [knobs]")
    return World(**head, knobs=Knobs.of(knobs))


def world_text(world: World) -> str:
    """Return a world as the TOML that `load_world` reads, each knob with its range and meaning."""
    lines = [f"buyers = {world.buyers}", f"years = {world.years}", f"seed = {world.seed}", "", "[knobs]"]
    for name, _, low, high, meaning in knob_rows():
        lines.append(f"{name} = {getattr(world.knobs, name)!r}  # {low:g} to {high:g}: {meaning}")
    return "\n".join(lines) + "\n"
