"""The credit manual, made from the policy's numbers."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from credit.manual import manual_html, manual_markdown
from credit.policy import Policy
from credit.policy_lines import lines_of
from features.errors import InputError

GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_manual_of_the_shipped_policy_reads_as_agreed(lang: str, pytestconfig: pytest.Config):
    file, text = GOLDEN / f"manual_{lang}.md", manual_markdown(Policy.default(), lang, "EUR")
    if pytestconfig.getoption("update_golden"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8"), "look at it, then run with --update-golden"


@pytest.mark.parametrize("write", [manual_markdown, manual_html])
def test_every_number_of_the_policy_is_in_the_manual(write):
    policy = Policy.default()
    text = write(policy, "en", "EUR")
    told = [line for line in lines_of(policy) if line.section not in ("", "grades")]
    assert all(line.key in text and line.rule.does.en.split("'")[0] in text for line in told)
    assert all(f"{grade.midpoint_percent:.10g}%" in text for grade in policy.grades)


def test_another_number_makes_another_manual():
    policy = Policy.default()
    capacity = policy.capacity.model_copy(update={"record_cap": 81_234.0})
    text = manual_markdown(policy.model_copy(update={"capacity": capacity}), "en", "EUR")
    assert "| EUR 81,234 | most that a payment record alone gives |" in text
    assert policy.hash[:12] not in text


def test_a_policy_named_like_markup_stays_text():
    odd = Policy.default().model_copy(update={"id": "<b>a|b</b>"})
    assert "<b>" not in manual_html(odd)
    assert "&lt;b&gt;a|b&lt;/b&gt;" in manual_html(odd)


def test_the_page_closes_what_it_opens():
    class Tags(HTMLParser):
        opened: list[str] = []  # noqa: RUF012 (one parser, one list)

        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag != "meta":
                self.opened.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert self.opened.pop() == tag

    page = Tags()
    page.feed(manual_html(Policy.default(), "zh"))
    assert page.opened == []


def test_an_unknown_language_is_refused():
    with pytest.raises(InputError):
        manual_markdown(Policy.default(), "fr")
