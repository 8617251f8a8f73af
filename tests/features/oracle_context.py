"""Figures across buyers once more: the whole book and the buyer's industry at the last month end."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from features.portfolio import Portfolio
from tests.features.oracle_books import NAN, Books, Row
from tests.features.oracle_due import shares
from tests.features.oracle_flows import paid_in
from tests.features.oracle_items import Lateness, paid_rows, payable_of

FEWEST = 5
# Read off the classifications by hand for the codes that the random ledgers draw.
SECTIONS = {
    ("ISIC", "C28"): 3, ("NACE", "C28"): 3, ("SIC", "C28"): 3, ("GB/T 4754", "C28"): 3,
    ("ISIC", "4711"): 7, ("NACE", "4711"): 7, ("SIC", "4711"): 8, ("GB/T 4754", "4711"): 6,
    ("ISIC", "96"): 19, ("NACE", "96"): 19, ("SIC", "96"): 15, ("GB/T 4754", "96"): 15,
}  # fmt: skip


def context(portfolio: Portfolio, subject: Row, history: dict[str, Any]) -> dict[str, Any]:
    """Return the figures of the book and of the industry; `history` are the buyer's payment features."""
    end = month_end_before(portfolio, subject["as_of"])
    if end is None:
        return {}
    then = Books(portfolio, end)
    own_days = history.get("mean_days_late_settled_90d", NAN)
    book = figures(then, {item["buyer_id"] for item in then.items})
    section = sections(Books(portfolio, subject["as_of"])).get(subject["buyer_id"])
    peers = {buyer for buyer, its in sections(then).items() if its == section and section is not None}
    owing = {each.item["buyer_id"] for each in due_lately(then, peers)}
    industry = figures(then, peers) if len(owing) >= FEWEST else {}
    names = ("share_late_amount_90d", "share_late_30_amount_90d", "mean_days_late_settled_90d")
    return {
        **{f"book_{name}": book.get(name, NAN) for name in names},
        **{f"industry_{name}": industry.get(name, NAN) for name in (names[0], names[2])},
        "mean_days_late_vs_book_90d": own_days - book.get(names[2], NAN),
        "mean_days_late_vs_industry_90d": own_days - industry.get(names[2], NAN),
    }


def figures(books: Books, buyers: set[str]) -> dict[str, Any]:
    """Return lateness of 90 days over all items of some buyers."""
    paid = [
        (item, row)
        for item in payable_of(books.items)
        for row in paid_rows(item)
        if item["buyer_id"] in buyers
        and row["amount_minor"] > 0
        and (books.day - row["settled_on"]).days < 90
    ]
    return shares(books, "90d", due_lately(books, buyers)) | paid_in(books, "90d", paid)


def due_lately(books: Books, buyers: set[str]) -> list[Lateness]:
    """Return items of some buyers that fell due within 90 days and can be late."""
    payable = [item for item in payable_of(books.items) if item["buyer_id"] in buyers]
    late = [Lateness(item, books.day) for item in payable if 0 <= (books.day - item["due_on"]).days < 90]
    return [each for each in late if each.base > 0]


def month_end_before(portfolio: Portfolio, as_of: datetime) -> datetime | None:
    zone = ZoneInfo(portfolio.seller.timezone)
    local = as_of.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).date()
    for months_back in range(3):
        year, number = divmod(local.year * 12 + local.month - 1 - months_back, 12)
        last = date(year, number + 1, monthrange(year, number + 1)[1])
        midnight = datetime.combine(last + timedelta(days=1), time(), zone)
        end = midnight.astimezone(ZoneInfo("UTC")).replace(tzinfo=None) - timedelta(seconds=1)
        if end < as_of:
            return None if end < portfolio.observed_from.to_pydatetime() else end
    raise AssertionError("a month end lies within the last two months")


def sections(books: Books) -> dict[str, int | None]:
    """Return the ISIC section of each buyer that has one."""
    rows = books.rows("buyers")
    return {row["buyer_id"]: SECTIONS.get((row.get("industry_scheme"), row.get("industry"))) for row in rows}
