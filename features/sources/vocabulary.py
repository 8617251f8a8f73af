"""The words of ledgers in several languages, and the ways in which they write numbers and dates."""

from __future__ import annotations

from typing import Literal

__all__ = [
    "AGEING",
    "CURRENCY_WORDS",
    "DATE_FORMATS",
    "HEADERS",
    "NUMBER_MARKS",
    "PAYMENTS",
    "PERIOD_HEADERS",
    "ROLES",
    "STATEMENT_HEADERS",
    "SUPPLIERS",
    "TOTALS",
    "TYPE_WORDS",
]

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
    "kind": "word",
    "receipt_id": "party",
}
"""What a column of a ledger may be, and what its values then look like."""

HEADERS: dict[str, tuple[str, ...]] = {
    "invoice_id": (
        "invoice id", "invoice number", "invoice no", "invoice", "document number",
        "document no", "doc no", "doc id", "belnr", "number", "no", "beleg", "belegnr",
        "belegnummer", "rechnungsnummer", "rechnung", "rechnungsnr", "单据编号", "单据号", "发票号",
        "发票号码", "应收单号", "被核销单据号", "源单编号", "凭证号", "凭证编号", "numéro de facture",
        "facture", "factura", "número de factura", "fattura",
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
        "bezahlt am", "zahlungsdatum", "zahldatum", "ausgleichsdatum", "date of payment",
        "receipt date", "date received", "结算日期", "核销日期", "收款日期", "付款日期",
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
        "收款金额", "核销金额", "本次核销金额", "核销原币", "结算金额", "applied amount",
        "amount applied", "receipt amount", "allocated amount", "zahlbetrag", "zahlungsbetrag",
        "montant payé", "importe pagado",
    ),
    "currency": (
        "currency", "curr", "ccy", "invoice currency", "currency code", "waers", "währung",
        "币种", "币别", "devise", "moneda", "valuta",
    ),
    "kind": (
        "type", "document type", "doc type", "transaction type", "invoice type", "belegart",
        "art", "单据类型", "单据名称", "业务类型", "type de document", "tipo de documento",
    ),
    "receipt_id": (
        "payment id", "payment no", "payment number", "payment reference", "receipt", "receipt id",
        "receipt no", "receipt number", "transaction id", "remittance", "check number",
        "cheque number", "zahlungsnummer", "zahlungsbeleg", "收款单号", "收款单据号", "核销单号",
        "结算单号", "numéro de paiement",
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
    "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%y", "%d/%m/%y", "%m/%d/%y", "%d-%b-%Y",
    "%d-%b-%y", "%d %b %Y", "%b %d, %Y",
    "%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M", "%d-%m-%Y %H:%M", "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
)  # fmt: skip
"""Formats of dates in the order in which they are tried."""

CURRENCY_WORDS = {
    "人民币": "CNY", "人民币元": "CNY", "rmb": "CNY", "¥": "CNY", "元": "CNY", "美元": "USD",
    "欧元": "EUR", "港币": "HKD", "港元": "HKD", "日元": "JPY", "英镑": "GBP", "$": "USD", "us$": "USD",
    "€": "EUR", "euro": "EUR", "£": "GBP",
}  # fmt: skip
"""Words for currencies, without case, and their codes."""

TYPE_WORDS = {
    "credit_memo": r"(?i).*(credit|gutschrift|refund|红字|贷项|avoir|abono|nota di credito).*|CN|RG",
    "prepayment": r"(?i).*(prepay|advance|down ?payment|anzahlung|预收|acompte|anticipo).*",
    "payment": r"(?i).*(payment|zahlung|收款|paiement|pago|pagamento|(?<!sales )receipt|cash|bank).*|DZ|ZP",
}
"""What a word in a column of document types says, the first that fits; others are invoices."""

TOTALS = (
    r"(?i)\W*(grand |sub-?)?totals?\b.*|\W*(end|zwischen|gesamt)?summe\b.*|\W*gesamt\b.*|"
    r"\W*(sous-)?total\b.*|\W*(本页|本月|本年)?(小计|合计|总计|累计).*|\W*sum\b.*"
)
"""What stands in a row that sums up others."""

PAYMENTS = r"(?i).*(payment|receipt|remittance|zahlung|paiement|cobro|收款|核销|回款).*"
"""Names of files that hold payments."""

AGEING = (
    r"(?i).*\b(0|1|31|61|91)\s*(-|–|to|bis)\s*(30|60|90|120|180)\b.*|"
    r".*(>|over|über)\s*(90|120|180).*|.*账龄.*"
)
"""Headers of the buckets of an ageing report."""

SUPPLIERS = (
    "vendor", "supplier", "lieferant", "kreditor", "供应商", "fournisseur", "proveedor", "fornitore",
)  # fmt: skip
"""What is owed to whom these headers name is payable."""

STATEMENT_HEADERS: dict[str, tuple[str, ...]] = {
    "total_assets": ("total assets", "bilanzsumme", "资产总计", "资产合计", "total actif"),
    "current_assets": ("current assets", "umlaufvermögen", "流动资产合计", "流动资产"),
    "cash": ("cash", "cash and cash equivalents", "liquide mittel", "货币资金"),
    "receivables": ("receivables", "trade receivables", "accounts receivable", "forderungen", "应收账款"),
    "inventory": ("inventory", "inventories", "vorräte", "存货"),
    "current_liabilities": ("current liabilities", "流动负债合计", "流动负债"),
    "long_term_debt": ("long term debt", "长期借款"),
    "accounts_payable": ("accounts payable", "trade payables", "应付账款"),
    "total_liabilities": ("total liabilities", "负债合计", "负债总计", "verbindlichkeiten"),
    "equity": (
        "equity",
        "total equity",
        "shareholders equity",
        "eigenkapital",
        "所有者权益合计",
        "股东权益合计",
    ),
    "retained_earnings": ("retained earnings", "未分配利润", "gewinnvortrag"),
    "revenue": (
        "revenue",
        "revenues",
        "net sales",
        "sales",
        "turnover",
        "umsatz",
        "umsatzerlöse",
        "营业收入",
    ),
    "cost_of_goods_sold": ("cost of goods sold", "cost of sales", "cogs", "营业成本"),
    "gross_profit": ("gross profit", "rohertrag", "毛利"),
    "ebit": ("ebit", "operating profit", "operating income", "betriebsergebnis", "营业利润"),
    "ebitda": ("ebitda",),
    "interest_expense": ("interest expense", "zinsaufwand", "利息费用"),
    "net_income": ("net income", "net profit", "profit for the year", "jahresüberschuss", "净利润"),
    "operating_cash_flow": ("operating cash flow", "经营活动产生的现金流量净额"),
}
"""Headers of line items of statements."""

PERIOD_HEADERS = (
    "period end", "period ending", "fiscal year end", "balance sheet date", "reporting date",
    "stichtag", "bilanzstichtag", "报告期", "报告期末", "fiscal year", "year", "jahr", "会计年度", "年度",
)  # fmt: skip
"""Headers of the end of a statement's period, a day or a year."""
