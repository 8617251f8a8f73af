"""The page: sections of tables and plots in one file that loads nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from credence.describe import charts
from credence.describe.words import Language, words_of
from features.description.behaviour import LATE_EDGES
from features.description.describe import Description
from features.description.items import AGE_BUCKETS
from features.money import decimals_array, text_from_minor
from features.sources.control_kept import import_result

__all__ = ["page"]

Words = dict[str, str]


def page(description: Description, language: Language = "en") -> str:
    """Return the profile as HTML; whatever comes from the customer's data is escaped.

    Parameters
    ----------
    description : Description
    language : {"en", "zh"}
    """
    words = words_of(language)
    seller = description.portfolio.seller
    title = escape(words["title"].format(seller=seller.name or seller.seller_id))
    sections = "".join(
        f"<section><h2>{escape(words[name])}</h2>{section(description, words)}</section>"
        for name, section in _SECTIONS.items()
        if description.months or name in _WITHOUT_LEDGER
    )
    lacking = "" if description.months else _note(words["no_ledger"])
    style = files("credence.describe").joinpath("page.css").read_text(encoding="utf-8")
    tag = {"en": "en", "zh": "zh-CN"}[language]
    return (
        f'<!doctype html>\n<html lang="{tag}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{title}</title>'
        f"<style>{style}</style></head>\n<body><main><h1>{title}</h1>{_books(description, words)}{lacking}\n"
        f"{sections}</main></body></html>\n"
    )


def _books(description: Description, words: Words) -> str:
    end = description.end_day.date().isoformat()
    return _note(words["books"].format(start=description.rolled.start, end=end))


def _contents(description: Description, words: Words) -> str:
    portfolio = description.portfolio
    rows = [
        [
            words[name],
            f"{len(frame):,}",
            words[portfolio.knowledge[name]],
            f"{portfolio.repeated.get(name, 0):,}",
        ]
        for name, frame in portfolio.tables.items()
    ]
    heads = [words[name] for name in ("table", "rows", "knowledge", "repeated")]
    named = words["buyers_named"].format(count=f"{description.buyers:,}")
    return _table(heads, rows, texts=(0, 2)) + _note(named)


def _ageing(description: Description, words: Words) -> str:
    frame = description.ageing
    names = [_bucket(name, words) for name in AGE_BUCKETS]
    bars = [(str(code), [float(value) for value in row]) for code, row in frame[list(AGE_BUCKETS)].iterrows()]
    rows = [[str(code), *_money(row, str(code))] for code, row in frame.iterrows()]
    heads = [words["currency"], *names, words["credits"], words["open"]]
    note = words["ageing_note"].format(end=description.end_day.date().isoformat())
    return charts.stacked(bars, names, words["ageing"]) + _table(heads, rows) + _note(note)


def _bucket(name: str, words: Words) -> str:
    return words[name] if name in words else name.replace("-", "–")


def _behaviour(description: Description, words: Words) -> str:
    late = description.days_late
    labels = _late_labels(words)
    kinds = ["good" if end <= 0 else "late" for end in LATE_EDGES] + ["bad"]
    first = charts.columns(labels, late.tolist(), kinds, words["days_late"])
    shares = description.late_by_month
    months = [month.strftime("%Y-%m") for month in shares.index]
    series = [("any", shares["share_late"].tolist()), ("serious", shares["share_late_30"].tolist())]
    second = charts.lines(months, series, words["late_by_month"])
    legend = (
        f'<p class="legend"><span><i class="any"></i>{escape(words["any_late"])}</span>'
        f'<span><i class="serious"></i>{escape(words["late_30"])}</span></p>'
    )
    return (
        _plot(words["days_late"], first)
        + _note(words["days_late_note"].format(count=f"{int(late.sum()):,}"))
        + _plot(words["late_by_month"], second + legend)
        + _note(words["late_note"])
    )


def _late_labels(words: Words) -> list[str]:
    ends = LATE_EDGES
    inner = [
        str(high) if high == low + 1 else words["range"].format(low=low + 1, high=high)
        for low, high in pairwise(ends)
    ]
    return [words["up_to"].format(number=ends[0]), *inner, words["above"].format(number=ends[-1])]


def _terms(description: Description, words: Words) -> str:
    labels = [words["others"] if days < 0 else str(days) for days in description.terms.index]
    plot = charts.columns(labels, description.terms.tolist(), ["plain"] * len(labels), words["terms"])
    return plot + _note(words["terms_note"])


def _activity(description: Description, words: Words) -> str:
    parts = []
    for name, months in description.months.items():
        labels = [month.strftime("%Y-%m") for month in months.index]
        kinds = [remark or "plain" for remark in months["remark"]]
        plot = charts.columns(labels, months["rows"].tolist(), kinds, words[name])
        parts.append(_plot(words[name], plot) + _note(_remarks(labels, kinds, words)))
    return "".join(parts) + _note(words["activity_note"])


def _remarks(labels: Sequence[str], kinds: Sequence[str], words: Words) -> str:
    texts = []
    for kind in ("gap", "suspicious", "incomplete"):
        months = [label for label, each in zip(labels, kinds, strict=True) if each == kind]
        if months:
            texts.append(words[f"remark_{kind}"].format(months=", ".join(months)))
    return "; ".join(texts) or words["remark_none"]


def _seasons(description: Description, words: Words) -> str:
    heads, months = words["weekdays"].split(), words["months"].split()
    maps = [
        charts.heat_map(
            [(month, row) for month, row in zip(months, frame.to_numpy().tolist(), strict=True)],
            heads,
            words[f"seasons_{name}"],
        )
        for name, frame in description.seasons.items()
    ]
    return f'<div class="pair">{"".join(maps)}</div>'


def _concentration(description: Description, words: Words) -> str:
    frame, measures = description.largest, description.concentration
    if not measures:
        return _note(words["nothing_open"])
    currency = str(frame["currency"].iloc[0])
    told = {name: f"{measures[name]:.1%}" for name in ("top_1", "top_10")}
    note = words["concentration_note"].format(currency=currency, hhi=f"{measures['hhi']:.3f}", **told)
    rows = [
        [
            row["buyer_id"],
            row["name"],
            *_money([row["open_minor"], row["overdue_minor"]], currency),
            f"{row['share']:.1%}",
        ]
        for row in frame.to_dict("records")
    ]
    heads = [words[name] for name in ("buyer", "name", "open_items", "overdue", "share")]
    return _note(note) + _table(heads, rows, texts=(0, 1))


def _currencies(description: Description, words: Words) -> str:
    rows = [
        [
            str(code),
            f"{row['items']:,}",
            f"{row['buyers']:,}",
            *_money([row["amount_minor"], row["open_minor"]], str(code)),
        ]
        for code, row in description.currencies.iterrows()
    ]
    return _table(
        [words[name] for name in ("currency", "items", "number_of_buyers", "amount", "open_items")], rows
    )


def _identifiers(description: Description, words: Words) -> str:
    identities = description.identities
    rows = [
        [row["scheme"], words[f"status_{row['status']}"], f"{row['buyers']:,}"]
        for row in identities.statuses.to_dict("records")
    ]
    heads = [words[name] for name in ("scheme", "status", "number_of_buyers")]
    persons = words["persons"].format(marked=identities.natural_persons, unmarked=identities.unmarked)
    proposals = words["proposals"].format(**identities.proposals)
    return _table(heads, rows, texts=(0, 1)) + _note(persons) + _note(proposals)


def _reconciliation(description: Description, words: Words) -> str:
    rolled = description.rolled
    state = {0: "state_none"}.get(rolled.compared, "state_differs" if rolled.failed else "state_reconciled")
    kind = {"state_none": "warn", "state_differs": "wrong", "state_reconciled": "fine"}[state]
    told = words[state].format(failed=f"{rolled.failed:,}", compared=f"{rolled.compared:,}")
    compared, differ = import_result(description.portfolio)
    if compared:
        told += " " + words["state_import"].format(compared=f"{compared:,}", differ=f"{differ:,}")
    names = (
        "currency",
        "accounts",
        "opening",
        "invoiced",
        "closed",
        "closing",
        "control_figures",
        "figures_that_differ",
    )
    rows = [[_grouped(row[name]) for name in names] for row in rolled.by_currency().to_dict("records")]
    last = (rolled.end - np.timedelta64(1, "D")).astype(str)
    note = words["reconciliation_note"].format(start=rolled.start, end=last)
    return (
        f'<p class="{kind}">{escape(told)}</p>' + _table([words[name] for name in names], rows) + _note(note)
    )


def _money(values: Any, currency: str) -> list[str]:
    minor = np.asarray(values, dtype=np.int64)
    decimals = decimals_array(pd.Series([currency] * len(minor)))
    return [_grouped(text) for text in text_from_minor(minor, decimals)]


def _grouped(value: Any) -> str:
    """Return a number with a comma at the thousands; other texts as they are."""
    whole, point, fraction = str(value).partition(".")
    return f"{int(whole):,}{point}{fraction}" if whole.lstrip("-").isdigit() else str(value)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], texts: Sequence[int] = (0,)) -> str:
    kinds = [' class="text"' if at in texts else "" for at in range(len(heads))]
    head = "".join(f"<th{kind}>{escape(text)}</th>" for kind, text in zip(kinds, heads, strict=True))
    body = "".join(
        "<tr>"
        + "".join(f"<td{kind}>{escape(text)}</td>" for kind, text in zip(kinds, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _plot(title: str, plot: str) -> str:
    return f"<figure><figcaption>{escape(title)}</figcaption>{plot}</figure>"


def _note(text: str) -> str:
    return f"<p>{escape(text)}</p>"


_SECTIONS: dict[str, Callable[[Description, Words], str]] = {
    "contents": _contents,
    "reconciliation": _reconciliation,
    "ageing": _ageing,
    "behaviour": _behaviour,
    "terms": _terms,
    "activity": _activity,
    "seasons": _seasons,
    "concentration": _concentration,
    "currencies": _currencies,
    "identifiers": _identifiers,
}

_WITHOUT_LEDGER = ("contents", "identifiers")
