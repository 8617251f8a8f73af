"""The ``[[table]]`` blocks of a proposed mapping, one writer for each kind of rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from features.sources.detection.kinds import period_of, statement_items
from features.sources.detection.toml import one_line, quoted

if TYPE_CHECKING:
    from features.sources.detection.proposal import Proposal

__all__ = ["blocks_of"]

_FILL_IN = '{ value = "FILL IN" }'


def blocks_of(proposal: Proposal) -> list[str]:
    """Return the lines of all tables and of the control of a proposal."""
    return _WRITERS[proposal.table](proposal)


def _line(proposal: Proposal, target: str, role: str, stand_in: str = "", sign: str = "") -> list[str]:
    """Return the line of a column, with the figure that says how sure it is."""
    guess = proposal.guesses.get(role)
    if guess is None:
        return [f"{target} = {stand_in}  # no column found"] if stand_in else []
    parts = [f"from = {quoted(guess.column)}"]
    if guess.column in proposal.formats and role in ("issued_on", "due_on", "settled_on", "recorded_at"):
        parts.append(f"format = {quoted(proposal.formats[guess.column])}")
    if role == "currency" and proposal.currencies:
        parts.append(f"map = {quoted(proposal.currencies)}")
        parts.append('default = "XXX"')
    if sign:
        parts.append(f"sign = {quoted(sign)}")
    rule = quoted(guess.column) if len(parts) == 1 else f"{{ {', '.join(parts)} }}"
    return [f"{target} = {rule}  # {guess.confidence:.0%} sure: {one_line(', '.join(guess.reasons))}"]


def _buyers(proposal: Proposal) -> list[str]:
    if not {"name", "buyer_id"} <= set(proposal.guesses):
        return []
    head = ["", "[[table]]", 'name = "buyers"', 'keep = "first"']
    buyer, name = _line(proposal, "buyer_id", "buyer_id"), _line(proposal, "name", "name")
    return [*head, "[table.columns]", *buyer, *name]


def _only_buyers(proposal: Proposal) -> list[str]:
    role = "buyer_id" if "buyer_id" in proposal.guesses else "name"
    lines = ["", "[[table]]", 'name = "buyers"', 'keep = "first"', "[table.columns]"]
    lines += _line(proposal, "buyer_id", role)
    return lines + (_line(proposal, "name", "name") if role == "buyer_id" else [])


def _conditions(proposal: Proposal, comparison: str, words: str = "", without: tuple[str, ...] = ()) -> str:
    """Return `when` for the sign of the amount and the words of the type."""
    found = proposal.varieties.words
    parts = []
    if "amount" in proposal.guesses and comparison:
        parts.append(f"{{ from = {quoted(proposal.guesses['amount'].column)}, {comparison} = 0 }}")
    excluded = [word for name in without for word in found.get(name, [])]
    if words or excluded:
        test = f"in = {quoted(found[words])}" if words else f"not_in = {quoted(excluded)}"
        parts.append(f"{{ from = {quoted(proposal.guesses['kind'].column)}, {test} }}")
    return f"when = [{', '.join(parts)}]" if len(parts) > 1 else f"when = {parts[0]}" if parts else ""


def _invoices(proposal: Proposal) -> list[str]:
    varieties = proposal.varieties
    others = ("credit_memo", "prepayment", "payment")
    lines = _buyers(proposal) + _items(proposal, _conditions(proposal, "more_than", without=others))
    if varieties.negative:
        when = _conditions(proposal, "less_than", without=("prepayment", "payment"))
        lines += _items(proposal, when, "credit_memo")
    for kind in ("credit_memo", "prepayment"):
        if kind in varieties.words:
            comparison = "more_than" if kind == "credit_memo" else ""
            lines += _items(proposal, _conditions(proposal, comparison, words=kind), kind)
    return lines + _settled(proposal) + _control(proposal)


def _items(proposal: Proposal, when: str, kind: str = "") -> list[str]:
    lines = ["", "[[table]]", 'name = "invoices"', *([when] if when else []), "[table.columns]"]
    known = [
        proposal.guesses[role].column
        for role in ("invoice_id", "issued_on", "due_on", "buyer_id", "amount")
        if role in proposal.guesses
    ]
    issued = next(
        (role for role in ("issued_on", "recorded_at", "due_on") if role in proposal.guesses), "issued_on"
    )
    lines += _line(proposal, "invoice_id", "invoice_id", f"{{ key_of = {quoted(known or ['FILL IN'])} }}")
    buyer = "name" if "buyer_id" not in proposal.guesses and "name" in proposal.guesses else "buyer_id"
    lines += _line(proposal, "buyer_id", buyer, _FILL_IN)
    lines += _line(proposal, "issued_on", issued, _FILL_IN)
    if kind:
        lines.append('due_on = { same_as = "issued_on" }')
    else:
        lines += _line(proposal, "due_on", "due_on", '{ same_as = "issued_on", plus_days = 30 }')
    lines += _line(proposal, "amount", "amount", _FILL_IN, "absolute" if kind else "")
    lines += _line(proposal, "currency", "currency", '{ value = "XXX" }')
    lines += [f"kind = {{ value = {quoted(kind)} }}"] if kind else []
    return lines + _line(proposal, "recorded_at", "recorded_at")


def _settled(proposal: Proposal) -> list[str]:
    """Return the payments that rows of invoices carry, and what closed the credit memos among them."""
    if not {"settled_on", "amount", "invoice_id"} <= set(proposal.guesses):
        return []
    settled = f"{{ from = {quoted(proposal.guesses['settled_on'].column)}, filled = true }}"
    paid = "paid" if "paid" in proposal.guesses else "amount"
    signs = [("more_than", "payment", "")]
    signs += [("less_than", "set_off", "absolute")] if proposal.varieties.negative else []
    lines: list[str] = []
    for comparison, kind, sign in signs:
        without = ("credit_memo", "prepayment", "payment") if kind == "payment" else ("prepayment", "payment")
        rest = _conditions(proposal, comparison, without=without).removeprefix("when = ").strip("[]")
        lines += ["", "[[table]]", 'name = "allocations"', f"when = [{settled}, {rest}]", "[table.columns]"]
        lines += _line(proposal, "invoice_id", "invoice_id") + _line(proposal, "settled_on", "settled_on")
        lines += [*_line(proposal, "amount", paid, sign=sign), f"kind = {{ value = {quoted(kind)} }}"]
    return lines


def _control(proposal: Proposal) -> list[str]:
    if "open_amount" not in proposal.guesses:
        return []
    sign = "absolute" if proposal.varieties.negative else ""
    return ["", "[control]", *_line(proposal, "open_amount", "open_amount", sign=sign)]


def _allocations(proposal: Proposal) -> list[str]:
    """Return payments; without the invoice that they pay they are a buyer's money on account."""
    lines = ["", "[[table]]", 'name = "allocations"', "[table.columns]"]
    if "invoice_id" in proposal.guesses:
        lines += _line(proposal, "invoice_id", "invoice_id")
    else:
        role = "name" if "buyer_id" not in proposal.guesses and "name" in proposal.guesses else "buyer_id"
        lines += _line(proposal, "buyer_id", role, _FILL_IN)
        lines += _line(proposal, "currency", "currency", '{ value = "XXX" }')
    lines += _line(proposal, "settled_on", "settled_on", _FILL_IN)
    lines += _line(proposal, "amount", "paid" if "paid" in proposal.guesses else "amount", _FILL_IN)
    lines += ['kind = { value = "payment" }', *_line(proposal, "receipt_id", "receipt_id")]
    return lines + _line(proposal, "recorded_at", "recorded_at")


def _statements(proposal: Proposal) -> list[str]:
    lines = ["", "[[table]]", 'name = "statements"', "[table.columns]"]
    role = "name" if "buyer_id" not in proposal.guesses and "name" in proposal.guesses else "buyer_id"
    lines += _line(proposal, "buyer_id", role, _FILL_IN)
    period = period_of(proposal.columns)
    if period and period in proposal.formats:
        lines.append(
            f"period_end = {{ from = {quoted(period)}, format = {quoted(proposal.formats[period])} }}"
        )
    elif period:
        lines.append(f"period_end = {{ year_from = {quoted(period)} }}")
    else:
        lines.append(f"period_end = {_FILL_IN}  # no column found")
    lines += _line(proposal, "currency", "currency", '{ value = "XXX" }')
    items = statement_items(proposal.columns).items()
    return lines + [f"{item} = {quoted(column)}" for item, column in items if column != period]


_WRITERS: dict[str, Callable[[Proposal], list[str]]] = {
    "invoices": _invoices,
    "allocations": _allocations,
    "buyers": _only_buyers,
    "statements": _statements,
}
"""By table: who writes the blocks."""
