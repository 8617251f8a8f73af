"""Payment features once more, slowly and day by day, from what the catalog says."""

from __future__ import annotations

import math
from typing import Any

from features.columns import INVOICE_KINDS
from tests.features.oracle_arrears import arrears
from tests.features.oracle_books import NAN, Books, Row
from tests.features.oracle_due import due_dates
from tests.features.oracle_flows import sales, settlements
from tests.features.oracle_items import balance, disputed, disputed_amount, overdue, payable_of
from tests.features.oracle_statistics import mean, over

BUCKETS = {
    "not_due": (-math.inf, 0), "1_30": (1, 30), "31_60": (31, 60), "61_90": (61, 90), "91_120": (91, 120),
    "121_180": (121, 180), "over_180": (181, math.inf),
}  # fmt: skip


def payments(books: Books, buyer: str) -> dict[str, Any]:
    """Return the payment features of a buyer that are not missing."""
    items = items_of(books, {buyer})
    if not items:
        return {"has_payments": 0.0}
    payable = payable_of(items)
    values = sales(books, [item for item in payable if item["is_sale"]])
    values |= tenure(books, payable)
    values |= due_dates(books, payable)
    values |= settlements(books, payable)
    values |= balances(books, items, payable)
    values |= disputes(books, payable)
    values |= arrears(books, buyer, items)
    return values | _between(values)


def items_of(books: Books, buyers: set[str]) -> list[Row]:
    items = [item for item in books.items if item["buyer_id"] in buyers]
    return sorted(items, key=lambda item: (item["buyer_id"], item["invoice_id"] or "", item["instalment"]))


def tenure(books: Books, payable: list[Row]) -> dict[str, Any]:
    first = min((item["issued_on"] for item in payable), default=None)
    return {"tenure_days": (books.day - first).days if first else NAN}


def balances(books: Books, items: list[Row], payable: list[Row]) -> dict[str, Any]:
    """Return what is open now, by age, and what of it is overdue, disputed or lost."""
    today = books.day
    signed = [(i["currency"], INVOICE_KINDS[i["kind"]].sign * balance(i, today)) for i in items]
    credits = [(i["currency"], max(balance(i, today), 0)) for i in items if i not in payable]
    values = {
        "exposure": books.money(signed),
        "count_open": sum(balance(item, today) > 0 for item in payable),
        "unapplied_amount": books.money(credits),
        "disputed_amount": books.money([(i["currency"], disputed(i, today)) for i in payable]),
        "written_off_amount": books.money([(i["currency"], _written_off(i)) for i in payable]),
    }
    values |= _ageing(books, payable)
    ledger = books.money([(item["currency"], max(balance(item, today), 0)) for item in payable])
    values["unapplied_share"] = over(values["unapplied_amount"], ledger)
    values["disputed_share"] = over(values["disputed_amount"], ledger)
    return values | _overdue(books, payable, values["exposure"])


def _written_off(item: Row) -> int:
    return sum(row["amount_minor"] for row in item["bookings"] if row["kind"] == "write_off")


def _ageing(books: Books, payable: list[Row]) -> dict[str, Any]:
    values = {}
    for name, (youngest, oldest) in BUCKETS.items():
        mine = [item for item in payable if youngest <= (books.day - item["due_on"]).days <= oldest]
        parts = [(item["currency"], max(balance(item, books.day), 0)) for item in mine]
        values["open_not_due_amount" if name == "not_due" else f"open_{name}_amount"] = books.money(parts)
    return values


def _overdue(books: Books, payable: list[Row], exposure: Any) -> dict[str, Any]:
    late = [(item, overdue(item, books.day), (books.day - item["due_on"]).days) for item in payable]
    late = [(item, amount, days) for item, amount, days in late if amount > 0]

    def total(above: int) -> Any:
        return books.money([(item["currency"], amount) for item, amount, days in late if days > above])

    days = books.money([(item["currency"], amount * days) for item, amount, days in late])
    return {
        "overdue_amount": total(0),
        "overdue_share": _share_of_exposure(total(0), exposure),
        "overdue_over_30_share": _share_of_exposure(total(30), exposure),
        "overdue_over_90_share": _share_of_exposure(total(90), exposure),
        "count_overdue": len(late),
        "oldest_open_days_past_due": max([0, *(days for _, _, days in late)]),
        "mean_days_past_due_open": over(days, total(0)) if late else 0,
    }


def _share_of_exposure(part: Any, exposure: Any) -> Any:
    if part <= 0 or exposure <= 0:
        return 0.0
    return NAN if math.isnan(part) or math.isnan(exposure) else min(part / exposure, 1)


def disputes(books: Books, payable: list[Row]) -> dict[str, Any]:
    raised = [
        (item, row, (books.day - row["raised_on"]).days) for item in payable for row in item["disputes"]
    ]
    year = [(item, row) for item, row, days in raised if days < 365]
    amount = books.money([(item["currency"], disputed_amount(item, row)) for item, row in year])
    ends = [(row, min(row.get("resolved_on") or books.day, books.day)) for _, row in year]
    return {
        "count_disputes_all": len(raised),
        "count_disputes_365d": len(year),
        "count_disputes_90d": sum(days < 90 for _, _, days in raised),
        "share_disputed_amount_365d": amount,
        "mean_dispute_days_365d": mean([(end - row["raised_on"]).days for row, end in ends]),
        "share_disputes_after_due_365d": mean([row["raised_on"] > item["due_on"] for item, row in year]),
    }


def _between(values: dict[str, Any]) -> dict[str, Any]:
    """Return features that set others against each other."""

    def get(name: str) -> Any:
        return values.get(name, NAN)

    invoiced, recent = get("invoiced_amount_365d"), get("invoiced_amount_90d")
    growth = over(recent * 365, invoiced * 90)
    disputed_share = over(get("share_disputed_amount_365d"), invoiced)
    experience = (get("mean_days_late_all"), get("days_since_last_settlement"))
    return {
        "exposure_to_invoiced_365d": over(get("exposure"), invoiced),
        "exposure_to_high_credit_365d": over(get("exposure"), get("high_credit_365d")),
        "share_written_off_amount_all": over(get("written_off_amount"), get("invoiced_amount_all")),
        "change_mean_days_late_90d_365d": get("mean_days_late_90d") - get("mean_days_late_365d"),
        "change_invoiced_amount_90d_365d": math.log(growth) if growth > 0 else NAN,
        "disputes_per_invoice_365d": over(get("count_disputes_365d"), get("count_invoices_365d")),
        "share_disputed_amount_365d": min(disputed_share, 1) if disputed_share >= 0 else NAN,
        "has_payments": float(not all(math.isnan(value) for value in experience)),
    }
