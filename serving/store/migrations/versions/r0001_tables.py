"""The first tables."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from serving.store.types import Amount, Instant

revision = "0001"
down_revision = None

_KINDS: dict[str, Any] = {
    "text": sa.Text(),
    "date": sa.Date(),
    "instant": Instant(),
    "money": Amount(),
    "number": sa.Double(),
    "integer": sa.BigInteger(),
    "serial": sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
    "small": sa.Integer(),
    "flag": sa.Boolean(),
    "bytes": sa.LargeBinary(),
    "json": sa.JSON(),
}

_STAMPS = "loaded_at!:instant facts_seq!:integer history!:flag"

_LINE_ITEMS = """
    cash short_term_investments receivables notes_receivable inventory prepaid_expenses current_assets
    property_plant_equipment intangible_assets goodwill total_assets short_term_debt accounts_payable
    notes_payable contract_liabilities current_liabilities long_term_debt total_liabilities equity
    retained_earnings revenue cost_of_goods_sold gross_profit selling_general_administrative
    research_development operating_expenses depreciation_amortization ebitda ebit interest_expense
    pretax_income tax_expense net_income operating_cash_flow capital_expenditure dividends
    related_party_receivables guarantees_given market_value employees
"""

# Reason: a change of tables is frozen, so it repeats what `features.columns` said when it was made.
# A star marks the key, an exclamation mark what no row may lack.
_FACTS = {
    "buyers": """
        buyer_id*:text recorded_at*:instant name:text country:text industry:text industry_scheme:text
        size_class:text founded_on:date natural_person!:flag public_body!:flag group_id:text
        registration_scheme:text registration_id:text withdrawn!:flag
    """,
    "invoices": """
        invoice_id*:text instalment*:integer recorded_at*:instant buyer_id!:text issued_on!:date
        due_on!:date amount!:money currency!:text kind!:text entity:text withdrawn!:flag
    """,
    "allocations": """
        allocation_id*:text recorded_at*:instant invoice_id:text instalment!:integer buyer_id:text
        currency:text settled_on!:date amount!:money kind!:text receipt_id:text successor_id:text
        withdrawn!:flag
    """,
    "disputes": """
        dispute_id*:text recorded_at*:instant invoice_id!:text instalment!:integer raised_on!:date
        resolved_on:date amount:money reason:text withdrawn!:flag
    """,
    "statements": """
        buyer_id*:text period_end*:date months*:integer consolidated*:flag received_at*:instant
        currency!:text audited:flag source:text withdrawn!:flag
    """,
    "events": """
        event_id*:text recorded_at*:instant buyer_id!:text kind!:text occurred_on!:date withdrawn!:flag
    """,
    "limits": """
        limit_id*:text recorded_at*:instant buyer_id!:text kind!:text amount!:money currency!:text
        valid_from!:date valid_to:date withdrawn!:flag
    """,
    "securities": """
        security_id*:text recorded_at*:instant buyer_id!:text kind!:text amount!:money currency!:text
        share:number valid_from!:date valid_to:date withdrawn!:flag
    """,
    "orders": """
        order_id*:text recorded_at*:instant buyer_id!:text amount!:money currency!:text ordered_on!:date
        deliver_on:date state:text withdrawn!:flag
    """,
    "attributes": """
        buyer_id*:text name*:text recorded_at*:instant value!:text expires_on:date vendor:text
        version:text withdrawn!:flag
    """,
    "balances": """
        buyer_id*:text on_date*:date currency*:text recorded_at*:instant amount!:money withdrawn!:flag
    """,
    "fx": """
        currency*:text on_date*:date recorded_at*:instant rate!:number withdrawn!:flag
    """,
}

_OTHERS = {
    "ledger": """
        id*:small seller!:json facts_seq!:integer observed_from!:instant observed_until!:instant
        groups_seq!:integer
    """,
    "dossiers": "buyer_id*:text facts_seq!:integer body!:bytes",
    "shared": "name*:text facts_seq!:integer body!:bytes",
    "contexts": "month_end*:instant body!:bytes",
    "books": "month_end*:instant release_id*:text body!:bytes",
    "assessments": """
        assessment_id*:text buyer_id!:text as_of!:instant facts_seq!:integer created_at!:instant
        release_id!:text body!:bytes
    """,
    "published": """
        seq*:serial buyer_id!:text grade:text computed_grade:text amount:money currency:text reviewed_on:date
        valid_until:date grade_code:text limit_code:text assessment_id:text created_at!:instant by!:text
    """,
    "order_checks": """
        order_id*:text buyer_id!:text state!:text amount!:money currency!:text reserved!:money
        expires_at:instant decision!:bytes request_hash!:text facts_seq!:integer created_at!:instant
        updated_at!:instant seq!:integer
    """,
    "api_keys": """
        key_id*:text name!:text hash!:text scopes!:json rate_per_minute:small created_at!:instant
        expires_at:instant revoked_at:instant last_used_on:date
    """,
    "outbox": """
        id*:serial kind!:text body!:bytes created_at!:instant attempts!:small next_at:instant
        delivered_at:instant
    """,
    "workers": "worker_id*:text host!:text pid!:small state!:json seen_at!:instant",
}

_INDEXES = """
    invoices.buyer_id allocations.invoice_id allocations.buyer_id allocations.successor_id disputes.invoice_id
    events.buyer_id limits.buyer_id securities.buyer_id orders.buyer_id
    assessments.buyer_id published.buyer_id,seq published.created_at order_checks.buyer_id
    order_checks.state,seq outbox.next_at
"""


def upgrade() -> None:
    """Make the tables."""
    for name, columns in _FACTS.items():
        items = " ".join(f"{item}:number" for item in _LINE_ITEMS.split()) if name == "statements" else ""
        _create(name, f"{columns} {items} {_STAMPS}")
    for name, columns in _OTHERS.items():
        _create(name, columns)
    for index in _INDEXES.split():
        name, _, columns = index.partition(".")
        names = columns.split(",")
        op.create_index(f"ix_{name}_{names[0]}", name, names)


def _create(name: str, columns: str) -> None:
    made = [_column(word) for word in columns.split()]
    key = [column.name for column in made if column.primary_key]
    for column in made:
        column.primary_key = False
    op.create_table(name, *made, sa.PrimaryKeyConstraint(*key, name=f"pk_{name}"))


def _column(word: str) -> sa.Column:
    marked, _, kind = word.partition(":")
    name = marked.rstrip("*!")
    is_counted = name == "attempts"
    return sa.Column(
        name,
        _KINDS[kind],
        primary_key=marked.endswith("*"),
        autoincrement=kind == "serial",
        nullable=marked == name,
        server_default=sa.text("0") if is_counted else None,
    )
