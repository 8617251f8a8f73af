"""The golden world looks like the trade, and its knobs do what they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features.sources.simulator import GOLDEN_WORLD, Knobs, Simulated, World, load_world, simulate
from features.sources.simulator.fates import NEVER
from features.sources.simulator.markets import INDUSTRIES

LEAST_INVOICES = 30
DECILES = [0.10, 0.25, 0.50, 0.75, 0.90]

# Statutory UK payment practices reports 2017-2026 (CC BY 4.0 on data under the Open Government Licence v3).
UK_SHARE_NOT_ON_TIME = [0.02, 0.08, 0.20, 0.39, 0.62]
UK_DAYS_TO_PAY = [15.0, 24.0, 33.0, 46.0, 58.0]


@pytest.fixture(scope="module")
def golden() -> Simulated:
    return simulate(replace(load_world(GOLDEN_WORLD), buyers=4000))


@pytest.fixture(scope="module")
def by_buyer(golden: Simulated) -> pd.DataFrame:
    """Share late and mean days to pay of buyers with enough mature invoices."""
    invoices, pays = golden.invoices, golden.intents.pays
    is_mature = invoices.due < golden.scene.window.end.astype(np.int64) - 90
    rows = pd.DataFrame(
        {
            "buyer": invoices.buyer,
            "late": pays > invoices.due,
            "days": np.where(pays < NEVER, pays - invoices.issued, np.nan),
        }
    )
    buyers = (
        rows[is_mature]
        .groupby("buyer")
        .agg(late=("late", "mean"), days=("days", "mean"), count=("late", "size"))
    )
    return buyers[buyers["count"] >= LEAST_INVOICES]


def test_shares_late_have_the_published_deciles(by_buyer: pd.DataFrame):
    assert by_buyer["late"].quantile(DECILES).to_numpy() == pytest.approx(UK_SHARE_NOT_ON_TIME, abs=0.04)


def test_days_to_pay_have_the_published_deciles(by_buyer: pd.DataFrame):
    assert by_buyer["days"].quantile(DECILES).to_numpy() == pytest.approx(UK_DAYS_TO_PAY, abs=4.0)


def test_orders_follow_the_season_of_each_sector(golden: Simulated):
    invoices, profiles = golden.invoices, golden.scene.profiles
    month = invoices.issued.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    for section in ("A", "F", "G"):
        counts = np.bincount(month[(profiles.industry == section)[invoices.buyer]], minlength=13)[1:]
        angle = 2.0 * np.pi * (np.arange(1, 13) - INDUSTRIES[section].peak_month) / 12.0
        height = 2.0 * (counts * np.cos(angle)).sum() / counts.sum()
        interval = 4.0 * np.sqrt(2.0 / counts.sum()) + 0.03

        assert abs(height - INDUSTRIES[section].season) < interval, section


def test_mondays_have_the_invoices_that_their_knob_says(golden: Simulated):
    weekday = (golden.invoices.issued + 3) % 7
    counts = np.bincount(weekday, minlength=7)
    ratio = counts[0] / counts[1:5].mean()

    assert counts[5:].sum() == 0
    assert ratio == pytest.approx(golden.scene.knobs.monday_orders, rel=0.03)


def test_buyers_pay_on_the_day_of_their_run(golden: Simulated):
    invoices, intents, habits = golden.invoices, golden.intents, golden.scene.profiles.habits
    run, paid = habits.run[invoices.buyer], intents.pays < NEVER
    for weekday in range(5):
        days = intents.pays[paid & (run == weekday)]

        assert (((days + 3) % 7) == weekday).mean() > 0.85


def test_buyers_that_pay_by_the_month_pay_on_its_last_workday_or_the_middle(golden: Simulated):
    invoices, intents, habits = golden.invoices, golden.intents, golden.scene.profiles.habits
    run, paid = habits.run[invoices.buyer], intents.pays < NEVER
    for number, least in ((5, 0.85), (6, 0.85)):
        days = intents.pays[paid & (run == number)].astype("datetime64[D]")
        month = days.astype("datetime64[M]")
        last = np.busday_offset((month + 1).astype("datetime64[D]") - 1, 0, roll="backward")
        middle = np.busday_offset(month.astype("datetime64[D]") + 14, 0, roll="backward")
        on_run = (days == last) | ((days == middle) & (number == 5))

        assert on_run.mean() > least
        assert (number == 6) or 0.3 < (days == middle).mean() < 0.7


def test_hardly_any_payment_falls_on_a_weekend(golden: Simulated):
    allocations = golden.portfolio.tables["allocations"]
    paid = allocations[allocations["kind"] == "payment"]

    # Reason: bills mature, and crises end, on any day of the week.
    assert (paid["settled_on"].dt.day_of_week >= 5).mean() < 0.03


def test_invoices_due_in_slow_months_are_late_more_often_as_their_knob_says(golden: Simulated):
    invoices, knobs = golden.invoices, golden.scene.knobs
    month = invoices.due.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    is_slow = np.isin(month, (8, 12))
    rows = pd.DataFrame({"buyer": invoices.buyer, "late": golden.intents.is_late, "slow": is_slow})
    share = golden.scene.profiles.habits.late_share[invoices.buyer]
    counts = rows[(share > 0.1) & (share < 0.5)].groupby(["buyer", "slow"])["late"].agg(["sum", "size"])
    slow, usual = counts.xs(True, level="slow"), counts.xs(False, level="slow")
    slow, usual = slow.align(usual, join="inner", axis=0)
    # Reason: the odds ratio of Mantel and Haenszel compares each buyer with itself.
    total = slow["size"] + usual["size"]
    odds = (slow["sum"] * (usual["size"] - usual["sum"]) / total).sum()
    odds /= (usual["sum"] * (slow["size"] - slow["sum"]) / total).sum()

    assert np.log(odds) == pytest.approx(knobs.late_year_end, abs=0.08)


def test_shares_late_by_decile_of_the_habit_are_those_of_the_habit(golden: Simulated):
    invoices, habits = golden.invoices, golden.scene.profiles.habits
    rows = pd.DataFrame(
        {"buyer": invoices.buyer, "late": golden.intents.is_late, "habit": habits.late_share[invoices.buyer]}
    )
    buyers = rows.groupby("buyer").agg(late=("late", "mean"), habit=("habit", "first"), n=("late", "size"))
    buyers = buyers[buyers["n"] >= LEAST_INVOICES]
    deciles = buyers.groupby(pd.qcut(buyers["habit"], 10, labels=False))[["late", "habit"]].mean()

    assert deciles["late"].is_monotonic_increasing
    assert deciles["late"].to_numpy() == pytest.approx(deciles["habit"].to_numpy(), rel=0.1, abs=0.02)


def test_who_has_not_failed_clears_all_arrears_before_they_are_a_default(golden: Simulated):
    invoices, intents = golden.invoices, golden.intents
    is_planned = intents.pays == intents.planned

    assert (intents.planned - invoices.due).max() <= 64
    assert is_planned.mean() > 0.95


@pytest.mark.parametrize(
    ("low", "high", "figure"),
    [
        (Knobs(failures_a_year=0.0, fraud_rings=0.0), Knobs(failures_a_year=0.1), "failures"),
        (Knobs(fraud_rings=0.0), Knobs(fraud_rings=20.0), "rings"),
        (Knobs(leavers_in_distress=0.0), Knobs(leavers_in_distress=0.4), "leavers"),
        (Knobs(collectors=0.9), Knobs(collectors=0.0), "days_late"),
        (Knobs(limit_cuts=1.0), Knobs(limit_cuts=0.0), "orders_in_distress"),
        (Knobs(late_distress=0.0), Knobs(late_distress=4.0), "late_in_distress"),
        (Knobs(dictating=0.0), Knobs(dictating=1.0), "terms_of_large"),
        (Knobs(part_payments=0.0), Knobs(part_payments=1.0), "payments"),
        (Knobs(bounced=0.0), Knobs(bounced=1.0), "bounces"),
        (Knobs(disputes_pretext=0.0), Knobs(disputes_pretext=1.0), "disputes"),
        (Knobs(extensions=0.0), Knobs(extensions=0.5), "versions"),
        (Knobs(bill_users=0.0), Knobs(bill_users=1.0), "bills"),
        (Knobs(late_bookings=0.0), Knobs(late_bookings=1.0), "late_bookings"),
        (Knobs(restatements=0.0), Knobs(restatements=0.5), "statements"),
        (Knobs(group_errors=0.0), Knobs(group_errors=1.0), "wrong_links"),
        (Knobs(growth_a_year=-0.5), Knobs(growth_a_year=0.5), "growth"),
        (Knobs(season=0.0), Knobs(season=2.0), "season"),
        (Knobs(late_year_end=-1.0), Knobs(late_year_end=1.0), "late_in_slow_months"),
        (Knobs(late_amount=-1.0), Knobs(late_amount=1.0), "late_of_large"),
        (Knobs(delay_days=5.0), Knobs(delay_days=30.0), "days_late"),
        (Knobs(delay_distress=0.0), Knobs(delay_distress=2.0), "days_late"),
        (Knobs(discount_takers=0.0), Knobs(discount_takers=1.0), "discounts"),
        (Knobs(credit_notes=0.0), Knobs(credit_notes=0.5), "credits"),
        (Knobs(insolvency_share=0.0), Knobs(insolvency_share=1.0), "insolvencies"),
        (Knobs(crisis_share=0.0), Knobs(crisis_share=1.0), "crises"),
        (Knobs(shock_month=0), Knobs(shock_month=6, shock_size=4.0), "failures"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_knob_moves_what_it_is_for(low: Knobs, high: Knobs, figure: str):
    few, many = (_FIGURES[figure](simulate(World(300, 2, 5, knobs))) for knobs in (low, high))

    assert few < many


def _orders_in_distress(world: Simulated) -> float:
    invoices, scene = world.invoices, world.scene
    return float((scene.level(invoices.buyer, invoices.issued) < -0.6).sum())


def _late_in_distress(world: Simulated) -> float:
    invoices, scene = world.invoices, world.scene
    unwell = scene.level(invoices.buyer, invoices.due) < -0.6
    return float(world.intents.is_late[unwell].mean())


def _season(world: Simulated) -> float:
    """Return how far orders of agriculture in its peak exceed the usual."""
    invoices, profiles = world.invoices, world.scene.profiles
    month = invoices.issued.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    of_section = (profiles.industry == "A")[invoices.buyer]
    return float((month[of_section] == INDUSTRIES["A"].peak_month).mean())


def _late_in_slow_months(world: Simulated) -> float:
    month = world.invoices.due.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    return float(world.intents.is_late[np.isin(month, (8, 12))].mean())


def _growth(world: Simulated) -> float:
    half = world.scene.window.start.astype(np.int64) + 365
    return float((world.invoices.issued >= half).mean())


def _days_late(world: Simulated) -> float:
    invoices, scene = world.invoices, world.scene
    chosen = world.intents.is_late & (scene.level(invoices.buyer, invoices.due) < -0.6)
    return float((world.intents.planned - invoices.due)[chosen].mean())


def _lag_days(world: Simulated) -> pd.Series:
    allocations = world.portfolio.tables["allocations"]
    return (allocations["recorded_at"].dt.normalize() - allocations["settled_on"]).dt.days


def _wrong_links(world: Simulated) -> float:
    told = world.portfolio.tables["buyers"].drop_duplicates("buyer_id", keep="last")["group_id"]
    number = told.str[1:].fillna("0").astype(int).to_numpy()
    return float(((number != world.scene.profiles.group) & (number > 0)).sum())


_FIGURES = {
    "failures": lambda world: (world.scene.fates.fails < NEVER).sum(),
    "rings": lambda world: (world.scene.profiles.ring > 0).sum(),
    "leavers": lambda world: (world.scene.fates.leaves < NEVER).sum(),
    "days_late": _days_late,
    "orders_in_distress": _orders_in_distress,
    "late_in_distress": _late_in_distress,
    "terms_of_large": lambda world: world.scene.profiles.habits.terms_days.sum(),
    "payments": lambda world: (world.portfolio.tables["allocations"]["kind"] == "payment").sum(),
    "bounces": lambda world: (world.portfolio.tables["allocations"]["amount_minor"] < 0).sum(),
    "disputes": lambda world: len(world.portfolio.tables["disputes"]),
    "versions": lambda world: world.portfolio.tables["invoices"].duplicated("invoice_id").sum(),
    "bills": lambda world: (world.portfolio.tables["invoices"]["kind"] == "bill").sum(),
    "late_bookings": lambda world: (_lag_days(world) > 5).sum(),
    "statements": lambda world: (
        world.portfolio.tables["statements"].duplicated(["buyer_id", "period_end"]).sum()
    ),
    "wrong_links": _wrong_links,
    "growth": _growth,
    "season": _season,
    "late_in_slow_months": _late_in_slow_months,
    "late_of_large": lambda world: world.intents.is_late[world.invoices.unusual > 0.5].mean(),
    "discounts": lambda world: (world.portfolio.tables["allocations"]["kind"] == "discount").sum(),
    "credits": lambda world: (world.portfolio.tables["allocations"]["kind"] == "credit_note").sum(),
    "insolvencies": lambda world: (world.portfolio.tables["events"]["kind"] == "insolvency").sum(),
    "crises": lambda world: (world.scene.fates.resumes < NEVER).sum(),
}
