"""Sections that hold the model against others and against itself."""

from __future__ import annotations

from training.report.document.beside_late import beside_late
from training.report.document.frame import how_to_read, light, subheading
from training.report.document.markup import Html, joined, tag
from training.report.document.strength import METRICS
from training.report.document.tables import Column, facts, table
from training.report.document.told import Told, count, estimate, said, spelled, tiny

__all__ = ["challengers", "implementation"]


def challengers(pack: Told) -> Html:
    """Return the paired differences to other learners."""
    told = pack["challengers"]
    names = [name for name in METRICS if any(each["differences"][name] for each in told["items"])]
    columns = [
        Column("Challenger", "name", spelled, kind="text"),
        Column("Status", "status", kind="word"),
        *(Column(f"{METRICS[name][0]} [95 %]", f"differences.{name}", _difference) for name in names),
    ]
    return joined(
        tag("p", said(told["text"])),
        table(columns, told["items"]),
        how_to_read(
            "Figures are the model's less the challenger's on the same subjects and the same draws: above 0 "
            "the model is ahead in AUC, average precision and KS, below 0 in Brier score and ECE. An "
            "interval that holds 0 is no difference."
        )
        if told["items"]
        else None,
        joined(subheading("Beside the timing model"), beside_late(pack["timing"]))
        if pack["timing"]
        else None,
    )


def implementation(pack: Told) -> Html:
    """Return whether serving computes what training computed."""
    told = pack["parity"]
    golden, passed = told["golden_equal"], told["passed"]
    return joined(
        tag("p", _verdict(passed)),
        facts([
            ("Subjects", count(told["subjects"])),
            ("Largest difference of log-odds", tiny(told["largest_difference_log_odds"])),
            ("Feature values equal, byte for byte", said(told["values_equal"])),
            ("Answers and refusals equal", said(told["statuses_equal"])),
            ("Golden subjects", joined(count(told["golden_subjects"]), ", equal: ", said(golden))),
        ]),
        how_to_read(
            "The same subjects went through the batch path of training and one by one through the path of a "
            "call; golden subjects are kept in the model's folder with their answers."
        ),
    )  # fmt: skip


def _difference(told: Told) -> Html:
    decimals = 4
    return estimate(told, decimals)


def _verdict(passed: Told) -> Html:
    color, word = ("green", "passed") if passed.value else ("red", "failed")
    return tag("span", light(color, word), data_path=passed.path, data_means=passed.text)
