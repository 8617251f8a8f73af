"""Credence: trade-credit risk that explains itself."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import Any

__all__ = ["Assessor", "Client", "Portfolio", "RiskModel", "assess", "build", "read", "train"]

__version__ = "0.1.0"

_PUBLIC = {
    "Assessor": "credit.assessor",
    "Client": "credence.client",
    "Portfolio": "features.portfolio",
    "RiskModel": "credit.model",
    "assess": "credit.assess",
    "build": "features.build",
    "read": "features.files",
    "train": "training.train",
}

_PACKAGES = ("features", "credit", "training", "serving")


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'credence' has no attribute '{name}'")
    return getattr(importlib.import_module(_PUBLIC[name]), name)


def _check_shadows() -> None:
    """Say so where another folder of the same name would be imported instead of one of ours."""
    ours = Path(__file__).resolve().parent.parent
    for package in _PACKAGES:
        spec = importlib.util.find_spec(package)
        found = None if spec is None or spec.origin is None else Path(spec.origin).resolve().parent.parent
        if found != ours:
            raise ImportError(
                f"expected Credence's own package '{package}'; found another one of that name on the path; "
                "start from another folder, or remove that folder from PYTHONPATH"
            )


_check_shadows()
