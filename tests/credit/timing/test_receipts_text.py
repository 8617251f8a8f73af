from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from credit.page_text import WIDTH, text_width
from credit.timing.odds import FATES, ItemOdds
from credit.timing.open_ledger import OpenLedger
from credit.timing.receipts import forecast_receipts
from credit.timing.receipts_table import receipts_json
from credit.timing.receipts_text import receipts_text
from credit.timing.weeks import Weeks
from features.errors import InputError

AS_OF = pd.Timestamp("2026-06-30T21:59:59")
TODAY = 20634
RATES = {"EUR": 0.01, "CNY": 0.0013, "USD": 0.0092, "NOK": np.nan}
CASES = {"several_currencies": ["EUR", "CNY", "USD", "NOK"], "one_currency": ["EUR"]}


def told(currencies: list[str], weeks_told: int = 13) -> dict:
    """A forecast of 240 items, made without a model: every fourth buyer has a memo, one item is unknown."""
    random, count, weeks = np.random.default_rng(11), 240, Weeks(TODAY, weeks_told)
    open_minor = random.integers(20_000, 9_000_000, count)
    set_off = np.where(np.arange(count) % 12 == 0, open_minor // 3, 0)
    due = TODAY + random.integers(-200, 70, count)
    items = pd.DataFrame({
        "buyer": np.arange(count) // 6, "item": np.arange(count),
        "currency": np.array(currencies, object)[np.arange(count) % len(currencies)],
        "issued_day": due - 30, "due_day": due, "amount_minor": open_minor, "open_minor": open_minor,
        "set_off_minor": set_off, "expected_minor": open_minor - set_off,
    })  # fmt: skip
    parts = random.dirichlet([6.0] * 4 + [1.0] * 9 + [0.5] * len(FATES), count)
    known = np.arange(count) != 7
    odds = ItemOdds(
        known, np.cumsum(parts[:, :weeks_told], axis=1) * known[:, None], parts[:, 13:] * known[:, None]
    )
    opened = OpenLedger(AS_OF, TODAY, items, {"EUR": 70_00} if len(currencies) > 1 else {})
    forecast = forecast_receipts(opened, odds, weeks, RATES, "EUR")
    return receipts_json(forecast, AS_OF, {"release": "r0003-12345678", "timing": "timing@2"})


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("name", CASES)
def test_the_table_reads_as_it_should(name: str, lang: str, matches_golden):
    matches_golden(f"receipts_{name}_{lang}", receipts_text(told(CASES[name]), lang))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_line_is_wider_than_the_page_even_with_large_amounts(lang: str):
    report = told(CASES["several_currencies"])
    text = receipts_text(report, lang)
    assert max(text_width(line) for line in text.splitlines()) <= WIDTH
    assert sum(line.startswith("2026-W") for line in text.splitlines()) == 5 * 13


def test_one_week_is_no_plural_and_the_sum_says_whether_every_currency_is_in_it():
    text = receipts_text(told(["EUR", "CNY"], weeks_told=1), "en")
    assert "later than 1 week  " in text
    assert "(all currencies, at the rates known then)" in text


def test_a_language_without_texts_is_refused():
    with pytest.raises(InputError, match="expected en or zh"):
        receipts_text(told(CASES["one_currency"]), "fr")
