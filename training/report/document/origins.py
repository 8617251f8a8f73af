"""Sections on the data: sources, lineage, and what counts as bad."""

from __future__ import annotations

from training.report.document.frame import how_to_read, subheading
from training.report.document.markup import Html, joined, tag
from training.report.document.tables import Column, facts, table
from training.report.document.told import Told, count, number, said, share

__all__ = ["data", "definition", "hashes", "leaves", "path_in_words"]


def data(pack: Told) -> Html:
    """Return the tables that the model was made from."""
    told = pack["lineage"]
    day = lambda each: said(each, each.text[:10])  # noqa: E731 (a column's form)
    return joined(
        tag(
            "p", "Books complete from ", day(told["observed_from"]), " to ", day(told["observed_until"]),
            ". The data carry the hash ", tag("code", said(told["hashes"]["data"])), "; all hashes, ",
            "libraries and hyper-parameters are in appendix A8. One command learns it again and compares:",
        ),
        tag("p", tag("code", said(told["reproduce"]))),
        table(
            [
                Column("Table", "table", kind="text"),
                Column("Rows", "rows", count),
                Column("Knowledge time", "knowledge", kind="word"),
                Column("First known", "first_known", day),
                Column("Last known", "last_known", day),
                Column("Repeated rows", "repeated", count),
            ],
            told["tables"],
        ),
        how_to_read(
            "Knowledge time is the instant at which the books knew a fact. Given: the source tells it. "
            "Assumed: it was set by a rule, and section 12 shows how much hangs on that."
        ),
    )  # fmt: skip


def definition(pack: Told) -> Html:
    """Return what counts as bad, and the figures under other definitions."""
    told = pack["definition"]
    return joined(
        facts([
            ("Definition", said(told["id"])),
            ("Hash", tag("code", said(told["hash"]))),
            ("In words", said(told["text"])),
        ]),
        table(
            [
                Column("Definition", "label", kind="text"),
                Column("This one", "is_own"),
                Column("Subjects", "subjects", count),
                Column("In default before", "in_default", count),
                Column("Bad", "bad", count),
                Column("Bad buyers", "bad_buyers", count),
                Column("Rate", "rate", lambda each: share(each, 2)),
                Column("AUC", "auc", number),
            ],
            told["sensitivity"],
            "The same books and predictions under other definitions",
        ),
        how_to_read(
            "Rate is the share of bad subjects. Where the AUC hardly moves, the model ranks the same risk "
            "whatever the cut; where it falls, the model is good for its own definition alone."
        ),
    )  # fmt: skip


def hashes(pack: Told) -> Html:
    """Return all that identifies how the version was made."""
    told = pack["lineage"]
    named = [(name.replace("_", " "), tag("code", said(value))) for name, value in told["hashes"].items()]
    sources = [(name, tag("code", said(value))) for name, value in told["sources"].items()]
    recipe = [(path_in_words(name), _setting(value)) for name, value in leaves(told["recipe"])]
    shape = [(path_in_words(name), _setting(value)) for name, value in leaves(told["shape"])]
    return joined(
        subheading("Hashes"),
        facts([*named, ("code now", said(told["code_now"])), ("seed", said(told["seed"]))]),
        subheading("Libraries"),
        facts([(name, said(value)) for name, value in told["libraries"].items()]),
        subheading("Recipe"),
        facts(recipe),
        subheading("What was learned at tuning"),
        facts(shape),
        subheading("Sources"),
        facts([("portfolio", tag("code", said(told["portfolio"]))), *sources]),
    )


def leaves(told: Told, prefix: str = "") -> list[tuple[str, Told]]:
    """Return every value below an object by its dotted name."""
    if isinstance(told.value, dict):
        return [leaf for name, each in told.items() for leaf in leaves(each, f"{prefix}{name}.")]
    if isinstance(told.value, list):
        return [leaf for place, each in enumerate(told) for leaf in leaves(each, f"{prefix}{place + 1}.")]
    return [(prefix.rstrip("."), told)]


def _setting(told: Told) -> Html:
    return joined("not set") if told.value is None else said(told)


def path_in_words(name: str) -> str:
    """Return a dotted name as people read it."""
    return name.replace("_", " ").replace(".", " / ")
