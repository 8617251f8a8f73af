"""Writes docs/guides/checking.md, the guide to `credence data check`, with its table from the code."""

from __future__ import annotations

from pathlib import Path

from features.contradictions.entry import ACTIONS, Check
from features.contradictions.table import CHECKS

_TARGET = Path(__file__).parent.parent / "docs" / "guides" / "checking.md"

_HEAD = """# Checking a portfolio

```
credence data check DIR                  read, reconcile, look for contradictions; writes DIR/check.md
credence data check DIR --rows 20        list up to 20 rows of each finding, with ids, in the report
credence data check DIR --strict         refuse contradictions and notices
credence data check DIR --repair OUT     write a repaired copy to the new folder OUT
```

Three things can be wrong with a portfolio, and each has its own answer.

1. **A table cannot be read**: a column lacks, a date is none, an allocation names an unknown invoice.
   The table is refused whole (exit code 2), as before anything else is done with it. `credence data
   import` sets such rows aside.
2. **Facts contradict each other**: each row is well-formed, and together they cannot be true. They are
   told with counts and amounts by currency. An *error* cannot be true (exit code 1); a *notice* may be,
   and is worth a look (exit code 0).
3. **The books do not add up** to the table `balances` (exit code 1). Without a control figure the answer
   is `not reconciled: no control figure`.

Judged are the facts in force at the end of the books: what a later version corrects or takes back is no
contradiction any more. The end of the books is `observed_until`. Where a few mistyped years have set it
(at most 5 % of the rows, more than three years behind all others), it is the last row before them.

The report says of each finding what was expected, what was found, what features make of it as it stands,
and what to do; then it lists every check with its count, or what it lacks to say anything. Ids are in it
only with `--rows`, never on the terminal; names of buyers never. Where DIR cannot be written to, the
command says so and answers all the same; `--report FILE` names another file. `--json` prints the
findings as one object.

## Repair

`--repair OUT` writes a copy without errors to OUT, whole or not at all, never over a folder that is
there. Notices are left alone. `OUT/set_aside.csv` has a line for each row that was changed or set aside:
table, row (counted from 1, as the table was read), column, check, what was done, why, and the row as it
was. The exit code is 0, or 1 where more than 5 % of the rows were set aside or the balances differ. A
repair is a default, not the truth: correcting the source is better.

The row in force is what is repaired: an earlier version of the same fact counts again where there is one
and it is sound. What can be mended is mended; the rest is set aside:

"""

_NOTES = """
Thresholds: a date is in the far future more than 366 days after the end of the books; `no_rate_known`
looks from `observed_from` on; `unit_jump` compares with the statement of a year before (within 45 days,
as many months, one currency, consolidated alike) and tells only the first of a jump up and back;
rounding of 0.5 % of total assets is allowed everywhere.
"""


def text() -> str:
    """Return the page."""
    return "\n".join(
        [_HEAD + _actions(), _table("error", "Contradictions"), _table("notice", "Notices") + _NOTES]
    )


def _actions() -> str:
    rows = [f"| {action.replace('_', ' ')} | {words} |" for action, words in ACTIONS.items()]
    return "\n".join(["| repair | what is done |", "|---|---|", *rows, ""])


def _table(severity: str, title: str) -> str:
    groups: dict[str, list[Check]] = {}
    for check in CHECKS:
        if check.severity == severity:
            groups.setdefault(check.code, []).append(check)
    head = "| check | where | expected | found | features as it stands | next step | repair |\n"
    rows = [_row(checks) for checks in groups.values()]
    return "\n".join([f"## {title}\n", head + "|---|---|---|---|---|---|---|", *rows, ""])


def _row(checks: list[Check]) -> str:
    first = checks[0]
    places = "; ".join(_places(checks))
    expected = first.expected if len({check.expected for check in checks}) == 1 else _general(first)
    cells = [f"`{first.code}`", places, expected, first.found, first.unrepaired, first.next_step]
    return "| " + " | ".join([*cells, first.action.replace("_", " ")]) + " |"


def _places(checks: list[Check]) -> list[str]:
    """Return each column with the tables in which it is looked at."""
    columns = dict.fromkeys(check.column for check in checks)
    tables = {name: [check.table for check in checks if check.column == name] for name in columns}
    return [f"`{name}` of {', '.join(each)}" for name, each in tables.items()]


def _general(check: Check) -> str:
    """Return what is expected in words that fit every table."""
    return check.expected.replace(check.expected.rsplit(" ", 1)[-1], "the date of the fact")


if __name__ == "__main__":
    _TARGET.write_text(text(), encoding="utf-8")
