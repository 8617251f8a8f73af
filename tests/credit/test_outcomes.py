from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from credit.definition import DefaultDefinition
from credit.outcomes import default_outcomes, late_outcomes, late_tag
from features.build import Packed
from tests.credit.ledgers import allocation, books, invoice, payment, subject

IN_TIME, TOO_LATE = "2025-03-03", "2025-03-04"
"""The last day of the window of 30 days after the due date, and the day after."""

OBLIGOR_90 = DefaultDefinition.load()


def told(packed: Packed, subjects: pd.DataFrame | None = None, horizon_days: int = 30) -> int | str:
    """The outcome of invoice 1, or why there is none."""
    row = late_outcomes(packed, subject() if subjects is None else subjects, horizon_days).iloc[0]
    assert (row["exclusion"] == "") == (not np.isnan(row["outcome"]))
    return row["exclusion"] or int(row["outcome"])


PAID_BEFORE = payment("1000", IN_TIME)
LEDGERS: dict[str, tuple[list[dict[str, Any]], int | str]] = {
    "nothing was paid": ([], 1),
    "paid on the last day": ([PAID_BEFORE], 0),
    "paid a day after": ([payment("1000", TOO_LATE)], 1),
    "half was paid": ([payment("500", "2025-02-01")], 1),
    "all but 1 % was paid": ([payment("500", "2025-02-01"), payment("490", IN_TIME)], 0),
    "all but a cent more was paid": ([payment("500", "2025-02-01"), payment("489.99", IN_TIME)], 1),
    "overpaid": ([payment("1200", "2025-02-01")], 0),
    "discount taken": ([payment("970", "2025-01-10"), allocation("discount", "30", "2025-01-10")], 0),
    "set off": ([allocation("set_off", "1000", IN_TIME)], 0),
    "withholding tax": ([payment("900", IN_TIME), allocation("withholding_tax", "100", IN_TIME)], 0),
    "bank fee": ([payment("980", IN_TIME), allocation("bank_fee", "20", IN_TIME)], 0),
    "exchange difference": ([payment("980", IN_TIME), allocation("fx", "20", IN_TIME)], 0),
    "credited in part, the rest paid": (
        [allocation("credit_note", "400", IN_TIME), payment("600", IN_TIME)], 0),
    "credited in part, nothing paid": ([allocation("credit_note", "400", IN_TIME)], 1),
    "credited after the window": (
        [allocation("credit_note", "400", TOO_LATE), payment("600", IN_TIME)], 1),
    "credited wholly": ([allocation("credit_note", "1000", IN_TIME)], "diluted"),
    "credited wholly, too late": ([allocation("credit_note", "1000", TOO_LATE)], 1),
    "goods came back": ([allocation("return", "995", IN_TIME)], "diluted"),
    "rebate": ([allocation("rebate", "100", IN_TIME), payment("900", IN_TIME)], 0),
    "written off": ([allocation("write_off", "1000", "2025-02-20")], 1),
    "written off and recovered": (
        [allocation("write_off", "1000", "2025-02-20"), allocation("recovery", "1000", "2025-02-25")], 1),
    "payment bounced": ([payment("1000", "2025-02-01"), payment("-1000", "2025-02-03")], 1),
    "bounced and paid again": (
        [payment("1000", "2025-02-01"), payment("-1000", "2025-02-03"), payment("1000", IN_TIME)], 0),
    "bounced after the window": ([payment("1000", "2025-02-01"), payment("-1000", TOO_LATE)], 0),
    "sold": ([allocation("transfer", "1000", "2025-02-10")], "moved"),
    "sold after the window": ([allocation("transfer", "1000", TOO_LATE)], 1),
    "a bill that nobody names": ([allocation("bill", "1000", "2025-02-10")], "moved"),
    "paid at once": ([payment("1000", "2025-01-02")], "settled"),
    "paid at once but for 1 %": ([payment("990", "2025-01-02")], "settled"),
}  # fmt: skip


@pytest.fixture(scope="module")
def by_case() -> pd.DataFrame:
    """Outcomes of one ledger in which each case is an invoice."""
    invoices = [invoice(case) for case in LEDGERS]
    rows = [row | {"invoice_id": case} for case, (told, _) in LEDGERS.items() for row in told]
    subjects = pd.concat([subject(invoice_id=case) for case in LEDGERS], ignore_index=True)
    return late_outcomes(books(invoices, rows), subjects, 30).set_axis(list(LEDGERS))


@pytest.mark.parametrize("case", LEDGERS)
def test_late_by_the_kinds_table(by_case, case):
    row = by_case.loc[case]
    assert (row["exclusion"] or row["outcome"]) == LEDGERS[case][1]


def bill(due_on: str) -> dict[str, Any]:
    return invoice("B1", kind="bill", issued_on="2025-01-20", due_on=due_on)


TO_BILL = allocation("bill", "1000", "2025-01-20", successor_id="B1")
ON_BILL = {"invoice_id": "B1"}
ON_REST = {"invoice_id": "R"}


@pytest.mark.parametrize(
    ("due_on", "on_the_bill", "expected"),
    [
        ("2025-02-20", [], 0),
        (IN_TIME, [], 0),
        (TOO_LATE, [], 1),
        ("2025-02-20", [payment("1000", "2025-02-20", **ON_BILL)], 0),
        ("2025-02-20", [payment("1000", TOO_LATE, **ON_BILL)], 1),
        ("2025-02-20", [payment("1000", "2025-02-20", **ON_BILL), payment("-1000", IN_TIME, **ON_BILL)], 1),
        ("2025-02-20", [allocation("write_off", "1000", "2025-06-01", **ON_BILL)], 1),
        ("2025-02-20", [allocation("transfer", "1000", "2025-02-01", **ON_BILL)], "moved"),
        ("2025-02-20", [allocation("transfer", "1000", "2025-02-21", successor_id="R", **ON_BILL)], 1),
    ],
    ids=["matures", "matures on the last day", "matures too late", "paid", "paid late", "bounced",
         "written off", "discounted at a bank", "bounced into an open item"],
)  # fmt: skip
def test_an_invoice_paid_by_bill_is_paid_when_the_bill_is(due_on, on_the_bill, expected):
    residual = invoice("R", issued_on="2025-02-21", due_on="2025-02-21")
    assert told(books([invoice(), bill(due_on), residual], [TO_BILL, *on_the_bill])) == expected


@pytest.mark.parametrize(
    ("on_the_residual", "expected"),
    [
        ([], 1),
        ([payment("400", IN_TIME, **ON_REST)], 0),
        ([payment("400", TOO_LATE, **ON_REST)], 1),
        ([payment("300", IN_TIME, **ON_REST), allocation("credit_note", "100", IN_TIME, **ON_REST)], 0),
        ([allocation("credit_note", "400", IN_TIME, **ON_REST)], 0),
        ([allocation("transfer", "400", IN_TIME, **ON_REST)], "moved"),
    ],
)  # fmt: skip
def test_a_residual_item_counts_as_its_successor(on_the_residual, expected):
    # given 600 paid in time and a residual of 400 that went on in a new item
    rest = invoice("R", amount="400", issued_on="2025-02-10", due_on="2025-06-30")
    moved = [payment("600", "2025-02-01"), allocation("transfer", "400", "2025-02-10", successor_id="R")]
    assert told(books([invoice(), rest], [*moved, *on_the_residual])) == expected


def test_successors_are_followed_along_a_chain():
    # given an invoice that went on in a bill, which went on in another one that matures in time
    second = invoice("B2", kind="bill", issued_on="2025-02-01", due_on="2025-02-25")
    chain = [TO_BILL, allocation("bill", "1000", "2025-02-01", invoice_id="B1", successor_id="B2")]
    assert told(books([invoice(), bill("2025-02-01"), second], chain)) == 0
    late = second | {"due_on": "2025-04-25"}
    assert told(books([invoice(), bill("2025-02-01"), late], chain)) == 1


def test_what_is_settled_or_past_the_horizon_when_it_is_booked_is_left_out():
    packed = books([invoice()], [payment("1000", "2025-02-20")])
    assert told(packed, subject("2025-02-19T12:00:00")) == 0
    assert told(packed, subject("2025-02-20T12:00:00")) == "settled"
    open_one = books([invoice()])
    assert told(open_one, subject("2025-03-03T23:59:59")) == 1
    assert told(open_one, subject("2025-03-04T00:00:00")) == "past_horizon"
    assert told(open_one, subject("2025-02-02T00:00:00"), horizon_days=0) == "past_horizon"


@pytest.mark.parametrize("paid_on", ["2025-01-15", "2025-06-01"])
def test_maturity_waits_for_the_whole_window_whatever_the_outcome(paid_on):
    allocations = [payment("1000", paid_on)]
    assert told(books([invoice()], allocations, until="2025-03-02")) == "immature"
    assert told(books([invoice()], allocations, until="2025-03-03")) == int(paid_on > "2025-03-03")


def test_the_window_ends_with_the_sellers_day():
    berlin = books([invoice()], until="2025-03-03", timezone="Europe/Berlin")
    ends = late_outcomes(berlin, subject(), 30)["window_end"]
    assert ends.tolist() == [pd.Timestamp("2025-03-03T22:59:59")]


def test_subjects_before_the_books_are_complete_are_left_out():
    assert told(books([invoice()], start="2025-01-03")) == "unobserved"


def test_the_due_date_is_the_one_known_at_scoring():
    # given an invoice whose due date was moved after it was scored
    moved = invoice(due_on="2025-05-01", recorded_at="2025-01-20T10:00:00Z")
    packed = books([invoice(recorded_at="2025-01-02T10:00:00Z"), moved], [payment("1000", "2025-04-20")])
    assert told(packed) == 1
    assert told(packed, subject(due_on=pd.Timestamp("2025-05-01"))) == 0


def test_a_later_version_may_lower_the_amount_or_take_the_invoice_back():
    first = invoice(recorded_at="2025-01-02T10:00:00Z")
    lower = invoice(amount="600.00", recorded_at="2025-01-20T10:00:00Z")
    assert told(books([first, lower], [payment("600", IN_TIME)])) == 0
    assert told(books([first, lower], [payment("500", IN_TIME)])) == 1
    gone = invoice(recorded_at="2025-01-20T10:00:00Z", withdrawn=True)
    assert told(books([first | {"withdrawn": False}, gone])) == "withdrawn"


def test_a_payment_that_was_taken_back_or_corrected_counts_as_it_is_known_in_the_end():
    paid = payment(
        "1000", "2025-02-01", allocation_id="a", recorded_at="2025-02-01T10:00:00Z", withdrawn=False
    )
    gone = paid | {"recorded_at": "2025-05-01T10:00:00Z", "withdrawn": True}
    less = paid | {"recorded_at": "2025-05-01T10:00:00Z", "amount": "10"}
    assert told(books([invoice()], [paid])) == 0
    assert told(books([invoice()], [paid, gone])) == 1
    assert told(books([invoice()], [paid, less])) == 1


def test_the_tolerance_is_one_unit_or_one_percent():
    cases = [
        ("EUR", "50.00", "49.00", 0),
        ("EUR", "50.00", "48.99", 1),
        ("EUR", "5000.00", "4950.00", 0),
        ("EUR", "5000.00", "4949.99", 1),
        ("JPY", "50", "49", 0),
        ("JPY", "50", "48", 1),
        ("KWD", "50.000", "49.000", 0),
        ("KWD", "50.000", "48.999", 1),
    ]
    invoices = [invoice(str(n), amount=amount, currency=code) for n, (code, amount, _, _) in enumerate(cases)]
    payments = [payment(paid, "2025-02-01", invoice_id=str(n)) for n, (_, _, paid, _) in enumerate(cases)]
    packed = books(invoices, payments)
    columns = packed.portfolio.tables["invoices"][["invoice_id", "amount_minor", "currency"]]
    subjects = pd.concat([subject()] * len(cases), ignore_index=True).assign(**columns)
    found = late_outcomes(packed, subjects, 30)["outcome"]
    assert found.tolist() == [expected for *_, expected in cases]


def test_a_dispute_does_not_pause_the_window():
    dispute = {"invoice_id": "1", "raised_on": "2025-01-20", "reason": "quality"}
    assert told(books([invoice()], disputes=[dispute])) == 1


def test_instalments_have_outcomes_of_their_own():
    first, second = invoice(instalment=1), invoice(instalment=2)
    packed = books([first, second], [payment("1000", "2025-02-01", instalment=2)])
    assert told(packed) == 1
    assert told(packed, subject(instalment=2)) == 0


def test_late_tag_names_the_horizon():
    assert (late_tag(0), late_tag(30)) == ("late_0", "late_30")


# The rule on buyers who stopped buying has tests of its own; the other rules are shown without it.
UNCENSORED = OBLIGOR_90.model_copy(update={"censor_stopped_buyers": False})


def defaulted(
    packed: Packed, *days: str, definition: DefaultDefinition = UNCENSORED, buyer: str = "B"
) -> list[int | str]:
    """The outcomes of a buyer at the end of some days, or why there is none."""
    as_of = pd.DatetimeIndex([f"{day}T23:59:59" for day in days]).as_unit("s")
    found = default_outcomes(packed, pd.DataFrame({"buyer_id": buyer, "as_of": as_of}), definition)
    return [row.exclusion or int(row.outcome) for row in found.itertuples()]


DUE = {"issued_on": "2025-01-02", "due_on": "2025-01-31"}
"""Overdue from 1 February 2025; the ninetieth day is 1 May 2025."""


def test_a_default_starts_on_the_ninetieth_day_of_material_arrears():
    packed = books([invoice(**DUE)], until="2027-12-31")
    assert defaulted(packed, "2024-04-30", "2024-05-01", "2025-04-30", "2025-05-01") == [
        0,
        1,
        1,
        "in_default",
    ]


@pytest.mark.parametrize(("paid_on", "expected"), [("2025-05-01", 0), ("2025-05-02", 1)])
def test_arrears_of_eighty_nine_days_are_no_default(paid_on, expected):
    packed = books([invoice(**DUE)], [payment("1000", paid_on)], until="2027-12-31")
    assert defaulted(packed, "2025-03-31") == [expected]


@pytest.mark.parametrize(
    ("overdue", "not_due", "expected"),
    [("500.00", None, 0), ("500.01", None, 1), ("1000", "99000", 0), ("1000.01", "99000", 1)],
)
def test_arrears_must_be_above_both_thresholds(overdue, not_due, expected):
    ledger = [invoice(amount=overdue, **DUE)]
    if not_due:
        ledger.append(invoice("2", amount=not_due, issued_on="2025-01-02", due_on="2027-06-30"))
    assert defaulted(books(ledger, until="2027-12-31"), "2025-03-31") == [expected]


def test_small_arrears_of_an_obligor_add_up():
    one, other = invoice(amount="300", **DUE), invoice("2", amount="300", **DUE)
    assert defaulted(books([one], until="2027-12-31"), "2025-03-31") == [0]
    assert defaulted(books([one, other], until="2027-12-31"), "2025-03-31") == [1]


def test_a_default_is_cured_after_ninety_days_without_material_arrears():
    # given the last day of arrears on 9 May: 90 days without are over on 7 August
    packed = books([invoice(**DUE)], [payment("1000", "2025-05-10")], until="2027-12-31")
    assert defaulted(packed, "2025-05-10", "2025-08-07", "2025-08-08") == ["in_default", "in_default", 0]


def test_short_arrears_in_the_cure_start_it_anew():
    # given the default above, and arrears of ten days in June
    relapse = invoice("2", issued_on="2025-05-15", due_on="2025-06-10")
    paid = [payment("1000", "2025-05-10"), payment("1000", "2025-06-21", invoice_id="2")]
    packed = books([invoice(**DUE), relapse], paid, until="2027-12-31")
    assert defaulted(packed, "2025-08-08", "2025-09-18", "2025-09-19") == ["in_default", "in_default", 0]


def event(kind: str, **more: Any) -> dict[str, Any]:
    return {"event_id": "e", "buyer_id": "B", "kind": kind, "occurred_on": "2025-06-30", **more}


@pytest.mark.parametrize("kind", OBLIGOR_90.event_kinds)
def test_insolvency_is_a_default_that_never_cures(kind):
    packed = books([invoice()], [payment("1000", "2025-01-20")], until="2031-12-31", events=[event(kind)])
    days = ["2024-06-29", "2024-06-30", "2025-06-29", "2025-06-30", "2030-06-30"]
    assert defaulted(packed, *days) == [0, 1, 1, "in_default", "in_default"]


@pytest.mark.parametrize("kind", ["judgment", "lien"])
def test_other_events_are_no_default(kind):
    packed = books([invoice()], [payment("1000", "2025-01-20")], until="2031-12-31", events=[event(kind)])
    assert defaulted(packed, "2025-06-29") == [0]


def test_an_event_that_was_taken_back_or_moved_counts_as_it_is_known_in_the_end():
    told_first = event("insolvency", recorded_at="2025-06-30T10:00:00Z", withdrawn=False)
    gone = told_first | {"recorded_at": "2025-07-15T10:00:00Z", "withdrawn": True}
    later = told_first | {"recorded_at": "2025-07-15T10:00:00Z", "occurred_on": "2025-07-10"}
    paid = [payment("1000", "2025-01-20")]
    assert defaulted(books([invoice()], paid, events=[told_first, gone]), "2025-06-29", "2025-06-30") == [
        0,
        0,
    ]
    assert defaulted(books([invoice()], paid, events=[told_first, later]), "2025-06-30") == [1]


def test_a_write_off_is_a_default_on_its_day():
    lost = allocation(
        "write_off",
        "1000",
        "2025-02-20",
        allocation_id="w",
        recorded_at="2025-02-20T10:00:00Z",
        withdrawn=False,
    )
    assert defaulted(books([invoice()], [lost]), "2025-02-19", "2025-02-20") == [1, "in_default"]
    gone = lost | {"recorded_at": "2025-02-25T10:00:00Z", "withdrawn": True}
    paid = payment(
        "1000", "2025-02-20", allocation_id="p", recorded_at="2025-02-20T10:00:00Z", withdrawn=False
    )
    assert defaulted(books([invoice()], [lost, gone, paid]), "2025-02-19", "2025-02-20") == [0, 0]


def test_the_write_off_is_the_invoices_buyers():
    others = [invoice(f"{n}", buyer_id=buyer) for n, buyer in ((0, "A"), (1, "B"), (2, "C"))]
    lost = allocation("write_off", "1000", "2025-02-20")
    paid = [payment("1000", "2025-01-20", invoice_id=name) for name in ("0", "2")]
    as_of = pd.Timestamp("2025-02-10").as_unit("s")
    subjects = pd.DataFrame({"buyer_id": ["C", "B", "A"], "as_of": as_of})
    found = default_outcomes(books(others, [lost, *paid]), subjects, UNCENSORED)
    assert found["outcome"].tolist() == [0, 1, 0]


def test_a_default_does_not_make_a_subject_mature():
    packed = books(
        [invoice()], [payment("1000", "2025-01-20")], until="2025-12-31", events=[event("insolvency")]
    )
    assert defaulted(packed, "2024-12-31", "2025-01-01") == [1, "immature"]


def test_arrears_without_any_rate_are_not_told():
    packed = books([invoice(currency="USD", **DUE)], until="2027-12-31")
    assert defaulted(packed, "2025-03-31") == ["no_rate"]
    rates = [{"currency": "USD", "on_date": "2025-01-01", "rate": 0.9}]
    assert defaulted(books([invoice(currency="USD", **DUE)], until="2027-12-31", fx=rates), "2025-03-31") == [
        1
    ]


def test_a_portfolio_of_accounts_alone_knows_events_only():
    accounts = {"buyer_id": "B", "period_end": "2024-12-31", "currency": "EUR", "revenue": 1.0}
    tables: dict[str, Any] = {"statements": [accounts], "events": [event("bankruptcy")]}
    assert defaulted(books([], **tables), "2024-06-29", "2025-06-29") == [0, 1]
    assert defaulted(books([], statements=[accounts]), "2025-06-29") == [0]


STOPPED = ([invoice()], [payment("1000", "2025-01-20")])
"""One invoice of 2 January 2025, paid on the 20th; then nothing."""


def test_a_buyer_that_stopped_buying_is_censored_where_nobody_tells_of_insolvencies():
    packed = books(*STOPPED, until="2027-12-31")
    days = ["2024-01-01", "2024-01-02", "2025-01-19", "2025-01-20"]
    found = defaulted(packed, *days, definition=OBLIGOR_90)
    assert found == ["stopped_buying", 0, 0, "stopped_buying"]


def test_where_insolvencies_are_told_a_buyer_that_stopped_buying_is_known_to_live():
    failed = event("insolvency", buyer_id="A")
    packed = books(*STOPPED, until="2027-12-31", events=[failed])
    assert defaulted(packed, "2025-01-20", definition=OBLIGOR_90) == [0]
    other = books(*STOPPED, until="2027-12-31", events=[event("judgment")])
    assert defaulted(other, "2025-01-20", definition=OBLIGOR_90) == ["stopped_buying"]


def test_a_buyer_that_buys_again_or_still_owes_is_at_risk():
    again = invoice("2", issued_on="2025-11-15", due_on="2025-12-15")
    paid = [*STOPPED[1], payment("1000", "2025-12-01", invoice_id="2")]
    packed = books([*STOPPED[0], again], paid, until="2027-12-31")
    assert defaulted(packed, "2025-01-20", "2025-12-01", definition=OBLIGOR_90) == [0, "stopped_buying"]
    owing = books(STOPPED[0], [payment("900", "2025-01-20")], until="2027-12-31")
    assert defaulted(owing, "2025-01-20", definition=OBLIGOR_90) == [0]


def test_a_default_in_the_group_is_a_flag_and_a_default_only_where_the_definition_says_so():
    buyers = [{"buyer_id": name, "group_id": group} for name, group in (("A", "G"), ("B", "G"), ("C", "H"))]
    failed = event("insolvency", buyer_id="A")
    invoices = [invoice(name, buyer_id=name) for name in "ABC"]
    packed = books(invoices, [], until="2027-12-31", events=[failed], buyers=buyers)
    subjects = pd.DataFrame({"buyer_id": list("ABC"), "as_of": pd.Timestamp("2024-09-30").as_unit("s")})
    wide = {"material_amount": 1e9}
    alone = default_outcomes(packed, subjects, OBLIGOR_90.model_copy(update=wide))
    assert alone["outcome"].tolist() == [1, 0, 0]
    assert alone["contagion"].tolist() == [False, True, False]
    together = OBLIGOR_90.model_copy(update={**wide, "group_contagion": True})
    assert default_outcomes(packed, subjects, together)["outcome"].tolist() == [1, 1, 0]


def test_what_the_last_days_of_the_books_may_not_tell_yet_is_immature():
    # given books whose payments are booked up to four days later, and an invoice due on 1 February
    late = {"invoice_id": "2", "recorded_at": "2024-06-05T09:00:00Z"}
    rows = [payment("1", "2024-06-01", allocation_id=str(number), **late) for number in range(50)]
    items = [invoice(), invoice(invoice_id="2")]
    for until, horizon_days, expected in [
        ("2025-02-01", 0, "immature"), ("2025-02-04", 0, "immature"), ("2025-02-05", 0, 1),
        ("2025-03-03", 30, "immature"), ("2025-03-06", 30, "immature"), ("2025-03-07", 30, 1),
    ]:  # fmt: skip
        given = books(items, rows, until=until)
        assert told(given, horizon_days=horizon_days) == expected, until
    # whether it was paid or not: an early payment does not make it mature
    paid = payment("1000", "2025-01-20", recorded_at="2025-01-21T09:00:00Z", allocation_id="p")
    assert told(books(items, [*rows, paid], until="2025-02-04"), horizon_days=0) == "immature"
    assert told(books(items, [*rows, paid], until="2025-02-05"), horizon_days=0) == 0
