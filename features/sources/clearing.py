"""Clearings of an open-item ledger: which money closed which item, when, and what took its place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = ["Line", "OnAccount", "Settlement", "clear"]


@dataclass(slots=True)
class Line:
    """A line of a customer's account.

    Parameters
    ----------
    row : int
        Its place in the export.
    role : {"debit", "credit", "paid_in", "paid_out"}
        An item that owes, an item that is owed back, and lines of payment and clearing documents.
    kind : str
        Kind of an item (`features.columns.INVOICE_KINDS`); of other lines ``payment`` or ``set_off``.
    account, document, currency : str
        `document` names company and number, as clearings do.
    amount : int
        Positive.
    posted, entered, due : int
        Days; `entered` is when the books knew the line.
    group : str
        The clearing that closed it, empty while it is open.
    cleared : int
        Day of that clearing.
    clearing_document : str
        Document of that clearing, named as `document`.
    ref : int
        Row of the item that it refers to; -1 for none.
    """

    row: int
    role: str
    kind: str
    account: str
    document: str
    currency: str
    amount: int
    posted: int
    entered: int
    due: int
    group: str = ""
    cleared: int = 0
    clearing_document: str = ""
    ref: int = -1
    left: int = 0

    @property
    def is_own_clearing(self) -> bool:
        """Whether it is the counter line of the very document that cleared it."""
        return bool(self.group) and self.clearing_document == self.document


class Settlement(NamedTuple):
    """A part of an item that was closed."""

    origin: int
    item: int
    amount: int
    kind: str
    settled: int
    known: int
    receipt: int
    successor: int


class OnAccount(NamedTuple):
    """Money that no item explains, until it is withdrawn because one does (0: never)."""

    row: int
    amount: int
    settled: int
    known: int
    withdrawn: int


@dataclass(slots=True)
class _Piece:
    line: Line
    left: int
    kind: str
    successor: int = -1


@dataclass
class _Book:
    lines: dict[int, Line]
    settlements: list[Settlement] = field(default_factory=list)
    on_account: list[OnAccount] = field(default_factory=list)

    def close(self, item: Line, piece: _Piece, known: int, settled: int) -> None:
        """Close as much of an item as a piece covers."""
        amount = min(item.left, piece.left)
        if amount:
            self.settlements.append(
                Settlement(
                    item.row, item.row, amount, piece.kind, settled, known, piece.line.row, piece.successor
                )
            )
            item.left -= amount
            piece.left -= amount


def clear(lines: Iterable[Line]) -> tuple[list[Settlement], list[OnAccount]]:
    """Tell what closed each item.

    Parameters
    ----------
    lines : iterable of Line

    Returns
    -------
    list of Settlement
        In the end every cleared item is closed in full; what no other line of its clearing explains counts as
        paid on the day of the clearing.
    list of OnAccount
        Money received (positive) or paid back (negative) without an item.

    Notes
    -----
    A payment that names its item is a part payment on the day of its posting. In a clearing, what names an
    item comes first, then credit memos, residual items and bills (what the clearing document newly debits)
    and payments in the order of posting, against items in the order of falling due.

    Examples
    --------
    >>> invoice = Line(0, "debit", "invoice", "C", "18", "EUR", 100, 5, 5, 35, "c", 40, "90")
    >>> payment = Line(1, "paid_in", "payment", "C", "90", "EUR", 100, 40, 40, 40, "c", 40, "90")
    >>> clear([invoice, payment])[0]
    [Settlement(origin=0, item=0, amount=100, kind='payment', settled=40, known=40, receipt=1, successor=-1)]
    """
    book = _Book({line.row: line for line in lines})
    for line in book.lines.values():
        line.left = line.amount
    _part_payments(book)
    groups: dict[str, list[Line]] = {}
    for line in book.lines.values():
        if line.group:
            groups.setdefault(line.group, []).append(line)
    successors = _new_debits(book.lines.values())
    for group in groups.values():
        _settle(book, group, successors.get((group[0].account, group[0].clearing_document), []))
    _keep_open_money(book)
    return book.settlements, book.on_account


def _part_payments(book: _Book) -> None:
    """Payments that name an item close it when they are posted, cleared later or not."""
    for line in book.lines.values():
        item = book.lines.get(line.ref)
        if line.role == "paid_in" and item is not None and item.role == "debit":
            if line.is_own_clearing or item.currency != line.currency:
                continue
            piece = _Piece(line, line.left, line.kind)
            book.close(item, piece, max(line.entered, item.entered), line.posted)
            line.left = piece.left


def _new_debits(lines: Iterable[Line]) -> dict[tuple[str, str], list[Line]]:
    """Items that a clearing document leaves open, by account and document."""
    found: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        if line.role == "debit" and not line.is_own_clearing:
            found.setdefault((line.account, line.document), []).append(line)
    return found


def _settle(book: _Book, group: Sequence[Line], successors: Sequence[Line]) -> None:
    known = max([group[0].cleared, *(line.entered for line in group if line.is_own_clearing)])
    debits = sorted(_of(group, "debit"), key=lambda line: (line.due, line.row))
    credits = sorted(_of(group, "credit"), key=lambda line: (line.posted, line.row))
    paid = sorted(_of(group, "paid_in"), key=lambda line: (line.posted, line.row))
    notes = [_Piece(line, line.left, _KIND_OF_CREDIT[line.kind]) for line in credits]
    pieces = _transfers(paid, [line for line in successors if line not in group])
    pieces += [_Piece(line, line.left, line.kind) for line in paid if line.left]
    _match_named(book, debits, [*notes, *pieces], known)
    _match_in_order(book, debits, [*notes, *pieces], known)
    for item in debits:
        book.close(item, _Piece(item, item.left, "payment"), known, item.cleared)
    spent = sum(piece.left for piece in notes)
    for line in credits:
        book.close(line, _Piece(line, line.left, _KIND_OF_CREDIT[line.kind]), known, line.cleared)
    _money_left(book, group, pieces, known)
    _money_out(book, _of(group, "paid_out"), spent, known)


_KIND_OF_CREDIT = {"credit_memo": "credit_note", "prepayment": "set_off"}


def _of(group: Sequence[Line], role: str) -> list[Line]:
    return [line for line in group if line.role == role]


def _transfers(paid: Sequence[Line], successors: Sequence[Line]) -> list[_Piece]:
    """Take what the clearing document newly debits out of its counter lines."""
    own = [line for line in paid if line.is_own_clearing]
    pieces = []
    for successor in successors:
        wanted = successor.amount
        for line in own:
            amount = min(wanted, line.left) if line.currency == successor.currency else 0
            if amount:
                kind = "bill" if successor.kind == "bill" else "transfer"
                pieces.append(_Piece(line, amount, kind, successor.row))
                line.left -= amount
                wanted -= amount
    return pieces


def _match_named(book: _Book, debits: Sequence[Line], pieces: Sequence[_Piece], known: int) -> None:
    """Pieces close the item that they name; a residual names the item whose place it takes."""
    by_row = {item.row: item for item in debits}
    for piece in pieces:
        successor = book.lines.get(piece.successor)
        item = by_row.get(piece.line.ref if successor is None else successor.ref)
        if item is not None and item.currency == piece.line.currency:
            book.close(item, piece, max(known, piece.line.entered), _day(piece, item))


def _match_in_order(book: _Book, debits: Sequence[Line], pieces: Sequence[_Piece], known: int) -> None:
    waiting = [piece for piece in pieces if piece.left]
    for item in debits:
        for piece in waiting:
            if piece.left and item.left and piece.line.currency == item.currency:
                book.close(item, piece, max(known, piece.line.entered), _day(piece, item))
        waiting = [piece for piece in waiting if piece.left]


def _day(piece: _Piece, item: Line) -> int:
    """Money settles on the day of its posting, a credit memo on the day of the clearing."""
    return piece.line.posted if piece.line.role == "paid_in" else item.cleared


def _money_left(book: _Book, group: Sequence[Line], pieces: Sequence[_Piece], known: int) -> None:
    """Money of earlier documents was on account until this clearing; what it does not explain stays there."""
    is_mixed = len({line.currency for line in group}) > 1
    rests: dict[int, int] = {}
    for piece in pieces:
        rests[piece.line.row] = rests.get(piece.line.row, 0) + (0 if is_mixed else piece.left)
    for line in _of(group, "paid_in"):
        rest, had = rests.get(line.row, 0), line.left
        line.left = 0
        if not line.is_own_clearing and had and rest < had:
            book.on_account.append(OnAccount(line.row, had, line.posted, line.entered, known))
            if rest:
                book.on_account.append(OnAccount(line.row, rest, line.posted, known, 0))
        elif rest:
            book.on_account.append(OnAccount(line.row, rest, line.posted, line.entered, 0))


def _money_out(book: _Book, paid_out: Sequence[Line], spent: int, known: int) -> None:
    """Counter lines of the clearing document pay back what no credit memo gave."""
    for line in paid_out:
        if line.is_own_clearing:
            covered = min(spent, line.amount)
            spent -= covered
            if line.amount > covered:
                book.on_account.append(OnAccount(line.row, covered - line.amount, line.posted, known, 0))


def _keep_open_money(book: _Book) -> None:
    for line in book.lines.values():
        is_open_in = line.role == "paid_in" and not line.group and line.left
        if is_open_in or (line.role == "paid_out" and not line.is_own_clearing):
            amount = line.left if line.role == "paid_in" else -line.amount
            book.on_account.append(OnAccount(line.row, amount, line.posted, line.entered, 0))
