"""The tables of a portfolio as data: columns, keys, kinds and what each kind means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "ALLOCATION_KINDS",
    "INVOICE_KINDS",
    "LINE_ITEMS",
    "TABLES",
    "AllocationKind",
    "Column",
    "InvoiceKind",
    "Kind",
    "Table",
]

Kind = Literal["text", "date", "instant", "money", "number", "integer", "flag", "currency", "country"]


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    name : str
        Name in files. In memory a money column is called ``<name>_minor``: int64 minor units.
    kind : Kind
        How its text is read and how it is held in memory.
    required : bool
        A file must have it, and no row may lack it.
    default : str, int, bool or None
        Value of rows (or files) that lack it; None leaves it missing.
    choices : tuple of str
        The only legal values; empty means free.
    sign : {"positive", "not_negative", "not_zero", "any"}
        Which numbers are legal.
    """

    name: str
    kind: Kind = "text"
    required: bool = False
    default: str | int | bool | None = None
    choices: tuple[str, ...] = ()
    sign: Literal["positive", "not_negative", "not_zero", "any"] = "any"

    @property
    def stored_as(self) -> str:
        """Name in memory, with the unit of money in it."""
        return f"{self.name}_minor" if self.kind == "money" else self.name


@dataclass(frozen=True)
class Table:
    """A table of a portfolio.

    Parameters
    ----------
    name : str
        Name of the table and of its file.
    columns : tuple of Column
        All columns that it may have, but for those that every table may carry.
    key : tuple of str
        Columns that name one fact; rows with one key and different knowledge times are its versions.
    event_date : str
        The date of the fact, from which a missing ``recorded_at`` is taken.
    knowledge : str
        The column with the knowledge time: ``recorded_at``, ``received_at`` for statements.
    derived_key : str
        The key column that is made from a row's content where the file does not give it; empty for none.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    event_date: str
    knowledge: str = "recorded_at"
    derived_key: str = ""

    def column(self, name: str) -> Column:
        """Return the column called `name` in files (KeyError where there is none)."""
        return {column.name: column for column in self.columns}[name]

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns that a file must have."""
        return tuple(column.name for column in self.columns if column.required)


@dataclass(frozen=True)
class InvoiceKind:
    """What a kind of invoice does to the balance: +1 owes, -1 is owed back; what is payable can be late."""

    sign: int
    is_payable: bool


INVOICE_KINDS: dict[str, InvoiceKind] = {
    "invoice": InvoiceKind(1, True),
    "debit_note": InvoiceKind(1, True),
    "bill": InvoiceKind(1, True),
    "credit_memo": InvoiceKind(-1, False),
    "prepayment": InvoiceKind(-1, False),
}


@dataclass(frozen=True)
class AllocationKind:
    """What an allocation's kind means; label, features, exposure and reconciliation all ask this table.

    Parameters
    ----------
    closes : bool
        It reduces the open balance of the item.
    counts_as_paid : bool
        For lateness this part was paid on ``settled_on``.
    dilutes : bool
        This part is neither on time nor late.
    is_cash : bool
        Money came in.
    loss_sign : int
        1 a credit loss, -1 reduces one, 0 neither.
    follows_successor : bool
        Lateness and exposure of this part go on in the item named by ``successor_id``.
    """

    closes: bool
    counts_as_paid: bool = False
    dilutes: bool = False
    is_cash: bool = False
    loss_sign: int = 0
    follows_successor: bool = False


ALLOCATION_KINDS: dict[str, AllocationKind] = {
    "payment": AllocationKind(True, counts_as_paid=True, is_cash=True),
    "set_off": AllocationKind(True, counts_as_paid=True),
    "withholding_tax": AllocationKind(True, counts_as_paid=True),
    "bank_fee": AllocationKind(True, counts_as_paid=True),
    "fx": AllocationKind(True, counts_as_paid=True),
    "discount": AllocationKind(True, counts_as_paid=True),
    "credit_note": AllocationKind(True, dilutes=True),
    "return": AllocationKind(True, dilutes=True),
    "rebate": AllocationKind(True, dilutes=True),
    "bill": AllocationKind(False, follows_successor=True),
    "write_off": AllocationKind(True, loss_sign=1),
    "recovery": AllocationKind(False, is_cash=True, loss_sign=-1),
    "transfer": AllocationKind(True, follows_successor=True),
}

LINE_ITEMS: tuple[str, ...] = tuple(
    """cash short_term_investments receivables notes_receivable inventory prepaid_expenses current_assets
    property_plant_equipment intangible_assets goodwill total_assets short_term_debt accounts_payable
    notes_payable contract_liabilities current_liabilities long_term_debt total_liabilities equity
    retained_earnings revenue cost_of_goods_sold gross_profit selling_general_administrative
    research_development operating_expenses depreciation_amortization ebitda ebit interest_expense
    pretax_income tax_expense net_income operating_cash_flow capital_expenditure dividends
    related_party_receivables guarantees_given market_value employees""".split()
)
"""Line items of statements, float64, in units of the statement's currency."""

_RECORDED = (Column("recorded_at", "instant"), Column("withdrawn", "flag", default=False))
_WITHDRAWN = (Column("withdrawn", "flag", default=False),)
_AMOUNT = Column("amount", "money", required=True, sign="positive")
_CURRENCY = Column("currency", "currency", required=True)
_BUYER = Column("buyer_id", required=True)
_VALID = (Column("valid_from", "date", required=True), Column("valid_to", "date"))


def _table(
    name: str,
    key: str,
    event_date: str,
    *columns: Column,
    knowledge: str = "recorded_at",
    derived_key: str = "",
) -> Table:
    has_knowledge = any(column.name == knowledge for column in columns)
    every = _WITHDRAWN if has_knowledge else _RECORDED
    return Table(name, (*columns, *every), tuple(key.split()), event_date, knowledge, derived_key)


_ALL = (
    _table(
        "buyers",
        "buyer_id",
        "",
        _BUYER,
        Column("name"),
        Column("country", "country"),
        Column("industry"),
        Column("industry_scheme", choices=("ISIC", "NACE", "SIC", "GB/T 4754")),
        Column("size_class"),
        Column("founded_on", "date"),
        Column("natural_person", "flag", default=False),
        Column("public_body", "flag", default=False),
        Column("group_id"),
        Column("registration_scheme"),
        Column("registration_id"),
    ),
    _table(
        "invoices",
        "invoice_id instalment",
        "issued_on",
        Column("invoice_id", required=True),
        Column("instalment", "integer", default=1, sign="positive"),
        _BUYER,
        Column("issued_on", "date", required=True),
        Column("due_on", "date", required=True),
        _AMOUNT,
        _CURRENCY,
        Column("kind", default="invoice", choices=tuple(INVOICE_KINDS)),
        Column("entity"),
    ),
    _table(
        "allocations",
        "allocation_id",
        "settled_on",
        Column("allocation_id"),
        Column("invoice_id"),
        Column("instalment", "integer", default=1, sign="positive"),
        Column("buyer_id"),
        Column("currency", "currency"),
        Column("settled_on", "date", required=True),
        Column("amount", "money", required=True, sign="not_zero"),
        Column("kind", required=True, choices=tuple(ALLOCATION_KINDS)),
        Column("receipt_id"),
        Column("successor_id"),
        derived_key="allocation_id",
    ),
    _table(
        "disputes",
        "dispute_id",
        "raised_on",
        Column("dispute_id"),
        Column("invoice_id", required=True),
        Column("instalment", "integer", default=1, sign="positive"),
        Column("raised_on", "date", required=True),
        Column("resolved_on", "date"),
        Column("amount", "money", sign="positive"),
        Column("reason"),
        derived_key="dispute_id",
    ),
    _table(
        "statements",
        "buyer_id period_end months consolidated",
        "period_end",
        _BUYER,
        Column("period_end", "date", required=True),
        Column("months", "integer", default=12, sign="positive"),
        Column("consolidated", "flag", default=False),
        _CURRENCY,
        Column("received_at", "instant"),
        Column("audited", "flag"),
        Column("source"),
        *(Column(item, "number") for item in LINE_ITEMS),
        knowledge="received_at",
    ),
    _table(
        "events",
        "event_id",
        "occurred_on",
        Column("event_id"),
        _BUYER,
        Column("kind", required=True),
        Column("occurred_on", "date", required=True),
        derived_key="event_id",
    ),
    _table(
        "limits",
        "limit_id",
        "valid_from",
        Column("limit_id"),
        _BUYER,
        Column("kind", required=True, choices=("own", "insured", "bank")),
        Column("amount", "money", required=True, sign="not_negative"),
        _CURRENCY,
        *_VALID,
        derived_key="limit_id",
    ),
    _table(
        "securities",
        "security_id",
        "valid_from",
        Column("security_id"),
        _BUYER,
        Column(
            "kind",
            required=True,
            choices=("guarantee", "deposit", "bank_guarantee", "retention_of_title", "credit_insurance"),
        ),
        _AMOUNT,
        _CURRENCY,
        Column("share", "number", sign="not_negative"),
        *_VALID,
        derived_key="security_id",
    ),
    _table(
        "orders",
        "order_id",
        "ordered_on",
        Column("order_id", required=True),
        _BUYER,
        _AMOUNT,
        _CURRENCY,
        Column("ordered_on", "date", required=True),
        Column("deliver_on", "date"),
        Column("state"),
    ),
    _table(
        "attributes",
        "buyer_id name",
        "",
        _BUYER,
        Column("name", required=True),
        Column("value", required=True),
        Column("expires_on", "date"),
        Column("vendor"),
        Column("version"),
        Column("recorded_at", "instant", required=True),
    ),
    _table(
        "balances",
        "buyer_id on_date currency",
        "on_date",
        _BUYER,
        Column("on_date", "date", required=True),
        _CURRENCY,
        Column("amount", "money", required=True),
    ),
    _table(
        "fx",
        "currency on_date",
        "on_date",
        _CURRENCY,
        Column("on_date", "date", required=True),
        Column("rate", "number", required=True, sign="positive"),
    ),
)

TABLES: dict[str, Table] = {table.name: table for table in _ALL}
"""Every table of a portfolio by name, in the order in which they are read and checked."""
