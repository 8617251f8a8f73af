"""The words of ledgers in several languages, and the ways in which they write numbers and dates."""

from __future__ import annotations

from typing import Literal

__all__ = ["DATE_FORMATS", "HEADERS", "NUMBER_MARKS", "ROLES"]

ROLES = {
    "invoice_id": "key",
    "buyer_id": "party",
    "name": "party",
    "issued_on": "date",
    "due_on": "date",
    "settled_on": "date",
    "recorded_at": "date",
    "amount": "money",
    "open_amount": "money",
    "paid": "money",
    "currency": "currency",
}
"""What a column of a ledger may be, and what its values then look like."""

HEADERS: dict[str, tuple[str, ...]] = {
    "invoice_id": (
        "invoice id", "invoice number", "invoice no", "invoice", "document number",
        "document no", "doc no", "doc id", "belnr", "number", "no", "beleg", "belegnr",
        "belegnummer", "rechnungsnummer", "rechnung", "rechnungsnr", "单据编号", "单据号", "发票号",
        "发票号码", "凭证号", "凭证编号", "numéro de facture", "facture", "factura", "número de factura",
        "fattura",
    ),
    "buyer_id": (
        "customer id", "customer", "customer number", "customer no", "customer code",
        "cust number", "account", "account number", "buyer", "buyer id", "client", "debtor",
        "partner", "kunnr", "kunde", "kundennummer", "kundennr", "debitor", "客户编码", "客户代码",
        "客户编号", "往来单位编码", "client id", "cliente", "código cliente", "code client", "vendor",
        "vendor name",
    ),
    "name": (
        "customer name", "name customer", "buyer name", "name", "company name", "company",
        "client name", "kundenname", "firma", "客户名称", "客户", "往来单位", "nom", "nom du client",
        "nombre", "ragione sociale",
    ),
    "issued_on": (
        "invoice date", "issued on", "issue date", "document date", "doc date", "date",
        "billing date", "bldat", "datum", "rechnungsdatum", "belegdatum", "单据日期", "开票日期",
        "发票日期", "业务日期", "日期", "date de facture", "fecha", "fecha de factura", "data fattura",
    ),
    "due_on": (
        "due date", "due on", "due", "net due date", "net due dt", "due in date", "maturity",
        "date maturity", "fällig", "fälligkeit", "fällig am", "fälligkeitsdatum",
        "nettofälligkeit", "到期日", "到期日期", "应收日期", "date d'échéance", "échéance", "vencimiento",
        "fecha de vencimiento", "scadenza",
    ),
    "settled_on": (
        "payment date", "paid on", "paid date", "paid", "settled date", "settled on",
        "clear date", "clearing date", "clearing", "date paid", "augdt", "bezahlt",
        "bezahlt am", "zahlungsdatum", "zahldatum", "ausgleichsdatum", "核销日期", "收款日期", "付款日期",
        "date de paiement", "fecha de pago", "data pagamento",
    ),
    "recorded_at": (
        "posting date", "posted on", "entry date", "created", "created on", "create date",
        "recorded at", "budat", "cpudt", "buchungsdatum", "erfassungsdatum", "立账日期", "记账日期",
        "过账日期", "录入日期",
    ),
    "amount": (
        "amount", "invoice amount", "total", "total amount", "gross amount",
        "total open amount", "amount due", "amount in doc curr", "wrbtr", "betrag",
        "rechnungsbetrag", "bruttobetrag", "summe", "金额", "原币金额", "价税合计", "应收金额", "发票金额",
        "本位币金额", "montant", "montant ttc", "importe", "importo",
    ),
    "open_amount": (
        "open amount", "outstanding", "outstanding amount", "balance", "balance due", "open",
        "residual", "amount residual", "offen", "offener betrag", "未核销金额", "余额", "未收金额",
        "应收余额", "solde", "saldo",
    ),
    "paid": (
        "amount paid", "paid amount", "payment amount", "bezahlter betrag", "已核销金额", "已收金额",
        "收款金额", "montant payé", "importe pagado",
    ),
    "currency": (
        "currency", "curr", "ccy", "invoice currency", "currency code", "waers", "währung",
        "币种", "币别", "devise", "moneda", "valuta",
    ),
}  # fmt: skip
"""Headers by role."""

NUMBER_MARKS: tuple[tuple[Literal[".", ","], str], ...] = (
    (".", ""),
    (".", ","),
    (",", "."),
    (",", ""),
    (",", " "),
    (".", "'"),
)
"""Decimal and thousands marks in the order in which they are tried."""

DATE_FORMATS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日", "%d.%m.%Y", "%d/%m/%Y",
    "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%y", "%d-%b-%Y", "%d-%b-%y",
    "%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M", "%d-%m-%Y %H:%M", "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
)  # fmt: skip
"""Formats of dates in the order in which they are tried."""
