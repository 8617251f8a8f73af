"""The validation pack of a version as one object of JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from features.build import Packed
from training.registry import Registry
from training.report.beside_late import beside_late, champion_of
from training.report.challengers import challengers_section
from training.report.changes import changes_of
from training.report.definition import definition_of, steps_of
from training.report.explained import Explained
from training.report.explanations import explanations_of
from training.report.features import features_of
from training.report.identity import identity_of, sign_off_of
from training.report.issues import issues_of
from training.report.knowledge_time import knowledge_time_of
from training.report.limits import limits_of
from training.report.limits_backtest import limits_backtest_of
from training.report.lineage import lineage_section
from training.report.missing_data import missing_data_of
from training.report.monitoring import monitoring_of
from training.report.parity import parity_of
from training.report.performance import performance_of
from training.report.purpose import purpose_of
from training.report.sections import Pack
from training.report.sensitivity import sensitivity_of
from training.report.stability import stability_section
from training.report.study import People, Study
from training.versions import Version

__all__ = ["FORMAT", "NOBODY", "People", "pack_of", "pack_text"]

FORMAT = 1
"""Of the object: raised where a field changes its meaning or goes."""

NOBODY = People()
"""Nobody was named."""


def pack_of(
    registry: Registry,
    version: Version,
    packed: Packed,
    *,
    people: People = NOBODY,
    challengers: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Return the numbers of the validation pack of a version.

    Parameters
    ----------
    registry : Registry
    version : Version
        As `Registry.version` gives it.
    packed : Packed
        The portfolio that it was trained on.
    people : People
        Who developed, validated and owns it.
    challengers : bool
        Fit challengers where the run has heard none; takes about a minute for 100,000 subjects.
    say : callable
        Told what is going on.

    Returns
    -------
    dict
        As `training.report.sections.Pack`: no NaN, no infinity, and the same for the same version and
        portfolio, whenever it is made.

    Raises
    ------
    InputError
        Other data than those that the version was trained on, another seller's, or files of the model that
        were changed.
    """
    study = Study.of(registry, version, packed, people, say)
    say("measuring the test")
    performance, evaluation = performance_of(study)
    pack = {
        "format": FORMAT,
        "identity": identity_of(study),
        "purpose": purpose_of(study),
        "lineage": lineage_section(study),
        "waterfall": steps_of(evaluation.get("waterfall") or study.sample.waterfall),
        "definition": definition_of(study, evaluation.get("definition_sensitivity") or []),
        "performance": performance,
        "stability": stability_section(study),
        **_explained(study),
        "challengers": challengers_section(study, evaluation, challengers),
        "sensitivity": sensitivity_of(study),
        "missing_data": missing_data_of(study),
        "limits_backtest": limits_backtest_of(study),
        "parity": parity_of(study),
        "knowledge_time": knowledge_time_of(study),
        "timing": _beside_timing(study),
        "monitoring": monitoring_of(study),
        "changes": changes_of(study),
        "sign_off": sign_off_of(people),
    }
    whole = {**pack, "limits_of_use": limits_of(study, pack), "issues": issues_of(pack)}
    return Pack.model_validate(whole).model_dump(mode="json")


def pack_text(pack: dict[str, Any]) -> str:
    """Return a pack as the text of its JSON file; NaN and infinity are refused."""
    return json.dumps(pack, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _beside_timing(study: Study) -> dict[str, Any] | None:
    timing = champion_of(study.registry, "timing") if study.version.model == "late" else None
    if timing is None:
        return None
    study.say("the timing model beside it")
    return beside_late(study.registry, study.packed, timing, study.version)


def _explained(study: Study) -> dict[str, Any]:
    explained = Explained.of(study)
    study.say("explanations")
    return {"features": features_of(study, explained), "explanations": explanations_of(explained)}
