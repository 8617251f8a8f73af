"""Writes docs/guides/worked-example.md: one buyer from ledger to limit, by the code's own answer.

Every step stands in a block as ``name = formula``, the same with numbers, and the result that the code gave;
``name = number`` alone is an input. Formulas are plain Python, so that a reader, and a test, can follow them.
"""

from __future__ import annotations

import re
import tempfile
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from serving.compiled import keep_compiled_code

# Reason: Numba reads where compiled code is kept when it is imported; elsewhere the engine is compiled anew.
keep_compiled_code(Path(".credence"))

from credit.assessor import Assessor  # noqa: E402
from credit.book import Book  # noqa: E402
from credit.definition import DefaultDefinition  # noqa: E402
from credit.policy import Policy  # noqa: E402
from credit.prior.scorecard import Scorecard  # noqa: E402
from credit.release import Release  # noqa: E402
from features.build import Packed, pack_portfolio  # noqa: E402
from features.instants import month_end_before  # noqa: E402
from features.sources.simulator import simulate_portfolio  # noqa: E402
from training.pipeline import fit_tested  # noqa: E402
from training.run import Recipe  # noqa: E402
from training.subjects import Outcome  # noqa: E402

_TARGET = Path(__file__).parent.parent / "docs" / "guides" / "worked-example.md"

BUYERS, YEARS, SEED, BUYER = 24, 2, 7, "B000002"
_NAME = re.compile(r"\b[a-z_][a-z0-9_]*\b")
_TENURE = "tenure_days"
_BUDGET = "expected_loss_budget_share_of_sales"
_WIDTH = 110

_HEAD = f"""# One buyer from ledger to limit

Every number of this page can be found again by hand. The world is small and simulated:

```
credence data simulate DIR --buyers {BUYERS} --years {YEARS} --seed {SEED}
credence train default DIR
credence assess DIR --buyer {BUYER} --json
```

Nobody has defaulted long enough ago to learn from, so the default model is the shipped scorecard
(`credit/prior/scorecard.yaml`) at its own level. Names, formulas and results stand in blocks: the first line
is the formula, the second the same with numbers, the last the answer of the code; a line with a number alone
is an input, and says where it is from. `ln`, `exp`, `sqrt`, `log10`, `floor`, `min`, `max` and `median` are
the usual functions, `%` is the remainder of a division, and `beta_quantile(q, a, b)` is the point of a Beta
distribution below which the share q lies. Amounts are in the reporting currency; rules are those of
`credit/policies/default.yaml`. Inputs are rounded as shown, so that the last digit of a result may differ by
one. This page is written by `make docs`.
"""


class Page:
    """Text, tables and steps whose later formulas name earlier results."""

    def __init__(self) -> None:
        self._lines = [_HEAD]
        self._shown: dict[str, str] = {}

    def say(self, text: str) -> None:
        """Add a paragraph or a heading."""
        self._lines.append(text if text.startswith(("#", "- ")) else textwrap.fill(text, _WIDTH))
        self._lines.append("")

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Add a table."""
        lines = [heads, ["---"] * len(heads), *rows]
        self._lines.append("\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n")

    def given(self, *inputs: tuple[str, float, int, str]) -> None:
        """Add inputs: name, value, decimals, and where it is from."""
        lines = []
        for name, value, decimals, source in inputs:
            self._shown[name] = f"{value:.{decimals}f}"
            lines.append(f"{name} = {self._shown[name]}  # {source}")
        self._block(lines)

    def step(self, name: str, formula: str, result: float, decimals: int = 2) -> None:
        """Add a formula, the same with numbers, and the result that the code gave."""
        numbers = _NAME.sub(lambda found: self._number(found.group()), formula)
        self._shown[name] = f"{result:.{decimals}f}"
        told = dict.fromkeys((formula, numbers, self._shown[name]))
        heads = [name, *[" " * len(name)] * (len(told) - 1)]
        self._block([f"{head} = {each}" for head, each in zip(heads, told, strict=True)])

    def _number(self, name: str) -> str:
        shown = self._shown.get(name, name)
        return f"({shown})" if shown.startswith("-") else shown

    def _block(self, lines: Sequence[str]) -> None:
        self._lines.append("\n".join(["```text", *lines, "```", ""]))

    def __str__(self) -> str:
        return "\n".join(self._lines).replace("```\n\n```text\n", "\n")


class Example:
    """The small world, the model, and what the code says of one buyer."""

    def __init__(self) -> None:
        self.packed = pack_portfolio(simulate_portfolio(BUYERS, YEARS, SEED))
        self.policy = Policy.default()
        self.assessor = Assessor(self.packed, _release(self.packed, self.policy))
        self.moment = self.assessor.moment(None)
        self.month_end = month_end_before(self.moment, self.packed.seller.timezone)
        self.day = pd.Timestamp(self.moment.tz_localize("UTC").tz_convert(self.packed.seller.timezone).date())
        self.said = self.assessor.assess(BUYER)
        self.book: Book = self.assessor.book(self.moment)  # type: ignore[assignment]
        self.candidates = {each["code"]: each for each in self.said["limit"]["candidates"]}

    def invoices(self) -> pd.DataFrame:
        """Return the buyer's invoices with what of each is settled and open, in currency units."""
        tables = self.packed.portfolio.tables
        invoices = tables["invoices"]
        own = invoices[(invoices["buyer_id"] == BUYER) & (invoices["kind"] == "invoice")].copy()
        settled = tables["allocations"].groupby("invoice_id")["amount_minor"].sum()
        own["amount"] = own["amount_minor"] / 100
        own["settled"] = own["invoice_id"].map(settled).fillna(0) / 100
        own["open"] = own["amount"] - own["settled"]
        own["days_past_due"] = (self.day - own["due_on"]).dt.days
        own["days_ago"] = (self.day - own["issued_on"]).dt.days
        own["terms_days"] = (own["due_on"] - own["issued_on"]).dt.days
        return own


def _release(packed: Packed, policy: Policy) -> Release:
    recipe = Recipe(Outcome("default", definition=DefaultDefinition.load()))
    with tempfile.TemporaryDirectory() as folder:
        run = fit_tested(packed, recipe, Path(folder) / "model", lambda _: None)
    seller = packed.seller.seller_id
    return Release("not released", seller, {"default": run.model}, {"default": "default@1"}, policy)


def _owed(page: Page, example: Example) -> None:
    page.say(f"## 1. What is owed on {example.day:%Y-%m-%d}")
    page.say("Invoices that are not settled. What is past its due date is overdue.")
    items = example.invoices()
    rows = items[items["open"] > 0.005]
    page.table(
        ["invoice", "due on", "amount", "settled", "open", "days past due"],
        [
            [each.invoice_id, f"{each.due_on:%Y-%m-%d}", f"{each.amount:.2f}", f"{each.settled:.2f}",
             f"{each.open:.2f}", str(each.days_past_due)]
            for each in rows.itertuples()
        ],
    )  # fmt: skip
    limit = example.said["limit"]
    amounts = [f"{amount:.2f}" for amount in rows["open"]]
    late = [f"{each.open:.2f}" for each in rows.itertuples() if each.days_past_due > 0]
    page.step("exposure", " + ".join(amounts), limit["exposure"])
    page.step("overdue", " + ".join(late), limit["overdue_amount"])


def _need(page: Page, example: Example) -> None:
    page.say("## 2. What its purchases need")
    page.say(
        "All invoices of the last 365 days, in twelve parts of 365 / 12 days, of which 0 is the latest. The "
        "buyer has been one for longer than a year, so that nothing is taken to a year. Usual terms are the "
        "median."
    )
    items = example.invoices()
    year = items[items["days_ago"] < 365].assign(
        part=lambda each: (each["days_ago"] * 12 // 365).clip(upper=11)
    )
    page.table(
        ["invoice", "issued on", "days ago", "part", "amount", "terms"],
        [
            [each.invoice_id, f"{each.issued_on:%Y-%m-%d}", str(each.days_ago), str(each.part),
             f"{each.amount:.2f}", str(each.terms_days)]
            for each in year.itertuples()
        ],
    )  # fmt: skip
    parts = year.groupby("part")["amount"].sum().sort_values(ascending=False)
    need, rules = example.candidates["need"], example.policy.need
    inputs = need["inputs"]
    page.given(
        ("yearly_purchases", inputs["yearly_purchases"], 2, "sum of the amounts"),
        ("busiest", float(parts.iloc[0]), 2, "the part with most"),
        ("second_busiest", float(parts.iloc[1]), 2, "the part with second most"),
        ("terms_days", inputs["terms_days"], 0, "median of the terms"),
        ("tolerance_days", float(rules.tolerance_days), 0, "need.tolerance_days"),
    )
    page.say(
        "The busiest month is the 95 % point of the parts: 0.45 of the way from the second to the first."
    )
    formula = "(second_busiest + 0.45 * (busiest - second_busiest)) / (yearly_purchases / 12)"
    page.step("peak", formula, inputs["peak_factor"], 6)
    page.step("need", "yearly_purchases / 365 * (terms_days + tolerance_days) * peak", need["amount"])


def _score(page: Page, example: Example) -> None:
    page.say("## 3. Score, and what it is made of")
    score, scale = example.said["score"], example.policy.loss_of("").scale
    page.say("What each fact adds, in points; the base is what no fact explains.")
    page.table(
        ["group", "feature", "value", "points"],
        [
            [group["group"], f"`{each['name']}`", _value(each["value"]), f"{each['points'] + 0.0:.4f}"]
            for group in score["groups"]
            for each in group["features"]
        ],
    )
    points = [f"{group['points']:.4f}" for group in score["groups"] if group["points"]]
    page.given(("base_points", score["base"], 4, "score.base of the assessment"))
    page.say("The groups, whose points the reasons of the score tell, add up to it.")
    page.step("score", "base_points" + "".join(f" + ({each})" for each in points), score["points"], 4)
    _tenure(page, score)
    page.say("Score and probability of default say the same thing.")
    page.given(
        ("scale_base", scale.base, 0, "definitions.scale.base"),
        ("scale_odds", scale.odds, 0, "definitions.scale.odds"),
        ("points_to_double", scale.pdo, 0, "definitions.scale.pdo"),
    )
    page.step("factor", "points_to_double / ln(2)", scale.factor, 6)
    page.step("offset", "scale_base - factor * ln(scale_odds)", scale.offset, 4)
    page.step("pd", "1 / (1 + exp((score - offset) / factor))", example.said["default"]["probability"], 8)


def _value(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.6g}"


def _tenure(page: Page, score: dict[str, Any]) -> None:
    """Tell the points of one curve of the scorecard."""
    card = Scorecard.load()
    told = {each["name"]: each for group in score["groups"] for each in group["features"]}[_TENURE]
    knots = next(curve.knots for curve in card.curves if curve.feature == _TENURE)
    place = sum(told["value"] >= at for at, _ in knots)
    (left, high), (right, low) = knots[place - 1], knots[place]
    page.say(f"One of them, `{_TENURE}`, by its curve: a line between two knots, times the spread.")
    page.given(
        (_TENURE, told["value"], 0, "days since the first invoice"),
        ("left", left, 0, "knot before it"),
        ("left_log_odds", high, 2, "its log-odds"),
        ("right", right, 0, "knot after it"),
        ("right_log_odds", low, 2, "its log-odds"),
        ("spread", card.spread, 2, "spread of the scorecard"),
    )
    formula = "left_log_odds + (right_log_odds - left_log_odds) * (tenure_days - left) / (right - left)"
    page.step("tenure_points", f"-20 / ln(2) * spread * ({formula})", told["points"], 4)


def _grade(page: Page, example: Example) -> None:
    page.say("## 4. Grade and interval")
    default, rules, grades = example.said["default"], example.policy.interval, example.policy.grades
    name = example.said["grade"]["computed"]
    place = [grade.name for grade in grades].index(name)
    below, own, above = (grade.midpoint_percent / 100 for grade in grades[place - 1 : place + 2])
    page.say(f"The border of two grades is the geometric mean of their midpoints. The grade is {name}.")
    page.given(
        ("midpoint_safer", below, 6, f"midpoint of grade {grades[place - 1].name}"),
        ("midpoint", own, 6, f"midpoint of grade {name}"),
        ("midpoint_riskier", above, 6, f"midpoint of grade {grades[place + 1].name}"),
    )
    borders = example.policy.master_scale.borders
    page.step("border_safer", "sqrt(midpoint_safer * midpoint)", borders[place - 1], 8)
    page.step("border_riskier", "sqrt(midpoint * midpoint_riskier)", borders[place], 8)
    page.say("Payments and accounts are known: what the file is worth, in observed buyers. The interval:")
    page.given(("worth", float(rules.worth.payments_and_accounts), 0, "interval.worth.payments_and_accounts"))
    beta = "pd * worth + 0.5, (1 - pd) * worth + 0.5"
    page.step("pd_low", f"beta_quantile({rules.lower:g}, {beta})", default["low"], 8)
    page.step("pd_high", f"beta_quantile({rules.upper:g}, {beta})", default["high"], 8)


def _book(page: Page, example: Example) -> None:
    page.say(f"## 5. The price of risk of the whole book on {example.month_end:%Y-%m-%d}")
    page.say(
        "Every buyer known at the last month end: what it owed, its need as in step 2, its PD as the budget "
        "takes it, and its expected loss, need x loss rate x kept share. A buyer without purchases has no "
        "need and no part. The price is the lowest at which the last column adds up to the budget."
    )
    book, told = example.book, example.assessor.assess_all(example.month_end.to_pydatetime())[1]
    page.table(
        ["buyer", "owed", "need", "PD", "expected loss"],
        [_book_row(each, example) for each in told if each["buyer_id"] in _known(example)],
    )
    rules = example.policy.economics
    loss = example.said["expected_loss"]
    page.given(
        ("yearly_sales", book.yearly_sales, 2, "yearly_credit_sales of the seller"),
        (
            "budget_share",
            rules.expected_loss_budget_share_of_sales,
            4,
            f"economics.{_BUDGET}",
        ),
        ("margin", book.margin, 2, "margin of the seller"),
        ("lgd", loss["lgd"], 2, "definitions.lgd"),
        ("cure_rate", loss["cure_rate"], 2, "definitions.cure_rate"),
        ("price", float(book.shadow_price or 0.0), 8, "the price at which the table adds up to the budget"),
    )
    page.step("budget", "yearly_sales * budget_share", book.budget)


def _known(example: Example) -> set[str]:
    facts = example.assessor.limits_at(example.month_end)
    return {subject.buyer_id for subject, _ in facts}


def _book_row(said: dict[str, Any], example: Example) -> list[str]:
    found = {each["code"]: each for each in said["limit"]["candidates"]}
    book, need, inputs = example.book, found["need"]["amount"], found["expected_loss_budget"]["inputs"]
    owed = f"{book.exposures.get(said['buyer_id'], 0.0):.2f}"
    if need is None or "pd" not in inputs:
        return [said["buyer_id"], owed, "", "", ""]
    rate = inputs["pd"] * inputs["lgd"] * (1 - inputs["cure_rate"])
    kept = max(0.0, 1 - (book.shadow_price or 0.0) * rate / book.margin)
    return [said["buyer_id"], owed, f"{need:.2f}", f"{inputs['pd']:.8f}", f"{need * rate * kept:.4f}"]


def _candidates(page: Page, example: Example) -> None:
    found = example.candidates
    page.say("## 6. What each side allows")
    page.say("**Expected-loss budget.** The need, less what the price of risk cuts.")
    kept = found["expected_loss_budget"]["inputs"]["kept_share"]
    rate = example.said["expected_loss"]["pd"] * example.said["expected_loss"]["lgd"]
    page.step("loss_rate", "pd * (1 - cure_rate) * lgd", rate, 8)
    page.step("kept_share", "max(0, 1 - price * loss_rate / margin)", kept, 8)
    page.step("loss_budget", "need * kept_share", found["expected_loss_budget"]["amount"])
    inputs, rules = found["capacity"]["inputs"], example.policy.capacity
    page.say(f"**Capacity**, from the accounts of {inputs['accounts_year']:.0f}.")
    page.given(
        ("tangible_net_worth", inputs["tangible_net_worth"], 0, "accounts"),
        ("working_capital", inputs["working_capital"], 0, "accounts"),
        ("accounts_payable", inputs["accounts_payable"], 0, "accounts"),
        ("net_worth_share", rules.tangible_net_worth_share, 2, "capacity.tangible_net_worth_share"),
        ("working_capital_share", rules.working_capital_share, 2, "capacity.working_capital_share"),
        ("payables_share", rules.payables_share, 2, "capacity.payables_share"),
    )
    by_worth = "min(net_worth_share * tangible_net_worth, working_capital_share * working_capital)"
    page.step("by_net_worth", by_worth, inputs["net_worth_rule"])
    page.step("by_payables", "payables_share * accounts_payable", inputs["payables_share"])
    page.step("capacity", "median(by_net_worth, by_payables)", found["capacity"]["amount"])
    caps, book = example.policy.concentration, example.book
    page.say("**Concentration**: one buyer of all that was owed, and of the seller's equity.")
    page.given(
        ("receivables", book.receivables, 2, "sum of what was owed, step 5"),
        ("equity", float(book.equity or 0.0), 2, "equity of the seller"),
        ("receivables_share", caps.share_of_receivables, 2, "concentration.share_of_receivables"),
        ("equity_share", caps.share_of_equity, 2, "concentration.share_of_equity"),
    )
    cap = "min(receivables_share * receivables, equity_share * equity)"
    page.step("concentration", cap, found["concentration"]["amount"])
    page.say("Nobody asked for a limit, insured one, or knows of a group: these sides say nothing.")


def _limit(page: Page, example: Example) -> None:
    page.say("## 7. The limit, and what it leaves")
    limit = example.said["limit"]
    binding = example.candidates[limit["binding"]]["amount"]
    page.say(f"`{limit['binding']}` binds, floored to a power of ten of at most 1 % of it.")
    page.step("smallest", "min(need, loss_budget, capacity, concentration)", binding)
    page.given(("largest_step", float(example.policy.rounding.default_step), 0, "rounding.default_step"))
    step = "min(largest_step, 10 ** floor(log10(smallest * 0.01)))"
    page.step("limit", f"smallest - smallest % {step}", limit["amount"])
    page.step("headroom", "max(0, limit - exposure)", limit["headroom"])
    page.say(
        f"The action is `{limit['action']}`; `open` where what is owed is within the limit, nothing "
        f"material has been overdue for {example.policy.blocking_days_overdue} days, and nothing has to be "
        "referred. How the binding side moves, per unit of the PD and per day of terms:"
    )
    page.step("slope_pd", "-price * lgd * (1 - cure_rate) / margin * need", limit["slopes"]["pd"])
    page.step("slope_terms", "kept_share * yearly_purchases / 365 * peak", limit["slopes"]["terms_days"])


def _loss(page: Page, example: Example) -> None:
    page.say("## 8. Expected loss")
    loss = example.said["expected_loss"]
    page.say("On what is owed, on the limit, and at default, when a part of what was left has been drawn.")
    page.given(("usage", loss["usage"], 2, "definitions.usage"))
    page.step("loss_on_exposure", "exposure * loss_rate", loss["on_exposure"])
    page.step("loss_on_limit", "limit * loss_rate", loss["on_limit"])
    page.step("at_default", "exposure + usage * max(0, limit - exposure)", loss["exposure_at_default"])
    page.step("loss_at_default", "at_default * loss_rate", loss["at_default"])
    page.say("What the assessment says of all this in words:")
    page.say("\n".join(map(_reason, example.said["reasons"])))


def _reason(said: dict[str, Any]) -> str:
    points = "" if said["points"] is None else f" (`{said['code']}`, {said['points']:.4f} points)"
    return f"- {said['text']}{points}"


def text() -> str:
    """Return the page."""
    page, example = Page(), Example()
    for part in (_owed, _need, _score, _grade, _book, _candidates, _limit, _loss):
        part(page, example)
    return str(page).rstrip() + "\n"


if __name__ == "__main__":
    _TARGET.write_text(text(), encoding="utf-8")
