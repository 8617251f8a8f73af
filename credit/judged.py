"""A subject and what the models of a release say of it: all that its assessment follows from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from credit.answer import Answer
from credit.assess import assess, score_of
from credit.extras import Extras
from credit.facts import SubjectFacts
from credit.identity import Identity, identity_of
from credit.known import Known
from credit.levers import Lever, applied
from credit.once import once
from credit.release import Release
from credit.timing.answer import TimingAnswer, timing_answers
from features.catalog import NAMES

__all__ = ["Judged", "answers_of", "judged", "judged_for_score", "timing_of"]

_NOTHING_MORE = Extras()

_AMOUNT = NAMES.index("request_amount")

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """A subject, and what the models say of it.

    Parameters
    ----------
    known : Known
    facts : SubjectFacts
        Those of `known`, maybe with what a caller knows beyond them.
    answers : mapping of str to Answer
    timing : TimingAnswer or None
    release : Release
    """

    known: Known
    facts: SubjectFacts
    answers: dict[str, Answer]
    timing: TimingAnswer | None
    release: Release

    @once
    def identity(self) -> Identity:
        """What makes its assessment this one."""
        return identity_of(self.facts, self.answers, self.known.book, self.release.policy)

    def assessed(self, lang: str, also: Extras = _NOTHING_MORE) -> dict[str, Any]:
        """Return its assessment: see `credit.assess.assess`."""
        return assess(
            self.facts,
            self.answers,
            self.known.book,
            self.release.policy,
            lang=lang,
            offers=also.offers,
            peers=also.peers,
            timing=self.timing,
            identity=self.identity,
        )

    def scored(self, lang: str) -> dict[str, Any]:
        """Return the score alone: see `credit.assess.score_of`."""
        book, policy = self.known.book, self.release.policy
        return score_of(self.facts, self.answers, book, policy, lang=lang, identity=self.identity)

    def after_levers(self, levers: Sequence[Lever]) -> list[dict[str, Any]]:
        """Return its assessment after each of some levers, by the same models, book and policy."""
        if not levers:
            return []
        values = np.repeat(self.known.values, len(levers), axis=0)
        for row, lever in enumerate(levers):
            for name, value in lever.values.items():
                values[row, NAMES.index(name)] = value
        told = zip(levers, answers_of(self.release, values), strict=True)
        policy, book = self.release.policy, self.known.book
        return [assess(applied(self.facts, each), said, book, policy) for each, said in told]


def judged(known: Known, release: Release) -> Judged:
    """Return a subject with all that the models say of it, and why."""
    facts, values = known.facts, known.values
    timing = timing_of(release, values, [facts], facts.day)[0]
    return Judged(known, facts, answers_of(release, values)[0], timing, release)


def judged_for_score(known: Known, release: Release) -> Judged:
    """Return a subject with what its score follows from: no contributions, no pay date."""
    answers = answers_of(release, known.values, contributions=False)[0]
    return Judged(known, known.facts, answers, None, release)


def answers_of(release: Release, values: Floats, *, contributions: bool = True) -> list[dict[str, Answer]]:
    """Return what each risk model of a release says of subjects, shape (n, len(NAMES)).

    The late model says nothing of a subject without a request, nor a usual invoice to stand in for it.
    """
    by_model = {
        name: model.answers(values, release.versions[name], contributions=contributions)
        for name, model in release.models.items()
    }
    asked = ~np.isnan(values[:, _AMOUNT])
    return [
        {
            name: answers[row] if name != "late" or asked[row] else _no_request(answers[row])
            for name, answers in by_model.items()
        }
        for row in range(len(values))
    ]


def timing_of(
    release: Release, values: Floats, facts: Sequence[SubjectFacts], today: date
) -> Sequence[TimingAnswer | None]:
    """Return when subjects of one moment would pay; None for each where a release has no such model.

    Parameters
    ----------
    release : Release
    values : float64 ndarray, shape (n, len(NAMES))
    facts : sequence of SubjectFacts, length n
    today : date
        Their day where the seller is.
    """
    model = release.timing
    return [None] * len(facts) if model is None else timing_answers(model, values, facts, today)


def _no_request(answer: Answer) -> Answer:
    return replace(
        answer, status="no_request", probability=None, log_odds=None, base_log_odds=None, contributions={}
    )
