"""From settings to an assessor over the store that has answered once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from credit.locales import LANGUAGES
from credit.release import Release, current_folder
from credit.request import Request
from credit.trees.warm import warm as warm_trees
from features.errors import InputError
from serving.errors import CallError
from serving.live.assessor import LiveAssessor
from serving.live.runtime import Runtime
from serving.releases.earlier import earlier_folders
from serving.releases.pointer import named
from serving.settings import Settings
from serving.store.connect import open_store, store_url
from serving.store.dossiers import buyers
from serving.webhooks.target import Target

__all__ = ["check", "load_release", "open_runtime", "score_canary"]

_CANARIES = 200
_CANARY_AMOUNT = 1000.0
_CANARY_TERMS_DAYS = 30


def check(settings: Settings) -> None:
    """Refuse what could not be served, before a process is started, and compile what its workers will run.

    A portfolio that the settings name is loaded into the store, with its history.

    Raises
    ------
    InputError
        Where neither the release in force nor one that served before it loads, or the portfolio cannot be
        read, or it is another seller's; where no event may be sent to where the environment names.
    """
    Target.from_environment()
    if settings.portfolio is None:
        _first_that_loads(settings.releases, None)
    else:
        _load(settings, settings.portfolio)
    from features.warm import warm as warm_features

    # Reason: otherwise every worker would compile the same code at the same time.
    warm_features()
    warm_trees()


def _load(settings: Settings, folder: Path) -> None:
    # Reason: workers import this module, and need no pandas.
    from features.files import read
    from serving.store.loading import load_portfolio

    portfolio = read(folder)
    release = _first_that_loads(settings.releases, portfolio.seller.seller_id)
    _check_seller(portfolio.seller.seller_id, release.seller_id)
    store = open_store(store_url(settings.home))
    try:
        load_portfolio(store, portfolio, history=True, now=datetime.now(UTC))
    finally:
        store.close()


def _first_that_loads(releases: Path, seller_id: str | None) -> Release:
    """Load the release in force, or the newest of a seller that served before it: what workers will serve."""
    try:
        release = Release.load(current_folder(releases))
    except InputError:
        earlier = _earlier(releases, seller_id)
        if earlier is None:
            raise
        return earlier
    if seller_id in (None, release.seller_id):
        return release
    return _earlier(releases, seller_id) or release


def _earlier(releases: Path, seller_id: str | None) -> Release | None:
    for folder in earlier_folders(releases, named(releases)):
        try:
            release = Release.load(folder)
        except InputError:
            continue
        if seller_id in (None, release.seller_id):
            return release
    return None


def load_release(settings: Settings, folder: Path | None = None) -> Release:
    """Load the release in force, or that of a folder.

    Raises
    ------
    CallError
        ``no_release``.
    """
    try:
        return Release.load(folder or current_folder(settings.releases))
    except InputError as error:
        raise _unserved("no_release", error) from error


def open_runtime(settings: Settings) -> Runtime:
    """Open the store, and load the portfolio that the settings name.

    Raises
    ------
    CallError
        ``store_unreachable``, or ``no_ledger`` where the portfolio cannot be loaded.
    """
    try:
        runtime = Runtime(settings)
    except InputError as error:
        raise _unserved("store_unreachable", error) from error
    if settings.portfolio is not None:
        try:
            runtime.load(settings.portfolio)
        except InputError as error:
            runtime.close()
            raise _unserved("no_ledger", error) from error
    return runtime


def score_canary(assessor: LiveAssessor) -> str:
    """Score buyers until one has a score, in every language; this also compiles and caches what calls need.

    Returns
    -------
    str
        The buyer that was scored.

    Raises
    ------
    CallError
        ``not_scored`` where none of the first 200 buyers could be scored; ``no_ledger`` where there is none,
        or it is another seller's.
    """
    try:
        assessor.prepare()
    except InputError as error:
        raise _unserved("no_ledger", error) from error
    ledger = assessor.ledger
    with ledger.store.reading() as connection:
        tried = buyers(connection, limit=_CANARIES)
    currency = ledger.head_now.seller.reporting_currency
    request = Request("order", _CANARY_AMOUNT, currency, terms_days=_CANARY_TERMS_DAYS)
    for buyer_id in tried:
        if assessor.assess(buyer_id)["score"]["points"] is not None:
            for lang in LANGUAGES:
                assessor.assess(buyer_id, None, request, lang=lang)
            return buyer_id
    step = "check that the portfolio has the sources that the models were trained on"
    raise CallError("not_scored", "a buyer who can be scored", f"none among {len(tried)}", step)


def _check_seller(found: str, seller_id: str) -> None:
    if found != seller_id:
        step = "name that seller's portfolio, or set CREDENCE_HOME to the other seller's home"
        raise InputError.of(
            f"a portfolio of seller '{seller_id}', whose home this is", f"one of '{found}'", step
        )


def _unserved(code: str, error: InputError) -> CallError:
    problem = error.problems[0]
    place = f" in table {problem.table}" if problem.table else ""
    return CallError(code, problem.expected + place, problem.found, problem.next_step)
