"""Small ledgers, what a portfolio must say of them, and how each system writes them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st

STATES = ("open", "paid", "partial", "residual", "memo", "early")
START = date(2025, 1, 2)


@dataclass(frozen=True)
class Sale:
    """An invoice and what became of it; `part` is what was paid or credited of it, in cents."""

    number: int
    buyer: int
    issued: date
    days: int
    cents: int
    state: str
    paid: date
    part: int
    currency: str = "EUR"

    @property
    def due(self) -> date:
        return self.issued + timedelta(days=self.days)

    @property
    def rest(self) -> int:
        return self.cents - self.part


def ledgers(states: Sequence[str] = STATES, currency: str = "EUR") -> st.SearchStrategy[list[Sale]]:
    def sale(draw: Any, number: int) -> Sale:
        cents = draw(st.integers(200, 10**9))
        issued = START + timedelta(days=draw(st.integers(0, 300)))
        return Sale(
            number,
            draw(st.integers(1, 3)),
            issued,
            draw(st.sampled_from([0, 14, 30, 60])),
            cents,
            draw(st.sampled_from(states)),
            issued + timedelta(days=draw(st.integers(10, 120))),
            draw(st.integers(1, cents - 1)),
            currency,
        )

    @st.composite
    def many(draw: Any) -> list[Sale]:
        return [sale(draw, number) for number in range(draw(st.integers(1, 8)))]

    return many()


def german(cents: int) -> str:
    """12345 is 123,45; a minus trails."""
    whole, part = divmod(abs(cents), 100)
    return f"{whole:,}".replace(",", ".") + f",{part:02d}" + ("-" if cents < 0 else "")


def plain(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}" if cents >= 0 else f"-{plain(-cents)}"


def dots(day: date | None) -> str:
    return day.strftime("%d.%m.%Y") if day else ""


# ---- SAP


def sap_lines(sales: Sequence[Sale]) -> list[dict[str, Any]]:
    """Lines of customers' accounts as BSEG holds them; amounts in cents, days as dates."""
    return [line for sale in sales for line in _sap_lines(sale)]


def _sap_lines(sale: Sale) -> list[dict[str, Any]]:
    invoice, money = f"{1_800_000_000 + sale.number}", f"{1_400_000_000 + sale.number}"
    owed = _line(sale, invoice, "RV", "S", sale.cents, sale.issued) | {
        "ZFBDT": sale.issued,
        "ZBD1T": sale.days,
    }
    cleared = {"AUGDT": sale.paid, "AUGBL": money}
    ref = {"REBZG": invoice, "REBZJ": str(sale.issued.year), "REBZZ": "001"}
    if sale.state == "open":
        return [owed]
    if sale.state == "paid":
        return [owed | cleared, _line(sale, money, "DZ", "H", sale.cents, sale.paid) | cleared]
    if sale.state == "partial":
        return [owed, _line(sale, money, "DZ", "H", sale.part, sale.paid) | ref]
    if sale.state == "residual":
        rest = _line(sale, money, "DZ", "S", sale.rest, sale.paid) | ref | {"BUZEI": "002"}
        return [owed | cleared, _line(sale, money, "DZ", "H", sale.cents, sale.paid) | cleared, rest]
    if sale.state == "memo":
        memo = _line(sale, f"{1_700_000_000 + sale.number}", "RV", "H", sale.part, sale.paid) | ref
        memo |= {"ZFBDT": sale.issued, "ZBD1T": sale.days}
        return [
            owed | cleared,
            memo | cleared,
            _line(sale, money, "DZ", "H", sale.rest, sale.paid) | cleared,
        ]
    later = {"AUGDT": sale.paid + timedelta(days=5), "AUGBL": f"{100_000_000 + sale.number}"}
    return [owed | later, _line(sale, money, "DZ", "H", sale.cents, sale.paid) | later]


def _line(sale: Sale, document: str, kind: str, side: str, cents: int, day: date) -> dict[str, Any]:
    return {
        "BUKRS": "1000", "KUNNR": f"{sale.buyer:010d}", "UMSKZ": "", "AUGDT": None, "AUGBL": "",
        "GJAHR": str(day.year), "BELNR": document, "BUZEI": "001", "BLDAT": day, "BUDAT": day, "CPUDT": day,
        "WAERS": sale.currency, "BLART": kind, "SHKZG": side, "WRBTR": cents, "ZFBDT": day, "ZBD1T": 0,
        "ZBD2T": 0, "ZBD3T": 0, "REBZG": "", "REBZJ": "", "REBZZ": "",
    }  # fmt: skip


def signed(line: dict[str, Any]) -> int:
    return int(line["WRBTR"]) * (1 if line["SHKZG"] == "S" else -1)


def sap_expected(sales: Sequence[Sale]) -> tuple[set[Any], set[Any], dict[Any, int]]:
    """Items (id, buyer, issued, due, cents, kind), settlements (id, day, cents, kind), balances."""
    items, settled = set(), set()
    balances: dict[Any, int] = {}
    for sale in sales:
        name = f"1000-{1_800_000_000 + sale.number}-{sale.issued.year}"
        money = f"1000-{1_400_000_000 + sale.number}-{sale.paid.year}"
        buyer = f"{sale.buyer:010d}"
        items.add((name, buyer, sale.issued, sale.due, sale.cents, "invoice"))
        if sale.state in ("paid", "early"):
            settled.add((name, sale.paid, sale.cents, "payment"))
        if sale.state in ("partial", "residual"):
            settled.add((name, sale.paid, sale.part, "payment"))
        if sale.state == "residual":
            items.add((f"{money}/002", buyer, sale.paid, max(sale.due, sale.paid), sale.rest, "invoice"))
            settled.add((name, sale.paid, sale.rest, "transfer"))
        if sale.state == "memo":
            memo = f"1000-{1_700_000_000 + sale.number}-{sale.paid.year}"
            items.add((memo, buyer, sale.paid, max(sale.due, sale.paid), sale.part, "credit_memo"))
            settled |= {(row, sale.paid, sale.part, "credit_note") for row in (name, memo)}
            settled.add((name, sale.paid, sale.rest, "payment"))
        still = {"open": sale.cents, "partial": sale.rest, "residual": sale.rest}.get(sale.state, 0)
        balances[buyer] = balances.get(buyer, 0) + still
    return items, settled, balances


FBL5N = (
    ("Account", 10), ("CoCd", 4), ("DocumentNo", 10), ("Year", 4), ("Itm", 3), ("Type", 4), ("Doc. Date", 10),
    ("Pstng Date", 10), ("Net due dt", 10), ("Amount in doc. curr.", 20), ("Curr.", 5), ("SG", 2),
    ("Clearing", 10), ("Clrng doc.", 10), ("Inv. ref.", 10),
)  # fmt: skip


def fbl5n(sales: Sequence[Sale], encoding: str = "utf-8") -> bytes:
    """The list of all items by customer, each with its subtotal, and the grand total."""
    lines = sap_lines(sales)
    ruler = "-" * (sum(width for _, width in FBL5N) + len(FBL5N) + 1)
    header = _barred([name for name, _ in FBL5N])
    text = ["Customer Line Item Display", "", f"Company Code{'':<10}1000", "", ruler, header, ruler]
    for buyer in sorted({line["KUNNR"] for line in lines}):
        mine = [line for line in lines if line["KUNNR"] == buyer]
        text += [_barred(_cells_of(line)) for line in mine]
        text += [ruler, _barred(_total("*", sum(map(signed, mine)), mine[0]["WAERS"])), ruler]
    text += [_barred(_total("**", sum(map(signed, lines)), lines[0]["WAERS"])), ruler]
    return ("\r\n".join(text) + "\r\n").encode(encoding)


def _barred(cells: Sequence[str]) -> str:
    return "|" + "|".join(cell.ljust(width) for cell, (_, width) in zip(cells, FBL5N, strict=True)) + "|"


def _cells_of(line: dict[str, Any]) -> list[str]:
    net = line["ZFBDT"] + timedelta(days=line["ZBD1T"])
    return [
        line["KUNNR"].lstrip("0"), line["BUKRS"], line["BELNR"], line["GJAHR"], line["BUZEI"], line["BLART"],
        dots(line["BLDAT"]), dots(line["BUDAT"]), dots(net), german(signed(line)).rjust(20), line["WAERS"],
        line["UMSKZ"], dots(line["AUGDT"]), line["AUGBL"], line["REBZG"],
    ]  # fmt: skip


def _total(stars: str, cents: int, currency: str) -> list[str]:
    empty = [""] * len(FBL5N)
    return [stars, *empty[1:9], german(cents).rjust(20), currency, *empty[11:]]


def sap_table(lines: Sequence[dict[str, Any]]) -> bytes:
    """A table as SE16N saves it: tabs, a title, an empty first column, UTF-16 with its mark."""
    names = list(sap_lines([_ANY])[0])
    rows = ["Table:\tBSID", "", "\t" + "\t".join(names), ""]
    rows += ["\t" + "\t".join(_cell(name, line[name]) for name in names) for line in lines]
    return ("\r\n".join(rows) + "\r\n").encode("utf-16")


def _cell(name: str, value: Any) -> str:
    if name == "WRBTR":
        return german(value)
    return dots(value) if isinstance(value, date) else str(value if value is not None else "00.00.0000")


_ANY = Sale(0, 1, START, 0, 100, "open", START, 1)


# ---- Odoo

ODOO_LINES = (
    ".id move_name move_type date invoice_date date_maturity partner_id/.id partner_id amount_currency"
    " amount_residual_currency currency_id journal_id/type journal_id/code company_id parent_state create_date"  # noqa: E501
).split()
ODOO_MATCHES = (
    ".id debit_move_id/.id credit_move_id/.id amount debit_amount_currency credit_amount_currency max_date"
    " create_date"
).split()
ODOO_STATES = ("open", "paid", "partial", "memo", "early")


def odoo(sales: Sequence[Sale]) -> tuple[bytes, bytes]:
    """Journal items and partial reconciliations."""
    lines: list[list[str]] = []
    matches: list[list[str]] = []
    for sale in sales:
        _odoo(sale, lines, matches)
    return _csv([ODOO_LINES, *lines]), _csv([ODOO_MATCHES, *matches])


def _odoo(sale: Sale, lines: list[list[str]], matches: list[list[str]]) -> None:
    def line(kind: str, name: str, day: date, cents: int, left: int, journal: str) -> str:
        number = str(len(lines) + 1)
        invoiced, due = (str(day), str(sale.due)) if kind != "entry" else ("", "")
        lines.append(
            [number, name, kind, str(day), invoiced, due, str(sale.buyer), f"Buyer {sale.buyer}", plain(cents),  # noqa: E501
             plain(left), sale.currency, journal, "INV", "Example", "posted", f"{day} 08:30:00"]
        )  # fmt: skip
        return number

    def match(debit: str, credit: str, cents: int, day: date) -> None:
        amount = plain(cents)
        matches.append(
            [str(len(matches) + 1), debit, credit, amount, amount, amount, str(day), f"{day} 09:00:00"]
        )

    year, still = sale.issued.year, {"open": sale.cents, "partial": sale.rest}.get(sale.state, 0)
    owed = line("out_invoice", f"INV/{year}/{sale.number:05d}", sale.issued, sale.cents, still, "sale")
    cash = {"paid": sale.cents, "early": sale.cents, "partial": sale.part, "memo": sale.rest}.get(
        sale.state, 0
    )
    if cash:
        money = line("entry", f"BNK1/{year}/{sale.number:05d}", sale.paid, -cash, 0, "bank")
        match(owed, money, cash, sale.paid + timedelta(days=5 if sale.state == "early" else 0))
    if sale.state == "memo":
        memo = line("out_refund", f"RINV/{year}/{sale.number:05d}", sale.paid, -sale.part, 0, "sale")
        match(owed, memo, sale.part, sale.paid)


def odoo_expected(sales: Sequence[Sale]) -> tuple[set[Any], set[Any]]:
    items, settled = set(), set()
    for sale in sales:
        name, memo = (f"{head}/{sale.issued.year}/{sale.number:05d}" for head in ("INV", "RINV"))
        items.add((name, str(sale.buyer), sale.issued, sale.due, sale.cents, "invoice"))
        cash = {"paid": sale.cents, "early": sale.cents, "partial": sale.part, "memo": sale.rest}.get(
            sale.state
        )
        if cash:
            settled.add((name, sale.paid, cash, "payment"))
        if sale.state == "memo":
            items.add((memo, str(sale.buyer), sale.paid, max(sale.due, sale.paid), sale.part, "credit_memo"))
            settled |= {(row, sale.paid, sale.part, "credit_note") for row in (name, memo)}
    return items, settled


# ---- 金蝶, 用友

CHINESE_STATES = ("open", "paid", "partial", "memo")


def chinese(
    sales: Sequence[Sale], headers: tuple[Sequence[str], Sequence[str]], style: str
) -> tuple[bytes, bytes]:
    """应收 and 核销 lists; `style` is an encoding and whether digits are full-width, as in ``gbk wide``."""
    encoding, *more = style.split()
    write = _wide if more else str
    owed = [["应收单列表"], [], list(headers[0])]
    closed = [["核销明细"], [], list(headers[1])]
    for sale in sales:
        still = {"open": sale.cents, "partial": sale.rest}.get(sale.state, 0)
        name = f"AR{sale.number:06d}"
        owed.append(_owed(sale, "销售应收单", name, (sale.cents, still), write))
        cash = {"paid": sale.cents, "partial": sale.part, "memo": sale.rest}.get(sale.state, 0)
        if cash:
            closed.append(
                [
                    name,
                    "收款单",
                    f"SK{sale.number:06d}",
                    str(sale.paid),
                    str(sale.paid),
                    write(f"{cash / 100:,.2f}"),
                ]
            )
        if sale.state == "memo":
            red = f"RED{sale.number:05d}"
            owed.append(_owed(sale, "红字应收单", red, (-sale.part, 0), write))
            amount = f"{sale.part / 100:,.2f}"
            for row, sign in ((name, ""), (red, "-")):
                closed.append([row, "红字应收单", red, str(sale.paid), str(sale.paid), write(sign + amount)])
    width = len(headers[0])
    owed.append(["合计", *[""] * (width - 3), f"{sum(s.cents for s in sales) / 100:,.2f}", ""])
    return _csv(owed).decode().encode(encoding), _csv(closed).decode().encode(encoding)


def _owed(sale: Sale, kind: str, name: str, cents: tuple[int, int], write: Any) -> list[str]:
    day = sale.issued if cents[0] > 0 else sale.paid
    amounts = [write(f"{amount / 100:,.2f}") for amount in cents]
    return [
        f"C{sale.buyer:03d}",
        f"客户{sale.buyer}有限公司",
        kind,
        name,
        str(day),
        str(sale.due),
        "人民币",
        *amounts,
    ]


def _wide(text: str) -> str:
    return text.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789.,-"})


KINGDEE = (
    ["客户编码", "客户名称", "单据类型", "单据编号", "单据日期", "到期日", "币别", "价税合计", "未核销金额"],
    ["应收单号", "核销单据类型", "收款单号", "收款日期", "核销日期", "本次核销金额"],
)
YONYOU = (
    ["客户编号", "客户", "单据类型", "单据号", "开票日期", "到期日期", "币种", "原币金额", "原币余额"],
    ["被核销单据号", "核销单类型", "结算单号", "结算日期", "处理日期", "核销原币"],
)


def chinese_expected(sales: Sequence[Sale]) -> tuple[set[Any], set[Any]]:
    items, settled = set(), set()
    for sale in sales:
        name, red, buyer = f"AR{sale.number:06d}", f"RED{sale.number:05d}", f"C{sale.buyer:03d}"
        items.add((name, buyer, sale.issued, sale.due, sale.cents, "invoice"))
        cash = {"paid": sale.cents, "partial": sale.part, "memo": sale.rest}.get(sale.state)
        if cash:
            settled.add((name, sale.paid, cash, "payment"))
        if sale.state == "memo":
            items.add((red, buyer, sale.paid, sale.paid, sale.part, "credit_memo"))
            settled |= {(row, sale.paid, sale.part, "credit_note") for row in (name, red)}
    return items, settled


# ---- the payment date layout

HIGHRADIUS = (
    "business_code,cust_number,name_customer,clear_date,buisness_year,doc_id,posting_date,document_create_date,"
    "document_create_date.1,due_in_date,invoice_currency,document type,posting_id,area_business,"
    "total_open_amount,baseline_create_date,cust_payment_terms,invoice_id,isOpen"
).split(",")


def highradius(sales: Sequence[Sale]) -> bytes:
    rows = [HIGHRADIUS]
    for sale in sales:
        day, is_paid = f"{sale.issued:%Y%m%d}", sale.state == "paid"
        number = f"{1_930_000_000 + sale.number}.0"
        rows.append(
            ["U001", f"{200_000_000 + sale.buyer:010d}", f"BUYER {sale.buyer} {'corp' if sale.number % 2 else 'us'}",  # noqa: E501
             f"{sale.paid} 00:00:00" if is_paid else "", f"{sale.issued.year}.0", number, str(sale.issued), day, day,  # noqa: E501
             f"{sale.due:%Y%m%d}.0", "USD", "RV", "1.0", "", plain(sale.cents), f"{day}.0", "NAH4", number,
             "0" if is_paid else "1"]
        )  # fmt: skip
    return _csv(rows)


def highradius_expected(sales: Sequence[Sale]) -> tuple[set[Any], set[Any]]:
    items, settled = set(), set()
    for sale in sales:
        name = f"U001-{1_930_000_000 + sale.number}-{sale.issued.year}"
        items.add((name, f"{200_000_000 + sale.buyer:010d}", sale.issued, sale.due, sale.cents, "invoice"))
        if sale.state == "paid":
            settled.add((name, sale.paid, sale.cents, "payment"))
    return items, settled


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode("utf-8")
