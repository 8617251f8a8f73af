"""The forecast of receipts as a table of plain text, for a treasurer at a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from babel import Locale
from babel.numbers import format_decimal

from credit.locales import Words, check_language, value_text
from credit.page_text import WIDTH, flushed, padded, text_width

__all__ = ["receipts_text"]

_LABELS = {
    "title": Words("Expected receipts of the open ledger", "未清应收账款预计收款"),
    "head": Words("{currency}: {open} open on {items} items, of it overdue {overdue}",
                  "{currency}：未清{open}，共{items}笔，其中逾期{overdue}"),
    "reporting": Words(" (all currencies, at the rates known then)", "（全部币种，按当时已知汇率折算）"),
    "week": Words("Week", "周"),
    "from": Words("from", "起"),
    "to": Words("to", "止"),
    "expected": Words("Expected", "预计收款"),
    "interval": Words("80 % between", "80%区间"),
    "overdue": Words("of overdue", "其中逾期款"),
    "cumulative": Words("Cumulative", "累计"),
    "share": Words("share", "占比"),
    "unbooked": Words("paid, not booked yet", "已付款、尚未入账"),
    "reporting_rated": Words(" (all currencies that had a rate)", "（全部有汇率的币种）"),
    "later_1": Words("later than 1 week", "1周以后"),
    "later": Words("later than {weeks} weeks", "{weeks}周以后"),
    "credited": Words("not expected: credited", "预计不收款：贷项冲减"),
    "written_off": Words("not expected: written off", "预计不收款：核销"),
    "open_at_horizon": Words("not expected: beyond the horizon", "预计不收款：预测期末仍未清"),
    "set_off": Words("set off: memos, unapplied money", "抵减：贷项通知与未核销款"),
    "cannot_say": Words("cannot say", "无法判断"),
    "total": Words("open ledger", "未清合计"),
    "owed_back": Words("Owed back beyond what their buyers owe, in no line: {amounts}.",
                       "超出买方欠款的应退金额，不计入上表：{amounts}。"),
    "without_rate": Words("Without a rate, so not in the sum of all currencies: {currencies}.",
                          "无汇率，未计入全部币种合计：{currencies}。"),
    "scope": Words("Only what is open now, from the next day on: later invoices are not in it.",
                   "仅含当前未清账款，自次日起计，不含以后开具的发票。"),
    "copula": Words("Intervals: drawn futures in which invoices of one buyer are early or late together.",
                    "区间：模拟推演，同一买方的发票同早同晚。"),
}  # fmt: skip

_PLAIN = ("unbooked", "later", "credited", "written_off", "open_at_horizon", "set_off", "cannot_say")
_COLUMNS = (10, 12, 12, 13, 25, 13, 13)
_LABEL_WIDTH = sum(_COLUMNS[:3])


def receipts_text(told: Mapping[str, Any], lang: str) -> str:
    """Return a forecast as plain text.

    Parameters
    ----------
    told : mapping
        As `credit.timing.receipts_table.receipts_json` gives it.
    lang : {"en", "zh"}

    Returns
    -------
    str
        Lines of at most 100 columns: one table in the reporting currency and, where there are others, one
        for each currency.

    Raises
    ------
    InputError
        A language without texts.
    """
    check_language(lang)
    page = _Page(told, lang)
    sheets = [told["reporting"], *told["currencies"]]
    if [sheet["currency"] for sheet in told["currencies"]] == [told["reporting"]["currency"]]:
        sheets = sheets[:1]
    blocks = [
        page.title(),
        *(page.sheet(sheet, is_sum=not at) for at, sheet in enumerate(sheets)),
        page.notes(),
    ]
    return "\n\n".join("\n".join(lines) for lines in blocks) + "\n"


class _Page:
    def __init__(self, told: Mapping[str, Any], lang: str) -> None:
        self.told, self.lang = told, lang

    def label(self, key: str, **parts: Any) -> str:
        return _LABELS[key].of(self.lang).format(**parts)

    def title(self) -> list[str]:
        moment = str(self.told["as_of"]).replace("T", " ").replace("Z", " UTC")
        title = f"{self.label('title')}  {self.told['versions']['timing']}"
        return [title + " " * max(2, WIDTH - text_width(title) - text_width(moment)) + moment, "=" * WIDTH]

    def sheet(self, sheet: Mapping[str, Any], *, is_sum: bool) -> list[str]:
        head = self.label(
            "head",
            currency=sheet["currency"],
            open=self.number(sheet["open"]),
            items=self.number(sheet["items"]),
            overdue=self.number(sheet["overdue"]),
        )
        scope = "reporting_rated" if self.told["without_rate"] else "reporting"
        several = is_sum and len(self.told["currencies"]) > 1
        weeks = [line for line in sheet["lines"] if line["kind"] == "week"]
        others = {line["kind"]: line["expected"] for line in sheet["lines"] if line["kind"] != "week"}
        return [
            head + (self.label(scope) if several else ""),
            self.heads(),
            "-" * WIDTH,
            *(self.week(line) for line in weeks),
            *self.plain(others, len(weeks)),
            "-" * WIDTH,
            self.amount(self.label("total"), sheet["open"]),
        ]

    def heads(self) -> str:
        names = ("week", "from", "to", "expected", "interval", "overdue", "cumulative")
        texts = [self.label(name) for name in names]
        left = [padded(text, width) for text, width in zip(texts[:3], _COLUMNS[:3], strict=True)]
        right = [flushed(text, width) for text, width in zip(texts[3:], _COLUMNS[3:], strict=True)]
        return "".join(left + right)

    def week(self, line: Mapping[str, Any]) -> str:
        left = (line["week"], line["from"], line["to"])
        interval = f"{self.number(line['low'])} - {self.number(line['high'])}"
        right = (
            self.number(line["expected"]),
            interval,
            self.number(line["of_overdue"]),
            self.number(line["cumulative"]),
        )
        texts = [padded(text, width) for text, width in zip(left, _COLUMNS[:3], strict=True)]
        texts += [flushed(text, width) for text, width in zip(right, _COLUMNS[3:], strict=True)]
        return "".join(texts)

    def plain(self, others: Mapping[str, float], weeks: int) -> Iterator[str]:
        for kind in _PLAIN:
            if others[kind]:
                label = "later_1" if kind == "later" and weeks == 1 else kind
                yield self.amount(self.label(label, weeks=weeks), others[kind])

    def amount(self, label: str, amount: float) -> str:
        return padded(label, _LABEL_WIDTH) + flushed(self.number(amount), _COLUMNS[3])

    def notes(self) -> list[str]:
        lines = [self.label("scope"), self.label("copula")]
        if self.told["without_rate"]:
            lines.append(self.label("without_rate", currencies=", ".join(self.told["without_rate"])))
        back = [
            value_text(each["amount"], "money", self.lang, each["currency"])
            for each in self.told["owed_back"]
        ]
        return [*lines, self.label("owed_back", amounts=", ".join(back))] if back else lines

    def number(self, amount: float) -> str:
        text = str(format_decimal(amount, format="#,##0", locale=Locale.parse(self.lang)))
        return "0" if text == "-0" else text
