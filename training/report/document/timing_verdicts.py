"""Verdicts of a timing model's first page."""

from __future__ import annotations

from training.report.document.markup import Html, joined
from training.report.document.told import Told, count, estimate, number, said, share, tiny
from training.report.document.verdicts import Areas

__all__ = ["AREAS"]


def _lineage(pack: Told) -> Html:
    code = {"same": "made by the code that is running", "differs": "made by other code than is running"}
    told = pack["lineage"]
    return joined(count(told["subjects"]), " subjects, ", count(told["events"]), " of them paid; ",
                  said(told["code_now"], code.get(told["code_now"].text)))  # fmt: skip


def _definition(pack: Told) -> Html:
    tables = pack["definition"]["assumed_knowledge"].value
    return joined("knowledge time is ", "assumed of some tables" if tables else "given by every table")


def _performance(pack: Told) -> Html:
    metrics = pack["performance"]["metrics"]
    return joined(
        "80 % interval holds ", estimate(metrics["coverage_80"], 1, as_share=True), "; error ",
        number(metrics["mean_absolute_error_days"]["value"], 1), " days, by the buyer's own median ",
        number(metrics["mean_absolute_error_days_own_median"]["value"], 1), ", by the due date ",
        number(metrics["mean_absolute_error_days_terms"]["value"], 1),
    )  # fmt: skip


def _receipts(pack: Told) -> Html:
    if not pack["receipts"]:
        return joined("not back-tested")
    told = pack["receipts"]["total"]
    return joined("sum off by ", share(told["error"]), ", single weeks by ",
                  share(told["weighted_absolute_error"], 0), ", by the due dates by ",
                  share(told["weighted_absolute_error_terms"], 0))  # fmt: skip


def _late(pack: Told) -> Html:
    told = pack["late"]
    if not told or told["status"].value != "ok":
        return joined("no common test subjects")
    days = told["horizon_days"].text
    return joined(f"unpaid at due + {days}: AUC ", number(told["timing"]["auc"]["value"]), ", of the late "
                  "model ", number(told["late"]["auc"]["value"]))  # fmt: skip


def _features(pack: Told) -> Html:
    items = pack["features"]["items"]
    first = items[0] if items else Told(None, "/features/items/0")
    return joined(f"{len(items.value or [])} features; ", said(first["label"]), " moves the date by ",
                  number(first["mean_shift_days"], 1), " days")  # fmt: skip


def _stability(pack: Told) -> Html:
    if not pack["stability"]:
        return joined("no reference bins")
    date, late = (pack["stability"][name]["psi"] for name in ("score", "late"))
    return joined("PSI of the pay date ", number(date), ", of the chance of late payment ", number(late))


def _parity(pack: Told) -> Html:
    told = pack["parity"]
    return joined("largest difference of a probability ", tiny(told["largest_difference"]), " over ",
                  count(told["subjects"]), " subjects")  # fmt: skip


def _people(pack: Told) -> Html:
    validator = pack["identity"]["validated_by"]
    return joined("validated by ", said(validator)) if validator else joined("no validator is named yet")


AREAS: Areas = {
    "lineage": ("Data and lineage", _lineage),
    "definition": ("Definition of paid", _definition),
    "features": ("Features", _features),
    "performance": ("Pay dates", _performance),
    "receipts": ("Receipts by week", _receipts),
    "late": ("Beside the late model", _late),
    "stability": ("Stability", _stability),
    "parity": ("Training equals serving", _parity),
    "sign_off": ("Independence", _people),
}
"""By section: what it is called, and what tells its figure."""
