"""The review of the book in the store: all that it puts in force comes in one transaction, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from credit.assess_many import assess_many
from credit.common import Common
from credit.desk import Desk
from credit.publish import Published
from credit.release import Release
from credit.review import Reviewed
from credit.review import review as reviewed
from features.as_of import last_month_end
from features.errors import InputError
from features.parts import parts_of
from serving.live.moments import moments_of
from serving.months import make_month
from serving.store import outbox
from serving.store.answers import answer_row, keep_answers
from serving.store.books import read_book
from serving.store.changes import take_ledger
from serving.store.common import every_stored_dossier, read_common
from serving.store.connect import Store
from serving.store.month_turns import month_turn
from serving.store.published_rows import Source, amount_text, in_force, last_seq, put_in_force

__all__ = ["StoreReview", "review_store"]

_AT_ONCE = 200
"""Assessments in one transaction: others that write wait for no more than these."""

_KEPT = ("buyer_id", "as_of", "day", "assessment_id")
_KEPT_OF_LIMIT = ("amount", "currency", "status", "binding", "exposure", "valid_until")


@dataclass(frozen=True)
class StoreReview:
    """What a review put in force.

    Parameters
    ----------
    rows : list of Reviewed
        As `credit.review.review` gives them.
    day : str or None
        Day of the review where the seller is; None without a buyer.
    facts_seq : int
        The change of facts that it was made at.
    changed : int
        Buyers whose limit or grade in force changed: one event each.
    """

    rows: list[Reviewed]
    day: str | None
    facts_seq: int
    changed: int


def review_store(
    store: Store,
    release: Release,
    source: Source,
    *,
    as_of: str | None = None,
    progress: Callable[[int], None] | None = None,
) -> StoreReview:
    """Assess every buyer of the store, and put in force what follows from what is in force.

    All buyers are assessed from one state of the store, and the assessments are kept. What comes into force
    is written with an event ``limit.changed`` for each buyer whose limit or grade in force changed.

    Parameters
    ----------
    store : Store
    release : Release
    source : Source
        Who reviews, and when.
    as_of : str, optional
        What was known then; default: now, or the end of the books where they end more than a week before.
    progress : callable, optional
        Called with 1 after each buyer.

    Raises
    ------
    InputError
        Where nothing was loaded, the store is another seller's, a review of the same or a later day is in
        force, or another review came into force meanwhile. Nothing comes into force then.
    """
    now = source.at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    _make_figures(store, release, as_of, now)
    with store.reading() as connection:
        common = read_common(connection)
        seen, before = last_seq(connection), in_force(connection)
        desk = Desk(common, release)
        moment, asked = moments_of(desk, as_of, now)
        _check_day(before, desk.at(moment).date)
        end = _month_end(common, moment)
        book = None if end is None else read_book(connection, end, release.release_id)
        desk = Desk(replace(common, book=lambda _: book), release)
        said = _counted(assess_many(every_stored_dossier(connection), desk, moment, now=asked), progress)
        told = list(_kept_first(store, said, release.release_id, source.at))
    rows = reviewed(before, told, release.policy)
    ids = {each["buyer_id"]: each["assessment_id"] for each in told}
    changed = _write(store, rows, ids, seen, source)
    return StoreReview(rows, told[0]["day"] if told else None, common.facts_seq or 0, changed)


def _make_figures(store: Store, release: Release, as_of: str | None, now: datetime) -> None:
    """Make the figures of the month end before the review where they lack."""
    with store.reading() as connection:
        common = read_common(connection)
        end = _month_end(common, moments_of(Desk(common, release), as_of, now)[0])
        is_made = end is None or read_book(connection, end, release.release_id) is not None
    if end is not None and not is_made:
        with month_turn(store):
            make_month(store, release, end)


def _month_end(common: Common, moment: datetime) -> datetime | None:
    end = last_month_end(moment, common.seller.timezone)
    return None if end < common.observed_from else end


def _check_day(before: Mapping[str, Published], day: date) -> None:
    """Refuse a second review of one day: it would raise limits by another review's most (InputError)."""
    if any(each.reviewed_on >= day for each in before.values()):
        expected = f"a review after the one that is in force ({max(_days(before)):%Y-%m-%d})"
        step = "review again on a later day, once later facts are loaded"
        raise InputError.of(expected, "one of the same or an earlier day", step, column="as_of")


def _days(before: Mapping[str, Published]) -> Iterator[date]:
    return (each.reviewed_on for each in before.values())


def _counted(
    told: Iterable[dict[str, Any]], progress: Callable[[int], None] | None
) -> Iterator[dict[str, Any]]:
    for each in told:
        yield each
        if progress is not None:
            progress(1)


def _kept_first(
    store: Store, said: Iterable[dict[str, Any]], release_id: str, at: datetime
) -> Iterator[dict[str, Any]]:
    """Keep assessments in the store, some hundred at a time, and give of each what a review reads.

    Whatever comes into force names the assessment that it follows from, which can be read back then.
    """
    for part in parts_of(said, _AT_ONCE):
        rows = [answer_row(each, release_id, at) for each in part]
        with store.writing(answers=True) as connection:
            keep_answers(connection, rows)
        yield from map(_read_of, part)


def _read_of(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return of an assessment what a review reads: whole ones of a large book would fill the memory."""
    return {
        **{name: said[name] for name in _KEPT},
        "default": {"probability": said["default"]["probability"]},
        "grade": {"computed": said["grade"]["computed"]},
        "limit": {name: said["limit"][name] for name in _KEPT_OF_LIMIT},
    }


def _write(store: Store, rows: Sequence[Reviewed], ids: Mapping[str, str], seen: int, source: Source) -> int:
    """Put a review in force, and return how many buyers it changes something for."""
    with store.writing() as connection:
        take_ledger(connection)
        if last_seq(connection) != seen:
            step = "look at what is in force, and review again on a later day"
            raise InputError.of(
                "a book that nobody else reviews", "another review that came into force meanwhile", step
            )
        put_in_force(connection, ((row.buyer_id, row.review, ids.get(row.buyer_id)) for row in rows), source)
        events = (_event(row) for row in rows if _is_changed(row))
        return outbox.put_all(connection, "limit.changed", events, source.at)


def _is_changed(row: Reviewed) -> bool:
    now, before = row.review.published, row.before
    if before is None:
        return (now.grade, now.amount) != (None, None)
    return (now.grade, now.amount) != (before.grade, before.amount)


def _event(row: Reviewed) -> dict[str, Any]:
    now, until = row.review.published, row.review.published.valid_until
    return {
        "buyer_id": row.buyer_id,
        "amount": amount_text(now.amount),
        "currency": now.currency,
        "grade": now.grade,
        "valid_until": None if until is None else until.isoformat(),
        "code": row.review.limit_code,
        "previous_amount": None if row.before is None else amount_text(row.before.amount),
    }
