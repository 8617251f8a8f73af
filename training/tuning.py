"""A search for better trees on the rolling folds, kept in a file: an interrupted one goes on where it was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import optuna
from optuna.trial import TrialState
from sqlalchemy.exc import SQLAlchemyError

from features.errors import InputError
from training.learner import Examples, Fit, choose, fold_predictions, grown, is_sure, log_loss, thinned
from training.shape import Member, Shape
from training.splits import Fold

__all__ = ["Search", "tuned_shape"]

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
Say = Callable[[str], None]

_STARTUP_TRIALS = 8
"""Trials drawn at random before the search follows what it found, and before it gives up on bad ones."""

_FINISHED = (TrialState.COMPLETE, TrialState.PRUNED)


@dataclass(frozen=True)
class Search:
    """How long to search, and where what was found is kept.

    Parameters
    ----------
    trials : int
        In all, those of an interrupted search included. The first one is the shape that would be used without
        a search.
    minutes : float
        Time of all trials after which none is begun.
    storage : Path
        SQLite file; made where it is absent. One file may hold many searches.
    name : str
        Of the search, such as the hash of the configuration; a hash of rows and folds is added, so that
        other data never continue it.
    seed : int
    """

    trials: int
    minutes: float
    storage: Path
    name: str
    seed: int = 7


def tuned_shape(
    examples: Examples,
    folds: Sequence[Fold],
    search: Search,
    cluster: Rows | None = None,
    say: Say = lambda _: None,
) -> Shape:
    """Search for parameters with a lower pooled log loss on rolling folds.

    The best shape is taken only where it beats the one used without a search by more than two standard
    errors: the best of many trials is always a little better by chance.

    Parameters
    ----------
    examples : Examples
    folds : sequence of Fold
    search : Search
    cluster : int64 ndarray, shape (n,), optional
        Which buyer each row is of; the standard error is that of independent buyers. Default: rows.
    say : callable
        Told of each trial.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    folds = thinned(folds, search.seed)
    study = _study(examples, folds, search)
    _drop_interrupted(study)
    while (done := len(_finished(study))) < search.trials and _spent_minutes(study) < search.minutes:
        _run(study, examples, folds, search.seed, done)
        say(f"trial {done + 1} of {search.trials}: best log loss {study.best_value:.5f}")
    best = Shape(**json.loads(study.best_trial.user_attrs["shape"])) if _complete(study) else None
    return _unless_chance(examples, folds, best, search.seed, cluster)


def _study(examples: Examples, folds: Sequence[Fold], search: Search) -> optuna.Study:
    digest = hashlib.sha256()
    parts = [
        examples.inputs,
        examples.outcome,
        examples.weights,
        *(r for f in folds for r in (f.fit, f.predict)),
    ]
    for part in parts:
        digest.update(np.ascontiguousarray(part).tobytes())
    search.storage.parent.mkdir(parents=True, exist_ok=True)
    try:
        return optuna.create_study(
            study_name=f"{search.name}-{search.seed}-{digest.hexdigest()[:16]}",
            storage=f"sqlite:///{search.storage}",
            pruner=optuna.pruners.MedianPruner(n_startup_trials=_STARTUP_TRIALS),
            load_if_exists=True,
        )
    except (SQLAlchemyError, optuna.exceptions.StorageInternalError) as error:
        step = f"remove {search.storage.name} from CREDENCE_HOME: the search begins anew"
        found = f"one that cannot be read ({type(error).__name__})"
        raise InputError.of("a file of earlier searches", found, step) from None


def _run(study: optuna.Study, examples: Examples, folds: Sequence[Fold], seed: int, done: int) -> None:
    # Reason: a sampler for each trial, seeded by how many were finished, makes a search that was interrupted
    # take the same steps as one that was not.
    study.sampler = optuna.samplers.TPESampler(seed=seed + done, n_startup_trials=_STARTUP_TRIALS)
    members = examples.kinds
    if not done and not study.get_trials(deepcopy=False, states=(TrialState.WAITING,)):
        study.enqueue_trial(_told(members))
    trial = study.ask()
    loss = _loss(trial, examples, folds, [_suggested(trial, one) for one in members], seed)
    if loss is None:
        study.tell(trial, state=TrialState.PRUNED)
    else:
        study.tell(trial, loss)


def _loss(
    trial: optuna.Trial, examples: Examples, folds: Sequence[Fold], members: Sequence[Member], seed: int
) -> float | None:
    """Return the loss of a trial; None where its first kind was worse than that of half of the others."""
    rows = np.concatenate([fold.predict for fold in folds])
    staged: list[Floats] = []
    for step, member in enumerate(members):
        staged.append(grown(examples, folds, member, seed))
        losses = [log_loss(examples.outcome[rows], raw, examples.weights[rows]) for raw in staged[-1]]
        trial.report(min(losses), step)
        if trial.should_prune():
            return None
    fit = choose(examples, folds, members, staged)
    trial.set_user_attr("shape", json.dumps(asdict(fit.shape)))
    return fit.loss


def _suggested(trial: optuna.Trial, member: Member) -> Member:
    """Return a member with the parameters of a trial; both kinds learn at one rate."""

    def named(name: str) -> str:
        return f"{member.kind}.{name}"

    return replace(
        member,
        learning_rate=trial.suggest_float("learning_rate", 0.02, 0.12, log=True),
        num_leaves=trial.suggest_int(named("num_leaves"), 4, 31),
        max_depth=trial.suggest_int(named("max_depth"), 2, 6),
        min_child_samples=trial.suggest_int(named("min_child_samples"), 10, 200, log=True),
        feature_fraction=trial.suggest_float(named("feature_fraction"), 0.1, 0.8),
        lambda_l2=trial.suggest_float(named("lambda_l2"), 0.5, 50.0, log=True),
    )


def _told(members: Sequence[Member]) -> dict[str, float]:
    names = ("num_leaves", "max_depth", "min_child_samples", "feature_fraction", "lambda_l2")
    told = {f"{member.kind}.{name}": getattr(member, name) for member in members for name in names}
    return {"learning_rate": members[0].learning_rate, **told}


def _unless_chance(
    examples: Examples, folds: Sequence[Fold], best: Shape | None, seed: int, cluster: Rows | None
) -> Shape:
    """Return the best shape where it beats the plain one by more than two standard errors."""
    plain = _fit(examples, folds, seed, None)
    if best is None or best == plain.shape:
        return plain.shape
    gain = _losses(examples, plain) - _losses(examples, _fit(examples, folds, seed, best))
    return best if is_sure(gain, plain.rows if cluster is None else cluster[plain.rows]) else plain.shape


def _fit(examples: Examples, folds: Sequence[Fold], seed: int, shape: Shape | None) -> Fit:
    table = examples.inputs, examples.outcome, examples.features
    return fold_predictions(*table, folds, seed, examples.weight, shape, examples.buyer)


def _losses(examples: Examples, fit: Fit) -> Floats:
    """Return the weighted log loss of each predicted row."""
    outcome, weight = examples.outcome[fit.rows], examples.weights[fit.rows]
    return weight * (np.logaddexp(0, fit.raw) - outcome * fit.raw)


def _drop_interrupted(study: optuna.Study) -> None:
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        study.tell(trial.number, state=TrialState.FAIL)


def _finished(study: optuna.Study) -> list[optuna.trial.FrozenTrial]:
    return study.get_trials(deepcopy=False, states=_FINISHED)


def _complete(study: optuna.Study) -> bool:
    return bool(study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)))


def _spent_minutes(study: optuna.Study) -> float:
    return sum(trial.duration.total_seconds() for trial in _finished(study) if trial.duration) / 60
