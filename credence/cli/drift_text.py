"""What ``credence models drift`` tells a person: the verdict, then what moved most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any

__all__ = ["drift_text"]

Report = Mapping[str, Any]

_INPUTS = 15
"""Inputs that are told; ``--json`` has all."""


_NOTE = (
    "Rules of thumb: above 0.10 watch, above 0.25 act. Chance: what a PSI stays below without drift at so "
    "many independent subjects (a buyer, and a quarter of the book, count about once); grey: too few of them "
    "to tell. Rank: how much the model listens to it."
)


def drift_text(report: Report) -> str:
    """Return the lines about drift: verdicts, the inputs that moved furthest, what was foreseen and realised.

    Parameters
    ----------
    report : mapping
        The object that ``--json`` prints.
    """
    verdict = report["verdict"]
    lines = [
        f"{report['model']}@{report['version']} ({report['outcome']}) on {report['from']} to {report['to']}: "
        f"{report['n']} subjects of {report['buyers']} buyers, {report['mature']} mature; fitted until "
        f"{report['fitted_until'][:10]}",
        *_samples(report.get("samples")),
        *report["notes"],
        f"verdict: {verdict['colour']}" + (" - past a threshold" if verdict["alarm"] else ""),
        *(line for test in verdict["tests"] for line in _test(test)),
        *_inputs(report),
        *_mix(report),
        *_estimate(report["estimate"]),
        *_realised(report["realised"]),
    ]
    return "\n".join(lines)


def _samples(told: Report | None) -> list[str]:
    """Return what was read of a service's samples; nothing of a report on books."""
    if told is None:
        return []
    taken = f"{told['of_the_version']} of {told['lines']} samples in {told['files']} files"
    lines = [f"{taken}; {told['explained']} of them with inputs; by release: {_counts(told['releases'])}"]
    skipped = {
        **told["other_versions"],
        **told["silent"],
        "outside the period": told["outside"],
    }
    if any(skipped.values()):
        lines.append(f"skipped: {_counts({what: count for what, count in skipped.items() if count})}")
    if told["broken"]:
        lines.append(f"broken: {told['broken']} lines are no samples")
    return lines


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _test(test: Report) -> list[str]:
    head = f"  {test['colour']:<6}{'*' if test['decides'] else ' '} {test['test']:<18}{test['text']}"
    if test["colour"] in ("green", "grey"):
        return [head]
    return [head, f"{'':<27}-> {test['action']}"]


def _inputs(report: Report) -> list[str]:
    said = [report["score"], *([report["late"]] if report["late"] else [])]
    rows = sorted([*said, *report["inputs"]], key=lambda row: -row["psi"])[:_INPUTS]
    heads = f"{'psi':>8}{'chance':>8}{'rank':>6}{'missing then':>14}{'now':>8}{'unseen':>8}"
    head = f"{'moved furthest':<52}{heads}"
    note = wrap(_NOTE, 108, initial_indent="  ", subsequent_indent="  ")
    return [head, *(_row(row) for row in rows), *note]


def _row(row: Report) -> str:
    rank = "" if row["kind"] == "score" else row["rank"]
    missing = f"{row['missing_reference']:>14.1%}{row['missing']:>8.1%}{'!' if row['missing_moved'] else ' '}"
    return (
        f"  {row['colour']:<6} {_cut(row['label'], 42):<43}{row['psi']:>8.3f}{row['critical']:>8.3f}{rank:>6}"
        f"{missing}{row['unseen']:>7.1%}"
    )


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _mix(report: Report) -> list[str]:
    lines = [
        f"  {item['name'].replace('_', ' '):<43}{item['reference']:>10.1%}{item['now']:>10.1%}"
        for item in report["states"]["items"]
    ]
    unseen = [
        f"  never trained: {item['name'] or 'no source':<28}{item['reference']:>10.1%}{item['now']:>10.1%}"
        for item in report["patterns"]["items"]
        if not item["is_trained"]
    ]
    return [f"{'what is known of buyers':<45}{'then':>10}{'now':>10}", *lines, *unseen]


def _estimate(told: Report | None) -> list[str]:
    if told is None:
        return ["foreseen without outcomes: cannot say, the model speaks of none of them"]
    by_rank = told["rate_by_rank"]
    ranks = "" if by_rank is None else f"; by the ranks of its test alone {by_rank:.2%}"
    return [
        f"foreseen without outcomes for {told['n']} subjects: rate {_interval(told['rate'], '.2%')}{ranks}",
        f"  auc {_interval(told['auc'], '.4f')}, brier {_interval(told['brier'], '.4f')}",
        *wrap(told["assumption"], 108, initial_indent="  ", subsequent_indent="  "),
    ]


def _realised(told: Report) -> list[str]:
    if not told["n"]:
        return [f"realised: no window of the {told['of']} subjects has closed that may be told"]
    expected = told["expected"]
    return [
        f"realised of {told['n']} mature of {told['of']} subjects: rate {told['rate']:.2%}, foreseen "
        f"{told['mean_probability']:.2%}",
        f"  auc {_interval(told['auc'], '.4f')}, foreseen {_interval(expected['auc'], '.4f')}",
        f"  brier {_interval(told['brier'], '.4f')}, foreseen {_interval(expected['brier'], '.4f')}",
    ]


def _interval(told: Mapping[str, float | None], form: str) -> str:
    if told["value"] is None:
        return "cannot say"
    ends: Sequence[float | None] = (told["low"], told["high"])
    if None in ends:
        return format(told["value"], form)
    return f"{told['value']:{form}} (95 % {ends[0]:{form}} to {ends[1]:{form}})"
