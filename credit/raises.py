"""What would raise the limit: a bounded search over what a buyer can do, through the same assessment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import Any

from credit.facts import SubjectFacts
from credit.levers import Lever, Wanted, combined, levers_of, renewed
from credit.locales import check_language, fill
from credit.policy import Policy
from credit.raise_texts import LEVER_TEXTS, NOTE, WHY

__all__ = ["MOST_OPTIONS", "Reassess", "raises_of"]

Json = Mapping[str, Any]
Reassess = Callable[[Sequence[Lever]], list[dict[str, Any]]]

MOST_OPTIONS = 3


def raises_of(
    subject: SubjectFacts, said: Json, reassess: Reassess, policy: Policy, *, lang: str = "en"
) -> dict[str, Any]:
    """Return what would raise the limit of a buyer.

    Every lever of `credit.levers` is assessed once, and once more each pair of different kinds among those
    that raise the limit, by the share at least that the policy publishes as a change. Of the options that do,
    at most three of different kinds are told, the highest limit first; a pair is told only where its limit is
    above that of either part by as much.

    Parameters
    ----------
    subject : SubjectFacts
    said : mapping
        Its assessment.
    reassess : callable
        Returns the assessment of the same buyer after each of some levers.
    policy : Policy
    lang : {"en", "zh"}

    Returns
    -------
    dict
        ``status`` is ``ok``, ``nothing_raises`` or ``insolvent``. Each option has the limit, probability,
        grade and what binds then; ``considered`` lists every lever with its limit; ``why`` says why nothing
        does, or what more cannot be said.

    Raises
    ------
    InputError
        A language without texts.
    """
    check_language(lang)
    limit, binding = said["limit"]["amount"], said["limit"]["binding"]
    if binding == "insolvent":
        return _said("insolvent", said, [], [], WHY["insolvent"].of(lang), lang)
    wanted = _wanted(said)
    levers = levers_of(subject, wanted, policy)
    single = list(zip(levers, reassess(levers), strict=True))
    least = policy.publishing.least_change_share
    better = [each for each in single if _is_higher(each[1], limit, least)]
    unlike = [(a[0], b[0]) for a, b in combinations(better, 2) if a[0].kind != b[0].kind]
    pairs = [combined(one, renewed(other, one, subject, wanted, policy)) for one, other in unlike]
    both = [each for each in zip(pairs, reassess(pairs), strict=True) if _beats_parts(each, better, least)]
    chosen = _diverse([*better, *both])
    currency = str(said["limit"]["currency"])
    options = [_option(lever, then, said, lang, currency) for lever, then in chosen]
    considered = [_considered(each, is_better=each in better) for each in single]
    if not subject.flag("has_accounts"):
        considered.append({"code": "file_accounts", "status": "cannot_say", "limit": None})
    status = "ok" if options else "nothing_raises"
    return _said(status, said, options, considered, _why(subject, binding, bool(options), lang), lang)


def _wanted(said: Json) -> Wanted:
    """Return the need where it is above the limit: securities cover what lies between."""
    limit = said["limit"]["amount"] or 0.0
    listed = {each["code"]: each["amount"] for each in said["limit"]["candidates"]}
    needs = [listed[code] for code in ("need", "requested") if listed.get(code) is not None]
    need = min(needs, default=None)
    return Wanted(need if need is not None and need > limit else None, limit)


def _is_higher(then: Json, limit: float | None, least: float) -> bool:
    """Whether a limit is above another by at least the share that is published as a change."""
    amount, before = then["limit"]["amount"], limit or 0.0
    return amount is not None and amount > before and amount >= before * (1.0 + least)


def _beats_parts(pair: tuple[Lever, Json], singles: Sequence[tuple[Lever, Json]], least: float) -> bool:
    parts = [then["limit"]["amount"] for lever, then in singles if lever.codes[0] in pair[0].codes]
    return all(_is_higher(pair[1], amount, least) for amount in parts)


def _diverse(found: Sequence[tuple[Lever, Json]]) -> list[tuple[Lever, Json]]:
    """Return the best of each kind, the highest limit first; of equal ones what asks for less."""
    ordered = sorted(found, key=lambda each: (-each[1]["limit"]["amount"], len(each[0].codes), each[0].codes))
    kinds: dict[str, tuple[Lever, Json]] = {}
    for each in ordered:
        kinds.setdefault(each[0].kind, each)
    return list(kinds.values())[:MOST_OPTIONS]


def _option(lever: Lever, then: Json, said: Json, lang: str, currency: str) -> dict[str, Any]:
    limit, before = then["limit"], said["limit"]
    return {
        "levers": list(lever.codes),
        "text": _text(lever, lang, currency),
        "facts": dict(lever.facts),
        "assumed": dict(lever.values),
        "probability": then["default"]["probability"],
        "points": then["score"]["points"],
        "grade": then["grade"]["computed"],
        "limit": limit["amount"],
        "change": limit["amount"] - (before["amount"] or 0.0),
        "binding": limit["binding"],
        "binding_moves": limit["binding"] != before["binding"],
    }


def _considered(tried: tuple[Lever, Json], *, is_better: bool) -> dict[str, Any]:
    lever, then = tried
    status = "raises" if is_better else "no_raise"
    return {"code": lever.codes[0], "status": status, "limit": then["limit"]["amount"]}


def _text(lever: Lever, lang: str, currency: str) -> str:
    keys = ((code, f"{code}_and_overdue") for code in lever.codes)
    owes = "overdue_amount" in lever.facts
    chosen = [longer if owes and longer in LEVER_TEXTS else code for code, longer in keys]
    texts = [fill(LEVER_TEXTS[key].of(lang), lever.facts, lang, currency) for key in chosen]
    return ("；" if lang == "zh" else " and ").join(texts)


def _why(subject: SubjectFacts, binding: str | None, is_raised: bool, lang: str) -> str | None:
    told = [] if is_raised else [WHY["unsaid" if binding is None else binding].of(lang)]
    rests_on_accounts = binding in (None, "capacity", "expected_loss_budget")
    if not subject.flag("has_accounts") and rests_on_accounts:
        told.append(WHY["accounts_unknown"].of(lang))
    return ("" if lang == "zh" else " ").join(told) or None


def _said(
    status: str, said: Json, options: list[Any], considered: list[Any], why: str | None, lang: str
) -> dict[str, Any]:
    return {
        "status": status,
        "limit": said["limit"]["amount"],
        "currency": said["limit"]["currency"],
        "binding": said["limit"]["binding"],
        "options": options,
        "considered": considered,
        "why": why,
        "note": NOTE.of(lang),
    }
