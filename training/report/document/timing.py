"""The validation pack of a timing model as one page, on the frame of the other packs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from training.report.document.beside_late import beside_late
from training.report.document.duties import approvals, limitations, monitoring
from training.report.document.first_page import first_page, limits, title_of
from training.report.document.frame import Section, how_to_read, page, subheading
from training.report.document.markup import Html, joined, tag
from training.report.document.origins import data, hashes
from training.report.document.stable import all_stability, stability
from training.report.document.tables import Column, facts, table
from training.report.document.timing_figures import calibration, dates, receipts
from training.report.document.timing_verdicts import AREAS
from training.report.document.told import Told, count, number, said, share, tiny
from training.report.document.use import identity

__all__ = ["SECTIONS", "timing_document"]


def timing_document(pack: Mapping[str, Any]) -> str:
    """Return the pack of a timing model as HTML that loads nothing; see `document.document`.

    Parameters
    ----------
    pack : mapping
        Of `training.report.timing.sections.TimingPack`, as JSON has it.
    """
    told = Told(dict(pack))
    sections = [Section(name, title, build(told), number_) for number_, name, title, build in SECTIONS]
    manifest = told["lineage"]["hashes"]["manifest"].text[:16]
    foot = f"{told['identity']['name'].text} · manifest {manifest} · numbers in validation.json"
    return page(title_of(told), first_page(told, AREAS), sections, foot=foot)


def _purpose(pack: Told) -> Html:
    told = pack["purpose"]
    return joined(
        facts([
            ("Question", said(told["question"])),
            ("Asked of", said(told["subject"])),
            ("Outcome", said(told["outcome"])),
            ("Horizon", joined(count(told["horizon_days"]), " days after due")),
            ("Used for", _listed(told["used_for"])),
            ("Used by", _listed(told["users"])),
        ]),
        subheading("Not to be used, or only with care"),
        limits(pack),
    )  # fmt: skip


def _definition(pack: Told) -> Html:
    told = pack["definition"]
    return joined(
        facts([
            ("Definition", said(told["id"])),
            ("In words", said(told["text"])),
            ("Booking lag", joined(count(told["booking_lag_days"]), " days at the end of the books, in which "
                                   "not all is booked yet, are not learned from")),
        ]),
    )  # fmt: skip


def _sample(pack: Told) -> Html:
    lineage, told = pack["lineage"], pack["performance"]
    steps = (
        Column("Step", "text", kind="text"),
        Column("Left out", "left_out", count),
        Column("Left", "left", count),
    )
    return joined(
        tag(
            "p", "Fitted on ", count(lineage["subjects"]), " subjects (", count(lineage["events"]), " paid) "
            "from ", said(lineage["fitted_from"], lineage["fitted_from"].text[:10]), " to ",
            said(lineage["fitted_until"], lineage["fitted_until"].text[:10]), ". Tested on ",
            count(told["n"]), " subjects of ", count(told["buyers"]), " buyers from ",
            said(told["test_from"]), " to ", said(told["test_to"]), " by ", said(told["speaks_for"]), ".",
        ),
        table(steps, pack["waterfall"], "From all invoices at moments to the subjects"),
        how_to_read(
            "Each line takes subjects away from the line above. An invoice that is still open is not left "
            "out: it counts as open for as long as it was seen. Dates are measured of subjects whose 90 days "
            "after due are over."
        ),
    )  # fmt: skip


def _method(pack: Told) -> Html:
    told = pack["purpose"]
    calibration_ = told["calibration"]
    return facts([
        ("Method", said(told["method"])),
        ("Calibration", joined("cumulative hazard × ", number(calibration_["level"]), ", to the power of ",
                               number(calibration_["shape"]), ", from ", count(calibration_["subjects"]),
                               " predictions, ", count(calibration_["events"]), " of which closed")),
    ])  # fmt: skip


def _features(pack: Told) -> Html:
    told = pack["features"]
    columns = (
        Column("Feature", "label", kind="text"),
        Column("Group", "group_label", kind="text"),
        Column("Missing", "missing_share", share),
        Column("Moves the date by, days", "mean_shift_days", lambda each: number(each, 2)),
    )
    return joined(
        table(columns, told["items"]),
        how_to_read(
            f"By how many days the median pay date moves on the mean when a subject has the value of "
            f"another one, over {told['subjects'].text} test subjects. Where features say nearly the "
            f"same, each moves little. {len(told['left_out'].value or {})} features of the catalog are not "
            f"read."
        ),
    )


def _late(pack: Told) -> Html:
    return beside_late(pack["late"]) if pack["late"] else tag("p", "Cannot say: no late model serves.")


def _parity(pack: Told) -> Html:
    told = pack["parity"]
    return joined(
        facts([
            ("Passed", said(told["passed"])),
            ("Subjects", count(told["subjects"])),
            ("Largest difference of a probability", tiny(told["largest_difference"])),
            ("Feature values equal, byte for byte", said(told["values_equal"])),
            ("Answers and refusals equal", said(told["statuses_equal"])),
            ("Golden subjects", joined(count(told["golden_subjects"]), ", equal: ",
                                       said(told["golden_equal"]))),
        ]),
        how_to_read("The same subjects went through the batch path of training and one by one through the "
                    "path of a call."),
    )  # fmt: skip


def _listed(told: Told) -> Html:
    return joined([joined("; " if place else None, said(each)) for place, each in enumerate(told)])


SECTIONS: tuple[tuple[str, str, str, Callable[[Told], Html]], ...] = (
    ("1", "purpose", "Purpose, users and limits of use", _purpose),
    ("2", "identity", "Inventory record", identity),
    ("3", "data", "Data and lineage", data),
    ("4", "definition", "Definition of paid", _definition),
    ("5", "sample", "Sample, windows and exclusions", _sample),
    ("6", "method", "Method", _method),
    ("7", "features", "Features", _features),
    ("8", "performance", "Pay dates out of time", dates),
    ("9", "calibration", "Chance of payment by a day", calibration),
    ("10", "receipts", "Receipts by week", receipts),
    ("11", "late", "Beside the late model", _late),
    ("12", "stability", "Stability", stability),
    ("13", "parity", "Training equals serving", _parity),
    ("14", "limitations", "Limitations and issues", limitations),
    ("15", "monitoring", "Monitoring plan", monitoring),
    ("16", "approvals", "Changes, approvals, signatures", approvals),
    ("A1", "hashes", "Hashes, libraries and recipe", hashes),
    ("A2", "all-stability", "Stability of all features", all_stability),
)
"""By number: address, title and what is in it."""
