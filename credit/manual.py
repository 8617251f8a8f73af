"""The credit manual: a policy as a text for people, made from its numbers."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from credit.locales import check_language, value_text
from credit.manual_texts import COLUMNS, FOREWORD, GRADE_COLUMNS, INTRODUCTIONS, TITLE
from credit.policy import Policy
from credit.policy_lines import Line, lines_of
from credit.policy_words import SECTIONS

__all__ = ["manual_html", "manual_markdown"]

_HASH_DIGITS = 12


class _Chapter(NamedTuple):
    """A chapter: heading, introduction (may be empty), and a table with its heads."""

    title: str
    says: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


def manual_markdown(policy: Policy, lang: str = "en", currency: str = "XXX") -> str:
    """Return the manual of a policy as Markdown.

    Parameters
    ----------
    policy : Policy
    lang : {"en", "zh"}
    currency : str
        ISO 4217 code of the reporting currency; money has no code where it is unknown.

    Raises
    ------
    InputError
        A language without texts.

    Examples
    --------
    >>> text = manual_markdown(Policy.default(), currency="EUR")
    >>> "| EUR 50,000 | most that a payment record alone gives | `capacity.record_cap` |" in text
    True
    """
    parts = [f"# {TITLE.of(lang)}", _foreword(policy, lang)]
    for chapter in _chapters(policy, lang, currency):
        parts.append(f"## {chapter.title}")
        parts += [chapter.says] if chapter.says else []
        lines = [chapter.heads, ["---"] * len(chapter.heads), *chapter.rows]
        parts.append("\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines))
    return "\n\n".join(parts) + "\n"


def manual_html(policy: Policy, lang: str = "en", currency: str = "XXX") -> str:
    """Return the manual as a page of HTML that needs no other file; arguments as `manual_markdown`."""
    title = html.escape(TITLE.of(lang))
    body = [f"<h1>{title}</h1>", f"<p>{html.escape(_foreword(policy, lang))}</p>"]
    for chapter in _chapters(policy, lang, currency):
        body.append(f"<h2>{html.escape(chapter.title)}</h2>")
        body += [f"<p>{html.escape(chapter.says)}</p>"] if chapter.says else []
        rows = [_row("th", chapter.heads), *(_row("td", row) for row in chapter.rows)]
        body.append("<table>\n" + "\n".join(rows) + "\n</table>")
    head = f'<meta charset="utf-8">{_VIEWPORT}<title>{title}</title><style>{_STYLE}</style>'
    told = "\n".join(body)
    return f'<!doctype html>\n<html lang="{lang}"><head>{head}</head>\n<body>\n{told}\n</body></html>\n'


_VIEWPORT = '<meta name="viewport" content="width=device-width, initial-scale=1">'

_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}th,td{border:1px solid #bbb;padding:.3rem "
    ".5rem;text-align:left;overflow-wrap:anywhere}"
)


def _foreword(policy: Policy, lang: str) -> str:
    check_language(lang)
    words = FOREWORD.of(lang)
    return words.format(id=policy.id, version=policy.version, hash=policy.hash[:_HASH_DIGITS])


def _chapters(policy: Policy, lang: str, currency: str) -> Iterator[_Chapter]:
    lines = lines_of(policy)
    for section, title in SECTIONS.items():
        says = INTRODUCTIONS[section].of(lang) if section in INTRODUCTIONS else ""
        if section == "grades":
            heads = [each.of(lang) for each in GRADE_COLUMNS]
            yield _Chapter(title.of(lang), says, heads, list(_grades(policy, lang)))
        elif section:
            own = [_told(line, lang, currency) for line in lines if line.section == section]
            yield _Chapter(title.of(lang), says, [each.of(lang) for each in COLUMNS], own)


def _told(line: Line, lang: str, currency: str) -> tuple[str, str, str]:
    # Reason: the step of a currency is money in that currency.
    own = line.key.removeprefix("rounding.steps.") if line.key.startswith("rounding.steps.") else currency
    return line.value_text(lang, own), line.rule.does.of(lang), f"`{line.key}`"


def _grades(policy: Policy, lang: str) -> Iterator[tuple[str, str, str]]:
    for grade in policy.grades:
        yield grade.name, f"{grade.midpoint_percent:.10g}%", value_text(grade.validity_months, "months", lang)
    yield "-", "-", value_text(policy.validity_months_without_grade, "months", lang)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _row(tag: str, cells: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{html.escape(cell.strip('`'))}</{tag}>" for cell in cells) + "</tr>"
