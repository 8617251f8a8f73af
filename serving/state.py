"""What a worker serves: nothing yet, a reason why not, or an assessor whose canary was scored."""

from __future__ import annotations

import gc
import logging
import threading
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from credit.assessor import Assessor
from credit.release import Release
from features.catalog import CATALOG_HASH
from serving.errors import CallError
from serving.faults import log_fault
from serving.loading import load, load_release, score_canary
from serving.reports import report_of, reports_of
from serving.settings import Settings

__all__ = ["State"]

_LOG = logging.getLogger("credence.serving")


@dataclass(frozen=True)
class _Served:
    """All that calls read, replaced as a whole."""

    release: Release | None = None
    assessor: Assessor | None = None
    problem: CallError | None = None
    home: Path | None = None


class State:
    """Release and ledger of a worker.

    Examples
    --------
    >>> State().problem.code
    'loading'
    """

    def __init__(self) -> None:
        waiting = CallError(
            "loading", "a loaded release", "one that still loads", "call again in a few seconds"
        )
        self._served = _Served(problem=waiting)

    @property
    def problem(self) -> CallError | None:
        """Why no buyer can be assessed; None where the canary was scored."""
        return self._served.problem

    def start(self, settings: Settings) -> threading.Thread:
        """Load in a thread of its own, so that the worker says meanwhile that it lives."""
        thread = threading.Thread(target=self.load, args=(settings,), name="loading", daemon=True)
        thread.start()
        return thread

    def load(self, settings: Settings) -> None:
        """Load release and ledger and score a canary; what goes wrong is told by `problem`."""
        release = assessor = problem = None
        try:
            release = load_release(settings)
            assessor = load(settings, release)
            score_canary(assessor)
        except CallError as error:
            problem = error
        except Exception as error:
            problem = log_fault(error)
        # Reason: a full collection over the objects of all imports stalls calls for 100 ms and more.
        gc.collect()
        gc.freeze()
        self._served = _Served(release, assessor, problem, settings.home)
        _tell(problem, settings.address)

    def assessor(self) -> Assessor:
        """Return the assessor of this worker.

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
            "is_suggestion": True,
        }


def _tell(problem: CallError | None, address: str) -> None:
    if problem is not None:
        _LOG.error("not ready: %s: %s", problem.code, problem.message)
    elif address:
        _LOG.info("ready at %s", address)


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


def _ledger_json(assessor: Assessor | None) -> dict[str, Any]:
    if assessor is None:
        return {"seller": None, "observed_from": None, "observed_until": None, "buyers": None}
    portfolio = assessor.packed.portfolio
    return {
        "seller": {
            "seller_id": portfolio.seller.seller_id,
            "name": portfolio.seller.name or None,
            "reporting_currency": portfolio.seller.reporting_currency,
            "timezone": portfolio.seller.timezone,
        },
        "observed_from": f"{portfolio.observed_from.isoformat()}Z",
        "observed_until": f"{portfolio.observed_until.isoformat()}Z",
        "buyers": len(assessor.buyer_ids),
    }
