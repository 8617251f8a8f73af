"""The words of what a version may not be used for."""

from __future__ import annotations

__all__ = ["TEXTS"]

TEXTS: dict[str, str] = {
    "definition": (
        "Its probability is that of this outcome alone ({id}): {text}. Not for any other definition, "
        "and not for any time beyond {days} days{after}."
    ),
    "late_is_not_default": (
        "Late is not default: not for grades, expected loss, provisions or the loss part of a limit."
    ),
    "no_request": "It never sees the request: not for the price or the terms of a single order.",
    "natural_persons": (
        "Not as the only ground of a decision on a natural person: a person must decide, and be able to "
        "decide otherwise ({found}). Not for consumers."
    ),
    "prior": (
        "{weight:.0%} of the level is prior knowledge ({defaults} own defaults in {years} independent "
        "buyer-years): the order of buyers is that of a scorecard, not proven on this book. Not for "
        "regulatory capital, nor for prices that hang on small differences."
    ),
    "prior_beside": (
        "{share:.0%} of every score is a scorecard's prior knowledge, and so is {weight:.0%} of the level "
        "({defaults} own defaults in {years} independent buyer-years): what it says is in part not proven on "
        "this book. Not for regulatory capital, nor for prices that hang on small differences."
    ),
    "assumed_knowledge": (
        "When the books knew the facts of {tables} is assumed, not given: the figures may be too good "
        "by what was booked late (see knowledge time)."
    ),
    "calibration": (
        "Not where the height of a probability counts (expected loss, prices, budgets) before it is "
        "calibrated again: its probabilities are too {how}, slope {value:.2f}, {low:.2f} to {high:.2f}. The "
        "order of buyers is not touched."
    ),
    "level": (
        "Its level is off: {value:.2f} bad outcomes came for each one foreseen, {low:.2f} to {high:.2f}. Not "
        "for sums of expected bad outcomes without a correction."
    ),
    "no_ranks": "Not for telling buyers apart: {why}.",
    "few_training_events": "It learned from {events} bad outcomes only: few can be told apart.",
    "few_test_events": (
        "{buyers} buyers had a bad outcome in the test: its intervals are wide. Not for choices that hang on "
        "small differences of its figures."
    ),
    "patterns": (
        "It speaks only of buyers of whom is known: {patterns}. Of others it says that it cannot say.{some}"
    ),
    "cannot_say": "It cannot speak of {share:.1%} of the test subjects: have a rule for them.",
    "states": (
        "Not proven where what is known of the buyer is (bad buyers in the test): {states}. Fewer than "
        "{least} say nothing: judge such buyers by hand, or with a margin."
    ),
    "no_events": "Not proven for these {words}, without a bad outcome in the test: {names}.",
    "unknown": "Nobody knows the {words} of buyers: not measured by them.",
    "selection": (
        "Only buyers to whom this seller sold on account have outcomes: of those who were refused, or pay in "
        "advance, nothing is known. Not for applicants whom earlier rules would have refused."
    ),
    "seller": ("Only for the book of seller '{seller}': other sellers' buyers, terms and collection differ."),
    "period": (
        "It learned from {first} to {last}; the books end {until}, {months:.0f} months later. What "
        "happens in other times (a recession, a change of terms) it has not seen."
    ),
    "books_behind": "Not more than {days} days after the books end: what was paid since would look unpaid.",
    "expiry": "Not after {day} without being validated again: a year after its books end.",
    "tested_twin": (
        "The figures are those of its tested twin {twin}; it was itself fitted on the test subjects."
    ),
    "population_rate": (
        "Its level is that of this book ({rate:.2%} of the calibration sample was bad); the rate of a wider "
        "population was not stated. Not for buyers of another market."
    ),
    "currency": (
        "Amounts are in {reporting}; invoices were in {seen}: not for sums in other currencies, nor where no "
        "rate is known."
    ),
    "left_out": "It says nothing of subjects that were left out: {counts}.",
}
"""By code: the sentence, with places for the facts that it rests on."""
