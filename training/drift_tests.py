"""Verdicts on drift: what is asked, where it turns amber or red, and what is to be done then."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from credit.psi import ACT_ABOVE, WATCH_ABOVE
from credit.stability import colour_of
from training.drift_thresholds import Thresholds
from training.figures import FEWEST_SUBJECTS

__all__ = ["TESTS", "DriftTest", "Found", "Told", "furthest_of", "verdict_of"]

Told = Mapping[str, Any]
Found = tuple[str, float | None, float | None, str]
"""Colour (grey: cannot say), what was found, the threshold past which it is red, and both in words."""

_GRAVE = 4
"""Times a threshold of amber from which on a test that does not decide is red."""

_RANKS_LOST = 0.10
"""Loss of AUC that is red."""


@dataclass(frozen=True)
class DriftTest:
    """A question, and what is to be done by the colour of its answer.

    Parameters
    ----------
    code : str
    decides : bool
        Whether red makes the command exit with 1.
    find : callable
        What was found.
    amber, red : str
        What is to be done; green and grey ask for nothing.
    shares : bool
        Whether it looks at plain shares of the subjects, which need some subjects.
    """

    code: str
    decides: bool
    find: Callable[[Told, Thresholds], Found]
    amber: str
    red: str
    shares: bool = False

    @property
    def actions(self) -> dict[str, str]:
        """What is to be done by colour."""
        return {
            "green": "nothing to do", "grey": "nothing to do yet", "amber": self.amber, "red": self.red,
        }  # fmt: skip


def verdict_of(
    told: Told, thresholds: Thresholds, asked: Sequence[DriftTest] | None = None
) -> dict[str, Any]:
    """Return the verdict on what `training.drift.drift` has measured.

    Parameters
    ----------
    told : mapping
    thresholds : Thresholds
    asked : sequence of DriftTest, optional
        Default: `TESTS`.

    Returns
    -------
    dict
        ``alarm`` (whether a deciding test is red), ``colour`` (red for an alarm, else amber where any test is
        amber or red, else green) and ``tests``: ``test``, ``decides``, ``colour`` (grey where it cannot be
        said), ``found``, ``threshold``, ``text`` and ``action``.
    """
    tests = [_asked(test, told, thresholds) for test in asked or TESTS]
    alarm = any(test["decides"] and test["colour"] == "red" for test in tests)
    worry = any(test["colour"] in ("amber", "red") for test in tests)
    return {"alarm": alarm, "colour": "red" if alarm else "amber" if worry else "green", "tests": tests}


def _asked(test: DriftTest, told: Told, thresholds: Thresholds) -> dict[str, Any]:
    n = told["score"]["n"]
    few = test.shares and n < FEWEST_SUBJECTS
    colour, found, threshold, text = (
        ("grey", None, None, f"a share of {n} subjects says nothing") if few else test.find(told, thresholds)
    )
    return {
        "test": test.code, "decides": test.decides, "colour": colour, "found": found, "threshold": threshold,
        "text": text, "action": test.actions[colour],
    }  # fmt: skip


def _score(told: Told, thresholds: Thresholds) -> Found:
    row, (amber, red) = told["score"], _limits(told["score"], thresholds)
    if not row["enough"]:
        return (
            "grey",
            row["psi"],
            red,
            f"{row['n']} subjects are worth {row['effective']:.0f}: too few to tell",
        )
    return _past(row["psi"], amber, red), row["psi"], red, f"PSI {row['psi']:.3f} against {red:.3f}"


def _leading(told: Told, thresholds: Thresholds) -> Found:
    return furthest_of(told["inputs"][: thresholds.inputs], thresholds)


def _others(told: Told, thresholds: Thresholds) -> Found:
    return furthest_of(told["inputs"][thresholds.inputs :], thresholds)


def furthest_of(asked: Sequence[Told], thresholds: Thresholds, index: str = "CSI") -> Found:
    """Return the verdict on several indices: the worst colour, and the one that is furthest."""
    rows = [row for row in asked if row["enough"]]
    if not rows:
        return "grey", None, None, f"of none of {len(asked)} are there enough independent subjects to tell"
    limits = [_limits(row, thresholds) for row in rows]
    colours = [_past(row["psi"], *limit) for row, limit in zip(rows, limits, strict=True)]
    colour = next((each for each in ("red", "amber") if each in colours), "green")
    (_, red), worst = max(zip(limits, rows, strict=True), key=lambda pair: float(pair[1]["psi"] / pair[0][1]))
    text = (
        f"{colours.count('red')} red, {colours.count('amber')} amber of {len(rows)}; furthest: "
        f"{worst['label']}, {index} {worst['psi']:.3f} against {red:.3f}"
    )
    if len(rows) < len(asked):
        text += f"; too few independent subjects for {len(asked) - len(rows)} more"
    return colour, worst["psi"], red, text


def _limits(row: Told, thresholds: Thresholds) -> tuple[float, float]:
    """Return what a PSI must exceed to be amber and red: the rule of thumb, and what chance explains."""
    watch = min(WATCH_ABOVE, thresholds.psi)
    return max(watch, row["critical"]), max(thresholds.psi, row["critical"])


def _past(value: float, amber: float, red: float) -> str:
    return "red" if value > red else "amber" if value > amber else "green"


def _missing(told: Told, thresholds: Thresholds) -> Found:
    worst = max(told["inputs"], key=lambda row: abs(row["missing_change"]))
    found, limit = abs(worst["missing_change"]), thresholds.missing
    moved = sum(abs(row["missing_change"]) > limit for row in told["inputs"])
    text = (
        f"{moved} inputs by more than {limit:.0%}; most: {worst['label']}, from "
        f"{worst['missing_reference']:.1%} to {worst['missing']:.1%}"
    )
    # Reason: a longer history leaves fewer values missing, which is nothing to repair.
    lost = max(row["missing_change"] for row in told["inputs"])
    colour = "red" if lost > _GRAVE * limit else "amber" if moved else "green"
    return colour, found, _GRAVE * limit, text


def _unseen(told: Told, thresholds: Thresholds) -> Found:
    worst = max(told["inputs"], key=lambda row: row["unseen"])
    found, limit = worst["unseen"], thresholds.unseen
    text = f"most: {worst['label']}, {found:.1%} of the subjects"
    return _past(found, limit, _GRAVE * limit), found, _GRAVE * limit, text


def _states(told: Told, thresholds: Thresholds) -> Found:
    found, unseen, limit = told["states"]["psi"], told["patterns"]["unseen"], thresholds.unseen
    chance = told["states"]["critical"]
    colours = (colour_of(found, chance), _past(unseen, limit, _GRAVE * limit))
    colour = next((each for each in ("red", "amber") if each in colours), "green")
    red = max(ACT_ABOVE, chance)
    text = (
        f"PSI {found:.3f} of the information states against {red:.3f}; patterns that training never saw: "
        f"{unseen:.1%}"
    )
    return colour, found, red, text


def _calibration(told: Told, thresholds: Thresholds) -> Found:
    realised, upper = told["realised"], 1 + thresholds.calibration
    ratio, count = realised["observed_to_expected"], f"{realised['n']} mature of {realised['of']} subjects"
    if ratio is None or ratio["value"] is None:
        return "grey", None, upper, f"{count}: nothing is known yet"
    value, low, high = (ratio[name] for name in ("value", "low", "high"))
    text = f"{count}: observed over expected {value:.2f} (95 % {low:.2f} to {high:.2f})"
    red, amber = low > upper or high < 1 / upper, low > 1 or high < 1
    return "red" if red else "amber" if amber else "green", value, upper, text


def _ranking(told: Told, _: Thresholds) -> Found:
    realised = told["realised"]
    auc, tested = realised["auc"], realised["tested_auc"]
    if auc is None or auc["high"] is None or tested is None:
        return "grey", None, None, "no interval of the AUC can be said yet"
    text = f"AUC {auc['value']:.3f} (95 % {auc['low']:.3f} to {auc['high']:.3f}), in the test {tested:.3f}"
    return _past(tested - auc["high"], 0.0, _RANKS_LOST), auc["value"], tested - _RANKS_LOST, text


def _early(told: Told, _: Thresholds) -> Found:
    proxy = told["proxy"]
    if proxy is None or proxy["now"]["rate"] is None or proxy["then"]["rate"] is None:
        return "grey", None, None, "not asked of this model, or no window has closed"
    now, then = proxy["now"], proxy["then"]
    text = (
        f"{now['rate']:.2%} of {now['n']} came to be {proxy['days_past_due']} days past due within "
        f"{proxy['months']} months (95 % {now['low']:.2%} to {now['high']:.2%}), in training's time "
        f"{then['rate']:.2%}"
    )
    apart = now["low"] > then["high"] or now["high"] < then["low"]
    far = now["low"] > 2 * then["rate"] or now["high"] < then["rate"] / 2
    return "red" if apart and far else "amber" if apart else "green", now["rate"], 2 * then["rate"], text


TESTS: tuple[DriftTest, ...] = (
    DriftTest(
        "score", True, _score,
        "see which inputs moved it, and look again in a month",
        "find the cause among the inputs; raise no limit on the score alone until then; train again if the "
        "change is here to stay",
    ),
    DriftTest(
        "leading inputs", True, _leading,
        "ask the owner of the source whether a meaning or a delivery has changed",
        "correct the source if it is broken; if the world has changed, train again with it in the history",
    ),
    DriftTest(
        "other inputs", False, _others,
        "read the list of inputs",
        "read the list of inputs: they hardly move the score, but may tell of a broken source",
    ),
    DriftTest(
        "missing values", False, _missing,
        "ask why the source gives less or more than before (a longer history gives more by itself)",
        "restore the source: what is missing counts as bad news, and scores fall for no fault of the buyer",
        shares=True,
    ),
    DriftTest(
        "values never seen", False, _unseen,
        "see whether it is an error of units (a time that grows with the books goes past what was seen by "
        "itself): the model says of them what it says of the nearest seen",
        "correct the units if they are wrong; else train again with later books",
        shares=True,
    ),
    DriftTest(
        "information", False, _states,
        "see whether a source is lost or another kind of buyer came in",
        "restore the source, or train again: of patterns never seen the model says nothing",
        shares=True,
    ),
    DriftTest(
        "calibration", True, _calibration,
        "watch it: the level is off by little",
        "probabilities are off: train again; until then state the rate (`credence train --population-rate`)",
    ),
    DriftTest(
        "ranking", False, _ranking,
        "hold it against a candidate trained on later books (`credence models compare`)",
        "train again: the order of the buyers is no longer what it was",
    ),
    DriftTest(
        "early arrears", False, _early,
        "expect the default rate to follow: look at the level before it does",
        "tell whoever signs limits: arrears have at least doubled or halved, and no PD knows it yet",
    ),
)  # fmt: skip
"""What is asked of every period, in the order in which it is told."""
