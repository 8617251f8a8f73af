"""Defaults against a walk day by day."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from credit.definition import DefaultDefinition
from credit.outcomes import default_outcomes
from credit.spells import default_spells
from features.build import Packed, build_packed
from tests.credit.ledgers import allocation, books, payment

START, UNTIL = date(2024, 1, 1), date(2025, 12, 31)
DAYS = [START + timedelta(days=n) for n in range((UNTIL - START).days + 1)]
SHIPPED = DefaultDefinition.load()
# No sum of cents is exactly at the share's threshold, so floats and fractions must agree.
SHARE = 0.2500007
# Who stopped buying is censored by a rule of its own, which the tests of the outcomes show.
KEPT = {"material_share": SHARE, "censor_stopped_buyers": False}
QUICK = SHIPPED.model_copy(update={"days_past_due": 10, "cure_days": 15, **KEPT})
SLOW = SHIPPED.model_copy(update=KEPT)


def walk(ledger: dict, definition: DefaultDefinition) -> list[bool]:
    """Return for each day whether the buyer is in default, in plain Python over its rows."""
    told, overdue_days, clean_days, in_default = [], 0, 0, False
    for day in DAYS:
        if forever(ledger, day):
            told.append(True)
            continue
        material = is_material(ledger, day, definition)
        overdue_days = overdue_days + 1 if material else 0
        clean_days = 0 if material else clean_days + 1
        if overdue_days >= definition.days_past_due:
            in_default = True
        told.append(in_default)
        # Reason: the last clean day is the last in default; arrears on the day after begin anew.
        if clean_days >= definition.cure_days:
            in_default = False
    return told


def forever(ledger: dict, day: date) -> bool:
    losses = [
        settled
        for _, kind, amount, settled in ledger["allocations"]
        if kind == "write_off" and amount > SHIPPED.material_amount * 100
    ]
    return any(known <= day for known in [*losses, *ledger["insolvent_on"]])


def is_material(ledger: dict, day: date, definition: DefaultDefinition) -> bool:
    exposure = overdue = 0
    for number, (issued, due, cents) in enumerate(ledger["invoices"]):
        closed = sum(a for n, _, a, settled in ledger["allocations"] if n == number and settled <= day)
        if issued <= day:
            exposure += cents
        if issued <= day and due < day:
            # An invoice that is paid twice makes no other one less overdue.
            overdue += max(cents - closed, 0)
        exposure -= closed
    share = Fraction(definition.material_share) * exposure
    return overdue > definition.material_amount * 100 and overdue > share


days = st.integers(0, len(DAYS) - 1).map(lambda n: DAYS[n])
# Multiples of 7 cents never add up to the threshold of 500.00 exactly.
cents = st.sampled_from([7, 21_000, 49_994, 50_008, 140_000, 1_400_000])


@st.composite
def ledgers(draw: st.DrawFn) -> dict:
    invoices = []
    for _ in range(draw(st.integers(1, 6))):
        issued = draw(days)
        invoices.append((issued, issued + timedelta(days=draw(st.integers(0, 60))), draw(cents)))
    allocations = []
    for number, (issued, due, amount) in enumerate(invoices):
        for share in draw(st.sampled_from([(), (1,), (0.5, 0.5), (1, -1, 1), (0.5,)])):
            kind = "payment" if share < 0 else draw(st.sampled_from(["payment"] * 9 + ["write_off"]))
            part = int(amount * share) // 7 * 7 or 7
            delay = timedelta(days=draw(st.integers(0, 250)))
            if max(issued, due) + delay <= UNTIL:
                allocations.append((number, kind, part, due + delay))
    insolvent_on = draw(st.lists(days, max_size=1)) if draw(st.integers(0, 3)) == 0 else []
    return {"invoices": invoices, "allocations": allocations, "insolvent_on": insolvent_on}


def packed_of(ledger: dict) -> Packed:
    def money(cents: int) -> str:
        return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"

    invoices = [
        {"invoice_id": str(n), "buyer_id": "B", "issued_on": str(issued), "due_on": str(due),
         "amount": money(amount), "currency": "EUR"}
        for n, (issued, due, amount) in enumerate(ledger["invoices"])
    ]  # fmt: skip
    rows = [
        allocation(kind, money(amount), str(settled), invoice_id=str(n), allocation_id=str(at))
        for at, (n, kind, amount, settled) in enumerate(ledger["allocations"])
    ]
    events = [
        {"buyer_id": "B", "kind": "insolvency", "occurred_on": str(day)} for day in ledger["insolvent_on"]
    ]
    return books(invoices, rows, start=str(START), until=str(UNTIL), events=events)


def days_in_default(packed: Packed, definition: DefaultDefinition) -> list[bool]:
    spells = default_spells(packed, definition)
    numbers = np.array(DAYS, "datetime64[D]").astype(np.int64)
    inside = np.zeros(len(DAYS), bool)
    for first, last in zip(spells.first, spells.last, strict=True):
        inside |= (first <= numbers) & (numbers <= last)
    return inside.tolist()


RELAPSE = {
    "invoices": [(DAYS[0], DAYS[0], 7), (DAYS[0], date(2024, 2, 21), 49_994), (DAYS[0], DAYS[0], 7),
                 (DAYS[197], date(2024, 9, 14), 49_994)],
    "allocations": [(1, "payment", 49_994, date(2024, 6, 17))],
    "insolvent_on": [],
}  # fmt: skip
"""New arrears on the very day after the cure has ended."""


@settings(max_examples=60)
@example(ledger=RELAPSE, definition=SLOW)
@given(ledger=ledgers(), definition=st.sampled_from([QUICK, SLOW]))
def test_spells_agree_with_a_walk_day_by_day(ledger, definition):
    assert days_in_default(packed_of(ledger), definition) == walk(ledger, definition)


@settings(max_examples=25)
@given(ledger=ledgers())
def test_outcomes_agree_with_a_walk_day_by_day(ledger):
    # given each month end of a year as a subject
    told = walk(ledger, QUICK)
    moments = pd.date_range(START, UNTIL, freq="ME")
    as_of = (moments + pd.Timedelta(hours=23, minutes=59, seconds=59)).as_unit("s")
    subjects = pd.DataFrame({"buyer_id": "B", "as_of": as_of})
    # when
    found = default_outcomes(packed_of(ledger), subjects, QUICK)
    # then
    for moment, row in zip(moments, found.itertuples(), strict=True):
        today = (moment.date() - START).days
        window_end = (moment + pd.DateOffset(years=1)).date()
        if told[today]:
            assert row.exclusion == "in_default"
        elif window_end > UNTIL:
            assert row.exclusion == "immature"
        else:
            assert row.outcome == any(told[today + 1 : (window_end - START).days + 1])


def test_buyers_do_not_mix():
    rows = [
        {"invoice_id": name, "buyer_id": name, "issued_on": "2024-02-01", "due_on": "2024-03-01",
         "amount": "1000", "currency": "EUR"}
        for name in ("A", "B", "C")
    ]  # fmt: skip
    packed = books(rows, [payment("1000", "2024-03-01", invoice_id=name) for name in ("A", "C")])
    spells = default_spells(packed, SHIPPED)
    assert [packed.block.buyer_ids[at] for at in spells.buyer] == ["B"]
    assert spells.first.tolist() == [np.datetime64("2024-05-30").astype(int)]


@pytest.mark.parametrize(
    ("write_off", "cents", "expected"),
    [
        (True, 70_000, True),
        (False, 70_000, False),
        (True, 50_001, True),
        (True, 50_000, False),
        (True, 7, False),
    ],
)
def test_the_definition_says_whether_a_write_off_counts_and_a_small_difference_never_does(
    write_off, cents, expected
):
    ledger = {
        "invoices": [(START, START, cents)],
        "allocations": [(0, "write_off", cents, START)],
        "insolvent_on": [],
    }
    definition = SHIPPED.model_copy(update={"write_off": write_off})
    assert any(days_in_default(packed_of(ledger), definition)) == expected


@settings(max_examples=25)
@given(ledger=ledgers())
def test_the_feature_of_default_now_agrees_with_the_outcome(ledger):
    # given arrears alone, and the end of the books, where feature and outcome know the same
    cash = [(n, "payment", amount, settled) for n, _, amount, settled in ledger["allocations"]]
    packed = packed_of(ledger | {"allocations": cash, "insolvent_on": []})
    as_of = packed.portfolio.observed_until
    values = build_packed(packed, pd.DataFrame({"buyer_id": ["B"], "as_of": [as_of]}))
    assert values["in_default"].tolist() == [days_in_default(packed, SHIPPED)[-1]]


def test_a_dispute_pauses_the_count_for_its_part_while_it_is_open():
    row = {"invoice_id": "1", "buyer_id": "B", "issued_on": "2024-01-01", "due_on": "2024-01-31",
           "amount": "1000", "currency": "EUR"}  # fmt: skip
    dispute = {"dispute_id": "d", "invoice_id": "1", "instalment": 1, "raised_on": "2024-02-20",
               "resolved_on": "2024-03-01", "amount": "600"}  # fmt: skip
    packed = books([row], start=str(START), until=str(UNTIL), disputes=[dispute])
    # then: 400.00 are not material, so that the ninety days begin on 1 March
    assert default_spells(packed, SHIPPED).first.tolist() == [np.datetime64("2024-05-29").astype(int)]


@pytest.mark.parametrize(("settled_on", "expected"), [("2024-03-01", False), ("2024-05-01", True)])
def test_a_write_off_is_worth_what_the_rate_of_its_day_says(settled_on, expected):
    row = {"invoice_id": "1", "buyer_id": "B", "issued_on": "2024-01-01", "due_on": "2024-06-01",
           "amount": "500", "currency": "USD"}  # fmt: skip
    rates = [
        {"currency": "USD", "on_date": day, "rate": rate}
        for day, rate in (("2024-01-01", 0.9), ("2024-04-01", 1.1), ("2024-08-01", 0.5))
    ]
    packed = books([row], [allocation("write_off", "500", settled_on)], until=str(UNTIL), fx=rates)
    assert bool(len(default_spells(packed, SHIPPED).first)) == expected
