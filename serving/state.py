"""What a worker serves: nothing yet, a reason why not, or an assessor whose canary was scored."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from credit.release import Release
from features.catalog import CATALOG_HASH
from serving.clerk import Clerk
from serving.errors import CallError
from serving.faults import log_fault
from serving.live.assessor import LiveAssessor
from serving.live.month_watch import watch_months
from serving.live.runtime import Runtime
from serving.loading import load_release, open_runtime, score_canary
from serving.orders.desk import OrderDesk
from serving.releases.earlier import earlier_folders
from serving.releases.pointer import Mark, mark_of, named
from serving.releases.refusal import Refusal, refusal_of
from serving.releases.shared_board import SharedBoard
from serving.releases.watch import watch
from serving.releases.workers import Board, FolderBoard, WorkerState, instant, own_identity
from serving.reports import report_of, reports_of
from serving.settings import Settings
from serving.store.connect import Store

__all__ = ["State"]

_LOG = logging.getLogger("credence.serving")


_WAITING = CallError("loading", "a loaded release", "one that still loads", "call again in a few seconds")

_OF_THE_RELEASE = ("no_release", "not_scored", "internal")
"""Problems that another release may not have."""

_COMES_BY_ITSELF = ("no_ledger", "store_unreachable", "busy")


@dataclass(frozen=True)
class _Served:
    """All that calls read, replaced as a whole."""

    release: Release | None = None
    assessor: LiveAssessor | None = None
    problem: CallError | None = None
    home: Path | None = None
    mark: Mark | None = None
    refused: Refusal | None = None

    @property
    def release_id(self) -> str | None:
        return None if self.release is None else self.release.release_id


class State:
    """Release and ledger of a worker.

    Examples
    --------
    >>> State().problem.code
    'loading'
    """

    def __init__(self) -> None:
        self._served = _Served(problem=_WAITING)
        self._identity = own_identity()
        self._board: Board | None = None
        self._shared: SharedBoard | None = None
        self._runtime: Runtime | None = None
        self._stop = threading.Event()

    @property
    def problem(self) -> CallError | None:
        """Why no buyer can be assessed; None where the canary was scored."""
        return self._served.problem

    @property
    def release_id(self) -> str | None:
        """The release that serves; None before there is one."""
        return self._served.release_id

    def start(self, settings: Settings) -> threading.Thread:
        """Load and watch in a thread of its own, so that calls are answered meanwhile."""
        self._board = FolderBoard(settings.home / "workers")
        thread = threading.Thread(target=self._watch, args=(settings,), name="releases", daemon=True)
        thread.start()
        months = (lambda: self._served.assessor, self._stop)
        threading.Thread(target=watch_months, args=months, name="months", daemon=True).start()
        return thread

    def stop(self) -> None:
        """End the thread that `start` has started, after its present look."""
        self._stop.set()

    def close(self) -> None:
        """Stop, keep what waits, and close the store."""
        self.stop()
        if self._shared is not None:
            self._shared.remove(self._identity["worker_id"])
            self._shared = None
        if self._runtime is not None:
            self._runtime.close()
            self._runtime = None

    def _watch(self, settings: Settings) -> None:
        watch(
            settings.releases,
            lambda mark: self.load(settings, mark),
            self._beat,
            self._stop,
            is_worth_another=self._is_worth_another,
        )

    def _is_worth_another(self) -> bool:
        """Whether what lacks may come without a change of the release: a portfolio, or the store itself."""
        problem = self._served.problem
        return problem is not None and problem.code in _COMES_BY_ITSELF

    def load(self, settings: Settings, mark: Mark | None = None) -> None:
        """Load the release in force, score a canary, and serve it from the next call on.

        What goes wrong is told by `problem`. A release that serves already goes on serving; where none does,
        the newest that served before and still loads is served. What goes wrong is then told by `refused` of
        the status.

        Parameters
        ----------
        settings : Settings
        mark : Mark, optional
            Of the release in force; default: as it is now.
        """
        mark = mark_of(settings.releases) if mark is None else mark
        before, release_id = self._served, named(settings.releases)
        if before.problem is None and mark == before.mark:
            self._served = replace(before, refused=None)
            return
        loaded = replace(self._loaded(settings), mark=mark)
        serving = before if before.problem is None else self._earlier(settings, loaded)
        if loaded.problem is None or serving is None:
            self._served = loaded
            _tell(loaded.problem, loaded.release_id, settings.address)
        else:
            assert serving.release is not None  # noqa: S101 (without a problem there is one)
            seller_id = serving.release.seller_id
            refused = refusal_of(loaded.problem, settings.releases, release_id, seller_id)
            self._served = replace(serving, refused=refused)
            _LOG.error("refused release %s: %s: %s", release_id, refused.code, refused.message)
            if serving is not before:
                _tell(None, serving.release_id, settings.address)
        del before, loaded, serving
        # Reason: a full collection over the objects of all imports stalls calls for 100 ms and more.
        gc.collect()
        gc.freeze()

    def assessor(self) -> LiveAssessor:
        """Return the assessor of this worker; a call asks once, and keeps its release to its end.

        Raises
        ------
        CallError
            Where there is none whose canary was scored.
        """
        served = self._served
        if served.problem is not None:
            raise served.problem
        assert served.assessor is not None  # noqa: S101 (without a problem there is one)
        return served.assessor

    def order_desk(self) -> OrderDesk:
        """Return who checks orders with the release that is served now.

        Raises
        ------
        CallError
            As `assessor`.
        """
        return self._running().order_desk(self.assessor())

    def store(self) -> Store:
        """Return the open store.

        Raises
        ------
        CallError
            Where it is not open yet.
        """
        return self._running().store

    def clerk(self) -> Clerk:
        """Return the clerk of this worker; raises as `store`."""
        return self._running().clerk

    @property
    def reads_at_once(self) -> bool:
        """Whether reading an entry never waits for another machine."""
        return self._runtime is not None and self._runtime.store.is_sqlite

    async def keep(self, row: Mapping[str, Any]) -> None:
        """Return once an answer is kept: see `serving.live.runtime.Runtime.keep`."""
        await self._running().keep(row)

    def _running(self) -> Runtime:
        if self._runtime is None:
            raise self._served.problem or _WAITING
        return self._runtime

    def _earlier(self, settings: Settings, refused: _Served) -> _Served | None:
        """Return the newest release that served before and can serve; None where nothing like that helps.

        It has no mark: whatever is put in force next is loaded.
        """
        if not self._is_of_the_release(refused):
            return None
        folders = earlier_folders(settings.releases, named(settings.releases))
        loaded = (self._loaded(settings, folder) for folder in folders)
        return next((each for each in loaded if each.problem is None), None)

    def _is_of_the_release(self, refused: _Served) -> bool:
        """Whether another release may not have the problem."""
        problem, release, runtime = refused.problem, refused.release, self._runtime
        if problem is None or problem.code in _OF_THE_RELEASE:
            return problem is not None
        if release is None or runtime is None or runtime.ledger.facts_seq is None:
            return False
        return runtime.ledger.head_now.seller.seller_id != release.seller_id

    def _loaded(self, settings: Settings, folder: Path | None = None) -> _Served:
        """Load the release in force, or that of a folder, over the store, which is opened where it is not."""
        release = assessor = problem = None
        try:
            release = load_release(settings, folder)
            if self._runtime is None:
                self._runtime = open_runtime(settings)
                self._shared = None if self._runtime.store.is_sqlite else SharedBoard(self._runtime.store)
            assessor = self._runtime.assessor(release)
            score_canary(assessor)
            self._runtime.clerk.start()
        except CallError as error:
            problem = error
        except Exception as error:
            problem = log_fault(error)
        return _Served(release, assessor if problem is None else None, problem, settings.home)

    def report(self, version: str, file: str) -> bytes | None:
        """Read a file of a report on a model in force; None where there is none."""
        return report_of(self._served.home, self._served.release, version, file)

    def status(self) -> dict[str, Any]:
        """Return what runs: state, release with its models, seller and books."""
        served = self._served
        return {
            "state": "ready" if served.problem is None else served.problem.code,
            "why": None if served.problem is None else served.problem.message,
            "version": _own_version(),
            **_release_json(served.release, reports_of(served.home, served.release)),
            **_ledger_json(served.assessor),
            **_refused_json(served),
            "webhook": None if self._runtime is None else self._runtime.webhook(),
            "workers": self._workers(),
            "is_suggestion": True,
        }

    def readiness(self) -> dict[str, Any]:
        """Return that calls are answered, and which release was refused meanwhile.

        Raises
        ------
        CallError
            Where no call can be answered.
        """
        served = self._served
        if served.problem is not None:
            raise served.problem
        return {"state": "ready", **({} if served.refused is None else _refused_json(served))}

    def _boards(self) -> list[Board]:
        """Return where workers tell of themselves: those of one home, and those of one database."""
        return [board for board in (self._board, self._shared) if board is not None]

    def _beat(self) -> None:
        for board in self._boards():
            board.write(self._worker_json())

    def _workers(self) -> list[WorkerState]:
        """Return what every worker serves, this one as it is now."""
        own = self._worker_json()
        told = {state["worker_id"]: state for board in self._boards() for state in board.read()}
        told[own["worker_id"]] = own
        return [told[worker_id] for worker_id in sorted(told)]

    def _facts_seq(self) -> int | None:
        assessor = self._served.assessor
        return None if assessor is None else assessor.ledger.facts_seq

    def _worker_json(self) -> WorkerState:
        served = self._served
        return {
            **self._identity,
            "seen_at": instant(),
            "state": "ready" if served.problem is None else served.problem.code,
            "release": served.release_id,
            **_refused_json(served),
            "facts_seq": self._facts_seq(),
        }


def _refused_json(served: _Served) -> dict[str, Any]:
    return {"refused": None if served.refused is None else served.refused.as_json()}


def _tell(problem: CallError | None, release_id: str | None, address: str) -> None:
    if problem is not None:
        _LOG.error("not ready: %s: %s", problem.code, problem.message)
    elif address:
        _LOG.info("ready at %s with release %s", address, release_id)


def _own_version() -> str | None:
    try:
        return version("credence")
    except PackageNotFoundError:
        return None


def _release_json(release: Release | None, reports: dict[str, dict[str, str]]) -> dict[str, Any]:
    if release is None:
        return {"release": None, "models": {}, "policy": None, "catalog": CATALOG_HASH[:12]}
    models = {
        name: {
            "version": release.versions[name],
            "outcome": spec.outcome,
            "horizon_days": spec.horizon_days,
            "fitted_until": f"{spec.fitted_until}Z",
            "reports": reports[name],
        }
        for name, spec in release.specs.items()
    }
    policy = release.policy.hash
    return {"release": release.release_id, "models": models, "policy": policy, "catalog": CATALOG_HASH[:12]}


def _ledger_json(assessor: LiveAssessor | None) -> dict[str, Any]:
    if assessor is None:
        return dict.fromkeys(("seller", "observed_from", "observed_until", "buyers", "facts_seq"))
    ledger = assessor.ledger
    head = ledger.head()
    return {
        "seller": {
            "seller_id": head.seller.seller_id,
            "name": head.seller.name or None,
            "reporting_currency": head.seller.reporting_currency,
            "timezone": head.seller.timezone,
        },
        "observed_from": f"{head.observed_from.isoformat()}Z",
        "observed_until": f"{head.observed_until.isoformat()}Z",
        "buyers": ledger.count(),
        "facts_seq": head.facts_seq,
    }
