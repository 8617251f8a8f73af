"""Limits that the policy would have said, against what was owed at default."""

from __future__ import annotations

from training.report.document.frame import how_to_read, subheading
from training.report.document.markup import Html, joined, tag
from training.report.document.tables import Column, table
from training.report.document.told import Told, amount, count, estimate, number, said, share

__all__ = ["limits_backtest"]


def _share(told: Told) -> Html:
    return estimate(told, 1, as_share=True)


def _ratio(told: Told) -> Html:
    return estimate(told, 2)


_BUYERS = (
    Column("Buyers", "n", count),
    Column("With a limit", "limit_said_share", share),
    Column("Nothing owed", "nothing_owed", count),
    Column("Not known", "exposure_unknown", count),
    Column("Compared", "compared", count),
)
_ABOVE = (
    Column("Above", "above", count),
    Column("Share above [95 %]", "share_above", _share),
    Column("Above when made [95 %]", "share_above_at_review", _share),
)
_MONEY = (
    Column("Owed", "exposure", amount),
    Column("Limits", "limits", amount),
    Column("Owed above limits", "exposure_above", amount),
    Column("Share above [95 %]", "share_of_exposure_above", _share),
    Column("Median limit / owed [95 %]", "median_limit_over_exposure", _ratio),
)
_GRADES = (
    Column("Grade", "grade", kind="word"),
    Column("Defaulted", "defaulted.n", count),
    Column("Share above [95 %]", "defaulted.share_above", _share),
    Column("Median limit / owed", "defaulted.median_limit_over_exposure.value", lambda told: number(told, 2)),
    Column("Others", "others.n", count),
    Column("Share above [95 %]", "others.share_above", _share),
    Column("Median limit / owed", "others.median_limit_over_exposure.value", lambda told: number(told, 2)),
)
_NAMES = ("Buyers", ("defaulted", "others"))


def limits_backtest(pack: Told) -> Html:
    """Return would-be limits of buyers that defaulted and of others, and what signing does not approve."""
    told = pack["limits_backtest"]
    no_approval = tag("p", "Signing for the model approves no limit: the policy is approved on its own.")
    if told["status"].value != "ok":
        return joined(tag("p", said(told["text"])), no_approval)
    groups = [told["defaulted"], told["others"]]
    months = told["month_ends"]
    return joined(
        tag(
            "p", f"Limits at {len(months.value)} month ends of the test period, ",
            said(months[0], months[0].text[:10]), " to ",
            said(months[len(months.value) - 1], months[len(months.value) - 1].text[:10]),
            ", by ", said(told["model"]), " and the policy ", said(told["policy"], told["policy"].text[:12]),
            ". ", said(told["text"]),
        ),
        table(_BUYERS, groups, "Buyers", _NAMES),
        table(_ABOVE, groups, "Buyers that owed more than the limit", _NAMES),
        table(_MONEY, groups, f"Money, {told['currency'].text}", _NAMES),
        how_to_read(
            "Each buyer counts once, others at the same month ends as those that defaulted. Owed is the "
            "exposure at the end of the first day in default; of the others the highest one at later month "
            "ends of the horizon. Buyers that owed nothing, have no limit or whose exposure has no rate are "
            "not compared. Above when made: owed more than the limit on the day of the limit."
        ),
        tag(
            "p", "Defaulted less others, share above when made: ",
            estimate(told["difference_at_review"], 1, as_share=True),
            ". Above 0 the limits are tighter where buyers then defaulted.",
        ),
        subheading("By grade at the month end"),
        table(_GRADES, told["grades"]),
        how_to_read("A line with fewer than ten buyers of a kind says only how many there were."),
        no_approval,
    )  # fmt: skip
