"""Verdicts of the first page: each area as good as the gravest issue in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from training.report.document.frame import light
from training.report.document.markup import Html, joined, tag
from training.report.document.told import Told, count, estimate, number, said, share, spelled, tiny

__all__ = ["AREAS", "Areas", "color_of", "issues_by_severity", "overall", "overall_color", "verdicts"]

Areas = Mapping[str, tuple[str, Callable[[Told], Html]]]

_COLORS = {"high": "red", "medium": "amber", "low": "green"}
_WORDS = {"red": "stop", "amber": "watch", "green": "fine", "grey": "cannot say"}

AREAS = {
    "lineage": "Data and lineage",
    "definition": "Definition of bad",
    "features": "Features",
    "performance": "Performance",
    "stability": "Stability",
    "explanations": "Explanations",
    "challengers": "Challengers",
    "limits_backtest": "Limits and policy",
    "sensitivity": "Stress",
    "missing_data": "Missing data",
    "parity": "Training equals serving",
    "knowledge_time": "Knowledge time",
    "sign_off": "Independence",
}
"""By section of the pack, where issues point: what it is called."""


def color_of(pack: Told, area: str) -> str:
    """Return the colour of an area: red or amber where an issue is grave, grey where nothing was measured.

    Examples
    --------
    >>> pack = {"issues": [{"section": "parity", "severity": "high"}], "parity": {}, "stability": None}
    >>> [color_of(Told(pack), area) for area in ("parity", "stability")]
    ['red', 'grey']
    """
    found = {issue["severity"].value for issue in pack["issues"] if issue["section"].value == area}
    gravest = next((_COLORS[severity] for severity in _COLORS if severity in found), None)
    if gravest in (None, "green") and not _is_known(pack, area):
        return "grey"
    return gravest or "green"


def _is_known(pack: Told, area: str) -> bool:
    """Whether an area was measured, and so that something can be said."""
    if area == "limits_backtest":
        return pack[area]["difference_at_review"]["value"].value is not None
    unsaid = area == "stability" and pack[area]["score"]["status"].value == "cannot_say"
    return pack[area].value is not None and not unsaid


def verdicts(pack: Told, areas: Areas | None = None) -> Html:
    """Return the table of areas with their verdicts and the figure that says most.

    Parameters
    ----------
    pack : Told
    areas : mapping, optional
        By section: what it is called, and what tells its figure; without it those of a risk model.
    """
    shown = {area: (name, _FIGURES[area]) for area, name in AREAS.items()} if areas is None else areas
    rows = [
        tag(
            "tr",
            tag("th", name, class_="text", scope="row"),
            tag("td", _light(color_of(pack, area)), class_="text nowrap"),
            tag("td", tell(pack), class_="text"),
        )
        for area, (name, tell) in shown.items()
    ]
    heads = [tag("th", head, class_="text", scope="col") for head in ("Area", "Verdict", "Figure")]
    return tag("div", tag("table", tag("thead", tag("tr", heads)), tag("tbody", rows)), class_="wide")


def overall(pack: Told) -> Html:
    """Return what the open issues add up to."""
    counts = {severity: len(issues) for severity, issues in issues_by_severity(pack).items()}
    advice = {
        "red": "Not to be signed before each high issue is answered in writing.",
        "amber": "To be signed on conditions that answer each medium issue.",
        "green": "Nothing found here stands against signing.",
    }
    color, told = overall_color(pack), ", ".join(f"{many} {severity}" for severity, many in counts.items())
    return tag("p", light(color, advice[color]), f" Open issues: {told}.", class_="overall")


def overall_color(pack: Told) -> str:
    """Return the color of the gravest open issue, green where there is none."""
    found = issues_by_severity(pack)
    return next((_COLORS[severity] for severity, issues in found.items() if issues), "green")


def issues_by_severity(pack: Told) -> dict[str, list[Told]]:
    """Return the issues by severity, the gravest first; a severity without any is there and empty."""
    return {
        severity: [issue for issue in pack["issues"] if issue["severity"].value == severity]
        for severity in _COLORS
    }


def _light(color: str) -> Html:
    return light(color, _WORDS[color])


def _lineage(pack: Told) -> Html:
    lineage = pack["lineage"]
    code = {"same": "made by the code that is running", "differs": "made by other code than is running"}
    return joined(
        count(lineage["subjects"]), " subjects, ", count(lineage["events"]), " of them bad; ",
        said(lineage["code_now"], code.get(lineage["code_now"].text)),
    )  # fmt: skip


def _definition(pack: Told) -> Html:
    variants = len(pack["definition"]["sensitivity"].value)
    return joined(said(pack["definition"]["id"]), f"; held against {max(variants - 1, 0)} other definitions")


def _features(pack: Told) -> Html:
    first = pack["features"]["items"][0] if pack["features"]["items"] else Told(None, "/features/items/0")
    many = len(pack["features"]["items"].value or [])
    return joined(
        f"{many} features; ", said(first["label"]), " carries ", share(first["share_of_points"], 0),
        " of the points",
    )  # fmt: skip


def _performance(pack: Told) -> Html:
    told = pack["performance"]
    if told["few_defaults"]:
        return joined(
            "too few bad outcomes to rank by; observed over expected ", number(told["level"]["ratio"], 2)
        )
    return joined(
        "AUC ", estimate(told["metrics"]["auc"]), "; calibration slope ",
        estimate(told["metrics"]["calibration_slope"], 2),
    )  # fmt: skip


def _stability(pack: Told) -> Html:
    if not pack["stability"]:
        return joined("no reference bins")
    told = pack["stability"]["score"]
    few = "" if told["enough"].value else ", of too few independent subjects to tell"
    return joined("PSI of the score ", number(told["psi"]), ", critical ", number(told["critical"]), few)


def _aims(pack: Told) -> Html:
    results = [test["passed"].value for test in pack["explanations"]["tests"]]
    told = f"{results.count(True)} of {len(results)} tests passed"
    unsaid = results.count(None)
    return joined(told, f", {unsaid} could not be run" if unsaid else None)


def _challengers(pack: Told) -> Html:
    return said(pack["challengers"]["text"])


def _sensitivity(pack: Told) -> Html:
    shifts = [each for each in pack["sensitivity"]["scenarios"] if each["mean_shift_points"]]
    if not shifts:
        return joined("no shock could be made")
    worst = min(shifts, key=lambda each: each["mean_shift_points"].value)
    return joined(
        "the worst shock, ", spelled(worst["code"]),
        ", moves the score by ",
        number(worst["mean_shift_points"], 1, signed=True), " points",
    )  # fmt: skip


def _limits(pack: Told) -> Html:
    told = pack["limits_backtest"]
    if told["status"].value != "ok":
        return said(told["text"])
    return joined(
        "median limit ", number(told["defaulted"]["median_limit_over_exposure"]["value"], 2),
        " of what was owed at default, ",
        number(told["others"]["median_limit_over_exposure"]["value"], 2), " of what others owed at most",
    )  # fmt: skip


def _missing(pack: Told) -> Html:
    told = pack["missing_data"]
    shifts = [each for each in told["withheld"] if each["mean_shift_points"].value is not None]
    none = joined(share(told["cannot_say_share"]), " of the subjects have no answer")
    if not shifts:
        return none
    best = max(shifts, key=lambda each: each["mean_shift_points"].value)
    moved = number(best["mean_shift_points"], 1, signed=True)
    return joined("withholding ", spelled(best["source"]), " brings ", moved, " points at best; ", none)


def _parity(pack: Told) -> Html:
    told = pack["parity"]
    return joined(
        "largest difference of log-odds ", tiny(told["largest_difference_log_odds"]), " over ",
        count(told["subjects"]), " subjects",
    )  # fmt: skip


def _knowledge(pack: Told) -> Html:
    return said(pack["knowledge_time"]["text"])


def _people(pack: Told) -> Html:
    validator = pack["identity"]["validated_by"]
    return joined("validated by ", said(validator)) if validator else joined("no validator is named yet")


_FIGURES = {
    "lineage": _lineage,
    "definition": _definition,
    "features": _features,
    "performance": _performance,
    "stability": _stability,
    "explanations": _aims,
    "challengers": _challengers,
    "limits_backtest": _limits,
    "sensitivity": _sensitivity,
    "missing_data": _missing,
    "parity": _parity,
    "knowledge_time": _knowledge,
    "sign_off": _people,
}
"""By area: the figure that says most."""
