"""The first page: what the model is, what it may not be used for, whether to sign."""

from __future__ import annotations

from training.report.document.frame import light
from training.report.document.markup import NOTHING, Html, joined, tag
from training.report.document.tables import facts
from training.report.document.told import Told, count, said, share
from training.report.document.verdicts import Areas, issues_by_severity, overall, overall_color, verdicts

__all__ = ["first_page", "limits", "signatures", "title_of"]

_COLORS = {"high": "red", "medium": "amber", "low": "grey"}
_LEARNERS = {
    "trees": "boosted trees",
    "blend": "boosted trees beside prior knowledge",
    "scorecard": "prior knowledge",
    "hazard": "a hazard model of boosted trees",
}

_MOST_LINES = 9
"""Limits and issues on the first page; the medium issues beyond are counted there and told in section 14."""

_ROLES = {"developed_by": "Developed by", "validated_by": "Validated by", "owner": "Owner"}


def title_of(pack: Told) -> str:
    """Return the title of the document."""
    return f"Validation of {pack['identity']['name'].text}"


def first_page(pack: Told, areas: Areas | None = None) -> Html:
    """Return the first page, to be read in a minute; `areas` are those of `verdicts`."""
    identity, purpose = pack["identity"], pack["purpose"]
    return joined(
        tag("h1", title_of(pack)),
        tag("p", said(purpose["question"]), class_="lead"),
        facts([
            ("Seller", _seller(identity)),
            ("State", _state(identity)),
            ("Made", _made(pack)),
        ]),
        tag("div", tag("h2", "Verdict"), overall(pack), class_=f"box {overall_color(pack)}"),
        _forbidden(pack),
        verdicts(pack, areas),
        _issues(pack),
        signatures(pack),
    )  # fmt: skip


def limits(pack: Told, severities: tuple[str, ...] = ("high", "medium", "low")) -> Html:
    """Return the uses that the model may not be put to, or only with care."""
    kept = [limit for limit in pack["limits_of_use"] if limit["severity"].value in severities]
    lines = [tag("li", light(_COLORS[each["severity"].text]), said(each["text"])) for each in kept]
    return tag("ul", lines, class_="plain") if lines else tag("p", "No limit was found.")


def _forbidden(pack: Told) -> Html:
    rest = sum(limit["severity"].value != "high" for limit in pack["limits_of_use"])
    text = f"{rest} more, where it is to be used with care: section 1."
    care = tag("p", tag("a", text, href="#purpose"), class_="note") if rest else None
    head = tag("h2", "What it may not be used for")
    return tag("div", head, limits(pack, ("high",)), care, class_="box red")


def _seller(identity: Told) -> Html:
    name = said(identity["seller_name"]) if identity["seller_name"] else NOTHING
    return joined(name, " (" if name else None, said(identity["seller_id"]), ")" if name else None)


def _state(identity: Told) -> Html:
    aliases = " and ".join(alias.text for alias in identity["aliases"]) or "in no role"
    twin = joined(", tested as ", said(identity["tested_twin"])) if identity["tested_twin"] else NOTHING
    tier = identity["tier"]
    return joined(
        f"{aliases}, ", said(identity["kind"]), twin, "; materiality ", said(tier["level"]), ": ",
        share(tier["share_of_equity"], 0), " of the seller's equity is owed by its buyers",
    )  # fmt: skip


def _made(pack: Told) -> Html:
    identity, lineage = pack["identity"], pack["lineage"]
    return joined(
        said(identity["registered_at"], identity["registered_at"].text[:10]), " by ",
        said(identity["learner"], _LEARNERS.get(identity["learner"].text)), " from ",
        count(lineage["subjects"]), " subjects, ",
        said(lineage["fitted_from"], lineage["fitted_from"].text[:10]), " to ",
        said(lineage["fitted_until"], lineage["fitted_until"].text[:10]),
    )  # fmt: skip


def _issues(pack: Told) -> Html:
    by_severity = issues_by_severity(pack)
    high, medium = by_severity["high"], by_severity["medium"]
    forbidden = sum(limit["severity"].value == "high" for limit in pack["limits_of_use"])
    shown = [*high, *medium[: max(0, _MOST_LINES - forbidden - len(high))]]
    lines = [
        tag("li", light(_COLORS[issue["severity"].text]), said(issue["severity"]), ": ", said(issue["text"]))
        for issue in shown
    ]
    rest = {"medium": len(high) + len(medium) - len(shown), "low": len(by_severity["low"])}
    more = " and ".join(f"{many} more {severity}" for severity, many in rest.items() if many)
    return joined(
        tag("h3", "Open issues"),
        tag("ul", lines, class_="plain") if lines else tag("p", "None is high or medium."),
        tag("p", tag("a", f"And {more}: section 14.", href="#limitations"), class_="note") if more else None,
    )


def signatures(pack: Told) -> Html:
    """Return the lines to sign, with the names that were given."""
    return tag("div", [_signature(each) for each in pack["sign_off"]], class_="sign")


def _signature(told: Told) -> Html:
    role = _ROLES[told["role"].text]
    name = tag("b", said(told["name"])) if told["name"] else NOTHING
    other = {True: None, False: "the same person as the developer: not independent", None: None}
    return tag("div", tag("span", f"{role}: name, date, signature"), name, other[told["independent"].value])
