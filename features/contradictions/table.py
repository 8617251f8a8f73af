"""The table of checks: facts that are well-formed and cannot all be true."""

from __future__ import annotations

from functools import partial

from features.columns import TABLES
from features.contradictions import accounts, dates, identities, ledger, records
from features.contradictions.books import MAX_DAYS_AHEAD
from features.contradictions.entry import Check

__all__ = ["CHECKS"]

_LEDGER = (
    Check(
        "settled_before_issue", "allocations", "settled_on", "error",
        "settled_on on or after the issue of the invoice", "an earlier date",
        "correct the dates; book money that came first without invoice_id and match it in a later version",
        "it counts from the issue on, as paid early: days late are below what the terms allow",
        ledger.settled_before_issue, "book_as_prepayment",
        needs=("invoices", "allocations.invoice_id"),
    ),
    Check(
        "closed_above_amount", "allocations", "amount", "error",
        "allocations that close an invoice by at most its amount", "more than that",
        "correct the amounts; book what a buyer paid too much without an invoice_id",
        "the invoice counts as paid in full; what is too much lowers the exposure",
        ledger.closed_above_amount, "undo_excess",
        needs=("invoices", "allocations.invoice_id"),
    ),
    Check(
        "written_off_and_paid", "allocations", "amount", "error",
        "a write-off of what stays unpaid", "a write-off and full payment of one invoice",
        "take the write-off back, or book the money as a recovery",
        "it counts as paid and as a credit loss; what is too much lowers the exposure",
        ledger.written_off_and_paid, "undo_excess",
        needs=("invoices", "allocations.invoice_id"),
    ),
    Check(
        "credit_used_above_amount", "allocations", "amount", "error",
        "a credit memo or prepayment that is used for at most its amount", "more than that",
        "correct the amounts, or load the credit that is not there",
        "what is too much raises the exposure",
        ledger.credit_used_above_amount, "undo_excess",
        needs=("invoices", "allocations.invoice_id"),
    ),
    Check(
        "due_long_after_issue", "invoices", "due_on", "error",
        f"due_on at most {ledger.MAX_TERMS_YEARS} years after issued_on", "a later date",
        "correct the date",
        "the invoice stays not due, so that it never looks late",
        ledger.due_long_after_issue, "set_aside",
    ),
    Check(
        "settles_cancelled_invoice", "allocations", "invoice_id", "notice",
        "an invoice in force", "one that was taken back",
        "match the money with another invoice, or take the allocation back too",
        "it counts while the invoice was in force and not afterwards",
        ledger.settles_cancelled_invoice,
        needs=("invoices",),
    ),
    Check(
        "disputed_before_issue", "disputes", "raised_on", "notice",
        "raised_on on or after the issue of the invoice", "an earlier date",
        "correct the date, or leave it where the order was disputed",
        "it counts from the day on which it was raised",
        ledger.disputed_before_issue,
        needs=("invoices",),
    ),
    Check(
        "duplicate_invoice", "invoices", "invoice_id", "notice",
        "one invoice of one buyer, issue date, amount and currency", "another one under another id",
        "ask whether goods were delivered twice; take the copy back if not",
        "each counts",
        ledger.duplicate_invoices,
    ),
)  # fmt: skip

_ACCOUNTS = (
    Check(
        "broken_identity", "statements", "total_assets", "error",
        "total assets equal to total liabilities and equity within 0.5 %", "a larger difference",
        "ask for the accounts again; equity includes minority interests",
        "every ratio is taken from the figures as they are",
        accounts.broken_identity, "set_aside",
        needs=("statements.total_liabilities", "statements.equity"),
    ),
    Check(
        "current_above_total_assets", "statements", "current_assets", "error",
        "current assets of at most the total assets", "more",
        "ask for the accounts again",
        "every ratio is taken from the figures as they are",
        partial(accounts.more_current_than_total, current="current_assets", total="total_assets"),
        "set_aside",
        needs=("statements.total_assets",),
    ),
    Check(
        "current_above_total_liabilities", "statements", "current_liabilities", "error",
        "current liabilities of at most the total liabilities", "more",
        "ask for the accounts again",
        "every ratio is taken from the figures as they are",
        partial(accounts.more_current_than_total, current="current_liabilities", total="total_liabilities"),
        "set_aside",
        needs=("statements.total_liabilities",),
    ),
    Check(
        "unit_jump", "statements", "period_end", "error",
        "total assets and revenue in the unit of the year before",
        "about a thousand or ten thousand times as much, or as little",
        "correct the unit of this statement or of the one before in the mapping",
        "size is wrong, and so are growth and turnover against the year before",
        accounts.unit_jump, "set_aside",
    ),
    Check(
        "two_statements_for_one_period", "statements", "months", "error",
        "statements to one day that agree: one balance sheet, one currency, more revenue in more months",
        "ones that do not",
        "keep the right one; take the other back",
        "the one over more months counts",
        accounts.two_statements_for_one_period, "set_aside",
    ),
    Check(
        "negative_total_assets", "statements", "total_assets", "error",
        "total assets not below 0", "less",
        "ask for the accounts again",
        "ratios to total assets are missing",
        partial(accounts.negative_figure, name="total_assets"), "set_aside",
    ),
    Check(
        "negative_revenue", "statements", "revenue", "error",
        "revenue not below 0", "less",
        "ask for the accounts again",
        "ratios to revenue are missing",
        partial(accounts.negative_figure, name="revenue"), "clear_figure",
    ),
    Check(
        "odd_months", "statements", "months", "error",
        f"a period of 1 to {accounts.MAX_MONTHS} months", "another one",
        "correct the months; days are no months",
        "figures of the period are taken to a year by this number of months",
        accounts.odd_months, "set_aside",
    ),
)  # fmt: skip

_RECORDS = (
    Check(
        "overlapping_limits", "limits", "valid_from", "notice",
        "one limit of a kind at a time", "another one in force",
        "end the earlier limit with valid_to, or leave both if they add up",
        "limits in force at one time are added",
        records.overlapping_limits,
    ),
    Check(
        "delivered_before_ordered", "orders", "deliver_on", "notice",
        "deliver_on on or after ordered_on", "an earlier date",
        "correct the dates",
        "no feature reads it",
        records.delivered_before_ordered,
    ),
    Check(
        "share_above_one", "securities", "share", "error",
        "a share of at most 1", "a larger one (80 for 80 %)",
        "write 0.8 for 80 %",
        "no feature reads it",
        records.share_above_one, "set_aside",
    ),
)  # fmt: skip

_IDENTITIES = (
    Check(
        "impossible_registration_id", "buyers", "registration_id", "notice",
        "a number with the form and the check digits of its registration_scheme", "one that cannot exist",
        "correct it from the register; leading zeros and letters are what exports lose",
        "no feature reads it; duplicates are not found by it",
        identities.impossible_ids,
    ),
    Check(
        "shared_registration_id", "buyers", "registration_id", "notice",
        "one buyer of a registration number", "another one with the same valid number",
        "see `credence data duplicates`: one company under two ids has two halves of a history",
        "each counts alone: exposure and arrears are split between them",
        identities.shared_ids,
    ),
    Check(
        "unmarked_natural_person", "buyers", "registration_id", "notice",
        "natural_person true where the code is a sole trader's (USCC 92)", "false",
        "set natural_person: rules for automated decisions on persons apply to this buyer",
        "the flag counts as it stands",
        identities.unmarked_natural_persons,
    ),
)  # fmt: skip

_DATED = ("invoices", "allocations", "disputes", "statements", "events", "orders")
_WITH_BUYER = tuple(
    name
    for name, table in TABLES.items()
    if name != "buyers" and any(column.name == "buyer_id" for column in table.columns)
)
_WITH_CURRENCY = ("invoices", "statements", "limits", "securities", "orders")


def _far_ahead(table: str) -> Check:
    return Check(
        "dated_far_ahead", table, TABLES[table].event_date, "error",
        f"a date at most {MAX_DAYS_AHEAD} days after the end of the books", "a later date",
        "correct the date",
        "it counts from that day on, so never",
        partial(dates.dated_far_ahead, table=table), "set_aside",
    )  # fmt: skip


def _too_early(table: str) -> Check:
    is_ledger = table in ("invoices", "allocations", "disputes")
    return Check(
        "dated_before_1990", table, TABLES[table].event_date, "error" if is_ledger else "notice",
        "a date since 1990", "an earlier one",
        "correct the date: 1900-01-01 and 1970-01-01 are what some systems write for none",
        "it counts as that old: an invoice as overdue for decades",
        partial(dates.dated_too_early, table=table), "set_aside" if is_ledger else "keep",
    )  # fmt: skip


def _known_far_ahead(table: str) -> Check:
    return Check(
        "known_far_ahead", table, TABLES[table].knowledge, "error",
        f"a knowledge time at most {MAX_DAYS_AHEAD} days after the end of the books", "a later one",
        "correct the knowledge time",
        "the fact is not known in time to count",
        partial(dates.known_far_ahead, table=table), "set_aside",
    )  # fmt: skip


def _known_later(table: str) -> Check:
    return Check(
        "known_after_the_end", table, TABLES[table].knowledge, "notice",
        "a knowledge time up to the end of the books", "a later one",
        "move observed_until in portfolio.toml if the books are complete up to then",
        "it does not count up to the end of the books",
        partial(dates.known_later, table=table),
    )  # fmt: skip


def _known_too_early(table: str) -> Check:
    return Check(
        "known_before_it_happened", table, TABLES[table].knowledge, "notice",
        f"a knowledge time not before {TABLES[table].event_date}", "one more than a day earlier",
        "see whether the source fills the knowledge time with another date",
        "it counts from its date on",
        partial(dates.known_too_early, table=table),
    )  # fmt: skip


def _unknown_buyer(table: str) -> Check:
    return Check(
        "buyer_unknown", table, "buyer_id", "notice",
        "a buyer of the table 'buyers'", "one that it lacks",
        "load the buyer's master data",
        "country, industry and size of the buyer are missing",
        partial(records.unknown_buyers, table=table), needs=("buyers",),
    )  # fmt: skip


def _no_rate(table: str) -> Check:
    return Check(
        "no_rate_known", table, "currency", "notice",
        "a rate of the currency known at that time", "none",
        "load rates from the first day of the books on",
        "sums in the reporting currency are missing until a rate is known",
        partial(records.without_rate, table=table),
    )  # fmt: skip


CHECKS: tuple[Check, ...] = (
    *map(_far_ahead, _DATED),
    *map(_known_far_ahead, TABLES),
    *map(_too_early, _DATED),
    *_LEDGER,
    *_ACCOUNTS,
    *_RECORDS,
    *_IDENTITIES,
    *map(_known_later, TABLES),
    *map(_known_too_early, _DATED),
    *map(_unknown_buyer, _WITH_BUYER),
    *map(_no_rate, _WITH_CURRENCY),
)
"""Every check, in the order in which they are told and repaired."""
