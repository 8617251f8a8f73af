"""``credence data describe`` and its page, as a credit officer reads it."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from credence.cli.data import data
from credence.describe.page import page
from credence.describe.words import WORDS
from features.description.describe import describe
from features.files import write
from features.portfolio import Portfolio, Seller, from_frames

GOLDEN = Path(__file__).parent / "golden"
CHROMIUM = shutil.which("chromium")


def small() -> Portfolio:
    invoices = {
        "invoice_id": ["1", "2", "3", "4"],
        "buyer_id": ["甲", "甲", "<b>&", "c"],
        "issued_on": ["2024-01-05", "2024-03-05", "2024-03-06", "2024-04-02"],
        "due_on": ["2024-02-04", "2024-04-04", "2024-04-05", "2024-05-02"],
        "amount": ["1000.00", "2500.50", "300.25", "80"],
        "currency": ["EUR", "EUR", "EUR", "JPY"],
    }
    money = {
        "invoice_id": ["1", "2"],
        "settled_on": ["2024-02-14", "2024-04-04"],
        "amount": ["1000", "500.50"],
    }
    buyers = {
        "buyer_id": ["甲", "<b>&", "c"],
        "name": ["北京测试有限公司", "<script>alert('&')</script>", "北京测试有限公司"],
        "country": ["CN", "DE", "CN"],
        "registration_scheme": ["USCC", "DUNS", "USCC"],
        "registration_id": ["91110000802100433B", "123456789", "921100008021004338"],
    }
    balances = {"buyer_id": ["甲"], "on_date": ["2024-04-10"], "currency": ["EUR"], "amount": ["2000.00"]}
    frames = {
        "buyers": pd.DataFrame(buyers),
        "invoices": pd.DataFrame(invoices),
        "allocations": pd.DataFrame(money).assign(kind="payment"),
        "balances": pd.DataFrame(balances),
    }
    return from_frames(frames, Seller("me", name="<i>Seller</i>"), observed_until="2024-04-10")


def text_of(markup: str) -> str:
    """Return what a reader sees: one line a row, plots left to the browser."""
    body = re.sub(r"<style>.*?</style>|<svg.*?</svg>", "", markup, flags=re.DOTALL)
    body = re.sub(r"</(tr|p|h1|h2|caption|figcaption|section)>", "\n", body)
    text = re.sub(r"[ ]*\|[| ]*\n", "\n", re.sub(r"</t[dh]>", " | ", body))
    return html.unescape(re.sub(r"<[^>]+>", "", text))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_reads_as_expected(language, request: pytest.FixtureRequest):
    golden = GOLDEN / f"describe_{language}.txt"
    text = text_of(page(describe(small()), language))
    if request.config.getoption("--update-golden"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_customer_data_are_escaped_and_nothing_is_loaded():
    markup = page(describe(small()))
    assert "<script" not in markup
    assert "&lt;script&gt;alert(&#x27;&amp;&#x27;)&lt;/script&gt;" in markup
    assert "<i>Seller" not in markup
    assert not re.search(r"(src|href)=|url\(|@import|https?:", markup)


def test_both_languages_have_every_text_with_the_same_fields():
    for key, (english, chinese) in WORDS.items():
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", chinese)), key
        assert english.strip(), key
        assert chinese.strip(), key


def test_a_portfolio_of_statements_alone_says_what_it_cannot_say():
    statement = {"buyer_id": ["a"], "period_end": ["2024-12-31"], "currency": ["EUR"], "revenue": [1.0]}
    text = text_of(page(describe(from_frames({"statements": pd.DataFrame(statement)}, Seller("me")))))
    assert "There are no invoices" in text
    assert "Ageing" not in text


def test_the_command_writes_one_file(tmp_path: Path):
    write(small(), tmp_path / "p")
    ran = CliRunner().invoke(data, ["describe", str(tmp_path / "p"), "--lang", "zh", "--json"])
    assert ran.exit_code == 0, ran.exception
    told = json.loads(ran.stdout)
    assert told["page"] == str(tmp_path / "p" / "describe.html")
    assert '<html lang="zh-CN">' in Path(told["page"]).read_text(encoding="utf-8")


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="needs chromium: `make system` installs it")
def test_a_browser_draws_the_page(tmp_path: Path):
    """The plots are parsed as drawings, the hostile name as text, and no table is cut at the usual width."""
    target = tmp_path / "page.html"
    probe = (
        "<script>document.body.dataset.seen=JSON.stringify({"
        "bars:[...document.querySelectorAll('svg rect')].filter(r=>r.getBBox().height>0).length,"
        "cut:[...document.querySelectorAll('.wide')].filter(w=>w.scrollWidth>w.clientWidth).length,"
        "name:[...document.querySelectorAll('td')].some(d=>d.textContent.startsWith('<script>'))})</script>"
    )
    target.write_text(page(describe(small())).replace("</body>", f"{probe}</body>"), encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    command = [str(CHROMIUM), *options, "--window-size=1100,900", "--dump-dom", target.as_uri()]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    found = re.search(r'data-seen="([^"]+)"', ran.stdout)
    assert found is not None
    seen = json.loads(html.unescape(found[1]))
    assert seen["bars"] > 8
    assert (seen["cut"], seen["name"]) == (0, True)


def test_write_offs_and_allocations_have_words_of_their_own():
    for english, chinese in WORDS.values():
        if "written off" in english.lower() or "written-off" in english.lower():
            assert "坏账核销" in chinese
        else:
            assert "坏账" not in chinese
