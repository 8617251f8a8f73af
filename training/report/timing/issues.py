"""Findings of a timing model's pack by a table of rules, the gravest first."""

from __future__ import annotations

from typing import Any

from training.report import model_rules
from training.report.figure_rules import MANY_LOOKS, MOST_CANNOT_SAY, SLOPE, surely_off
from training.report.finding import Finding, Found, Pack, Rule, found_by
from training.report.timing.limits import COVERAGE, FEW_EVENTS

__all__ = ["RULES", "issues_of"]

RECEIPTS_OFF = 0.10
"""Error of the receipts, of their sum and of single weeks, as a share of them, above which it is found."""

_SAME_FIGURES = 1e-9
_GAP = 0.05
_FEW_BUYERS = 30


def issues_of(pack: Pack) -> list[dict[str, Any]]:
    """Return the section ``issues`` of a timing model's pack.

    Parameters
    ----------
    pack : mapping
        All other sections.
    """
    return found_by(RULES, pack)


def coverage(pack: Pack) -> Found:
    """Find an interval that holds more or less than it says; surely so is high."""
    told = pack["performance"]["metrics"]["coverage_80"]
    low, high = COVERAGE
    if low <= told["value"] <= high:
        return
    sure = told["low"] is not None and (told["high"] < low or told["low"] > high)
    text = f"the 80 % interval held {told['value']:.1%} of the pay dates, outside {low:.0%} to {high:.0%}"
    yield Finding("coverage", "high" if sure else "medium", text, told["value"])


def baselines(pack: Pack) -> Found:
    """Find a model that is no better than the buyer's own median delay, or than the terms."""
    for name, words in (("less_own_median", "the buyer's own median delay"), ("less_terms", "the due date")):
        gap = pack["performance"][name]
        if gap["value"] >= 0:
            text = f"pay dates are {gap['value']:.1f} days worse than {words}"
            yield Finding(f"not_better_{name}", "high", text, gap["value"])
        elif gap["high"] is None or gap["high"] >= 0:
            text = f"pay dates are not surely better than {words}: {gap['value']:.1f} days"
            yield Finding(f"not_surely_better_{name}", "medium", text, gap["value"])


def parts(pack: Pack) -> Found:
    """Find kinds of invoices whose pay dates are no better than by the buyer's own median delay."""
    for rows in pack["performance"]["segments"].values():
        for row in rows:
            mine, own = row["error"], row["error_own_median"]
            if mine is not None and mine > own:
                text = (
                    f"{row['category'].replace('_', ' ')}: error {mine:.1f} days, by the own median {own:.1f}"
                )
                yield Finding("weak_part", "low", text, mine - own)


def calibration(pack: Pack) -> Found:
    """Find probabilities of payment by a day that are surely off."""
    for row in pack["performance"]["paid_by"]:
        gap = row["gap"]
        sure = gap["low"] is not None and not gap["low"] <= 0.0 <= gap["high"]
        if sure:
            what = f"by {row['days']} days after due" if row["days"] else "by the due date"
            text = f"paid {what}: {row['came']:.1%} came, {row['said']:.1%} were foreseen, surely apart"
            yield Finding(
                f"paid_by_{row['days']}", "medium" if abs(gap["value"]) > _GAP else "low", text, gap["value"]
            )


def events(pack: Pack) -> Found:
    """Find causes of which few were learned, and a test of few buyers."""
    for row in pack["performance"]["causes"]:
        if row["training"] < FEW_EVENTS:
            text = f"{row['training']} invoices were {row['cause'].replace('_', ' ')} in training"
            yield Finding(f"few_{row['cause']}", "medium", text, row["training"])
    if pack["performance"]["buyers"] < _FEW_BUYERS:
        text = f"{pack['performance']['buyers']} buyers are in the test: its figures are unsure"
        yield Finding("few_buyers", "medium", text, pack["performance"]["buyers"])


def looks(pack: Pack) -> Found:
    """Find a test that was looked at often, measures otherwise, or of which much cannot be said."""
    told = pack["performance"]
    if told["looks"] is not None and told["looks"] > MANY_LOOKS:
        text = f"the test period was looked at {told['looks']} times before: its figures are too good"
        yield Finding("looks", "medium", text, told["looks"])
    gap = told["recomputed_difference"]
    if gap is not None and gap > _SAME_FIGURES:
        text = "the test measured again gives other figures than the run kept"
        yield Finding("not_the_same", "high", text, gap)
    share = told["cannot_say"] / max(told["n"] + told["cannot_say"] + told["credited"], 1)
    if share > MOST_CANNOT_SAY:
        yield Finding("cannot_say", "medium", f"it cannot speak of {share:.1%} of the test subjects", share)


def receipts(pack: Pack) -> Found:
    """Find receipts that were forecast too high or too low, or worse than by the terms."""
    told = pack["receipts"]
    if told is None:
        yield Finding("no_receipts", "medium", "receipts were not back-tested", None)
        return
    total = told["total"]
    error, mine, terms = (
        total[name] for name in ("error", "weighted_absolute_error", "weighted_absolute_error_terms")
    )
    if error is not None and abs(error) > RECEIPTS_OFF:
        high = abs(error) > 2 * RECEIPTS_OFF
        text = f"receipts were forecast {error:+.1%} off in sum, beyond {RECEIPTS_OFF:.0%}"
        yield Finding("receipts", "high" if high else "medium", text, error)
    if mine is not None and terms is not None and mine >= terms:
        text = f"weekly receipts are off by {mine:.0%}, by the due dates alone by {terms:.0%}"
        yield Finding("receipts_no_better", "high", text, mine)
    elif mine is not None and mine > RECEIPTS_OFF:
        text = f"single weeks of receipts are off by {mine:.0%} by amount, beyond {RECEIPTS_OFF:.0%}"
        yield Finding("receipts_weeks", "medium" if mine > 2 * RECEIPTS_OFF else "low", text, mine)
    if total["coverage"] is not None and not COVERAGE[0] <= total["coverage"] <= COVERAGE[1]:
        text = f"the 80 % interval held the receipts of {total['coverage']:.0%} of the weeks"
        yield Finding("receipts_interval", "medium", text, total["coverage"])


def late(pack: Pack) -> Found:
    """Find a late model that is surely better at the question that both answer, and a slope that is off."""
    told = pack["late"]
    if told is None or told["status"] != "ok":
        return
    gap = told["difference"]["auc"]
    if gap["high"] is not None and gap["high"] < 0:
        text = f"{told['late_version']} tells late payment surely better: AUC {gap['value']:+.3f}"
        yield Finding("late_better", "low", text, gap["value"])
    slope = told["timing"]["calibration_slope"]
    if slope["value"] is not None and not SLOPE[0] <= slope["value"] <= SLOPE[1]:
        severity = "medium" if surely_off(slope) else "low"
        text = f"slope of the chance of late payment {slope['value']:.2f}, outside {SLOPE[0]} to {SLOPE[1]}"
        yield Finding("slope", severity, text, slope["value"])


def parity(pack: Pack) -> Found:
    """Find calls that tell other pay dates than the batch path."""
    if not pack["parity"]["passed"]:
        text = "a call tells other pay dates than the batch path"
        yield Finding("parity", "high", text, pack["parity"]["largest_difference"])


def knowledge(pack: Pack) -> Found:
    """Find assumed knowledge times."""
    tables = pack["definition"]["assumed_knowledge"]
    if tables:
        yield Finding(
            "assumed_knowledge", "medium", f"knowledge times of {', '.join(tables)} are assumed", None
        )


def stability(pack: Pack) -> Found:
    """Find pay dates, chances of late payment or features that moved between training and test."""
    yield from model_rules.stability(pack)
    late = None if pack["stability"] is None else pack["stability"]["late"]
    if late is not None and late["status"] in ("watch", "act"):
        severity = "high" if late["status"] == "act" else "medium"
        yield Finding(
            "psi_late", severity, f"the chance of late payment moved: PSI {late['psi']:.2f}", late["psi"]
        )


RULES: tuple[tuple[str, Rule], ...] = (
    ("parity", parity),
    ("performance", coverage),
    ("performance", baselines),
    ("performance", parts),
    ("performance", calibration),
    ("performance", looks),
    ("performance", events),
    ("receipts", receipts),
    ("late", late),
    ("definition", knowledge),
    ("stability", stability),
    ("sign_off", model_rules.people),
    ("lineage", model_rules.lineage),
)
"""By section: the rule that finds what is wrong with it."""
