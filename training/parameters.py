"""What the registry logs of every training, whatever it learned."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from credit.spec import ModelSpec
from credit.timing.spec import TimingSpec
from features.build import Packed
from training.config import TrainConfig

__all__ = ["run_parameters"]


def run_parameters(
    packed: Packed, spec: ModelSpec | TimingSpec, config: TrainConfig, shape: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the parameters of a run by name.

    Parameters
    ----------
    packed : Packed
    spec : ModelSpec or TimingSpec
    config : TrainConfig
    shape : mapping
        The hyper-parameters as they were chosen.
    """
    options = config.model_dump(mode="json")
    return {
        "outcome": spec.outcome,
        "definition_hash": spec.definition_hash,
        "data_hash": spec.data_hash,
        "seller_id": spec.seller_id,
        "horizon_days": spec.horizon_days,
        "learner": spec.learner,
        "features": len(spec.features),
        "subjects": spec.subjects,
        "events": spec.events,
        "fitted_from": spec.fitted_from,
        "fitted_until": spec.fitted_until,
        "observed_until": packed.portfolio.observed_until.isoformat(),
        "config_hash": config.hash,
        **{f"config.{name}": json.dumps(value) for name, value in options.items()},
        **{f"shape.{name}": value for name, value in shape.items()},
    }
