"""A buyer against its industry and the whole book, worked out by hand."""

from __future__ import annotations

from tests.features.cases.making import NAN, Case, Row, item, paid


def _peer(number: int) -> dict[str, list[Row]]:
    name = f"P{number}"
    return {
        "buyers": [{"buyer_id": name, "industry": "C28", "industry_scheme": "ISIC"}],
        "invoices": [item(name, "2026-02-01", "2026-03-01", 100, buyer_id=name)],
        "allocations": [paid(name, f"2026-03-{1 + 5 * number:02d}", 100)],
    }


def _with_peers(count: int) -> dict[str, list[Row]]:
    """Peers pay 0, 5, 10, ... days late; buyer A of another industry pays five times as much 30 days late."""
    other = {
        "buyers": [{"buyer_id": "A", "industry": "96", "industry_scheme": "ISIC"}],
        "invoices": [item("A", "2026-02-01", "2026-03-01", 500)],
        "allocations": [paid("A", "2026-03-31", 500)],
    }
    peers = [_peer(number) for number in range(count)]
    return {table: [row for each in (other, *peers) for row in each[table]] for table in other}


_LATER = "2026-04-15 12:00:00"

PEERS = Case(
    _with_peers(5),
    {
        "industry_share_late_amount_90d": 0.8,
        "industry_mean_days_late_settled_90d": 10,
        "mean_days_late_vs_industry_90d": 10,
        "book_mean_days_late_settled_90d": 20,
        "mean_days_late_vs_book_90d": 0,
    },
    _LATER,
    "P4",
)

ALONE = Case(
    _with_peers(5),
    {
        "industry_share_late_amount_90d": NAN,
        "mean_days_late_vs_industry_90d": NAN,
        "mean_days_late_vs_book_90d": 10,
    },
    _LATER,
)

FEW_PEERS = Case(_with_peers(4), {"industry_share_late_amount_90d": NAN}, _LATER, "P3")
