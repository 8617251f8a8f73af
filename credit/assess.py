"""All that is said of a subject, as one JSON object."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from credit.answer import Answer
from credit.book import Book
from credit.candidates import LimitCase, stop_of
from credit.cover import cover_json
from credit.decisions import Decision, decision_reasons, is_blocked
from credit.facts import SubjectFacts
from credit.group_points import GroupPoints, group_points
from credit.identity import Identity, identity_of
from credit.interval import interval_of, worth_of_file
from credit.lasting import moment_text
from credit.limits import Suggestion, action_of, headroom_of, suggest
from credit.locales import check_language, day_text
from credit.loss_part import loss_part
from credit.offers import offers_of
from credit.once import once
from credit.peer_points import peer_points
from credit.plausibility import doubts_of
from credit.policy import Policy
from credit.reasons import Reason, score_reasons
from credit.scale import IN_DEFAULT_GRADE, Grade, percentile
from credit.texts import WARNINGS
from credit.timing.answer import TimingAnswer
from credit.wording import Catalog
from features.catalog import FEATURES, GROUPS

__all__ = ["assess", "limit_of", "models_say", "score_of"]

_CATALOG = Catalog(FEATURES, GROUPS)

_NO_TIMING = TimingAnswer("no_timing_model")

_EXPOSURE_PARTS = (
    "unapplied_amount",
    "bills_amount",
    "open_orders_amount",
    "open_orders_later_amount",
    "group_others_exposure",
)
"""What stands beside the exposure: credits that it is already less of, bills that are in it, orders that are
not in it yet, and what the group's other members owe."""


def assess(  # noqa: PLR0913  (all that an assessment follows from, by name)
    subject: SubjectFacts,
    answers: Mapping[str, Answer],
    book: Book | None,
    policy: Policy,
    *,
    lang: str = "en",
    offers: bool = False,
    peers: bool = False,
    timing: TimingAnswer | None = None,
    identity: Identity | None = None,
) -> dict[str, Any]:
    """Return the assessment of a subject.

    Parameters
    ----------
    subject : SubjectFacts
    answers : mapping of str to Answer
        By model name; a model that is not there is ``no_default_model`` or ``no_late_model``.
    book : Book or None
        Figures across all buyers; without them there is no concentration, and the policy's price of risk.
    policy : Policy
    lang : {"en", "zh"}
        Language of the texts.
    offers : bool
        Also suggest terms and offers; otherwise ``terms`` and ``offers`` are None.
    peers : bool
        Also tell the score beside that of the buyer's peers; otherwise ``score.peers`` is None.
    timing : TimingAnswer or None
        When the request would be paid; None is ``no_timing_model``.
    identity : Identity, optional
        `credit.identity.identity_of` the same arguments, where the caller has it.

    Returns
    -------
    dict
        Plain Python types without NaN. Money is in the reporting currency, numbers are unrounded. What cannot
        be said has a status and null, never 0.

    Raises
    ------
    InputError
        A language without texts.
    """
    check_language(lang)
    found = _Found(subject, answers, book, policy, _CATALOG, identity)
    limit = found.limit()
    groups = found.groups()
    said = found.told(groups, lang, peers=peers)
    said["reasons"] = [each.as_json() for each in found.reasons(limit, groups, lang)]
    said["limit"] = found.limit_json(limit)
    said["timing"] = (timing or _NO_TIMING).as_json()
    said["expected_loss"] = found.expected_loss(limit)
    if offers:
        said |= offers_of(found.case, limit, said["timing"], lang=lang)
    return said


def score_of(
    subject: SubjectFacts,
    answers: Mapping[str, Answer],
    book: Book | None,
    policy: Policy,
    *,
    lang: str = "en",
    identity: Identity | None = None,
) -> dict[str, Any]:
    """Return of an assessment what the models say, and nothing that follows from it.

    Parameters
    ----------
    subject, book, policy, lang, identity :
        As in `assess`.
    answers : mapping of str to Answer
        Their contributions are not read.

    Returns
    -------
    dict
        The object of `assess` with the same arguments, under the same id, in which ``reasons`` and the
        ``groups`` of ``score`` are empty, and ``limit``, ``timing``, ``expected_loss`` and what is told only
        where somebody asks for it are None.

    Raises
    ------
    InputError
        A language without texts.
    """
    check_language(lang)
    return _Found(subject, answers, book, policy, _CATALOG, identity).told((), lang, peers=False)


def limit_of(
    subject: SubjectFacts, answers: Mapping[str, Answer], book: Book | None, policy: Policy
) -> dict[str, Any]:
    """Return of an assessment what a review publishes and the check of an order asks, and nothing else.

    Returns
    -------
    dict
        Of `assess` with the same arguments: ``as_of`` and ``day``; ``status`` and ``probability`` of
        ``default`` and ``late``; ``computed`` of ``grade``; ``amount``, ``currency``, ``binding`` and
        ``valid_until`` of ``limit``.
    """
    found = _Found(subject, answers, book, policy, _CATALOG)
    limit = found.limit()
    until = None if limit.amount is None else found.valid_until().isoformat()
    return {
        "as_of": moment_text(subject.as_of),
        "day": subject.day.isoformat(),
        **models_say(subject, answers),
        "grade": {"computed": found.grade_name()},
        "limit": {
            "amount": limit.amount,
            "currency": subject.reporting_currency,
            "binding": limit.binding,
            "valid_until": until,
        },
    }


def models_say(subject: SubjectFacts, answers: Mapping[str, Answer]) -> dict[str, Any]:
    """Return status and probability of ``default`` and ``late``, as an assessment has them."""
    default = answers.get("default", Answer("default", "no_default_model"))
    if stop_of(subject) is not None:
        default = _without_prediction(default)
    return {"default": _brief(default), "late": _brief(answers.get("late", Answer("late", "no_late_model")))}


def _brief(answer: Answer) -> dict[str, Any]:
    said = answer.ok and answer.probability is not None
    return {"status": answer.status, "probability": float(answer.probability or 0.0) if said else None}


@dataclass(frozen=True)
class _Found:
    """A subject with its answers, of which each method says one part of the assessment."""

    subject: SubjectFacts
    answers: Mapping[str, Answer]
    book: Book | None
    policy: Policy
    catalog: Catalog
    identity: Identity | None = None

    def told(self, groups: Sequence[GroupPoints], lang: str, *, peers: bool) -> dict[str, Any]:
        """Return the assessment with what the models say, and without what follows from it."""
        subject, policy = self.subject, self.policy
        identity = self.identity or identity_of(subject, self.answers, self.book, policy)
        return {
            "assessment_id": identity.at(subject.as_of, subject.facts_seq),
            "buyer_id": subject.buyer_id,
            "as_of": moment_text(subject.as_of),
            "day": subject.day.isoformat(),
            "facts_seq": subject.facts_seq,
            "information_state": subject.information_state,
            "request": None if subject.request is None else subject.request.as_json(),
            "default": self.prediction(self.default),
            "late": self.prediction(self.late),
            "score": self.score(groups, peers=peers),
            "grade": self.grade_json(),
            "reasons": [],
            "limit": None,
            "terms": None,
            "offers": None,
            "raises": None,
            "changes": None,
            "timing": None,
            "expected_loss": None,
            "warnings": [_warning(each, lang) for each in (*subject.warnings, *doubts_of(subject, policy))],
            "versions": self.versions(),
        }

    @once
    def default(self) -> Answer:
        if stop_of(self.subject) is not None:
            return _without_prediction(self.answers.get("default", Answer("default", "in_default")))
        return self.answers.get("default", Answer("default", "no_default_model"))

    @property
    def late(self) -> Answer:
        return self.answers.get("late", Answer("late", "no_late_model"))

    @once
    def scored(self) -> Answer | None:
        """The answer that the score is of: the late model's only where there is no default model."""
        if self.default.ok:
            return self.default
        return self.late if self.default.status == "no_default_model" and self.late.ok else None

    @once
    def pd(self) -> float | None:
        """Probability of default as money and grade use it."""
        probability = self.default.probability
        return None if probability is None or not self.default.ok else self.policy.bounded(float(probability))

    @once
    def grade(self) -> Grade | None:
        return None if self.pd is None else self.policy.master_scale.of(self.pd)

    def prediction(self, answer: Answer) -> dict[str, Any]:
        probability = float(answer.probability) if answer.ok and answer.probability is not None else None
        low, high = (None, None) if probability is None else self._interval(probability)
        return {
            "status": answer.status,
            "probability": probability,
            "low": low,
            "high": high,
            "horizon_days": answer.horizon_days if answer.definition else None,
            "definition": answer.definition or None,
            "prior_weight": answer.prior_weight if answer.ok else None,
        }

    def _interval(self, probability: float) -> tuple[float, float]:
        rules, state = self.policy.interval, self.subject.information_state
        worth = worth_of_file(self.policy, state, self.subject.value("count_settled_365d"))
        return interval_of(probability, worth, rules.lower, rules.upper)

    def groups(self) -> list[GroupPoints]:
        if self.scored is None:
            return []
        scale = self.policy.loss_of(self.scored.definition).scale
        return group_points(self.scored, self.subject.values, scale, self.catalog)

    def score(self, groups: Sequence[GroupPoints], *, peers: bool) -> dict[str, Any]:
        answer = self.scored
        if answer is None or answer.log_odds is None or answer.base_log_odds is None:
            return {"points": None, "source": None, "base": None, "groups": [], "peers": None}
        scale = self.policy.loss_of(answer.definition).scale
        return {
            "points": scale.points(float(answer.log_odds)),
            "source": answer.model,
            "base": scale.points(float(answer.base_log_odds)),
            "groups": [each.as_json() for each in groups],
            "peers": peer_points(answer, groups, self._kind, scale, self.catalog) if peers else None,
        }

    @property
    def _kind(self) -> tuple[float, float]:
        """Size class and industry section, by which peers are found."""
        return self.subject.value("size_class"), self.subject.value("industry_section")

    def grade_name(self) -> str | None:
        if self.default.status == "in_default":
            return IN_DEFAULT_GRADE
        return None if self.grade is None else self.grade.name

    def grade_json(self) -> dict[str, Any]:
        among = self.book.reference_pds if self.book is not None else ()
        probability = self.default.probability
        placed = None if probability is None else percentile(float(probability), among)
        of_reference = self.scored.percentile if self.default.ok and self.scored is not None else None
        return {
            "computed": self.grade_name(),
            "published": None,
            "percentile": placed,
            "percentile_of_reference": of_reference,
            "direction": "higher_is_safer",
        }

    @once
    def case(self) -> LimitCase:
        """What the limit is made of."""
        status, definition = self.default.status, self.default.definition
        return LimitCase(self.subject, self.pd, status, definition, self.book, self.policy)

    def limit(self) -> Suggestion:
        return suggest(self.case)

    def limit_json(self, limit: Suggestion) -> dict[str, Any]:
        exposure = self.subject.known("exposure")
        decision = self._decision(limit)
        blocked, slopes = is_blocked(self.subject, self.policy), limit.slopes
        said = limit.amount is not None
        return {
            "status": limit.status,
            "amount": limit.amount,
            "currency": self.subject.reporting_currency,
            "binding": limit.binding,
            "candidates": [each.as_json() for each in limit.candidates],
            "slopes": None if slopes is None else {"pd": slopes.pd, "terms_days": slopes.terms_days},
            "exposure": exposure,
            "exposure_parts": {name: self.subject.known(name) for name in _EXPOSURE_PARTS},
            **cover_json(exposure, limit.counted),
            "overdue_amount": self.subject.known("overdue_amount"),
            "oldest_open_days_past_due": self.subject.known("oldest_open_days_past_due"),
            "headroom": decision.headroom,
            "action": action_of(limit, exposure, is_blocked=blocked, must_refer=decision.must_refer),
            "valid_until": self.valid_until().isoformat() if said else None,
            "published": None,
        }

    def valid_until(self) -> date:
        months = self.policy.validity_months_without_grade
        months = months if self.grade is None else self.grade.validity_months
        return _months_later(self.subject.day, months)

    def _decision(self, limit: Suggestion) -> Decision:
        headroom = headroom_of(limit, self.subject.known("exposure"))
        return Decision(self.subject, limit, headroom, self.default.status, self.policy)

    def reasons(self, limit: Suggestion, groups: Sequence[GroupPoints], lang: str) -> list[Reason]:
        decided = decision_reasons(self._decision(limit), lang)
        references = {} if self.scored is None else self.scored.references
        rules, currency = self.policy.reasons, self.subject.reporting_currency
        return decided + score_reasons(groups, references, self.catalog, rules, lang=lang, currency=currency)

    def expected_loss(self, limit: Suggestion) -> dict[str, Any]:
        return loss_part(self.case, limit.amount, in_default=self.default.status == "in_default")

    def versions(self) -> dict[str, Any]:
        return {
            "release": self.subject.release or None,
            "default": self.default.version or None,
            "late": self.late.version or None,
            "timing": self.subject.versions.get("timing"),
            "policy": self.policy.hash,
            "catalog": self.subject.versions.get("catalog"),
        }


def _warning(warning: Mapping[str, str], lang: str) -> dict[str, str]:
    day = day_text(date.fromisoformat(warning["date"]), lang)
    return {**warning, "text": WARNINGS[warning["code"]].of(lang).format(date=day)}


def _without_prediction(answer: Answer) -> Answer:
    """Return the answer about a buyer who is in default already: there is nothing to predict."""
    return Answer("default", "in_default", answer.definition, answer.horizon_days, version=answer.version)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
