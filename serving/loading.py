"""From settings to an assessor that has answered once."""

from __future__ import annotations

from credit.assessor import Assessor
from credit.locales import LANGUAGES
from credit.release import Release, current_folder
from credit.request import Request
from credit.trees.warm import warm as warm_trees
from features.build import Packed, pack_portfolio
from features.errors import InputError
from features.files import read
from features.portfolio import Portfolio
from features.warm import warm as warm_features
from serving.errors import CallError
from serving.settings import Settings

__all__ = ["check", "load", "load_release", "read_ledger", "score_canary"]

_CANARIES = 200
_CANARY_AMOUNT = 1000.0
_CANARY_TERMS_DAYS = 30


def check(settings: Settings) -> None:
    """Refuse what could not be served, before a process is started, and compile what its workers will run.

    Raises
    ------
    InputError
        Where there is no release or it does not load, the portfolio cannot be read, or it is another
        seller's.
    """
    release = Release.load(current_folder(settings.releases))
    if settings.portfolio is not None:
        _check_seller(read(settings.portfolio), release.seller_id)
        # Reason: otherwise every worker would compile the same code at the same time.
        warm_features()
        warm_trees()


def load_release(settings: Settings) -> Release:
    """Load the release in force.

    Raises
    ------
    CallError
        ``no_release``.
    """
    try:
        return Release.load(current_folder(settings.releases))
    except InputError as error:
        raise _unserved("no_release", error) from error


def read_ledger(settings: Settings) -> Packed:
    """Read and pack the ledger.

    Raises
    ------
    CallError
        ``no_ledger``.
    """
    if settings.portfolio is None:
        step = "start with `credence serve --portfolio DIR`"
        raise CallError("no_ledger", "a portfolio to assess buyers of", "none", step)
    try:
        return pack_portfolio(read(settings.portfolio))
    except InputError as error:
        raise _unserved("no_ledger", error) from error


def load(ledger: Packed, release: Release) -> Assessor:
    """Return an assessor of a ledger with a release.

    Raises
    ------
    CallError
        ``no_ledger`` where the ledger is another seller's.
    """
    try:
        return Assessor(ledger, release)
    except InputError as error:
        raise _unserved("no_ledger", error) from error


def score_canary(assessor: Assessor) -> str:
    """Score buyers until one has a score, in every language; this also compiles and caches what calls need.

    Returns
    -------
    str
        The buyer that was scored.

    Raises
    ------
    CallError
        ``not_scored`` where none of the first 200 buyers could be scored.
    """
    currency = assessor.packed.portfolio.seller.reporting_currency
    request = Request("order", _CANARY_AMOUNT, currency, terms_days=_CANARY_TERMS_DAYS)
    for buyer_id in assessor.buyer_ids[:_CANARIES]:
        if assessor.assess(buyer_id)["score"]["points"] is not None:
            for lang in LANGUAGES:
                assessor.assess(buyer_id, None, request, lang=lang)
            return buyer_id
    tried = f"none among {min(_CANARIES, len(assessor.buyer_ids))}"
    step = "check that the portfolio has the sources that the models were trained on"
    raise CallError("not_scored", "a buyer who can be scored", tried, step)


def _check_seller(portfolio: Portfolio, seller_id: str) -> None:
    found = portfolio.seller.seller_id
    if found != seller_id:
        step = "name that seller's portfolio, or set CREDENCE_HOME to the other seller's home"
        raise InputError.of(
            f"a portfolio of seller '{seller_id}', whose home this is", f"one of '{found}'", step
        )


def _unserved(code: str, error: InputError) -> CallError:
    problem = error.problems[0]
    place = f" in table {problem.table}" if problem.table else ""
    return CallError(code, problem.expected + place, problem.found, problem.next_step)
