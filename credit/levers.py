"""What a buyer can do, as the feature values that it implies; what nobody can change is no lever."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from credit.cover import Security
from credit.facts import SubjectFacts
from credit.policy import Policy
from features.catalog import FEATURES, NAMES
from features.engine.arrears import CURE_DAYS

__all__ = [
    "FRESH_DAYS",
    "IMMUTABLE",
    "MONTHS_ON_TIME",
    "Lever",
    "Wanted",
    "applied",
    "combined",
    "levers_of",
    "renewed",
]

IMMUTABLE = (
    "company_age_years",
    "industry_section",
    "is_foreign",
    "natural_person",
    "public_body",
    "size_class",
)
"""Age, industry and country of a buyer, and what it is: no lever touches them."""

MONTHS_ON_TIME = 6
FRESH_DAYS = 180
"""Age of newly filed accounts: they are received about six months after their period."""

_MONTH_DAYS = 30
_USE_PAID = 0.5
"""Share of what is not due yet that a lower use pays ahead."""

_SHORT_TERMS = (60.0, 45.0, 30.0, 14.0)

_OVERDUE = (
    "overdue_amount", "overdue_share", "overdue_over_30_share", "overdue_over_90_share",
    "oldest_open_days_past_due", "mean_days_past_due_open", "count_overdue", "days_material_overdue",
    "open_1_30_amount", "open_31_60_amount", "open_61_90_amount", "open_91_120_amount", "open_121_180_amount",
    "open_over_180_amount",
)  # fmt: skip
_OF_EXPOSURE = ("exposure_to_invoiced_365d", "exposure_to_high_credit_365d", "utilisation")

Values = Mapping[str, float]


@dataclass(frozen=True)
class Lever:
    """One thing that a buyer can do.

    Parameters
    ----------
    codes : tuple of str
        ``clear_overdue``, ``pay_on_time``, ``reduce_use``, ``file_accounts``, ``guarantee``, ``insurance``,
        ``shorter_terms``; several where it combines them.
    kind : str
        ``payment``, ``use``, ``accounts``, ``security`` or ``terms``: options differ in it.
    values : mapping of str to float
        Feature values that it implies; all others stay as they are.
    securities : tuple of Security
        That come on top.
    facts : mapping of str to float
        Numbers of its text.
    """

    codes: tuple[str, ...]
    kind: str
    values: Values = field(default_factory=dict)
    securities: tuple[Security, ...] = ()
    facts: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Wanted:
    """What the limit lacks.

    Parameters
    ----------
    need : float or None
        Of the buyer, where it is above the limit.
    limit : float
        0 where none can be said.
    """

    need: float | None
    limit: float


def levers_of(subject: SubjectFacts, wanted: Wanted, policy: Policy) -> list[Lever]:
    """Return the levers that there are for a buyer, each of which changes something.

    Parameters
    ----------
    subject : SubjectFacts
    wanted : Wanted
    policy : Policy

    Notes
    -----
    ``clear_overdue``: all that is overdue is paid today; how late it was stays in the record.
    ``pay_on_time``: the same, and for `MONTHS_ON_TIME` months everything is paid on the due day; figures of
    180 days and less become clean, means and shares of 365 days keep what is older, all else stays as today.
    ``reduce_use``: half of what is not due yet is paid ahead. ``file_accounts``: new accounts repeat the
    figures of stale ones (where there are none, nobody can say what they would show). ``guarantee`` and
    ``insurance`` cover what of the need lies above the limit. ``shorter_terms``: the next shorter
    step; the highest balance shrinks by as much.
    """
    made = (make(subject, wanted, policy) for make in _LEVERS)
    return [lever for lever in made if lever is not None]


def combined(first: Lever, second: Lever) -> Lever:
    """Return two levers pulled at once."""
    return Lever(
        (*first.codes, *second.codes),
        f"{first.kind}+{second.kind}",
        {**first.values, **second.values},
        (*first.securities, *second.securities),
        {**first.facts, **second.facts},
    )


def renewed(second: Lever, first: Lever, subject: SubjectFacts, wanted: Wanted, policy: Policy) -> Lever:
    """Return a lever as it is after another was pulled, so that the two can be combined.

    Reason: both may pay a part of one exposure.
    """
    after = levers_of(applied(subject, first), wanted, policy)
    return next((each for each in after if each.codes == second.codes), second)


def applied(subject: SubjectFacts, lever: Lever) -> SubjectFacts:
    """Return the subject after a lever was pulled."""
    values = {**subject.values, **lever.values}
    return replace(subject, values=values, securities=(*subject.securities, *lever.securities))


def _clear_overdue(subject: SubjectFacts, _wanted: Wanted, _policy: Policy) -> Lever | None:
    overdue = subject.known("overdue_amount")
    if not overdue or overdue < 0.0:
        return None
    cleared = {name: 0.0 for name in _OVERDUE if subject.known(name) is not None}
    count = subject.value("count_open") - subject.value("count_overdue")
    values = {**cleared, **_paid(subject, overdue), "count_open": count}
    return Lever(("clear_overdue",), "payment", values, facts={"overdue_amount": overdue})


def _pay_on_time(subject: SubjectFacts, wanted: Wanted, policy: Policy) -> Lever | None:
    if not subject.flag("has_payments"):
        return None
    clear = _clear_overdue(subject, wanted, policy)
    values = {} if clear is None else dict(clear.values)
    values |= _clean_record(subject)
    if MONTHS_ON_TIME * _MONTH_DAYS >= CURE_DAYS and subject.flag("in_default"):
        values["in_default"] = 0.0
    changed = {name: value for name, value in values.items() if value != subject.value(name)}
    if not changed:
        return None
    overdue = {} if clear is None else clear.facts
    return Lever(("pay_on_time",), "payment", changed, facts={"months": float(MONTHS_ON_TIME), **overdue})


def _clean_record(subject: SubjectFacts) -> dict[str, float]:
    """Return the figures of lateness after months without any; what is missing stays so."""
    kept = 1.0 - MONTHS_ON_TIME / 12.0
    found: dict[str, float] = {}
    for name in NAMES:
        value = subject.known(name)
        if value is None or FEATURES[name].group != "payment_timeliness" or FEATURES[name].sign <= 0:
            continue
        if name.endswith(("_30d", "_90d", "_180d", "_last_3", "_last_10")):
            found[name] = min(value, 0.0)
        elif name.endswith("_365d") and name.startswith(("mean_", "share_")):
            found[name] = min(value, value * kept)
    found |= {name: 0.0 for name in ("count_late_streak",) if subject.known(name) is not None}
    return found | _better_trend(subject, found)


def _better_trend(subject: SubjectFacts, record: Values) -> dict[str, float]:
    names = ("change_mean_days_late_90d_365d", "mean_days_late_90d", "mean_days_late_365d")
    if any(subject.known(name) is None for name in names):
        return {}
    change = record.get(names[1], subject.value(names[1])) - record.get(names[2], subject.value(names[2]))
    return {names[0]: min(subject.value(names[0]), change)}


def _reduce_use(subject: SubjectFacts, _wanted: Wanted, _policy: Policy) -> Lever | None:
    not_due = subject.known("open_not_due_amount")
    if not not_due or not_due <= 0.0:
        return None
    paid = _USE_PAID * not_due
    values = {**_paid(subject, paid), "open_not_due_amount": not_due - paid}
    left, overdue = not_due - paid, subject.known("overdue_amount")
    if overdue:
        values["overdue_share"] = overdue / (overdue + left)
    return Lever(("reduce_use",), "use", values, facts={"paid_amount": paid})


def _paid(subject: SubjectFacts, amount: float) -> dict[str, float]:
    """Return the exposure, and what is measured by it, after a payment."""
    exposure = subject.known("exposure")
    if exposure is None or exposure <= 0.0:
        return {}
    left = max(0.0, exposure - amount)
    known = {name: subject.known(name) for name in _OF_EXPOSURE}
    return {"exposure": left} | {
        name: value * left / exposure for name, value in known.items() if value is not None
    }


def _file_accounts(subject: SubjectFacts, _wanted: Wanted, policy: Policy) -> Lever | None:
    age = subject.known("statement_age_days")
    if not subject.flag("has_accounts") or age is None or age <= policy.capacity.accounts_stale_after_days:
        return None
    year = (subject.as_of - timedelta(days=FRESH_DAYS)).year
    values = {"statement_age_days": float(FRESH_DAYS), "accounts_year": float(year)}
    return Lever(("file_accounts",), "accounts", values, facts={"statement_age_days": age})


def _guarantee(_subject: SubjectFacts, wanted: Wanted, policy: Policy) -> Lever | None:
    amount = _to_cover(wanted, policy.securities.bank_guarantee)
    if amount is None:
        return None
    security = Security("bank_guarantee", amount)
    return Lever(("guarantee",), "security", {}, (security,), {"guarantee_amount": amount})


def _insurance(subject: SubjectFacts, wanted: Wanted, policy: Policy) -> Lever | None:
    rules = policy.securities
    if subject.known("insured_limit") is not None:
        values = {} if wanted.need is None else {"insured_limit": wanted.need}
        facts = {"insured_amount": wanted.need or 0.0}
        return Lever(("insurance",), "security", values, (), facts) if values else None
    amount = _to_cover(wanted, rules.credit_insurance * rules.insured_share)
    if amount is None:
        return None
    security = Security("credit_insurance", amount)
    return Lever(("insurance",), "security", {}, (security,), {"insured_amount": amount})


def _to_cover(wanted: Wanted, share: float) -> float | None:
    """Return a whole amount that covers what of the need lies above the limit."""
    if wanted.need is None or share <= 0.0:
        return None
    return float(math.ceil(min((wanted.need - wanted.limit) / share, wanted.need)))


def _shorter_terms(subject: SubjectFacts, _wanted: Wanted, _policy: Policy) -> Lever | None:
    terms = subject.known("median_terms_days_365d")
    shorter = [days for days in _SHORT_TERMS if terms is not None and days < terms]
    if terms is None or not shorter:
        return None
    values = {"median_terms_days_365d": shorter[0]}
    highest = subject.known("high_credit_365d")
    if highest is not None:
        # Reason: what is owed for fewer days is less; a record of the longer terms proves nothing more.
        values["high_credit_365d"] = highest * shorter[0] / terms
    return Lever(("shorter_terms",), "terms", values, facts={"terms_days": shorter[0]})


_LEVERS: tuple[Callable[[SubjectFacts, Wanted, Policy], Lever | None], ...] = (
    _clear_overdue,
    _pay_on_time,
    _file_accounts,
    _reduce_use,
    _guarantee,
    _insurance,
    _shorter_terms,
)
